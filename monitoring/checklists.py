"""Which questions of the checklist have a sense today, by what is known of the person?

A question says itself when it applies. It is left out only when that is known not to be so:
whatever is not known stays asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from certification.criteria.facts import FactError, FactValue, parse_value
from certification.criteria.interpreter import truth_of
from certification.criteria.tree import Truth
from monitoring.models import InfusionCourse
from monitoring.planning import checklist_questions, plan_course, planner_of, protocol_of


def idle_questions(
    course: InfusionCourse, on: date, answers: Mapping[str, Any] | None = None
) -> frozenset[str]:
    """Those that do not apply on a day, with the answers of that day as far as they are given."""
    asked = checklist_questions(protocol_of(course.protocol_version))
    conditional = {
        key: definition.applies_when
        for key, (definition, _) in asked.items()
        if definition.applies_when is not None
    }
    if not conditional:
        return frozenset()
    conditions = planner_of(course.protocol_version).conditions
    record = plan_course(course, on).record
    facts = dict(conditions.supply(record.latest, record.start_on, record.doses, on))
    for key, raw in (answers or {}).items():
        definition = conditions.vocabulary.get(key)
        if definition is None or raw is None:
            continue
        try:
            facts[key] = FactValue(parse_value(definition, raw, on), on)
        except FactError:
            continue
    known = conditions.known(facts, on)
    return frozenset(
        key for key, tree in conditional.items() if truth_of(tree, known) is Truth.NOT_MET
    )
