"""Does every mistake in a pack get an error with file, line, path, found and allowed?"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from certification.packs.pack import read_pack
from certification.packs.problems import PackError, Problem

from .conftest import SMALL, Write

SMALL_TEXT = (SMALL / "pack.yaml").read_text(encoding="utf-8")


def problems_of(*folders: Path) -> tuple[Problem, ...]:
    with pytest.raises(PackError) as caught:
        read_pack(*folders)
    return caught.value.problems


def test_the_small_pack_is_sound() -> None:
    pack = read_pack(SMALL)
    assert list(pack.criteria_sets) == ["examplimab-initial"]
    assert list(pack.entries.protocols) == ["examplimab-monitoring"]


# What is replaced in the small pack, by what; and the path, found and allowed of the error.
MISTAKES = {
    "unknown therapy": (
        "  therapy: examplimab\n  request_type",
        "  therapy: exampelimab\n  request_type",
        ("criteria_sets.examplimab-initial.therapy", "'exampelimab'", "examplimab"),
    ),
    "unknown fact": (
        "fact: relapses, op: gte, value: 2}",
        "fact: relapse, op: gte, value: 2}",
        (
            "criteria_sets.examplimab-initial.indications.all.2.at_least.of.0.fact",
            "'relapse'",
            "relapses",
        ),
    ),
    "unknown key": (
        "request_type: initial",
        "request_typ: initial\n  request_type: initial",
        ("criteria_sets.examplimab-initial.request_typ", "the key 'request_typ'", "request_type"),
    ),
    "unknown list": (
        "statements:",
        "statments:",
        ("statments", "the key 'statments'", "statements"),
    ),
    "unknown operator": (
        "fact: relapses, op: gte,",
        "fact: relapses, op: '>=',",
        ("criteria_sets.examplimab-initial.indications.all.2.at_least.of.0.op", "'>='", "gte"),
    ),
    "operator of another type": (
        "fact: course, op: eq, value: relapsing",
        "fact: course, op: gte, value: relapsing",
        (
            "criteria_sets.examplimab-initial.indications.all.0.op",
            "'gte'",
            "eq, ne, in, is_known (course is of type choice)",
        ),
    ),
    "a choice that is not offered": (
        "fact: course, op: eq, value: relapsing",
        "fact: course, op: eq, value: remitting",
        (
            "criteria_sets.examplimab-initial.indications.all.0.value",
            "'remitting'",
            "relapsing, progressive, unknown",
        ),
    ),
    "a value of another type": (
        "fact: age_years, op: gte, value: 18",
        "fact: age_years, op: gte, value: '18'",
        (
            "criteria_sets.examplimab-initial.indications.all.1.value",
            "'18'",
            "a value of type integer",
        ),
    ),
    "no value": (
        "fact: age_years, op: gte, value: 18",
        "fact: age_years, op: gte",
        (
            "criteria_sets.examplimab-initial.indications.all.1.value",
            "neither value nor value_of",
            "either value or value_of",
        ),
    ),
    "a value too many": (
        "fact: infection, op: is_true",
        "fact: infection, op: is_true, value: true",
        (
            "criteria_sets.examplimab-initial.contraindications.any.0.value",
            "True",
            "is_true has none",
        ),
    ),
    "a list without op in": (
        "fact: course, op: eq, value: relapsing",
        "fact: course, op: eq, value: [relapsing]",
        (
            "criteria_sets.examplimab-initial.indications.all.0.value",
            "['relapsing']",
            "relapsing, progressive, unknown",
        ),
    ),
    "facts that cannot be compared": (
        "fact: age_years, op: gte, value: 18",
        "fact: age_years, op: gte, value_of: birth_date",
        (
            "criteria_sets.examplimab-initial.indications.all.1.value_of",
            "birth_date of type date",
            "a fact of type integer",
        ),
    ),
    "more than there are": (
        "        n: 2\n",
        "        n: 4\n",
        (
            "criteria_sets.examplimab-initial.indications.all.2.at_least.n",
            "4 of 3 parts",
            "at most 3",
        ),
    ),
    "missing citation target": (
        "cite: [{ref: example-guideline, at: p. 2}]",
        "cite: [{ref: example-guidelines, at: p. 2}]",
        (
            "criteria_sets.examplimab-initial.indications.all.1.cite.0.ref",
            "'example-guidelines'",
            "example-guideline",
        ),
    ),
    "missing citation target in the details of a therapy": (
        "cite: [{ref: example-guideline, at: p. 3}]",
        "cite: [{ref: example, at: p. 3}]",
        ("therapies.examplimab.dosing.cite.0.ref", "'example'", "example-guideline"),
    ),
    "cycle of references": (
        "  authors: Example A\n",
        "  authors: Example A\n  identified_as: example-guideline\n",
        (
            "references.example-guideline-2.identified_as",
            "a cycle: example-guideline -> example-guideline-2 -> example-guideline",
            "no way back",
        ),
    ),
    "a fact that depends on itself": (
        "  type: date\n  group: person\n",
        "  type: date\n  group: person\n  applies_when: {fact: age_years, op: gte, value: 1}\n",
        (
            "facts.birth_date",
            "a cycle of facts: birth_date -> age_years -> birth_date",
            "facts that do not need themselves",
        ),
    ),
    "unknown group": (
        "  group: tests\n  dated_by",
        "  group: test\n  dated_by",
        ("facts.antibody.group", "'test'", "tests"),
    ),
    "dated by something else": (
        "dated_by: antibody_on",
        "dated_by: infection",
        ("facts.antibody.dated_by", "infection", "a fact of type date"),
    ),
    "derived from the wrong type": (
        "derived: {kind: years_since, from: birth_date}",
        "derived: {kind: years_since, from: relapses}",
        ("facts.age_years.derived.from", "relapses", "a fact of type date"),
    ),
    "derived from a field that is not there": (
        "kind: max_of_rows, from: earlier_drugs, field: months",
        "kind: max_of_rows, from: earlier_drugs, field: weeks",
        ("facts.longest_trial_months.derived.field", "'weeks'", "months"),
    ),
    "a choice fact without choices": (
        "  - {value: relapsing, label: Relapsing}\n"
        "  - {value: progressive, label: Progressive}\n"
        "  - {value: unknown, label: Not known, unknown: true}\n",
        "    []\n",
        ("facts.course.choices", "[]", "choices for type choice"),
    ),
    "minimum above maximum": (
        "  minimum: 0\n  maximum: 50\n",
        "  minimum: 60\n  maximum: 50\n",
        ("facts.relapses.maximum", "50", "not below the minimum"),
    ),
    "unquoted no": (
        "{value: negative, label: Negative}",
        "{value: no, label: Negative}",
        ("facts.antibody.choices.0.value", "false", "put it in quotes"),
    ),
    "no such day": (
        "next_review_on: 2028-01-01\n  certification_months",
        "next_review_on: 2027-02-29\n  certification_months",
        (
            "criteria_sets.examplimab-initial.next_review_on",
            "'2027-02-29'",
            "a date such as 2027-05-01",
        ),
    ),
    "two nodes with one id": (
        "id: infected",
        "id: tested",
        (
            "criteria_sets.examplimab-initial.contraindications.any.0.id",
            "'tested' a second time",
            "each id once",
        ),
    ),
    "an example with an unknown fact": (
        "      antibody_index: 1.6\n",
        "      antibody_indx: 1.6\n",
        (
            "criteria_sets.examplimab-initial.examples.1.facts.antibody_indx",
            "'antibody_indx'",
            "antibody_index",
        ),
    ),
    "an example that expects an unknown node": (
        "unmet: [adult]",
        "unmet: [adults]",
        ("criteria_sets.examplimab-initial.examples.2.expect.unmet.0", "'adults'", "adult"),
    ),
    "two durations": (
        "urgency: expedited, hours: 24",
        "urgency: expedited, hours: 24, days: 1",
        ("turnaround_profiles.example-fast", "a mapping", "exactly one of hours and days"),
    ),
    "two kinds of node": (
        "- {fact: antibody_index, op: is_known}",
        "- {fact: antibody_index, op: is_known, any: []}",
        (
            "criteria_sets.examplimab-initial.indications.all.3.any.1.all.1",
            "a mapping with fact, op, any",
            "exactly one of all, any, at_least, not, fact",
        ),
    ),
    "a comma without quotes": (
        "{ref: example-guideline, at: p. 1}",
        "{ref: example-guideline, at: p. 1, left}",
        ("statements.example-statement.cite.0.left", "the key 'left'", "needs quotes"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_where_it_stands(name: str, write: Write) -> None:
    before, after, (path, found, allowed) = MISTAKES[name]
    assert SMALL_TEXT.count(before) >= 1, "the small pack has changed"
    folder = write(SMALL_TEXT.replace(before, after, 1))
    matching = [p for p in problems_of(folder) if p.path == path and found in p.found]
    assert matching, [str(problem) for problem in problems_of(folder)]
    problem = matching[0]
    assert allowed in problem.allowed
    assert problem.file == str(folder / "1.yaml")
    broken_at = SMALL_TEXT[: SMALL_TEXT.index(before)].count("\n") + 1
    assert name in FAR or abs(problem.line - broken_at) <= 4, (problem.line, broken_at)


# These mistakes show at another place than the one that was changed.
FAR = {"cycle of references", "a fact that depends on itself"}


def test_a_duplicate_key_names_both_places(write: Write) -> None:
    folder = write("facts:\n- {key: a, label: A, type: text}\n- {key: a, label: B, type: text}\n")
    (problem,) = problems_of(folder)
    assert problem.line == 3
    assert problem.path == "facts.a.key"
    assert problem.found == f"'a' a second time (first at {folder / '1.yaml'}:2)"


def test_a_duplicate_key_in_another_file_of_the_folder(write: Write) -> None:
    text = "facts:\n- {key: a, label: A, type: text}\n"
    (problem,) = problems_of(write(text, text))
    assert problem.file.endswith("2.yaml")


def test_two_packs_may_share_an_entry_but_not_disagree_about_it(write: Write) -> None:
    one = write("facts:\n- {key: a, label: A, type: text}\n", name="one")
    same = write("facts:\n- key: a\n  type: text\n  label: A\n", name="same")
    other = write("facts:\n- {key: a, label: Other, type: text}\n", name="other")
    assert list(read_pack(one, same).vocabulary) == ["a"]
    (problem,) = problems_of(one, other)
    assert problem.file.endswith("other/1.yaml")
    assert "same content" in problem.allowed


def test_a_pack_may_rest_on_another(write: Write) -> None:
    facts = write("facts:\n- {key: a, label: A, type: boolean}\n", name="facts")
    rest = write(
        "therapies:\n- {key: t, generic: t, efficacy: high}\n"
        "criteria_sets:\n- {key: s, therapy: t, request_type: initial, title: T, version: 1,"
        " indications: {fact: a, op: is_true}}\n",
        name="rest",
    )
    assert problems_of(rest)[0].path == "criteria_sets.s.indications.fact"
    assert read_pack(facts, rest).criteria_sets["s"].version == "1"


def test_a_pack_loads_whole_or_not_at_all(write: Write) -> None:
    folder = write(SMALL_TEXT, "facts:\n- {key: extra, label: Extra, type: nonsense}\n")
    (problem,) = problems_of(folder)
    assert problem.path == "facts.extra.type"


def test_every_file_is_heard_before_the_pack_is_refused(write: Write) -> None:
    folder = write("facts: 3\n", "therapies: [\n", "references:\n- {key: '?'}\n")
    assert {Path(problem.file).name for problem in problems_of(folder)} == {"2.yaml"}
    shutil.rmtree(folder)
    folder = write("facts: 3\n", "references:\n- {key: '?'}\n")
    assert {Path(problem.file).name for problem in problems_of(folder)} == {"1.yaml", "2.yaml"}


def test_a_line_reads_as_one_sentence(write: Write) -> None:
    folder = write("facts:\n- {key: a, label: A, type: bool}\n")
    (problem,) = problems_of(folder)
    assert str(problem) == (
        f"{folder / '1.yaml'}:2: facts.a.type: found 'bool'; "
        "allowed: boolean, choice, integer, decimal, date, text, rows"
    )
