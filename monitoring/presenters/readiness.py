"""May the next infusion be given, and what should it carry after what happened before?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch

from certification.models import User
from certification.presenters.citations import Cite
from certification.presenters.wording import counted, day_words
from monitoring.advice import Advice
from monitoring.clearing import Readiness
from monitoring.models import InfusionCourse, Reaction, Visit
from monitoring.presenters.citing import Cited
from monitoring.presenters.next_acts import Place, ReasonLine, reason_lines

ADVICE_SOURCES = {
    "article": "Founding article",
    "label": "Label",
    "protocol": "Protocol",
}


@dataclass(frozen=True, slots=True)
class ReadinessPanel:
    """Clear to infuse: yes or no, for which day, and every reason with its next act."""

    clear: bool
    word: str
    says: str
    reasons: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True)
class AdviceLine:
    source: str
    says: str
    note: str
    cites: tuple[Cite, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class AdvicePart:
    """What the next visit carries because of one occasion; sources beside each other."""

    title: str
    lines: tuple[AdviceLine, ...]


def with_visits(course: InfusionCourse) -> InfusionCourse:
    """The course with its visits and reactions in memory, for all that reads them."""
    reactions = Prefetch("reactions", Reaction.objects.order_by("recorded_at", "id"))
    found = InfusionCourse.objects.filter(pk=course.pk).prefetch_related(
        Prefetch("visits", Visit.objects.prefetch_related(reactions)), "authorizations"
    )
    return found.select_related("site", "patient", "therapy", "protocol_version__approved_by").get()


def place_of(course: InfusionCourse, booked: Visit | None) -> Place:
    visit_id = booked.pk if booked else None
    return Place(course.pk, course.patient_id, visit_id, course.protocol_version_id)


def readiness_panel(readiness: Readiness, place: Place, user: User, cited: Cited) -> ReadinessPanel:
    reasons = reason_lines(readiness, place, user, cited)
    day = day_words(readiness.day)
    if readiness.clear:
        return ReadinessPanel(True, "Clear to infuse", f"For {day}. Nothing stands against it.", ())
    says = f"For {day}. {counted(len(reasons), 'reason')} against it, each with its next act."
    return ReadinessPanel(False, "Not clear to infuse", says, reasons)


def advice_parts(advice: Iterable[Advice], cited: Cited) -> list[AdvicePart]:
    titles = {"missed": "After the missed infusion", "reaction": "After the reaction"}
    grouped: dict[str, list[AdviceLine]] = {}
    for one in advice:
        grouped.setdefault(one.why, []).append(advice_line(one, cited))
    return [AdvicePart(titles[why], tuple(lines)) for why, lines in grouped.items()]


def advice_line(one: Advice, cited: Cited) -> AdviceLine:
    source = ADVICE_SOURCES[one.source] + (f", {one.seed}" if one.seed else "")
    return AdviceLine(source, one.says, one.note, cited.cites(one.cite), one.verified)
