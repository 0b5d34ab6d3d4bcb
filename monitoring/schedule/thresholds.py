"""What does a result mean, and what follows from it?

The numbers are content: each interpretation of the protocol is a tree over the facts of a result.
``inform`` explains, ``alert`` wants somebody to look, ``hold`` stops the next infusion.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from certification.criteria.facts import FactSet
from certification.criteria.tree import Citation, Truth
from monitoring.schedule.conditions import Conditions, judge
from monitoring.schedule.record import Record
from monitoring.schedule.rules import Interpretation


class Act(StrEnum):
    INFORM = "inform"
    ALERT = "alert"
    HOLD = "hold"


class Finding(NamedTuple):
    """What one result means. ``unknown``: it cannot be told, for want of these facts."""

    interpretation: Interpretation
    unknown: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.interpretation.id

    @property
    def act(self) -> Act:
        return Act(self.interpretation.act)

    @property
    def says(self) -> str:
        return self.interpretation.says

    @property
    def cite(self) -> tuple[Citation, ...]:
        return self.interpretation.cite


def interpret(
    conditions: Conditions, test: str, facts: FactSet, on: date, record: Record | None = None
) -> tuple[Finding, ...]:
    """What the facts of a result of ``test`` mean on the day ``on``.

    With a ``record``, what was known before counts too; the facts of the result come first.
    """
    together = {**record.latest, **facts} if record is not None else dict(facts)
    if record is not None:
        together = dict(conditions.supply(together, record.start_on, record.doses, on))
    known = conditions.known(together, on)
    findings = []
    for interpretation in conditions.protocol.interpretations:
        if interpretation.test != test:
            continue
        verdict = judge(interpretation.when, known)
        if verdict.truth is Truth.MET:
            findings.append(Finding(interpretation))
    return tuple(findings)
