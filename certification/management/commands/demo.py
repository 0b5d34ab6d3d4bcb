"""How does a new installation come to people and cases to look at?

``manage.py demo`` makes the demonstration accounts, approves the loaded content with demonstration
accounts (and every page says so), and invents people and cases. Running it again changes nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from certification.actions.editorial import approve, start_review
from certification.demo.accounts import ACCOUNTS, PASSWORD, make_accounts
from certification.demo.cases import Staff, count_by_status, register, stories, tell
from certification.demo.people import invent
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


class Command(BaseCommand):
    help = "Makes synthetic people and cases for a demonstration. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=220, help="how many people (220)")
        parser.add_argument("--cases", type=int, default=84, help="how many cases (84)")
        parser.add_argument("--seed", type=int, default=2026, help="the same seed, the same people")
        parser.add_argument("--as-of", type=date.fromisoformat, help="the day it plays on (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["as_of"]:
            now = timezone.make_aware(datetime.combine(options["as_of"], time(hour=12)))
        with transaction.atomic():
            users = make_accounts(now=now)
            self._approve_content(users["approver"], now=now - timedelta(days=365))
            if Patient.objects.filter(is_synthetic=True).exists():
                self.stdout.write("The demonstration data is there already.")
            else:
                self._invent(users, now=now, options=options)
        self._print_accounts()

    def _approve_content(self, approver: User, *, now: datetime) -> None:
        for model in CONTENT:
            for row in model._default_manager.filter(status=ContentStatus.SUBMITTED):
                start_review(by=approver, now=now, obj=row)
                approve(by=approver, now=now, obj=row)

    def _invent(self, users: dict[str, User], *, now: datetime, options: dict[str, Any]) -> None:
        version = CriteriaVersion.objects.in_force(timezone.localdate(now)).first()
        if version is None:
            raise CommandError("No criteria are in force. Run: manage.py content load shipped")
        plan = list(stories(timezone.localdate(now)))[: options["cases"]]
        vocabulary = {}
        for story in plan:
            vocabulary.update(story.vocabulary)
        sites = list(Site.objects.filter(key__startswith="demo-").order_by("key"))
        staff = Staff(nurse=users["nurse"], physician=users["physician"])
        people = invent(
            max(options["people"], len(plan)),
            vocabulary=vocabulary, as_of=timezone.localdate(now), seed=options["seed"],
        )  # fmt: skip
        for number, person in enumerate(people):
            site = sites[number % len(sites)]
            if number < len(plan):
                tell(plan[number], person, staff=staff, site=site, now=now, seed=options["seed"])
            else:
                register(person, by=staff.nurse, site=site, now=now)
        states = ", ".join(f"{count} {status}" for status, count in count_by_status().items())
        self.stdout.write(f"{number + 1} synthetic people; cases: {states}.")

    def _print_accounts(self) -> None:
        self.stdout.write("\nDemonstration accounts, all with the password: " + PASSWORD)
        for account in ACCOUNTS:
            titles = ", ".join(ROLES[role].title for role in account.roles)
            self.stdout.write(f"  {account.username:<10} {titles}")
        self.stdout.write("")
