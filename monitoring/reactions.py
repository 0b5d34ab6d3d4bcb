"""What does the grade of an infusion reaction mean by the protocol of the course?

From which grade on the next infusion waits is content: interpretations of ``infusion`` over the
fact of the grade.
"""

from __future__ import annotations

from datetime import date

from certification.criteria.facts import FactError, FactValue, parse_value
from monitoring.models import ProtocolVersion
from monitoring.planning import REACTION_GRADE
from monitoring.protocols import compiled
from monitoring.schedule.rules import INFUSION
from monitoring.schedule.thresholds import Act, Finding, interpret

GRADES = range(1, 6)
"""CTCAE grades."""


def reaction_findings(version: ProtocolVersion, grade: int, on: date) -> tuple[Finding, ...]:
    """What a reaction of this grade means. Nothing, when the protocol does not read the grade."""
    used = compiled(version)
    definition = used.planner.conditions.vocabulary.get(REACTION_GRADE)
    if definition is None:
        return ()
    try:
        value = parse_value(definition, grade)
    except FactError:
        return ()
    facts = {REACTION_GRADE: FactValue(value, on)}
    return interpret(used.planner.conditions, INFUSION, facts, on)


def holding_grades(version: ProtocolVersion, on: date) -> tuple[int, ...]:
    """The grades that stop the next infusion."""
    return tuple(
        grade
        for grade in GRADES
        if any(one.act is Act.HOLD for one in reaction_findings(version, grade, on))
    )
