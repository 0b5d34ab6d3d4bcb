"""What stands beside the forms at the chair: why a question is asked, what a grade asks for?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import BoundField, RadioSelect

from certification.criteria.codec_nodes import citation_to_data
from certification.criteria.facts import FactDefinition, FactError, parse_value
from certification.criteria.tree import fact_keys
from certification.criteria.tree_words import value_text
from certification.models import User
from certification.presenters.citations import Cite, Source
from certification.presenters.wording import day_words
from monitoring.advice import advice_for
from monitoring.clearing import clear_to_infuse
from monitoring.forms.visits import ChecklistForm
from monitoring.models import Visit
from monitoring.planning import protocol_of
from monitoring.presenters.citing import Cited
from monitoring.presenters.readiness import (
    AdviceLine,
    AdvicePart,
    ReadinessPanel,
    advice_parts,
    place_of,
    readiness_panel,
    with_visits,
)
from monitoring.presenters.visits import GradeCard, grade_cards, label_lines
from monitoring.schedule.rules import Blocker
from monitoring.schedule.wording import sentence


@dataclass(frozen=True, slots=True)
class BlockerLine:
    says: str
    cites: tuple[Cite, ...]
    verified: str


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A question of the checklist with what it can stand in the way of."""

    key: str
    field: BoundField
    radios: bool
    unit: str
    last: str
    why: tuple[BlockerLine, ...]


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    questions: list[AskedLine]
    references: list[Source]


@dataclass(frozen=True, slots=True)
class InfusionAside:
    readiness: ReadinessPanel
    advice: list[AdvicePart]
    label: list[AdviceLine]
    references: list[Source]


@dataclass(frozen=True, slots=True)
class ReactionAside:
    grades: list[GradeCard]
    label: list[AdviceLine]
    references: list[Source]


def asked_lines(visit: Visit, form: ChecklistForm) -> ChecklistPage:
    cited = Cited()
    protocol = protocol_of(visit.course.protocol_version)
    questions = []
    for key, (definition, _) in form.asked.items():
        field = form[f"f-{key}"]
        why = [one for one in protocol.clearance if key in set(fact_keys(one.when))]
        questions.append(
            AskedLine(
                key,
                field,
                radios=isinstance(field.field.widget, RadioSelect),
                unit=definition.unit,
                last=_last(visit, key, definition),
                why=tuple(_blocker(one, cited) for one in why),
            )
        )
    return ChecklistPage(questions, cited.listed())


def _blocker(one: Blocker, cited: Cited) -> BlockerLine:
    cites = cited.cites(citation_to_data(cite) for cite in one.cite)
    return BlockerLine(sentence(one.says), cites, one.verified)


def _last(visit: Visit, key: str, definition: FactDefinition) -> str:
    """What was documented last: shown, never filled in."""
    given = visit.course.facts.get(key)
    if not given:
        return ""
    try:
        text = value_text(definition, parse_value(definition, given["value"]))
    except FactError:
        return ""
    on = given.get("observed_on")
    return f"Last: {text}" + (f", {day_words(date.fromisoformat(on))}" if on else "")


def infusion_aside(visit: Visit, user: User, today: date) -> InfusionAside:
    course, cited = with_visits(visit.course), Cited()
    answer = clear_to_infuse(course, today)
    panel = readiness_panel(answer, place_of(course, visit), user, cited)
    advice = advice_parts(advice_for(course, max(today, visit.scheduled_on)), cited)
    label = [] if advice else list(_usual(visit, cited))
    return InfusionAside(panel, advice, label, cited.listed())


def _usual(visit: Visit, cited: Cited) -> Iterable[AdviceLine]:
    """What the label says of every infusion: how long it runs, and how long to watch after it."""
    details = visit.course.therapy.details.get("infusion") or {}
    if details.get("says"):
        yield AdviceLine(
            "Label", details["says"], details.get("note") or "",
            cited.cites(details.get("cite") or []), details.get("verified") or "",
        )  # fmt: skip


def reaction_aside(visit: Visit, today: date) -> ReactionAside:
    cited = Cited()
    on = visit.infused_on or today
    cards = grade_cards(visit.course, on, cited)
    return ReactionAside(cards, label_lines(visit.course, on, cited), cited.listed())


def usual_infusion(visit: Visit) -> dict[str, Any]:
    """The dose of the last infusion, or of the certification: offered in the form."""
    given = visit.course.visits.all().given().order_by("-infused_on").first()
    if given is not None:
        return {"dose": given.dose}
    one = visit.course.authorizations.select_related("determination").order_by("start_on").first()
    return {"dose": one.determination.dose[:60]} if one else {}
