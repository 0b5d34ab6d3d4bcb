"""What does the page of a visit say, and what is the one next thing to do there?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from certification.criteria.facts import FactError, Vocabulary, parse_value
from certification.criteria.tree_words import value_text
from certification.models import User
from certification.presenters.citations import Source
from certification.presenters.wording import counted, day_words, moment_words
from certification.turnaround import local_date
from monitoring.advice import advice_for, advice_for_grade
from monitoring.clearing import clear_to_infuse
from monitoring.models import InfusionCourse, Reaction, Visit
from monitoring.planning import checklist_questions, protocol_of
from monitoring.policies import can_change_visit, can_record_reaction, can_treat
from monitoring.presenters.citing import Cited
from monitoring.presenters.next_acts import ActLink
from monitoring.presenters.readiness import (
    AdviceLine,
    AdvicePart,
    ReadinessPanel,
    advice_line,
    advice_parts,
    place_of,
    readiness_panel,
    with_visits,
)
from monitoring.reactions import GRADES, holding_grades
from monitoring.schedule.rules import INFUSION
from monitoring.vital_signs import VITAL_SIGNS

RECORDED = (Visit.State.INFUSED, Visit.State.NOT_INFUSED, Visit.State.MISSED)


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now. No ``url``: somebody else does it."""

    title: str
    says: str
    url: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class ReactionLine:
    grade: int
    symptoms: str
    says: str
    recorded: str


@dataclass(frozen=True, slots=True)
class VitalsTable:
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class VisitPage:
    title: str
    state: str
    state_word: str
    next_step: NextStep | None
    readiness: ReadinessPanel | None
    facts: list[dict[str, str]]
    checklist: list[dict[str, str]]
    checked: str
    vitals: VitalsTable | None
    note: str
    reactions: list[ReactionLine]
    advice: list[AdvicePart]
    acts: list[ActLink]
    references: list[Source]


@dataclass(frozen=True, slots=True)
class GradeCard:
    """What a CTCAE grade asks for, shown beside its choice."""

    grade: int
    holds: bool
    lines: tuple[AdviceLine, ...]


def visit_page(visit: Visit, user: User, now: datetime, today: date) -> VisitPage:
    course = with_visits(visit.course)
    visit.course = course
    cited = Cited()
    scheduled = visit.state == Visit.State.SCHEDULED
    panel = None
    if scheduled:
        answer = clear_to_infuse(course, today)
        panel = readiness_panel(answer, place_of(course, visit), user, cited)
    carried = advice_for(course, max(today, visit.scheduled_on)) if _is_newest(visit) else []
    advice = advice_parts(carried, cited)
    zone = course.site.time_zone
    checked = ""
    if visit.checklist_by and visit.checklist_at:
        checked = f"{visit.checklist_by}, {moment_words(visit.checklist_at, zone)}"
    return VisitPage(
        title=f"Visit of {day_words(visit.infused_on or visit.scheduled_on)}",
        state=visit.state,
        state_word=visit.get_state_display(),
        next_step=_next_step(visit, user, panel, today),
        readiness=panel,
        facts=list(_facts(visit, zone)),
        checklist=list(checklist_lines(visit)),
        checked=checked,
        vitals=_vitals(visit),
        note=visit.note,
        reactions=[_reaction(one, zone) for one in _reactions(visit)],
        advice=advice,
        acts=list(_acts(visit, user, today)),
        references=cited.listed(),
    )


def grade_cards(course: InfusionCourse, on: date, cited: Cited) -> list[GradeCard]:
    """The action for each grade, and what the label says; all of it is content."""
    holding = holding_grades(course.protocol_version, on)
    return [
        GradeCard(
            grade,
            grade in holding,
            tuple(
                advice_line(one, cited)
                for one in advice_for_grade(course, grade, on)
                if one.source == "protocol"
            ),
        )
        for grade in GRADES
    ]


def label_lines(course: InfusionCourse, on: date, cited: Cited) -> list[AdviceLine]:
    """What the label says of reactions, whatever the grade."""
    found = advice_for_grade(course, GRADES[0], on)
    return [advice_line(one, cited) for one in found if one.source == "label"]


def checklist_lines(visit: Visit) -> Iterable[dict[str, str]]:
    asked = checklist_questions(protocol_of(visit.course.protocol_version))
    vocabulary: Vocabulary = {key: definition for key, (definition, _) in asked.items()}
    for key, value in visit.checklist.items():
        definition = vocabulary.get(key)
        if definition is None:
            yield {"label": key.replace("_", " ").capitalize(), "value": str(value)}
            continue
        try:
            text = value_text(definition, parse_value(definition, value))
        except FactError:
            text = str(value)
        yield {"label": definition.label, "value": text}


