"""Is what is written by forms the protocol that is planned with, and is each mistake in place?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from certification.criteria import editing
from certification.criteria.codec import content_hash, vocabulary_from_data
from certification.criteria.editing import CannotEdit
from certification.criteria.entries import with_entry, with_entry_moved, without_entry
from certification.packs.tree_rules import as_written
from monitoring.schedule import drafts
from monitoring.schedule.codec import document
from monitoring.schedule.draft_changes import changes_between
from monitoring.schedule.mistakes import mistakes_in, readable_protocol
from monitoring.schedule.sentences import infusions_read, rule_reads
from tests.factories.monitoring import FACTS, PROTOCOL

from .conftest import shipped

VOCABULARY = vocabulary_from_data(FACTS)
LIBRARY = frozenset({"label_a"})
Content = dict[str, Any]


@pytest.fixture
def content() -> Content:
    stored = json.loads(json.dumps(document(PROTOCOL, VOCABULARY)))
    return drafts.opened_protocol(stored["protocol"])


def test_shipped_protocols_come_back_as_they_are() -> None:
    pack = shipped()
    for key, found in pack.entries.protocols.items():
        before = document(as_written(found.entry), pack.vocabulary)
        opened = drafts.opened_protocol(json.loads(json.dumps(before))["protocol"])
        assert not mistakes_in(opened, pack.vocabulary, pack.entries.references), key
        read = readable_protocol(opened, pack.vocabulary)
        assert isinstance(read, tuple), read
        assert content_hash(read[2]) == content_hash(before), key
        for rule in opened["rules"]:
            assert "…" not in rule_reads(rule, pack.vocabulary), rule["id"]


def test_trees_are_read_and_written_by_name(content: Content) -> None:
    name = "rules.2.applies_when"
    tree = drafts.tree_named(content, name)
    assert tree["fact"] == "antibody"
    empty, _ = editing.remove(tree, editing.ROOT)
    without = drafts.with_tree(content, name, empty)
    assert "applies_when" not in drafts.closed_protocol(without)["rules"][2]
    assert drafts.with_tree(without, name, tree) == content
    stopped = drafts.with_tree(content, "stopped_when", tree)
    assert drafts.closed_protocol(stopped)["stopped_when"]["fact"] == "antibody"
    for wrong in ("rules.99.when", "rules.0.when", "nothing", "rules", "rules.x.ends_when", ""):
        with pytest.raises(CannotEdit):
            drafts.tree_named(content, wrong)


def test_lines_are_added_moved_and_removed(content: Content) -> None:
    more = drafts.with_new_line(drafts.with_new_line(content, "rules"), "rules")
    names = [rule["id"] for rule in more["rules"]]
    assert names[-2:] == ["rule_1", "rule_2"]
    moved = with_entry_moved(more, "rules", len(names) - 1, -1)
    assert [rule["id"] for rule in moved["rules"]][-2:] == ["rule_2", "rule_1"]
    assert changes_between(more, moved).keys() == {"order of rules"}
    for number, by in ((0, -1), (len(names) - 1, 1)):
        with pytest.raises(CannotEdit):
            with_entry_moved(more, "rules", number, by)
    rest = without_entry(without_entry(moved, "rules", 9), "rules", 8)
    assert rest == content


def test_examples_follow_a_rule_that_is_renamed(content: Content) -> None:
    other = drafts.renamed(content, "antibody_baseline", "first_test")
    assert other["examples"][0]["expect"][0]["rule"] == "first_test"
    assert drafts.renamed(content, "", "x") == content


def test_a_test_is_defined_once(content: Content) -> None:
    tsh = {"key": "tsh", "label": "TSH"}
    twice = drafts.with_test(drafts.with_test(content, tsh), tsh)
    assert [test["key"] for test in twice["tests"]].count("tsh") == 1
    assert drafts.with_test(content, None) == content


def _rule(number: int, **changes: Any) -> Callable[[Content], Content]:
    return lambda c: with_entry(c, "rules", number, {**c["rules"][number], **changes})


def _without_windows(content: Content) -> Content:
    return {**content, "window_defaults": {}}


def _nothing_due(content: Content) -> Content:
    return {**content, "rules": [], "infusions": None}


def _family_of_two_tests(content: Content) -> Content:
    return _rule(3, family="antibody")(content)


MISTAKES = {
    "no test": (_rule(0, test=""), "rules.0", "test", "Choose the test."),
    "a test that is gone": (_rule(0, test="gone"), "rules.0", "test", "Choose the test."),
    "no anchor": (_rule(3, anchor=""), "rules.3", "anchor", "Choose from when"),
    "an anchor that is no date": (_rule(3, anchor="cells"), "rules.3", "anchor", "no date"),
    "no interval": (_rule(3, interval=None), "rules.3", "interval", "Say how often."),
    "a blackout without length": (
        _rule(3, kind="blackout", anchor="scan_date"), "rules.3", "lasts", "Say for how long.",
    ),
    "no words": (_rule(0, says=" "), "rules.0", "says", "Write what the reader is told."),
    "no name": (_rule(0, id=""), "rules.0", "id", "a name of its own"),
    "the name of the infusions": (_rule(0, id="infusion"), "rules.0", "id", "name of its own"),
    "a name twice": (_rule(0, id="scan_tail"), "rules.0", "id", "stands twice"),
    "a source that is gone": (
        _rule(0, cite=[{"ref": "gone"}]), "rules.0", "cite", "no reference “gone”",
    ),
    "a family of two tests": (_family_of_two_tests, "rules.3", "family", "the same test"),
    "a family counted otherwise": (
        _rule(1, anchor="start"), "rules.1", "anchor", "counted from the last result",
    ),
    "a family of another kind": (_rule(5, family="x"), "rules.5", "family", "again and again"),
    "a condition with nothing": (
        lambda c: drafts.with_tree(c, "clearance.0.when", {"kind": "all", "parts": []}),
        "clearance.0.when", "kind", "Say when",
    ),
    "a condition with a bad value": (
        lambda c: drafts.with_tree(
            c, "rules.4.applies_when",
            {"kind": "test", "fact": "cells", "op": "gte", "value": 900},
        ),
        "rules.4.applies_when", "value", "cannot be answered",
    ),
    "a meaning without a test": (
        lambda c: with_entry(
            c, "interpretations", 0, {**c["interpretations"][0], "test": ""}
        ),
        "interpretations.0", "test", "Choose whose result.",
    ),
    "infusions without words": (
        lambda c: {**c, "infusions": {**c["infusions"], "says": ""}},
        "infusions", "says", "Write what the reader is told.",
    ),
    "infusions with a source that is gone": (
        lambda c: {**c, "infusions": {**c["infusions"], "cite": [{"ref": "gone"}]}},
        "infusions", "cite", "no reference",
    ),
    "no windows": (_without_windows, "", "", "from when things are due"),
    "nothing at all": (_nothing_due, "", "", "Nothing is due yet."),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_place(content: Content, name: str) -> None:
    change, place, field, words = MISTAKES[name]
    assert not mistakes_in(content, VOCABULARY, LIBRARY)
    found = mistakes_in(change(content), VOCABULARY, LIBRARY)
    told = [m for m in found if (m.place, m.field) == (place, field)]
    assert told, found
    assert words in told[0].says


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (_rule(0, level="urgent"), "rules.0"),
        (_rule(2, interval={"months": 0}), "rules.2"),
        (lambda c: {**c, "infusions": {**c["infusions"], "first": [-1]}}, "infusions"),
        (lambda c: {**c, "keeps": [{**c["keeps"][0], "value": "purple"}]}, "keeps.0"),
    ],
)
def test_what_only_the_reader_of_packs_refuses_is_told_too(
    content: Content, change: Callable[[Content], Content], place: str
) -> None:
    changed = change(content)
    assert not mistakes_in(changed, VOCABULARY, LIBRARY)
    mistake = readable_protocol(changed, VOCABULARY)
    assert not isinstance(mistake, tuple)
    assert mistake.place == place


SENTENCES = {
    "antibody_baseline": "Once, before the first infusion. A result counts when it is at most 180 "
    "days old. While it is not done the next infusion waits.",
    "antibody_3m": "Every 3 months, counted from the last result of this test. A result counts "
    "when it is at most 180 days old. Applies when: Antibody test is Positive.",
    "scan_later": "As soon as it applies. Applies when: Months of treatment is at least 18.",
    "scan_tail": "After treatment has stopped, every 3 months, counted from the last infusion. It "
    "goes on until 6 months after the last infusion.",
    "checklist": "Before each infusion. A result counts when it is at most 1 day old. While it is "
    "not done the next infusion waits.",
}


def test_rules_read_as_sentences(content: Content) -> None:
    read = {rule["id"]: rule_reads(rule, VOCABULARY) for rule in content["rules"]}
    assert {name: read[name] for name in SENTENCES} == SENTENCES
    assert infusions_read(content["infusions"]).startswith("Every 4 weeks, counted from")
    assert infusions_read({}) == "Infusions are not planned by this protocol."


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"kind": "once", "anchor": "start", "offset": {"months": 6}}, "Once, 6 months after"),
        ({"kind": "once", "anchor": "start", "offset": {"weeks": -4}}, "Once, 4 weeks before"),
        ({"kind": "event", "anchor": "scan_date"}, "On the day of “Date of the scan”."),
        ({"kind": "blackout", "anchor": "scan_date", "lasts": {"days": 14}}, "Not in the 14 days"),
        ({"kind": "validation", "anchor": "last_dose", "interval": {"months": 1}},
         "No infusion before 1 month"),
        ({"kind": "per_infusion", "each": "course"}, "Before each course."),
        ({"kind": "recurring", "until": {"open": True}}, "without a known end"),
        ({"kind": "recurring", "window": {"opens_before_days": 7, "overdue_after_days": 0}},
         "Due from 7 days before its date. Overdue the day after it."),
        ({}, "…"),
    ],
)  # fmt: skip
def test_other_kinds_read_as_sentences(rule: dict[str, Any], words: str) -> None:
    assert words in rule_reads(rule, VOCABULARY)


def test_changes_name_lines_and_fields(content: Content) -> None:
    changed = _rule(0, says="Anew.")(content)
    tree = drafts.tree_named(changed, "rules.2.applies_when")
    changed = drafts.with_tree(changed, "rules.2.applies_when", {**tree, "value": "negative"})
    changed = {**changed, "infusions": {**changed["infusions"], "interval": {"weeks": 6}}}
    told = changes_between(content, changed)
    assert told["antibody_baseline says"] == ["Test first.", "Anew."]
    assert told["infusions interval"] == [{"weeks": 4}, {"weeks": 6}]
    assert [old["value"] for old in told["antibody_3m applies_when"]] == ["positive", "negative"]
    assert len(told) == 3
    assert not changes_between(content, content)
    assert changes_between({}, content)["title"] == [None, PROTOCOL["title"]]
