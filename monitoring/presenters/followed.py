"""What followed from a result: which item it closed, what it raised, which date moved and why?

The items are told by the audit event of the act, as they were then; alerts and holds as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.criteria.tree_words import date_text
from certification.models import AuditEvent, User
from certification.presenters.citations import Cite
from certification.presenters.wording import capitalised, moment_words
from monitoring.models import Alert, Hold, InfusionCourse, Result
from monitoring.policies import can_acknowledge, can_release
from monitoring.presenters.citing import Cited
from monitoring.presenters.readings import verified_of
from monitoring.protocols import compiled
from monitoring.schedule.wording import without_sources

WORDS = {
    "closed": ("done", "Done"),
    "next": ("upcoming", "Next"),
    "moved": ("in_review", "Moved"),
    "ended": ("superseded", "No longer asked"),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """One item: ``word`` what became of it, ``says`` the item with its dates, ``why``."""

    tag: str
    word: str
    says: str
    why: str
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert or a hold with what became of it. ``url``: where this reader settles it."""

    tag: str
    word: str
    says: str
    cites: tuple[Cite, ...]
    verified: str
    settled: str
    url: str
    act: str


def followed_lines(
    event: AuditEvent | None, courses: Mapping[str, InfusionCourse], cited: Cited
) -> list[Followed]:
    """``courses``: those of the person, by id."""
    order = list(WORDS)
    told = event.data.get("followed", []) if event else []
    return [
        _line(one, courses.get(one["course"]), cited)
        for one in sorted(told, key=lambda one: order.index(one["what"]))
    ]


def _line(one: Mapping[str, Any], course: InfusionCourse | None, cited: Cited) -> Followed:
    tag, word = WORDS[one["what"]]
    name, due = _name(one, course), _day(one["due_on"])
    was = one.get("was_due_on")
    match one["what"]:
        case "closed":
            says = f"{name}, due {due}"
        case "moved" if was:
            says = f"{name}: from {_day(was)} to {due}"
        case "ended":
            says = f"{name}, was due {due}"
        case _:
            says = f"{name}, due {due}"
    why = without_sources(one.get("why", ""))
    return Followed(tag, word, says, why, cited.cites(one.get("cite", ())))


def _name(one: Mapping[str, Any], course: InfusionCourse | None) -> str:
    """The rule by its name, as the version of the course has it; else the test."""
    if course is not None:
        protocol = compiled(course.protocol_version).planner.protocol
        rules = (*protocol.rules, *((protocol.infusions.rule,) if protocol.infusions else ()))
        for rule in rules:
            if rule.id == one["rule"]:
                return capitalised(rule.name)
    return capitalised(str(one["test"]).replace("_", " "))


def _day(text: str) -> str:
    return date_text(date.fromisoformat(text))


def raised_lines(
    results: Iterable[Result],
    courses: Mapping[str, InfusionCourse],
    user: User,
    cited: Cited,
    zone: str,
) -> list[Raised]:
    """The alerts and holds of a result and of those that it corrects: holds first."""
    keys = [result.pk for result in results]
    holds = Hold.objects.filter(result__in=keys).select_related("released_by", "course")
    alerts = Alert.objects.filter(result__in=keys).select_related("acknowledged_by", "patient")
    return [
        *(_hold(hold, courses, user, cited, zone) for hold in holds),
        *_alerts(alerts, courses, user, cited, zone),
    ]


def _hold(
    hold: Hold, courses: Mapping[str, InfusionCourse], user: User, cited: Cited, zone: str
) -> Raised:
    settled = ""
    if hold.released_at is not None:
        when = moment_words(hold.released_at, zone)
        settled = f"Released by {hold.released_by}, {when}: {hold.release_reason}"
    return Raised(
        "hold",
        "Hold: the next infusion is stopped" if not settled else "Hold, released",
        hold.reason,
        cited.cites(hold.cite),
        verified_of(hold.rule, courses.get(str(hold.course_id))),
        settled,
        reverse("monitoring:hold-release", args=[hold.pk]) if can_release(user, hold) else "",
        "Release the hold",
    )


def _alerts(
    alerts: Iterable[Alert],
    courses: Mapping[str, InfusionCourse],
    user: User,
    cited: Cited,
    zone: str,
) -> Iterator[Raised]:
    for alert in alerts:
        settled = ""
        if alert.acknowledged_at is not None:
            when = moment_words(alert.acknowledged_at, zone)
            settled = f"Acknowledged by {alert.acknowledged_by}, {when}"
        may = can_acknowledge(user, alert)
        yield Raised(
            "precaution",
            "Alert",
            alert.says,
            cited.cites(alert.cite),
            verified_of(alert.rule, courses.get(str(alert.course_id))),
            settled,
            reverse("monitoring:alert-acknowledge", args=[alert.pk]) if may else "",
            "Acknowledge",
        )
