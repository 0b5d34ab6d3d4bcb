"""What happened to one row of content, one account or one site?

Read from the audit trail, in sentences, with the old and the new value of every field that changed.
People read events of their own sites, and events that belong to no site.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce
from django.urls import NoReverseMatch, reverse

from certification.models import AuditEvent, User
from certification.presenters.wording import moment_words
from certification.workflow import CONTENT_STATUS_TITLES
from config.roles import ROLES

PAGE = 50
NO_SITE = 0
TITLES = {
    "roles": "Roles",
    "sites": "Sites",
    "changed": "Changed by the pack",
    "key": "Key",
    "title": "Title",
    "version": "Version",
    "successor": "Successor",
    "reason": "Reason",
    "message": "Message",
}
SKIPPED = {"changes", "status"}


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act: when, who, what, and what it changed."""

    id: int
    at: str
    at_iso: str
    who: str
    roles: str
    says: str
    subject: str
    url: str
    changes: tuple[Change, ...]
    notes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryPage:
    lines: list[HistoryLine]
    older: int | None


def readable_events(user: User) -> QuerySet[AuditEvent]:
    """The events that this person may read.

    One expression instead of "no site or one of these": databases answer the latter by collecting
    and sorting all of them, where the newest fifty are wanted.
    """
    reach = AuditEvent.objects.alias(reach=Coalesce("site_id", NO_SITE))
    return reach.filter(reach__in=[NO_SITE, *user.site_ids])


def history_page(obj: Model, user: User, before: str = "") -> HistoryPage:
    """The newest events of a row, or those older than the event ``before``. One query."""
    events = readable_events(user).filter(object_type=obj._meta.model_name, object_id=str(obj.pk))
    if before.isdecimal():
        events = events.filter(id__lt=int(before[:18]))
    found = list(events.order_by("-id")[: PAGE + 1])
    lines = [history_line(event) for event in found[:PAGE]]
    return HistoryPage(lines, lines[-1].id if len(found) > PAGE else None)


def history_line(event: AuditEvent) -> HistoryLine:
    return HistoryLine(
        id=event.pk,
        at=moment_words(event.at, settings.TIME_ZONE),
        at_iso=event.at.isoformat(),
        who=event.actor_name,
        roles=role_titles(event.actor_roles),
        says=event.verb.removesuffix(" of"),
        subject=record_title(event),
        url=record_url(event),
        changes=tuple(_changes(event.data)),
        notes=tuple(_notes(event.data)),
    )


def record_title(event: AuditEvent) -> str:
    """For example "reference 12". People and cases are named by identifier only."""
    try:
        kind = apps.get_model(AuditEvent._meta.app_label, event.object_type)._meta.verbose_name
    except LookupError:
        kind = event.object_type
    return f"{kind} {event.object_id}"


def record_url(event: AuditEvent) -> str:
    """The admin page of what the event is about; empty when there is none."""
    try:
        return reverse(
            f"admin:{AuditEvent._meta.app_label}_{event.object_type}_change", args=[event.object_id]
        )
    except NoReverseMatch:
        return ""


def role_titles(keys: str) -> str:
    titles = {role.value: card.title for role, card in ROLES.items()}
    return ", ".join(titles.get(key, key) for key in keys.split())


def _changes(data: Mapping[str, Any]) -> Iterator[Change]:
    status = data.get("status")
    if isinstance(status, list) and len(status) == 2:
        old, new = (str(CONTENT_STATUS_TITLES.get(key, key)) for key in status)
        yield Change("Status", old, new)
    changes = data.get("changes")
    for name, pair in changes.items() if isinstance(changes, dict) else ():
        if isinstance(pair, list) and len(pair) == 2:
            label = name.removesuffix("_id").replace("_", " ").capitalize()
            yield Change(label, in_words(pair[0]), in_words(pair[1]))


def _notes(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if name in SKIPPED or value in (None, "", [], {}):
            continue
        if name == "roles" and isinstance(value, list) and len(value) == 2:
            before, after = (role_titles(" ".join(part)) or "none" for part in value)
            if before != after:
                yield "Roles", f"{before} → {after}"
            continue
        yield TITLES.get(name, name.replace("_", " ").capitalize()), in_words(value)


def in_words(value: Any) -> str:
    """Any plain JSON data on one or several lines."""
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(in_words(item) for item in value)
        case dict():
            return ", ".join(f"{key}: {in_words(item)}" for key, item in value.items())
    return str(value)