def _next_step(
    visit: Visit, user: User, panel: ReadinessPanel | None, today: date
) -> NextStep | None:
    own, course = [visit.pk], visit.course
    if visit.state != Visit.State.SCHEDULED or panel is None:
        return _book_next(visit, user)
    if not can_change_visit(user, visit):
        return NextStep("Booked", "An infusion nurse does the checklist and records the infusion.")
    if visit.scheduled_on > today:
        days = (visit.scheduled_on - today).days
        return NextStep(
            f"In {counted(days, 'day')}",
            "The checklist and the infusion are recorded on the day. What stands against it can be "
            "settled before.",
        )
    if checklist_questions(protocol_of(course.protocol_version)) and not _checked_today(
        visit, today
    ):
        return NextStep(
            "Do the checklist",
            "Ask before every infusion, on the day.",
            reverse("monitoring:visit-checklist", args=own),
            "Open the checklist",
        )
    if panel.clear:
        return NextStep(
            "Record the infusion",
            "Clear to infuse.",
            reverse("monitoring:visit-infuse", args=own),
            "Record the infusion",
        )
    first = panel.reasons[0]
    link = first.links[0] if first.links else None
    return NextStep(
        f"{first.word}: {first.next_act}",
        f"Done by: {first.who}.",
        link.url if link else "",
        link.label if link else "",
    )


def _is_newest(visit: Visit) -> bool:
    """Whether nothing was recorded of a later visit: what the next one carries stands here."""
    recorded = (one for one in visit.course.visits.all() if one.state in RECORDED)
    return all(one.scheduled_on <= visit.scheduled_on for one in recorded)


def _book_next(visit: Visit, user: User) -> NextStep | None:
    """After the newest visit, while another infusion is due and nobody has booked it."""
    course = visit.course
    if visit.state not in RECORDED or not _is_newest(visit) or not can_treat(user, course):
        return None
    if any(one.state == Visit.State.SCHEDULED for one in course.visits.all()):
        return None
    due = course.due_items.all().open().filter(test=INFUSION).order_by("due_on").first()
    if due is None:
        return None
    return NextStep(
        "Book the next visit",
        f"The next infusion is due on {day_words(due.due_on)}, and none is booked.",
        reverse("monitoring:course-book", args=[course.pk]),
        "Book it",
    )


def _checked_today(visit: Visit, today: date) -> bool:
    zone = visit.course.site.time_zone
    return visit.checklist_at is not None and local_date(visit.checklist_at, zone) == today


def _facts(visit: Visit, zone: str) -> Iterable[dict[str, str]]:
    time = visit.scheduled_time.strftime(" at %H:%M") if visit.scheduled_time else ""
    yield {"label": "Booked for", "value": f"{day_words(visit.scheduled_on)}{time}"}
    if visit.state == Visit.State.INFUSED:
        expiry = day_words(visit.batch_expires_on)
        observed = visit.observed_minutes
        yield {"label": "Infused on", "value": day_words(visit.infused_on)}
        yield {"label": "Dose", "value": visit.dose}
        yield {"label": "Batch", "value": visit.batch, "note": f"expires {expiry}"}
        yield {"label": "Rate", "value": visit.rate}
        yield {"label": "Premedication given", "value": visit.premedication}
        yield {
            "label": "Observed after it",
            "value": "" if observed is None else counted(observed, "minute"),
        }
    elif visit.reason:
        yield {"label": "Reason", "value": visit.reason}
    if visit.recorded_by:
        at = moment_words(visit.recorded_at, zone)
        yield {"label": "Recorded", "value": f"{visit.recorded_by}, {at}"}


def _vitals(visit: Visit) -> VitalsTable | None:
    if not visit.vitals:
        return None
    used = [sign for key, sign in VITAL_SIGNS.items() if any(key in row for row in visit.vitals)]
    return VitalsTable(
        tuple(f"{sign.label} ({sign.unit})" for sign in used),
        tuple(tuple(row.get(sign.key, "") for sign in used) for row in visit.vitals),
    )


def _reactions(visit: Visit) -> Iterable[Reaction]:
    return visit.reactions.select_related("recorded_by")


def _reaction(one: Reaction, zone: str) -> ReactionLine:
    began = one.began_minutes
    parts = (
        "" if began is None else f"{counted(began, 'minute')} after the start",
        one.treatment and f"treated with: {one.treatment}",
        one.outcome and f"outcome: {one.outcome}",
    )
    said = "; ".join(part for part in parts if part)
    recorded = f"{one.recorded_by}, {moment_words(one.recorded_at, zone)}"
    return ReactionLine(one.grade, one.symptoms, said, recorded)


def _acts(visit: Visit, user: User, today: date) -> Iterable[ActLink]:
    own = [visit.pk]
    if can_change_visit(user, visit):
        if visit.checklist_at:
            yield ActLink(reverse("monitoring:visit-checklist", args=own), "Repeat the checklist")
        if visit.scheduled_on <= today:
            yield ActLink(reverse("monitoring:visit-infuse", args=own), "Record the infusion")
            yield ActLink(reverse("monitoring:visit-not-infused", args=own), "Not infused")
            yield ActLink(reverse("monitoring:visit-missed", args=own), "Missed: did not come")
        yield ActLink(reverse("monitoring:visit-move", args=own), "Move")
        yield ActLink(reverse("monitoring:visit-cancel", args=own), "Cancel the booking")
    if can_record_reaction(user, visit):
        yield ActLink(reverse("monitoring:visit-reaction", args=own), "Record a reaction")
