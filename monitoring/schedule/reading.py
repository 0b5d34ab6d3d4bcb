"""What does one line of input say about a person, or what is wrong with it?

Everything that cannot be right is refused with the place and what is allowed there; nothing is
guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple

from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactSet,
    FactType,
    Vocabulary,
    parse_value,
    read_facts,
)
from monitoring.schedule.record import Anchors, Result
from monitoring.schedule.rules import INFUSION

FIELDS = (
    *("id", "start_on", "stopped_on", "next_infusion_on"),
    *("facts", "doses", "results"),
)
RESULT_FIELDS = ("test", "on", "facts")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


class PersonError(ValueError):
    """What is wrong with the description of a person: ``path`` and ``message``."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


class Person(NamedTuple):
    """A person as ``Planner.generate`` takes one."""

    anchors: Anchors
    doses: tuple[date, ...]
    results: tuple[Result, ...]
    facts: FactSet


def read_person(raw: Any, vocabulary: Vocabulary, tests: Collection[str], as_of: date) -> Person:
    """The person that ``raw`` (plain data) describes. Raises ``PersonError``.

    ``vocabulary`` may hold more facts, and ``tests`` more keys, than one protocol uses.
    """
    _check_keys(raw, "", FIELDS)
    anchors = Anchors(
        start_on=_required_day(raw, "start_on"),
        stopped_on=_day(raw.get("stopped_on"), "stopped_on", as_of),
        next_infusion_on=_day(raw.get("next_infusion_on"), "next_infusion_on"),
    )
    doses = tuple(
        _needed(_day(dose, f"doses.{n}", as_of), f"doses.{n}")
        for n, dose in enumerate(_listed(raw, "doses"))
    )
    first = min(doses, default=anchors.start_on)
    if anchors.stopped_on and anchors.stopped_on < min(anchors.start_on, first):
        raise PersonError("stopped_on", f"{anchors.stopped_on} is before the start ({first})")
    results = tuple(
        _result(item, f"results.{n}", vocabulary, tests, as_of)
        for n, item in enumerate(_listed(raw, "results"))
    )
    return Person(anchors, doses, results, _facts(raw, "facts", vocabulary, as_of))


def _result(
    raw: Any, path: str, vocabulary: Vocabulary, tests: Collection[str], as_of: date
) -> Result:
    _check_keys(raw, path, RESULT_FIELDS)
    test = raw.get("test")
    if not isinstance(test, str) or (test != INFUSION and test not in tests):
        close = get_close_matches(str(test), list(tests), n=1)
        hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(sorted(tests))}"
        raise PersonError(f"{path}.test", f"there is no test {test!r}{hint}")
    on = _needed(_day(raw.get("on"), f"{path}.on", as_of), f"{path}.on")
    return Result(test, on, _facts(raw, "facts", vocabulary, as_of, f"{path}.facts"))


def _facts(
    raw: Mapping[str, Any], key: str, vocabulary: Vocabulary, as_of: date, path: str = ""
) -> FactSet:
    given = raw.get(key)
    if given is None:
        return {}
    try:
        return read_facts(vocabulary, given, as_of)
    except FactError as error:
        where = path or key
        place = where if error.key == "facts" else f"{where}.{error.key}"
        raise PersonError(place, error.message) from None


def _check_keys(raw: Any, path: str, allowed: tuple[str, ...]) -> None:
    if not isinstance(raw, Mapping):
        raise PersonError(path, f"{_shown(raw)} is not an object")
    for key in raw:
        if key not in allowed:
            close = get_close_matches(str(key), allowed, n=1)
            hint = f"did you mean {close[0]}?" if close else f"allowed are {', '.join(allowed)}"
            raise PersonError(path, f"unknown key {_shown(key)}; {hint}")


def _listed(raw: Mapping[str, Any], key: str) -> list[Any]:
    given = raw.get(key)
    if given is None:
        return []
    if not isinstance(given, list | tuple):
        raise PersonError(key, f"{_shown(given)} is not a list")
    return list(given)


def _required_day(raw: Mapping[str, Any], key: str) -> date:
    return _needed(_day(raw.get(key), key), key)


def _needed(day: date | None, path: str) -> date:
    if day is None:
        raise PersonError(path, "a date is required (YYYY-MM-DD)")
    return day


def _day(raw: Any, path: str, latest: date | None = None) -> date | None:
    if raw is None:
        return None
    try:
        day: date = parse_value(_DAY, raw, latest)
    except FactError as error:
        raise PersonError(path, error.message) from None
    return day


_DAY = FactDefinition("date", "Date", FactType.DATE, minimum=EARLIEST, maximum=LATEST)


def _shown(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."
