"""What all, any, at least n and not mean, as tables. Unknown is never "not met"."""

from __future__ import annotations

from datetime import date

import pytest

from certification.criteria.evaluation import recommend
from certification.criteria.tree import Truth

from .tables import TRUTHS, grid, rows, truth

AS_OF = date(2026, 11, 22)
QUESTIONS = [{"key": key, "label": key, "type": "boolean"} for key in "abcd"]
GIVEN = {"met": True, "not met": False, "unknown": None}


def met_when(keys: str) -> list[dict[str, str]]:
    return [{"fact": key, "op": "is_true"} for key in keys]


def of(tree: dict[str, object], *words: str) -> Truth:
    facts = {key: GIVEN[word] for key, word in zip("abcd", words, strict=False)}
    return truth(tree, facts, AS_OF, QUESTIONS)


ALL = """
    all     | met     | not met | unknown
    met     | met     | not met | unknown
    not met | not met | not met | not met
    unknown | unknown | not met | unknown
"""

ANY = """
    any     | met     | not met | unknown
    met     | met     | met     | met
    not met | met     | not met | unknown
    unknown | met     | unknown | unknown
"""

NOT = """
    a       | not a
    met     | not met
    not met | met
    unknown | unknown
"""

# Two of four. The order of the parts makes no difference.
AT_LEAST_TWO = """
    a       | b       | c       | d       | at least 2
    met     | met     | met     | met     | met
    met     | met     | unknown | unknown | met
    met     | met     | not met | not met | met
    met     | unknown | unknown | unknown | unknown
    met     | unknown | not met | not met | unknown
    met     | not met | not met | not met | not met
    unknown | unknown | unknown | unknown | unknown
    unknown | unknown | not met | not met | unknown
    unknown | not met | not met | not met | not met
    not met | not met | not met | not met | not met
"""

EMPTY = """
    tree           | is
    all of nothing | met
    any of nothing | not met
"""

RECOMMENDATION = """
    indications ; contraindications | met   | not met | unknown
    met                             | refer | certify | pend
    not met                         | refer | refer   | refer
    unknown                         | refer | pend    | pend
"""


@pytest.mark.parametrize(("left", "above", "expected"), list(grid(ALL)))
def test_all(left: str, above: str, expected: str) -> None:
    assert of({"all": met_when("ab")}, left, above) is TRUTHS[expected]


@pytest.mark.parametrize(("left", "above", "expected"), list(grid(ANY)))
def test_any(left: str, above: str, expected: str) -> None:
    assert of({"any": met_when("ab")}, left, above) is TRUTHS[expected]


@pytest.mark.parametrize(("given", "expected"), rows(NOT)[1:])
def test_not(given: str, expected: str) -> None:
    assert of({"not": met_when("a")[0]}, given) is TRUTHS[expected]


@pytest.mark.parametrize("line", rows(AT_LEAST_TWO)[1:])
def test_at_least_two(line: list[str]) -> None:
    *given, expected = line
    tree = {"at_least": {"n": 2, "of": met_when("abcd")}}
    assert of(tree, *given) is TRUTHS[expected]
    assert of(tree, *reversed(given)) is TRUTHS[expected]


@pytest.mark.parametrize(("tree", "expected"), rows(EMPTY)[1:])
def test_empty_groups(tree: str, expected: str) -> None:
    assert of({tree.split()[0]: []}) is TRUTHS[expected]


@pytest.mark.parametrize(
    ("indications", "contraindications", "expected"), list(grid(RECOMMENDATION))
)
def test_recommendation(indications: str, contraindications: str, expected: str) -> None:
    assert recommend(TRUTHS[indications], TRUTHS[contraindications]) == expected
