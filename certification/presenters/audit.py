"""How does the audit trail read?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from certification.models import AuditEvent, Fact, User
from certification.presenters.wording import counted, listed, moment_words
from certification.workflow import STATUS_TITLES

SHOWN_KEYS = 6
EVENTS_A_PAGE = 50
OPENED = "opened"


@dataclass(frozen=True, slots=True)
class EventLine:
    """One act in a sentence: when, who, what."""

    at: str
    at_iso: str
    who: str
    roles: str
    says: str
    details: tuple[str, ...]
    object_type: str
    object_id: str
    url: str = ""


def chosen_events(user: User, chosen: Mapping[str, Any]) -> QuerySet[AuditEvent]:
    """What happened at the person's sites, and to content and accounts, which have no site."""
    events = AuditEvent.objects.filter(Q(site_id__in=user.site_ids) | Q(site_id__isnull=True))
    if "who" in chosen:
        events = events.filter(actor_name__icontains=chosen["who"])
    if "what" in chosen:
        events = events.filter(object_type=chosen["what"])
    if chosen.get("openings") == "openings":
        events = events.filter(verb=OPENED)
    elif chosen.get("openings") == "acts":
        events = events.exclude(verb=OPENED)
    if "since" in chosen:
        events = events.filter(at__date__gte=chosen["since"])
    if "until" in chosen:
        events = events.filter(at__date__lte=chosen["until"])
    return events


def event_line(event: AuditEvent, zone: str, labels: Mapping[str, str] | None = None) -> EventLine:
    """``labels``: the words for fact keys, when the page knows them."""
    return EventLine(
        at=moment_words(event.at, zone),
        at_iso=event.at.isoformat(),
        who=event.actor_name,
        roles=event.actor_roles.replace("_", " "),
        says=_says(event),
        details=tuple(_details(event.data, labels or {})),
        object_type=event.object_type,
        object_id=event.object_id,
        url=_url(event),
    )


def _url(event: AuditEvent) -> str:
    """The record that it happened to: the case, else the person."""
    if event.case_id is not None:
        return reverse("certification:case", args=[event.case_id])
    if event.patient_id is not None:
        return reverse("certification:patient", args=[event.patient_id])
    return ""


def fact_labels(events: Iterable[AuditEvent]) -> dict[str, str]:
    """The words for the fact keys that the events name. One query."""
    keys = {
        key for e in events for key in (*e.data.get("changed", ()), *e.data.get("fact_keys", ()))
    }
    return dict(Fact.objects.filter(key__in=keys).values_list("key", "label"))


def _says(event: AuditEvent) -> str:
    if event.verb == OPENED:
        return f"looked at the {OBJECTS.get(event.object_type, event.object_type)}"
    return event.verb


OBJECTS = {
    "patient": "patient's record",
    "case": "case",
    "determination": "determination",
    "letter": "letter",
}


def _details(data: Mapping[str, Any], labels: Mapping[str, str]) -> list[str]:
    found = []
    changed = [labels.get(key, key.replace("_", " ")) for key in data.get("changed", {})]
    if changed:
        shown = changed[:SHOWN_KEYS]
        more = len(changed) - len(shown)
        rest = [f"{counted(more, 'more', 'more')}"] if more else []
        found.append(listed([*shown, *rest]))
    if "fact_keys" in data:
        found.append("Asked for: " + listed([labels.get(k, k) for k in data["fact_keys"]]))
    status = data.get("status")
    if isinstance(status, list) and len(status) == 2 and status[0] != status[1]:
        found.append(" to ".join(str(STATUS_TITLES.get(s, s)) for s in status))
    found += [str(data[key]) for key in ("reason", "message") if data.get(key)]
    return found
