"""How is a protocol read from plain data, and what is stored and hashed of it?

A ``document`` is one protocol as it was written, with the definition of every fact it needs: enough
to make the same plan years later. The data has the shape that reference packs have; a pack says
more exactly where a mistake stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from certification.criteria.codec import CriteriaError, vocabulary_from_data
from certification.criteria.codec_facts import definition_to_data
from certification.criteria.codec_nodes import citations_from_data, node_from_data
from certification.criteria.facts import FactError, Vocabulary, parse_value
from certification.criteria.plain import day, items, text, to_data
from certification.criteria.tree import FactTest, Node, Operator
from monitoring.schedule.conditions import narrowed
from monitoring.schedule.months import Period
from monitoring.schedule.rules import (
    INFUSION,
    Anchor,
    Blocker,
    CoursesWithin,
    Example,
    Infusions,
    Interpretation,
    Keep,
    Kind,
    Level,
    MonitoredTest,
    Protocol,
    ProtocolRule,
    Risk,
    RiskColumn,
    RiskRow,
    RiskTable,
    Supplies,
    Until,
    Window,
)

FORMAT = 1
DAYS_A_WEEK, MONTHS_A_YEAR = 7, 12

_REQUIRED = ("key", "therapy", "version", "title", "window_defaults", "tests", "rules")
_RULE_TREES = ("applies_when", "ends_when", "satisfied_when", "distrust")


def document(data: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """What is stored and hashed of a protocol. Raises ``CriteriaError``."""
    protocol = protocol_from_data(data, "", vocabulary)
    keys = {key for one in protocol.examples for key in _given(one.input)}
    facts = {k: d for k, d in vocabulary.items() if k in keys or k in protocol.vocabulary}
    whole = narrowed([_known(key) for key in facts], vocabulary)
    return {
        "format": FORMAT,
        "protocol": to_data(data),
        "facts": [definition_to_data(definition) for definition in whole.values()],
    }


def read_document(stored: Mapping[str, Any]) -> tuple[Protocol, Vocabulary]:
    """The protocol of a document, and every fact that it defines."""
    vocabulary = vocabulary_from_data(stored["facts"], "facts")
    return protocol_from_data(stored["protocol"], "protocol", vocabulary), vocabulary


def _given(raw: Mapping[str, Any]) -> Iterator[str]:
    yield from raw.get("facts") or ()
    for result in raw.get("results") or ():
        yield from result.get("facts") or ()


def _known(key: str) -> FactTest:
    return FactTest("", key, Operator.IS_KNOWN)


def protocol_from_data(data: Any, path: str, vocabulary: Vocabulary) -> Protocol:
    """The protocol that ``data`` describes. Raises ``CriteriaError``."""
    if not isinstance(data, Mapping):
        raise CriteriaError(path, "no mapping", "a protocol")
    for name in _REQUIRED:
        if data.get(name) is None:
            raise CriteriaError(path, f"no {name}", f"{name} is required")
    reader = _Reader(data, path, vocabulary)
    protocol = reader.protocol()
    named = [_known(key) for key in reader.facts if key in vocabulary]
    return _with_vocabulary(protocol, narrowed([*reader.trees, *named], vocabulary))


def _with_vocabulary(protocol: Protocol, vocabulary: Vocabulary) -> Protocol:
    values = {name: getattr(protocol, name) for name in Protocol.__slots__}
    return Protocol(**{**values, "vocabulary": vocabulary})


def period(data: Mapping[str, Any] | None) -> Period | None:
    """A length of time; weeks are days and years are months."""
    if data is None:
        return None
    days = (data.get("days") or 0) + DAYS_A_WEEK * (data.get("weeks") or 0)
    months = (data.get("months") or 0) + MONTHS_A_YEAR * (data.get("years") or 0)
    return Period(months=months, days=days)


def _supplies(data: Mapping[str, Any]) -> Supplies:
    counted = tuple(
        CoursesWithin(one["fact"], one["months"]) for one in data.get("courses_within") or ()
    )
    return Supplies(**{**data, "courses_within": counted})


class _Reader:
    """Reads one protocol, and collects the trees and facts that it names on the way."""

    def __init__(self, data: Mapping[str, Any], path: str, vocabulary: Vocabulary) -> None:
        self.data = data
        self.path = path
        self.vocabulary = vocabulary
        self.defaults: Mapping[str, Any] = data["window_defaults"]
        self.trees: list[Node] = []
        self.facts: list[str] = []
        self.tests = {test.key: test for test in map(self._test, data["tests"])}

    def protocol(self) -> Protocol:
        data = self.data
        infusions = data.get("infusions")
        supplies = _supplies(data.get("supplies") or {})
        self.facts += [supplies.first_dose, supplies.last_dose, supplies.dose_count]
        return Protocol(
            key=data["key"],
            therapy=data["therapy"],
            version=str(data["version"]),
            title=data["title"],
            vocabulary={},
            rules=tuple(self._rule(raw, n) for n, raw in enumerate(data["rules"])),
            tests=self.tests,
            infusions=self._infusions(infusions) if infusions else None,
            stopped_when=self._tree(data, "stopped_when", "stopped_when"),
            supplies=supplies,
            keeps=tuple(self._keep(raw, n) for n, raw in self._listed("keeps")),
            clearance=tuple(self._blocker(raw, n) for n, raw in self._listed("clearance")),
            interpretations=tuple(
                self._interpretation(raw, n) for n, raw in self._listed("interpretations")
            ),
            risk=self._risk(data["risk"]) if data.get("risk") else None,
            next_review_on=day(data, "next_review_on", self.path),
            note=text(data, "note", self.path),
            examples=tuple(self._example(raw, n) for n, raw in self._listed("examples")),
        )

    def _listed(self, name: str) -> Iterator[tuple[int, Any]]:
        return enumerate(items(self.data, name, self.path))

    def _at(self, *place: str | int) -> str:
        return ".".join(str(part) for part in (self.path, *place) if part != "")

    def _tree(self, data: Mapping[str, Any], name: str, *place: str | int) -> Node | None:
        if data.get(name) is None:
            return None
        path = self._at(*place)
        called = ".".join(map(str, place))
        tree = node_from_data(data[name], path, self.vocabulary, name=called)
        self.trees.append(tree)
        return tree

    def _needed_tree(self, data: Mapping[str, Any], name: str, *place: str | int) -> Node:
        tree = self._tree(data, name, *place)
        if tree is None:
            raise CriteriaError(self._at(*place), "nothing", "a tree")
        return tree

    def _test(self, raw: Mapping[str, Any]) -> MonitoredTest:
        groups = tuple(tuple(group) for group in raw.get("shown_by") or ())
        dates = tuple(raw.get("dates") or ())
        self.facts += [*dates, *(key for group in groups for key in group)]
        return MonitoredTest(raw["key"], raw["label"], dates, groups)

    def _rule(self, raw: Mapping[str, Any], number: int) -> ProtocolRule:
        kind, anchor = Kind(raw["kind"]), raw.get("anchor") or ""
        interval = period(raw.get("interval"))
        anchor_label = ""
        if anchor and anchor not in tuple(Anchor):
            self.facts.append(anchor)
            anchor_label = self.vocabulary[anchor].label
        test = self.tests.get(raw["test"])
        trees = {name: self._tree(raw, name, "rules", number, name) for name in _RULE_TREES}
        until = raw.get("until")
        return ProtocolRule(
            id=raw["id"],
            test=raw["test"],
            kind=kind,
            says=raw["says"],
            level=Level(raw.get("level") or "advisory"),
            title=raw.get("title") or "",
            label=test.label if test else INFUSION,
            anchor=anchor,
            anchor_label=anchor_label,
            each=raw.get("each") or "dose",
            offset=period(raw.get("offset")),
            interval=interval,
            window=self._window(raw.get("window"), kind, anchor, interval),
            max_age=period(raw.get("max_age")),
            lasts=period(raw.get("lasts")),
            until=Until(until.get("months_after_last_dose"), until.get("open", False))
            if until
            else None,
            family=raw.get("family") or "",
            after_stop=raw.get("after_stop", False) or kind is Kind.TAIL,
            plain=raw.get("plain") or "",
            cite=citations_from_data(raw, self._at("rules", number)),
            note=raw.get("note") or "",
            verified=raw.get("verified") or "",
            **trees,
        )

    def _window(
        self,
        raw: Mapping[str, Any] | None,
        kind: Kind,
        anchor: str,
        interval: Period | None,
    ) -> Window:
        """The rule's own window; else the default, stricter for what is monthly. What must be done
        before an infusion has no grace.
        """
        given, defaults = raw or {}, self.defaults
        opens, grace = defaults["opens_before_days"], defaults["overdue_after_days"]
        if interval is not None and interval.after(date(2001, 1, 1)) <= date(2001, 2, 1):
            grace = defaults.get("monthly_overdue_after_days") or grace
        if kind is Kind.PER_INFUSION or anchor == Anchor.BASELINE:
            grace = 0
        opens, grace = (
            given.get("opens_before_days", opens),
            given.get("overdue_after_days", grace),
        )
        return Window(timedelta(days=opens), timedelta(days=grace))

    def _infusions(self, raw: Mapping[str, Any]) -> Infusions:
        interval = period(raw.get("interval"))
        rule = ProtocolRule(
            id=INFUSION,
            test=INFUSION,
            kind=Kind.RECURRING,
            says=raw["says"],
            title=raw.get("title") or "Infusion",
            label=INFUSION,
            anchor=Anchor.LAST_DOSE,
            interval=interval,
            window=self._window(raw.get("window"), Kind.RECURRING, "", interval),
            cite=citations_from_data(raw, self._at("infusions")),
            note=raw.get("note") or "",
            verified=raw.get("verified") or "",
        )
        return Infusions(
            rule=rule,
            interval=interval,
            first=tuple(raw.get("first") or (0,)),
            later=tuple(raw.get("later") or (0,)),
            courses=raw.get("courses"),
            course_gap=period(raw.get("course_gap")),
            missed=raw.get("missed") or "",
        )

    def _keep(self, raw: Mapping[str, Any], number: int) -> Keep:
        path = self._at("keeps", number)
        key, along = raw["fact"], tuple(raw.get("along") or ())
        self.facts += [key, *along]
        try:
            value = parse_value(self.vocabulary[key], raw["value"])
        except (FactError, KeyError) as error:
            raise CriteriaError(f"{path}.value", repr(raw["value"]), str(error)) from None
        cite = citations_from_data(raw, path)
        return Keep(key, value, along, raw["says"], cite, raw.get("verified") or "")

    def _blocker(self, raw: Mapping[str, Any], number: int) -> Blocker:
        return Blocker(
            id=raw["id"],
            when=self._needed_tree(raw, "when", "clearance", number, "when"),
            says=raw["says"],
            unknown_blocks=raw.get("unknown") != "passes",
            cite=citations_from_data(raw, self._at("clearance", number)),
            verified=raw.get("verified") or "",
        )

    def _interpretation(self, raw: Mapping[str, Any], number: int) -> Interpretation:
        return Interpretation(
            id=raw["id"],
            test=raw["test"],
            when=self._needed_tree(raw, "when", "interpretations", number, "when"),
            says=raw["says"],
            act=raw.get("act") or "inform",
            plain=raw.get("plain") or "",
            cite=citations_from_data(raw, self._at("interpretations", number)),
            verified=raw.get("verified") or "",
        )

    def _risk(self, raw: Mapping[str, Any]) -> Risk:
        self.facts.append(raw["fact"])
        tables = enumerate(raw.get("tables") or ())
        return Risk(raw["fact"], tuple(self._table(table, n) for n, table in tables))

    def _table(self, raw: Mapping[str, Any], number: int) -> RiskTable:
        place = ("risk", "tables", number)
        columns = []
        for index, column in enumerate(raw["columns"]):
            when = self._needed_tree(column, "when", *place, "columns", index, "when")
            columns.append(RiskColumn(column["key"], column["label"], when))
        rows = [RiskRow(row["first"], row["last"], _texts(row["values"])) for row in raw["rows"]]
        return RiskTable(
            key=raw["key"],
            title=raw["title"],
            unit=raw["unit"],
            columns=tuple(columns),
            rows=tuple(rows),
            cite=citations_from_data(raw, self._at(*place)),
            verified=raw["verified"],
            note=raw.get("note") or "",
        )

    def _example(self, raw: Mapping[str, Any], number: int) -> Example:
        path = self._at("examples", number)
        as_of = day(raw, "as_of", path)
        if as_of is None:
            raise CriteriaError(path, "no as_of", "as_of is required")
        return Example(
            name=raw["name"],
            input=to_data(raw["input"]),
            as_of=as_of,
            horizon_months=raw.get("horizon_months", MONTHS_A_YEAR),
            expect=tuple(to_data(one) for one in items(raw, "expect", path)),
            nothing_for=tuple(raw.get("nothing_for") or ()),
            clear_to_infuse=raw.get("clear_to_infuse") or "",
            reasons=tuple(raw.get("reasons") or ()),
        )


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(to_data(value)) for key, value in values.items()}
