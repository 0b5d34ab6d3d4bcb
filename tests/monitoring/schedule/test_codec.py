"""Does a stored protocol plan as the pack it came from, and are mistakes in packs told?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certification.criteria.plain import content_hash
from certification.packs.pack import read_pack
from certification.packs.problems import PackError
from certification.packs.tree_rules import as_written
from monitoring.schedule.codec import document, read_document
from monitoring.schedule.examples import check_protocols, run_examples
from monitoring.schedule.generator import Planner
from tests.monitoring.schedule.conftest import KEYS, known_tests, planners, shipped

SMALL = Path(__file__).parents[2] / "certification" / "packs" / "small" / "pack.yaml"


@pytest.mark.parametrize("key", KEYS)
def test_a_document_holds_everything(key: str) -> None:
    """Through JSON and back, away from the pack: the same protocol, the same hash, same plans."""
    found = shipped().entries.protocols[key]
    stored = document(as_written(found.entry), shipped().vocabulary)
    again = json.loads(json.dumps(stored))
    protocol, vocabulary = read_document(again)
    assert protocol == planners()[key].protocol
    assert content_hash(document(again["protocol"], vocabulary)) == content_hash(stored)
    results = run_examples(Planner(protocol), vocabulary, known_tests())
    assert [r.differences for r in results] == [()] * len(protocol.examples)


RULE = "  - id: antibody-twice-a-year\n    test: jcv_antibody\n    kind: recurring\n"
MISTAKES = {
    "no interval": ("    interval: {months: 6}\n", "", "interval, for a rule of kind recurring"),
    "an unknown test": ("test: jcv_antibody\n", "test: jvc_antibody\n", "jcv_antibody"),
    "an unknown anchor": ("anchor: last_result", "anchor: last_resultt", "'last_resultt'"),
    "an unknown kind": ("kind: recurring", "kind: sometimes", "once, recurring, per_infusion"),
    "an unknown key": (
        "    level: blocking\n",
        "    level: blocking\n    every: 6\n",
        "the key 'every'",
    ),
    "a window without sense": (
        "    level: blocking\n",
        "    level: blocking\n    window: {opens_before_days: -1}\n",
        "at least 0",
    ),
    "an interval of nothing": ("interval: {months: 6}", "interval: {days: 0}", "at least one day"),
    "an empty period": ("interval: {months: 6}", "interval: {}", "days, weeks, months or years"),
    "an end that is none": (
        "    level: blocking\n",
        "    level: blocking\n    until: {open: false}\n",
        "months_after_last_dose, or open: true",
    ),
    "an unknown fact": ("fact: antibody, op: ne", "fact: antibodies, op: ne", "'antibodies'"),
    "an unknown reference": ("ref: example-guideline, at: p. 4", "ref: other", "'other'"),
    "the same id twice": (RULE, RULE.replace("recurring", "per_infusion") + "    says: x\n" + RULE,
                          "a second time"),
    "a family of two tests": (
        RULE,
        RULE + "    family: one\n    anchor: last_result\n    interval: {months: 1}\n    says: x\n"
        + RULE.replace("antibody-twice-a-year", "other").replace("test: jcv_antibody", "test: cbc")
        + "    family: one\n",
        "as the other rules of the family",
    ),
    "no date for an example": (
        "    cite: [{ref: example-guideline, at: p. 4}]\n",
        "    cite: [{ref: example-guideline, at: p. 4}]\n"
        "  examples: [{name: x, input: {start_on: 2026-01-01}}]\n",
        "as_of is required",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_in_a_protocol_are_told(mistake: str, tmp_path: Path) -> None:
    old, new, said = MISTAKES[mistake]
    before, _, protocols = SMALL.read_text(encoding="utf-8").partition("protocols:\n")
    assert old in protocols
    changed = protocols.replace(old, new, 1)
    changed = changed.replace("  rules:", "  - {key: cbc, label: blood count}\n  rules:").replace(
        "tests: [{key: jcv_antibody, label: antibody test}]",
        "tests:\n  - {key: jcv_antibody, label: antibody test}",
    )
    (tmp_path / "pack.yaml").write_text(f"{before}protocols:\n{changed}", encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read_pack(tmp_path)
    assert said in str(caught.value)
    assert all(problem.line > 0 for problem in caught.value.problems)


def test_an_example_that_comes_out_otherwise_is_told(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8") + (
        "  examples:\n"
        "  - name: Twice a year\n"
        "    as_of: 2026-03-01\n"
        "    input: {start_on: 2026-01-31, doses: [2026-01-31], facts: {antibody: negative}}\n"
        "    expect: [{test: jcv_antibody, due_on: 2026-07-30}]\n"
        "    clear_to_infuse: 'no'\n"
        "  - name: In the future\n"
        "    as_of: 2026-03-01\n"
        "    input: {start_on: 2026-01-31, doses: [2026-04-01]}\n"
        "    expect: [{test: jcv_antibody}]\n"
    )
    (tmp_path / "pack.yaml").write_text(text, encoding="utf-8")
    problems = [str(problem) for problem in check_protocols(read_pack(tmp_path))]
    assert len(problems) == 2
    assert "found antibody-twice-a-year:1 due 2026-07-31 upcoming" in problems[0]
    assert "an item with test jcv_antibody, due_on 2026-07-30, says the example" in problems[0]
    assert "doses.0: 2026-04-01 is in the future" in problems[1]
