"""How do many people, one JSON object a line, become plans, one a line?

Lines come in and go out one by one, so memory does not grow with their number. A line that cannot
be read gives a line with its number and the error, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any

import orjson

from certification.criteria.facts import Vocabulary
from monitoring.schedule.clearance import clear_to_infuse
from monitoring.schedule.generator import Planner
from monitoring.schedule.months import add_months
from monitoring.schedule.reading import PersonError, read_person
from monitoring.schedule.writing import plan_to_data


class PlannedLines:
    """Iterates over the answer lines, each with its newline, and counts ``failures`` on the way."""

    def __init__(
        self,
        planner: Planner,
        vocabulary: Vocabulary,
        tests: Collection[str],
        lines: Iterable[bytes],
        *,
        as_of: date,
        horizon_months: int,
        explain: bool = False,
    ) -> None:
        self.failures = 0
        self._planner = planner
        self._vocabulary = vocabulary
        self._tests = tests
        self._lines = lines
        self._as_of = as_of
        self._horizon = add_months(as_of, horizon_months)
        self._explain = explain

    def __iter__(self) -> Iterator[bytes]:
        for number, line in enumerate(self._lines, start=1):
            if not line.strip():
                continue
            identity = None
            try:
                raw = orjson.loads(line)
                identity = raw.get("id") if isinstance(raw, dict) else None
                answer = {"id": identity, **self._answer(raw)}
            except orjson.JSONDecodeError as error:
                answer = self._failure(number, identity, f"this is not JSON: {error}")
            except PersonError as error:
                answer = self._failure(number, identity, str(error))
            yield orjson.dumps(answer) + b"\n"

    def _answer(self, raw: Any) -> dict[str, Any]:
        person = read_person(raw, self._vocabulary, self._tests, self._as_of)
        plan = self._planner.generate(
            anchors=person.anchors,
            doses=person.doses,
            results=person.results,
            facts=person.facts,
            horizon=self._horizon,
            as_of=self._as_of,
        )
        clearance = clear_to_infuse(self._planner.conditions, plan)
        return plan_to_data(plan, clearance, self._explain)

    def _failure(self, number: int, identity: Any, message: str) -> dict[str, Any]:
        self.failures += 1
        named = {} if identity is None else {"id": identity}
        return {"line": number, **named, "error": message}
