"""Do the shipped criteria say of invented people what a clinician would say?

``vignettes.jsonl`` was written from the product's rules and the labels, before its authors looked
at the criteria. One line is one person: ``facts`` in either way of writing (bare values beside
date facts, or values with the date they were observed on), or ``like`` an earlier person of the
same set with other ``facts`` and ``without`` some. ``because`` names the rule that ``expect``
rests on:

``recommendation``    certify, refer or pend
``missing``           facts that must be named among the missing (others may be)
``precaution_on``     facts of which a precaution must speak; ``a|b`` means one of them
``no_precaution_on``  facts of which none may speak
``not_told``          precautions that must not appear
``conflicts``         derived facts whose given and computed values disagree
``contradiction``     a contradiction is flagged
``error``             the fact whose answer cannot be right
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from certification.criteria.derived import inputs
from certification.criteria.evaluation import Evaluation, Evaluator
from certification.criteria.facts import FactError, read_facts
from certification.criteria.tree import fact_keys
from certification.packs.pack import SHIPPED, Pack, read_pack

AS_OF = "2026-11-22"
LINES = (Path(__file__).parent / "vignettes.jsonl").read_text(encoding="utf-8").splitlines()
EXPECTATIONS = {
    "recommendation",
    "missing",
    "precaution_on",
    "no_precaution_on",
    "not_told",
    "conflicts",
    "contradiction",
    "error",
}


def vignettes() -> list[dict[str, Any]]:
    """Every line with its facts written out."""
    people: dict[str, dict[str, Any]] = {}
    for line in LINES:
        person = json.loads(line)
        like = people[person["like"]] if "like" in person else {"facts": {}, "set": person["set"]}
        assert like["set"] == person["set"], person["id"]
        facts = {**like["facts"], **person.get("facts", {})}
        for key in person.get("without", ()):
            del facts[key]
        assert person["id"] not in people, person["id"]
        people[person["id"]] = {**person, "facts": facts}
    return list(people.values())


VIGNETTES = vignettes()


@cache
def shipped() -> Pack:
    return read_pack(SHIPPED[0])


@cache
def evaluator(key: str) -> Evaluator:
    return Evaluator(shipped().criteria_sets[key], shipped().vocabulary)


def evaluate(vignette: Mapping[str, Any]) -> Evaluation:
    as_of = date.fromisoformat(vignette.get("as_of", AS_OF))
    facts = read_facts(shipped().vocabulary, vignette["facts"], as_of)
    return evaluator(vignette["set"]).evaluate(facts, as_of)


@pytest.mark.parametrize("vignette", VIGNETTES, ids=[one["id"] for one in VIGNETTES])
def test_the_criteria_say_what_a_clinician_would(vignette: Mapping[str, Any]) -> None:
    expect = vignette["expect"]
    because = vignette["because"]
    assert expect.keys() <= EXPECTATIONS
    if "error" in expect:
        with pytest.raises(FactError) as caught:
            evaluate(vignette)
        assert caught.value.key == expect["error"], because
        return
    found = evaluate(vignette)
    assert found.recommendation == expect["recommendation"], because
    assert set(expect.get("missing", ())) <= set(found.missing), because
    spoken_of = _spoken_of(vignette["set"], found)
    for keys in expect.get("precaution_on", ()):
        assert spoken_of & set(keys.split("|")), because
    for keys in expect.get("no_precaution_on", ()):
        assert not spoken_of & set(keys.split("|")), because
    assert not set(expect.get("not_told", ())) & set(found.precautions), because
    assert set(expect.get("conflicts", ())) <= {conflict.fact for conflict in found.conflicts}
    assert bool(found.contradictions) or not expect.get("contradiction"), because


def _spoken_of(set_key: str, found: Evaluation) -> set[str]:
    """The facts on which the precautions that are told rest, directly or worked out."""
    waiting = [
        key
        for precaution in shipped().criteria_sets[set_key].criteria.precautions
        if precaution.id in found.precautions
        for key in fact_keys(precaution.when)
    ]
    keys: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in keys:
            keys.add(key)
            waiting.extend(inputs(shipped().vocabulary[key]))
    return keys


def test_every_set_has_people_for_every_recommendation() -> None:
    seen = Counter((one["set"], one["expect"].get("recommendation")) for one in VIGNETTES)
    for key in shipped().criteria_sets:
        assert all(seen[key, recommendation] for recommendation in ("certify", "refer", "pend"))


def test_a_missing_answer_never_refers_and_is_named() -> None:
    """Take any one answer from somebody who is certified: never referred, and if pended, told why.

    Where one answer dates another, or another is worked out from it, either is named.
    """
    vocabulary = shipped().vocabulary
    for vignette in VIGNETTES:
        if vignette["expect"].get("recommendation") != "certify" or "like" in vignette:
            continue
        for key in vignette["facts"]:
            rest = {name: answer for name, answer in vignette["facts"].items() if name != key}
            found = evaluate({**vignette, "facts": rest})
            assert found.recommendation != "refer", (vignette["id"], key)
            if found.recommendation == "pend":
                named = {key, vocabulary[key].dated_by}
                named |= {name for name, one in vocabulary.items() if one.dated_by == key}
                named |= {name for name, one in vocabulary.items() if key in inputs(one)}
                assert named & set(found.missing), (vignette["id"], key)
