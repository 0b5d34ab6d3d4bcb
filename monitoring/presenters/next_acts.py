"""Where is the next act of a reason against an infusion done, and may this reader do it?

Every reason leads somewhere: ``LABELS`` and ``act_url`` know each act that ``clearing`` names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from certification.models import User
from certification.presenters.citations import Cite
from config.access import has_permission
from config.roles import Permission
from monitoring.clearing import Readiness, Reason
from monitoring.presenters.citing import Cited

LABELS = {
    "renew": "Add a determination",
    "move_protocol": "Move to the version in force",
    "approve_protocol": "See the protocol",
    "release_hold": "Release the hold",
    "stop_course": "Stop the course",
    "open_course": "Find a determination",
    "book": "Book",
    "record_facts": "Document it",
    "complete_checklist": "Do the checklist",
    "enter_result": "Enter the result",
}
OPEN_RENEWAL = "Open a renewal case"
KIND_WORDS = {
    "certification": "Certification",
    "budget": "Certification",
    "protocol": "Protocol",
    "hold": "Hold",
    "stopped": "Stopped",
    "complete": "Course complete",
    "barred": "Must not be given",
    "spacing": "Too early",
    "not_documented": "Not documented",
    "not_done": "Not done",
    "overdue": "Overdue",
}


@dataclass(frozen=True, slots=True)
class ActLink:
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason against. ``links``: where this reader does the next act; none when it is done by
    somebody else, named in ``who``."""

    kind: str
    word: str
    says: str
    next_act: str
    who: str
    links: tuple[ActLink, ...]
    cites: tuple[Cite, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class Place:
    """What the links of a reason are about. ``visit_id``: the booked visit, if there is one."""

    course_id: UUID
    patient_id: UUID
    visit_id: UUID | None = None
    protocol_id: int | None = None


def reason_lines(
    readiness: Readiness, place: Place, user: User, cited: Cited
) -> tuple[ReasonLine, ...]:
    return tuple(_line(reason, place, user, cited) for reason in readiness.reasons)


def _line(reason: Reason, place: Place, user: User, cited: Cited) -> ReasonLine:
    return ReasonLine(
        kind=reason.kind,
        word=KIND_WORDS.get(reason.kind, reason.kind.replace("_", " ").capitalize()),
        says=reason.says,
        next_act=reason.next_act,
        who=reason.who,
        links=tuple(links_of(reason, place, user)),
        cites=cited.cites(reason.cite),
        verified=reason.verified,
    )


def links_of(reason: Reason, place: Place, user: User) -> Iterable[ActLink]:
    """What this reader can open to do the next act, the usual one first."""
    if has_permission(user, Permission.MONITOR):
        yield ActLink(act_url(reason, place), label_of(reason, place))
    if reason.act == "renew" and has_permission(user, Permission.PREPARE_CASES):
        yield ActLink(reverse("monitoring:course-renew", args=[place.course_id]), OPEN_RENEWAL)
    if reason.act == "approve_protocol" and has_permission(user, Permission.APPROVE_CONTENT):
        yield ActLink(review_url(place), "Review the protocol")


def label_of(reason: Reason, place: Place) -> str:
    if reason.act == "book" and reason.kind == "spacing" and place.visit_id:
        return "Move the visit"
    if reason.act == "complete_checklist" and place.visit_id is None:
        return "Book the visit"
    return LABELS[reason.act]


def act_url(reason: Reason, place: Place) -> str:
    """The page on which the next act is done."""
    course, visit = [place.course_id], place.visit_id
    match reason.act:
        case "renew" | "open_course":
            return reverse("monitoring:course-certification", args=course)
        case "move_protocol" | "approve_protocol":
            return reverse("monitoring:course-protocol", args=course)
        case "release_hold":
            return reverse("monitoring:hold-release", args=[int(reason.source)])
        case "stop_course":
            return reverse("monitoring:course-stop", args=course)
        case "book" if reason.kind == "spacing" and visit:
            return reverse("monitoring:visit-move", args=[visit])
        case "record_facts" if reason.kind == "not_documented" and visit:
            return reverse("monitoring:visit-checklist", args=[visit])
        case "record_facts":
            return reverse("monitoring:course-facts", args=course)
        case "complete_checklist" if visit:
            return reverse("monitoring:visit-checklist", args=[visit])
        case "enter_result":
            query = urlencode({"test": reason.test})
            return f"{reverse('monitoring:result-new', args=[place.patient_id])}?{query}"
        case "book" | "complete_checklist":
            return reverse("monitoring:course-book", args=course)
    raise ValueError(f"no page for the act {reason.act!r}")


def review_url(place: Place) -> str:
    """Where a content approver reads and approves the protocol."""
    try:
        name = "admin:monitoring_protocolversion_change"
        return reverse(name, args=[place.protocol_id])
    except NoReverseMatch:
        return reverse("admin:index")
