"""How does a new installation come to people and cases to look at?

``manage.py demo`` makes the demonstration accounts, approves the loaded content with demonstration
accounts (and every page says so), and invents people and cases. Running it again changes nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from certification.actions.editorial import approve, start_review
from certification.case_facts import criteria_of, vocabulary_of
from certification.criteria.facts import FactDefinition
from certification.demo.accounts import ACCOUNTS, PASSWORD, SITES, make_accounts
from certification.demo.cases import Staff, count_by_status, tell
from certification.demo.people import invent, lore_of
from certification.demo.stage import Stage
from certification.demo.stories import arrivals, plan
from certification.models import (
    CriteriaVersion,
    DeterminationReason,
    Fact,
    Patient,
    Reference,
    Site,
    Statement,
    Therapy,
    TurnaroundProfile,
    User,
)
from certification.models.editorial import EditorialModel
from certification.workflow import ContentStatus
from config.roles import ROLES

CONTENT: tuple[type[EditorialModel], ...] = (
    Reference, Statement, Fact, Therapy, TurnaroundProfile, DeterminationReason, CriteriaVersion,
)  # fmt: skip
# Before the earliest demonstration case was opened.
APPROVED_DAYS_AGO = 2000


def named_by_apps(attribute: str) -> list[str]:
    """The dotted paths that the configurations of the apps give under a name."""
    named = (getattr(app, attribute, "") for app in apps.get_app_configs())
    return [path for path in named if path]


@contextmanager
def _queries_not_logged() -> Iterator[None]:
    """While debugging Django keeps every query, and asks the database to quote its parameters."""
    debug, settings.DEBUG = settings.DEBUG, False
    try:
        yield
    finally:
        settings.DEBUG = debug


class Command(BaseCommand):
    help = "Makes synthetic people and cases for a demonstration. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=220, help="how many people (220)")
        parser.add_argument("--cases", type=int, default=96, help="people with a case (96)")
        parser.add_argument(
            "--treated", type=int, help="how many people are followed over the years (all)"
        )
        parser.add_argument("--seed", type=int, default=2026, help="the same seed, the same people")
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day it plays on (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now().replace(microsecond=0)
        if options["as_of"]:
            now = timezone.make_aware(datetime.combine(options["as_of"], time(hour=12)))
        with _queries_not_logged(), transaction.atomic():
            users = make_accounts(now=now)
            approved_at = now - timedelta(days=APPROVED_DAYS_AGO)
            self._approve_content(users["approver"], now=approved_at)
            for path in named_by_apps("demo_part"):
                import_string(path)(users=users, now=approved_at)
            if Patient.objects.filter(is_synthetic=True).exists():
                self.stdout.write("The demonstration data is there already.")
            else:
                self._invent(users, now=now, options=options)
        self._print_accounts()

    def _approve_content(self, approver: User, *, now: datetime) -> None:
        """Approves what was loaded from packs; what a person submitted is left to people."""
        for model in CONTENT:
            loaded = model._default_manager.filter(
                status=ContentStatus.SUBMITTED, submitted_by__isnull=True
            )
            for row in loaded:
                start_review(by=approver, now=now, obj=row)
                approve(by=approver, now=now, obj=row)

    def _invent(self, users: dict[str, User], *, now: datetime, options: dict[str, Any]) -> None:
        today = timezone.localdate(now)
        versions = list(CriteriaVersion.objects.in_force(today).select_related("therapy"))
        if not versions:
            raise CommandError("No criteria are in force. Run: manage.py content load shipped")
        vocabulary: dict[str, FactDefinition] = {}
        examples = []
        for version in versions:
            vocabulary.update(vocabulary_of(version))
            examples += [example.facts for example in criteria_of(version).examples]
        lore = lore_of(examples)
        people = list(
            invent(
                max(options["people"], options["cases"]), vocabulary=vocabulary,
                lore=lore, as_of=today, seed=options["seed"],
            )
        )  # fmt: skip
        sites = list(Site.objects.filter(key__in=SITES).order_by("key"))
        profiles = TurnaroundProfile.objects.approved().order_by("-hours")
        with_case, others = people[: options["cases"]], people[options["cases"] :]
        stories = plan(
            with_case, versions=versions, sites=sites, now=now, seed=options["seed"],
            hours={profile.urgency: profile.hours for profile in profiles},
        )  # fmt: skip
        stage = Stage(
            users, sites, versions, vocabulary, lore, stories, now, options["seed"],
            options["treated"],
        )  # fmt: skip
        parts = [import_string(path)(stage) for path in named_by_apps("demo_cast")]
        tell(
            [*stories, *(story for part in parts for story in part.stories)],
            arrivals(others, vocabulary=vocabulary, sites=sites, now=now, seed=options["seed"]),
            others=[acts for part in parts for acts in part.acts],
            staff=Staff(nurse=users["nurse"], physician=users["physician"]),
            now=now,
        )
        states = ", ".join(f"{count} {status}" for status, count in count_by_status().items())
        self.stdout.write(f"{len(people)} synthetic people; cases: {states}.")

    def _print_accounts(self) -> None:
        self.stdout.write("\nDemonstration accounts, all with the password: " + PASSWORD)
        for account in ACCOUNTS:
            titles = ", ".join(ROLES[role].title for role in account.roles)
            self.stdout.write(f"  {account.username:<10} {titles}")
        self.stdout.write("")
