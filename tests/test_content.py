"""Is the shipped reference pack sound and whole, and do packs from elsewhere load as they are?

A clinician can read this file: what the pack must carry stands in the tables at the top.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from certification.criteria.evaluation import Evaluator
from certification.criteria.facts import read_facts
from certification.criteria.lines import evaluate_lines
from certification.criteria.tree import CriteriaSet, FactTest, Node, children, walk
from certification.management.commands.content import SCHEMA
from certification.packs.examples import run_examples
from certification.packs.pack import Pack, folders_of, read_pack
from certification.packs.reading import read_folder
from certification.packs.schema import schema_text

ROOT = Path(__file__).resolve().parent.parent
AS_OF = date(2026, 12, 1)
MIN_EXAMPLES = 8

THERAPIES = {
    "natalizumab": {"initial", "renewal"},
    "ocrelizumab_iv": {"initial", "renewal"},
    "ocrelizumab_sc": {"initial", "renewal"},
    "ublituximab": {"initial", "renewal"},
    "alemtuzumab": {"initial", "renewal"},
    "mitoxantrone": {"initial", "renewal"},
    "rituximab": {"initial", "renewal"},
    "methylprednisolone_ivmp": {"acute_course"},
}
SETS = sorted(f"{therapy}-{kind}" for therapy, kinds in THERAPIES.items() for kind in kinds)
# The statements of the founding article: therapies, indications, monitoring, pitfalls, reasons.
STATEMENTS = {
    *(f"T{number}" for number in range(1, 5)),
    *(f"I{number}" for number in range(1, 5)),
    *(f"M{number}" for number in range(1, 5)),
    *(f"P{number}" for number in range(1, 5)),
    *(f"J{number}" for number in range(1, 5)),
}
CITED_NOT_LISTED = {6, 7, 8}


@cache
def shipped() -> Pack:
    return read_pack(*folders_of(["shipped"]))


def roots(criteria_set: CriteriaSet) -> Iterator[Node]:
    criteria = criteria_set.criteria
    yield criteria.indications
    yield criteria.contraindications
    yield from (precaution.when for precaution in criteria.precautions)


def test_every_therapy_has_its_sets_of_criteria() -> None:
    assert set(shipped().entries.therapies) == set(THERAPIES)
    assert sorted(shipped().criteria_sets) == SETS
    for key, criteria_set in shipped().criteria_sets.items():
        assert key == f"{criteria_set.therapy}-{criteria_set.request_type}"


@pytest.mark.parametrize("key", SETS)
def test_every_worked_example_comes_out_as_expected(key: str) -> None:
    criteria_set = shipped().criteria_sets[key]
    results = run_examples(criteria_set, shipped().vocabulary, AS_OF)
    wrong = {r.example.name: [str(d) for d in r.differences] for r in results if not r.passed}
    assert not wrong
    assert len(results) >= MIN_EXAMPLES


@pytest.mark.parametrize("key", SETS)
def test_examples_show_every_recommendation_and_every_bar(key: str) -> None:
    criteria_set = shipped().criteria_sets[key]
    assert all("recommendation" in example.expect for example in criteria_set.examples)
    recommended = {example.expect["recommendation"] for example in criteria_set.examples}
    assert recommended == {"certify", "refer", "pend"}
    results = run_examples(criteria_set, shipped().vocabulary, AS_OF)
    found = {name for r in results if r.evaluation for name in r.evaluation.unmet}
    bars = children(criteria_set.criteria.contraindications)
    assert bars
    assert not [bar.id for bar in bars if not found & {part.id for part in walk(bar)}]


@pytest.mark.parametrize("key", SETS)
def test_examples_do_not_depend_on_the_day_they_are_run(key: str) -> None:
    """An example with a date in it says on which day it plays."""
    criteria_set = shipped().criteria_sets[key]
    undated = [
        example.name
        for example in criteria_set.examples
        if example.as_of is None
        and any(_is_dated(value) for value in read_facts_of(example.facts).values())
    ]
    assert not undated


def read_facts_of(facts: Any) -> dict[str, Any]:
    return dict(read_facts(shipped().vocabulary, facts, AS_OF))


def _is_dated(answer: Any) -> bool:
    return answer.observed_on is not None or isinstance(answer.value, date)


@pytest.mark.parametrize("key", SETS)
def test_every_criterion_says_something_and_is_cited(key: str) -> None:
    criteria_set = shipped().criteria_sets[key]
    silent, uncited = [], []
    for tree in (criteria_set.criteria.indications, criteria_set.criteria.contraindications):
        for node in _criteria(tree):
            if not node.says:
                silent.append(node.id)
            if not any(part.cite for part in walk(node)):
                uncited.append(node.id)
    assert not silent
    assert not uncited
    for precaution in criteria_set.criteria.precautions:
        assert precaution.cite or any(part.cite for part in walk(precaution.when)), precaution.id


def _criteria(tree: Node) -> tuple[Node, ...]:
    """What a reader sees as the criteria: the parts of the outermost node."""
    return children(tree) or (tree,)


def test_every_statement_of_the_article_is_carried() -> None:
    carried = {found.entry.seed for found in shipped().entries.statements.values()} - {None}
    assert carried >= STATEMENTS


def test_statements_keep_the_articles_citations_beside_others() -> None:
    references = {key: f.entry for key, f in shipped().entries.references.items()}
    for found in shipped().entries.statements.values():
        statement = found.entry
        if statement.seed in STATEMENTS:
            cited = [references[citation.ref] for citation in statement.cite]
            assert any(reference.seed_number for reference in cited), statement.key


def test_what_the_article_cites_and_does_not_list_is_said_to_be_so() -> None:
    numbered = defaultdict(list)
    for found in shipped().entries.references.values():
        if found.entry.seed_number:
            numbered[found.entry.seed_number].append(found.entry)
    assert set(numbered) >= {1, 2, 3, 4, 5} | CITED_NOT_LISTED
    for number in CITED_NOT_LISTED:
        for reference in numbered[number]:
            assert reference.listed_in_seed is False
            assert reference.title is None
            assert reference.kind is None


def test_every_fact_that_a_rule_reads_has_a_question_and_a_step() -> None:
    groups = set(shipped().entries.fact_groups)
    for key, definition in shipped().vocabulary.items():
        assert definition.help, key
        assert definition.group in groups, key
    read = {
        node.fact
        for criteria_set in shipped().criteria_sets.values()
        for tree in roots(criteria_set)
        for node in walk(tree)
        if isinstance(node, FactTest)
    }
    assert read <= set(shipped().vocabulary)


def test_clocks_and_reasons_are_content() -> None:
    profiles = [found.entry for found in shipped().entries.turnaround_profiles.values()]
    assert {profile.urgency for profile in profiles} == {"standard", "expedited"}
    assert all(profile.cite or profile.verified == "proposed" for profile in profiles)
    reasons = [found.entry for found in shipped().entries.determination_reasons.values()]
    assert {reason.kind for reason in reasons} == {"adverse", "modified"}
    assert all(reason.plain for reason in reasons)


def test_addresses_lead_to_publishers_and_nothing_was_read_from_a_mirror() -> None:
    """What is cited is the source itself: an address is optional, a copy of it is not."""
    for found in shipped().entries.references.values():
        url = found.entry.url
        assert url is None or url.startswith("https://"), found.entry.key


def test_no_shipped_file_is_near_the_limits_of_the_reader() -> None:
    for folder in folders_of(["shipped"]):
        assert read_folder(folder)
        assert all(path.stat().st_size < 1_000_000 for path in folder.rglob("*.yaml"))


def test_the_published_schema_is_the_format() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema_text(), "run: manage.py content schema"


# Public coverage policies, kept outside of this repository. They prove that a pack from elsewhere
# loads with no change of code; the small pack in tests/certification/packs stands in for them.
POLICIES = ROOT.parent / "shared" / "policies"
POLICY_DAY = date(2026, 11, 22)

if not os.environ.get("CI"):

    @pytest.mark.skipif(not POLICIES.is_dir(), reason="the coverage policies are not here")
    def test_public_coverage_policies_come_out_as_published() -> None:
        agreed, wrong = compare_with_vignettes(POLICIES)
        assert not wrong
        assert agreed == 490


def compare_with_vignettes(folder: Path) -> tuple[int, list[str]]:
    """Evaluates the vignettes of a pack; how many agree, and which do not."""
    pack = read_pack(folder)
    lines = (folder / "vignettes.jsonl").read_text(encoding="utf-8").splitlines()
    people = [json.loads(line) for line in lines]
    agreed, wrong = 0, []
    for key, criteria_set in pack.criteria_sets.items():
        asked = [person for person in people if key in person["expect"]]
        given = [json.dumps({"id": p["id"], "facts": p["facts"]}).encode() for p in asked]
        answers = evaluate_lines(Evaluator(criteria_set, pack.vocabulary), given, POLICY_DAY)
        for person, answer in zip(asked, answers, strict=True):
            problem = _disagreement(person, person["expect"][key], json.loads(answer))
            agreed += not problem
            wrong += [f"{key} / {person['id']}: {problem}"] if problem else []
    return agreed, wrong


def _disagreement(person: dict[str, Any], expected: dict[str, Any], got: dict[str, Any]) -> str:
    recommended = {"met": "certify", "not_met": "refer", "unknown": "pend"}
    want = {"id": person["id"], "indications": expected["indications"]}
    want["recommendation"] = recommended[expected["indications"]]
    for name, value in want.items():
        if got.get(name) != value:
            return f"{name} {got.get(name)}, expected {value}: {got.get('error', '')}"
    if expected["indications"] == "unknown":
        known = {k for k, v in person["facts"].items() if not isinstance(v, dict | None)}
        named = set(got["missing"])
        if not named or known & named or not named >= set(expected["missing_facts"]):
            return f"missing {got['missing']}"
    return ""


def test_the_small_pack_and_its_vignettes() -> None:
    agreed, wrong = compare_with_vignettes(ROOT / "tests" / "certification" / "packs" / "small")
    assert not wrong
    assert agreed == 12
