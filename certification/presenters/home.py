"""What is the next act of the person who has just come in?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.urls import reverse
from django.utils.module_loading import import_string

from certification.content_kinds import content_kinds
from certification.models import (
    AuditEvent,
    Case,
    CriteriaVersion,
    EditorialModel,
    Fact,
    Reference,
    Statement,
    Therapy,
    User,
)
from certification.presenters.audit import EventLine, event_line
from certification.presenters.cases import CaseRow, case_row
from certification.presenters.wording import counted
from certification.presenters.worklist import first_cases, with_row_data
from certification.workflow import CaseStatus, ContentStatus
from config.access import has_permission
from config.roles import Permission

SHOWN = 6
EVENTS_SHOWN = 8
AWAITING = (ContentStatus.SUBMITTED, ContentStatus.UNDER_REVIEW)
CONTENT: tuple[type[EditorialModel], ...] = (CriteriaVersion, Reference, Statement, Fact, Therapy)


@dataclass(frozen=True, slots=True)
class CaseList:
    """A short list with the way to the whole of it."""

    title: str
    says: str
    rows: list[CaseRow]
    url: str
    empty: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Content that waits for a person, with the way to it."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class HomeSection:
    """What another application tells the person who has come in. ``template`` lays ``rows`` out."""

    title: str
    says: str
    url: str
    empty: str
    template: str
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class HomePage:
    first: CaseRow | None
    first_says: str
    sections: list[HomeSection]
    lists: list[CaseList]
    waiting: list[Waiting]
    events: list[EventLine]
    links: list[Waiting]
    quiet: bool


def home_page(user: User, now: datetime, zone: str) -> HomePage:
    """A few limited queries for each list, and each site of the person."""
    lists: list[CaseList] = []
    if has_permission(user, Permission.DETERMINE):
        lists.append(
            _due(user, now, CaseStatus.REFERRED, "Referred to you", "Nothing is referred.")
        )
    if has_permission(user, Permission.PREPARE_CASES):
        lists.append(
            _due(user, now, CaseStatus.IN_REVIEW, "In review", "No case is waiting for a reviewer.")
        )
        lists.append(_pended(user, now))
    if has_permission(user, Permission.VIEW_CASES):
        lists.append(_determined(user, now))
    first = next((row for found in lists[:-1] for row in found.rows if row.next_act), None)
    if not has_permission(user, Permission.PREPARE_CASES):
        first = None
    return HomePage(
        first=first,
        first_says=_first_says(first),
        sections=[one for source in _home_sources() for one in source(user, now)],
        lists=lists,
        waiting=_content_waiting(user),
        events=_events(user, zone),
        links=_links(user),
        quiet=not lists,
    )


@cache
def _home_sources() -> tuple[Callable[[User, datetime], Iterable[HomeSection]], ...]:
    """What other apps show: the dotted path in ``home_sections`` of their configuration."""
    paths = (getattr(app, "home_sections", "") for app in apps.get_app_configs())
    return tuple(import_string(path) for path in paths if path)


def _due(user: User, now: datetime, status: str, title: str, empty: str) -> CaseList:
    rows = [case_row(case, now) for case in first_cases(user, {"status": status}, SHOWN)]
    url = f"{reverse('certification:worklist')}?status={status}"
    return CaseList(title, "What is due first comes first.", rows, url, empty)


def _pended(user: User, now: datetime) -> CaseList:
    cases = with_row_data(Case.objects.visible_to(user)).filter(status=CaseStatus.PENDED)
    rows = [case_row(case, now) for case in cases.order_by("opened_at", "id")[:SHOWN]]
    url = f"{reverse('certification:worklist')}?status={CaseStatus.PENDED.value}"
    says = "The longest open first. Look whether the answer has come."
    return CaseList("Pended", says, rows, url, "No case is waiting for information.")


def _determined(user: User, now: datetime) -> CaseList:
    rows = [case_row(case, now) for case in first_cases(user, {"status": "closed"}, SHOWN)]
    url = f"{reverse('certification:worklist')}?status=closed"
    return CaseList("Newest closed cases", "", rows, url, "Nothing has been determined yet.")


def _first_says(first: CaseRow | None) -> str:
    if first is None:
        return ""
    if first.clock.state == "overdue":
        return "Its time is over: this comes first."
    if first.clock.state == "soon":
        return "Due within a day."
    return "Due next of all."


def _content_waiting(user: User) -> list[Waiting]:
    if not (
        has_permission(user, Permission.EDIT_CONTENT)
        or has_permission(user, Permission.APPROVE_CONTENT)
    ):
        return []
    waiting = []
    for model in content_kinds(CONTENT):
        count = model._default_manager.filter(status__in=AWAITING).count()
        if count:
            names = model._meta
            words = counted(count, str(names.verbose_name), str(names.verbose_name_plural))
            url = reverse(f"admin:{names.app_label}_{names.model_name}_changelist")
            waiting.append(Waiting(f"{words} awaiting review", f"{url}?status__exact=submitted"))
    return waiting


def _events(user: User, zone: str) -> list[EventLine]:
    if not has_permission(user, Permission.READ_AUDIT):
        return []
    events = AuditEvent.objects.filter(site_id__in=user.site_ids)[:EVENTS_SHOWN]
    return [event_line(event, zone) for event in events]


def _links(user: User) -> list[Waiting]:
    """For people whose work lies elsewhere."""
    links = []
    if has_permission(user, Permission.MANAGE_USERS):
        links.append(Waiting("Users, sites and roles", reverse("admin:index")))
    if has_permission(user, Permission.VIEW_CONTENT):
        links.append(Waiting("Therapies and their criteria", reverse("certification:therapy-list")))
        links.append(Waiting("Evidence and sources", reverse("certification:evidence")))
    return links
