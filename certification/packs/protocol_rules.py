"""Does a protocol fit its pack? Its facts, tests and references, its ids and families."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from certification.criteria.facts import FactType, Vocabulary
from certification.packs.entries import Entries, Found
from certification.packs.problems import Problem, offered
from certification.packs.protocols import ANCHORS, INFUSION, Protocol, trees_of
from certification.packs.reading import Place
from certification.packs.tree_rules import check_citations, check_key, check_tree


def check_protocol(
    found: Found[Protocol], entries: Entries, vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Everything in a protocol that does not fit the pack."""
    protocol = found.entry
    yield from check_key(found, ("therapy",), protocol.therapy, entries.therapies)
    yield from _check_ids(found)
    yield from _check_tests(found)
    yield from _check_facts(found, vocabulary)
    yield from _check_families(found)
    for path, entry in _cited(protocol):
        yield from check_citations(found, path, entry.cite, entries.references)
    for tree, path in trees_of(protocol):
        yield from check_tree(found, path, tree, vocabulary, entries.references)


def _cited(protocol: Protocol) -> Iterator[tuple[Place, Any]]:
    if protocol.infusions is not None:
        yield ("infusions",), protocol.infusions
    for section in ("keeps", "rules", "clearance", "interpretations"):
        for number, entry in enumerate(getattr(protocol, section)):
            yield (section, number), entry
    for number, table in enumerate(protocol.risk.tables if protocol.risk else ()):
        yield ("risk", "tables", number), table


def _check_ids(found: Found[Protocol]) -> Iterator[Problem]:
    """Every rule, blocker and interpretation has an id of its own; so has every test."""
    protocol = found.entry
    for sections, name in (
        (("rules", "clearance", "interpretations"), "id"),
        (("tests",), "key"),
        (("examples",), "name"),
    ):
        seen: dict[str, int] = {}
        for section in sections:
            for number, entry in enumerate(getattr(protocol, section)):
                key, path = getattr(entry, name), (section, number, name)
                if key in seen or (name == "id" and key == INFUSION):
                    yield found.problem(path, f"{key!r} a second time", f"each {name} once")
                seen[key] = number


def _check_tests(found: Found[Protocol]) -> Iterator[Problem]:
    protocol = found.entry
    known = [test.key for test in protocol.tests]
    for section in ("rules", "interpretations"):
        for number, entry in enumerate(getattr(protocol, section)):
            if entry.test not in known and entry.test != INFUSION:
                path: Place = (section, number, "test")
                yield found.problem(path, repr(entry.test), offered(known, entry.test))


def _check_facts(found: Found[Protocol], vocabulary: Vocabulary) -> Iterator[Problem]:
    protocol = found.entry
    dates = {key: d for key, d in vocabulary.items() if d.type is FactType.DATE}
    for number, test in enumerate(protocol.tests):
        for at, key in enumerate(test.dates):
            yield from check_key(found, ("tests", number, "dates", at), key, dates)
        for group, keys in enumerate(test.shown_by):
            for at, key in enumerate(keys):
                path: Place = ("tests", number, "shown_by", group, at)
                yield from check_key(found, path, key, vocabulary)
    for number, rule in enumerate(protocol.rules):
        if rule.anchor not in ANCHORS:
            yield from check_key(found, ("rules", number, "anchor"), rule.anchor, dates)
    if protocol.supplies is not None:
        for name in ("first_dose", "last_dose"):
            key = getattr(protocol.supplies, name)
            yield from check_key(found, ("supplies", name), key, dates)
        count = protocol.supplies.dose_count
        yield from check_key(found, ("supplies", "dose_count"), count, vocabulary)
        numbers = {key: d for key, d in vocabulary.items() if d.type is FactType.INTEGER}
        for at, counted in enumerate(protocol.supplies.courses_within):
            place: Place = ("supplies", "courses_within", at, "fact")
            yield from check_key(found, place, counted.fact, numbers)
    for number, keep in enumerate(protocol.keeps):
        yield from check_key(found, ("keeps", number, "fact"), keep.fact, vocabulary)
        for at, key in enumerate(keep.along):
            yield from check_key(found, ("keeps", number, "along", at), key, vocabulary)
    if protocol.risk is not None:
        yield from check_key(found, ("risk", "fact"), protocol.risk.fact, vocabulary)
        for number, table in enumerate(protocol.risk.tables):
            columns = [column.key for column in table.columns]
            for index, row in enumerate(table.rows):
                for key in row.values:
                    if key not in columns:
                        at_row = ("risk", "tables", number, "rows", index, "values", key)
                        yield found.problem(at_row, repr(key), offered(columns, key))


def _check_families(found: Found[Protocol]) -> Iterator[Problem]:
    """The rules of one family ask for one test."""
    tests: dict[str, str] = {}
    for number, rule in enumerate(found.entry.rules):
        if rule.family and tests.setdefault(rule.family, rule.test) != rule.test:
            yield found.problem(
                ("rules", number, "test"),
                f"{rule.test!r} in the family {rule.family!r}",
                f"{tests[rule.family]}, as the other rules of the family",
            )
