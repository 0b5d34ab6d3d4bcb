"""How are criteria evaluated for very many people?

The trees of one criteria set are written as Python source once and run for each person. The source
is built from the validated tree alone; every key, value and sentence of the content is bound as a
constant by name and never written into the source. In it met is True, not met False, unknown None.

``interpreter`` says what criteria mean; a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from datetime import date
from typing import Any, NamedTuple

from certification.criteria.facts import FactValue, Vocabulary
from certification.criteria.groundwork import Groundwork
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Criteria,
    FactTest,
    Node,
    Not,
    Operator,
    children,
    fact_keys,
    walk,
)

Get = Callable[[str], FactValue | None]

_SYMBOLS = {
    Operator.EQ: "==",
    Operator.NE: "!=",
    Operator.LT: "<",
    Operator.LTE: "<=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.IN: "in",
}

# Deeper parts become statements of their own, because Python limits how deep expressions nest.
_DEPTH = 12


class Functions(NamedTuple):
    """The functions for one day. ``get`` is the ``get`` of completed facts.

    ``outcome``  the truths of indications and contraindications, as fast as possible
    ``answer``   these, and the ids for ``Evaluation.unmet`` and ``Evaluation.precautions``
    ``residue``  what the missing facts depend on: equal for two people, the same are missing
    """

    outcome: Callable[[Get, Set[str]], tuple[bool | None, bool | None]]
    answer: Callable[
        [Get, Set[str]], tuple[bool | None, bool | None, tuple[str, ...], tuple[str, ...]]
    ]
    residue: Callable[[Get, Set[str]], tuple[Any, ...]]


class Source:
    """Python source with the constants that it names, and those that depend on the day."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self.dated: dict[str, int] = {}
        self._names = 0
        self._keys: dict[str, str] = {}
        self._fetched: set[str] = set()

    def name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names}"

    def constant(self, value: Any) -> str:
        name = self.name("c")
        self.constants[name] = value
        return name

    def key(self, fact: str) -> str:
        """The constant that holds a fact's key; the same number names its variables."""
        if fact not in self._keys:
            self._keys[fact] = self.constant(fact)
        return self._keys[fact]

    def days_before(self, days: int) -> str:
        """The constant that holds the date so many days before the day of evaluation."""
        name = self.name("d")
        self.dated[name] = days
        return name

    def function(self, name: str, parameters: str) -> None:
        """Begin a function."""
        self.lines.append(f"def {name}({parameters}):")
        self._fetched = set()

    def fetch(self, facts: Iterable[str]) -> None:
        """Look up these facts; a test of another fact looks it up on its own."""
        self._fetched = set(facts)
        for fact in dict.fromkeys(facts):
            key = self.key(fact)
            self.line(f"f{key} = get({key})")
            self.line(f"v{key} = None if f{key} is None else f{key}.value")

    def line(self, text: str) -> None:
        self.lines.append(f"    {text}")

    def compile(self) -> Callable[[date], dict[str, Any]]:
        """The source, ready to be bound to a day."""
        code = compile("\n".join(self.lines), "<criteria>", "exec")

        def bind(as_of: date) -> dict[str, Any]:
            namespace = dict(self.constants)
            for name, days in self.dated.items():
                namespace[name] = date.fromordinal(max(1, as_of.toordinal() - days))
            exec(code, namespace)  # noqa: S102 - generated from a validated tree, constants by name
            return namespace

        return bind

    def node(self, node: Node) -> str:
        """An expression for the truth of a node."""
        return self._node(node)[0]

    def _node(self, node: Node) -> tuple[str, int]:
        if isinstance(node, FactTest):
            return self.test(node), 1
        parts = [self._node(child) for child in children(node)]
        depth = 1 + max((depth for _, depth in parts), default=0)
        expression = self.combine(node, [expression for expression, _ in parts])
        if depth % _DEPTH:
            return expression, depth
        name = self.name("t")
        self.line(f"{name} = {expression}")
        return name, depth

    def combine(self, node: Node, parts: list[str]) -> str:
        """An expression for a group of these expressions, which stops when it is settled."""
        names = [self.name("t") for _ in parts]
        given = [f"({name} := {part})" for name, part in zip(names, parts, strict=True)]
        unknown = " or ".join(f"{name} is None" for name in names)
        match node:
            case Not():
                return f"(None if {given[0]} is None else not {names[0]})"
            case AllOf():
                return _until(given, "False", unknown, "True")
            case AnyOf():
                return _until(given, "True", unknown, "False")
            case AtLeast():
                seen, met = self.name("t"), self.name("t")
                every = f"({seen} := ({', '.join(parts)},))"
                return (
                    f"(True if ({met} := {every}.count(True)) >= {node.n}"
                    f" else False if {met} + {seen}.count(None) < {node.n} else None)"
                )
        raise TypeError(f"{node!r} is not a group")

    def test(self, test: FactTest, *, if_it_applies: bool = False) -> str:
        """An expression for the truth of a test."""
        unknown = [self._no_value(test.fact)]
        named = self._named(test)
        unclear = [
            choice.value
            for choice in self.vocabulary[test.fact].choices
            if choice.unknown and choice.value not in named
        ]
        value = f"v{self.key(test.fact)}"
        if unclear:
            unknown.append(f"{value} in {self.constant(frozenset(unclear))}")
        if test.max_age_days is not None:
            observed = self.name("o")
            unknown.append(f"({observed} := f{self.key(test.fact)}.observed_on) is None")
            unknown.append(f"{observed} < {self.days_before(test.max_age_days)}")
        other = ""
        if test.value_of:
            unknown.append(self._no_value(test.value_of))
            other = f"v{self.key(test.value_of)}"
            meaningless = [
                choice.value for choice in self.vocabulary[test.value_of].choices if choice.unknown
            ]
            if meaningless:
                unknown.append(f"{other} in {self.constant(frozenset(meaningless))}")
        expression = f"None if {' or '.join(unknown)} else {self._holds(test, value, other)}"
        if if_it_applies:
            return f"({expression})"
        for key in filter(None, (test.value_of, test.fact)):
            if self.vocabulary[key].applies_when is not None:
                expression = f"False if {self.key(key)} in na else {expression}"
        return f"({expression})"

    def _no_value(self, fact: str) -> str:
        key = self.key(fact)
        if fact in self._fetched:
            return f"v{key} is None"
        return f"(f{key} := get({key})) is None or (v{key} := f{key}.value) is None"

    def _named(self, test: FactTest) -> tuple[Any, ...]:
        if isinstance(test.value, tuple):
            return test.value
        return (test.value,) if test.op in (Operator.EQ, Operator.NE) else ()

    def _holds(self, test: FactTest, value: str, other: str) -> str:
        match test.op:
            case Operator.IS_KNOWN:
                return "True"
            case Operator.IS_TRUE:
                return f"{value} is True"
            case Operator.IS_FALSE:
                return f"{value} is False"
            case Operator.WITHIN_DAYS | Operator.OLDER_THAN_DAYS:
                days = test.value if isinstance(test.value, int) else 0
                first = self.days_before(days)
                if test.op is Operator.OLDER_THAN_DAYS:
                    return f"{value} < {first}"
                return f"{first} <= {value} <= {self.days_before(0)}"
        return f"{value} {_SYMBOLS[test.op]} {other or self.constant(test.value)}"


def _until(given: list[str], settled: str, unknown: str, otherwise: str) -> str:
    if not given:
        return otherwise
    found = " or ".join(f"{part} is {settled}" for part in given)
    return f"({settled} if {found} else None if {unknown} else {otherwise})"


def required(node: Node, through: type[AllOf | AnyOf]) -> Iterator[Node]:
    """The parts that a tree asks for one by one: down through groups of one kind."""
    if isinstance(node, through):
        for child in node.of:
            yield from required(child, through)
    else:
        yield node


def compiled(
    criteria: Criteria, vocabulary: Vocabulary, groundwork: Groundwork
) -> Callable[[date], Functions]:
    """The functions of a criteria set, to be bound to a day."""
    source = Source(vocabulary)
    _write_outcome(source, criteria)
    _write_answer(source, criteria)
    _write_residue(source, groundwork)
    bind = source.compile()

    def on(as_of: date) -> Functions:
        namespace = bind(as_of)
        return Functions(*(namespace[name] for name in Functions._fields))

    return on


def _write_outcome(source: Source, criteria: Criteria) -> None:
    tests = [
        test
        for tree in (criteria.indications, criteria.contraindications)
        for test in walk(tree)
        if isinstance(test, FactTest)
    ]
    named = [key for test in tests for key in (test.fact, test.value_of) if key]
    source.function("outcome", "get, na")
    source.fetch([key for key in named if named.count(key) > 1])
    source.line(
        f"return {source.node(criteria.indications)}, {source.node(criteria.contraindications)}"
    )


def _write_answer(source: Source, criteria: Criteria) -> None:
    whens = [precaution.when for precaution in criteria.precautions]
    source.function("answer", "get, na")
    source.fetch(_facts(criteria.indications, criteria.contraindications, *whens))
    unmet = []
    truths = []
    for tree, through, wrong in (
        (criteria.indications, AllOf, False),
        (criteria.contraindications, AnyOf, True),
    ):
        names = []
        for node in required(tree, through):
            names.append(source.name("t"))
            source.line(f"{names[-1]} = {source.node(node)}")
            unmet.append(f"if {names[-1]} is {wrong}: unmet += {source.constant((node.id,))}")
        truths.append(source.combine(through("", ()), names))
    source.line("unmet = ()")
    for line in unmet:
        source.line(line)
    source.line("told = ()")
    for precaution in criteria.precautions:
        told = source.constant((precaution.id,))
        source.line(f"if {source.node(precaution.when)}: told += {told}")
    source.line(f"return {truths[0]}, {truths[1]}, unmet, told")


def _facts(*trees: Node) -> list[str]:
    return [key for tree in trees for key in fact_keys(tree)]


def _write_residue(source: Source, groundwork: Groundwork) -> None:
    """What is left of the trees when everything settled is taken out.

    A part that is settled stays so whatever else is answered, unless one of its facts can turn
    unknown again or change under another test. Such facts (``groundwork.entangled``) enter with
    all that is known of them.
    """
    tests = groundwork.tests
    entangled = groundwork.entangled
    tested = [key for test in tests for key in (test.fact, test.value_of) if key]
    source.function("residue", "get, na")
    source.fetch([*tested, *sorted(entangled)])
    left = [_residue(source, groundwork.root, entangled)[0]]
    left += [
        source.test(test, if_it_applies=True)
        for test in tests
        if test.fact in entangled or test.value_of in entangled
    ]
    for key in sorted(entangled):
        name = source.key(key)
        if key in groundwork.compared:
            left.append(f"f{name}")
        else:
            unclear = [choice.value for choice in source.vocabulary[key].choices if choice.unknown]
            doubt = f"v{name} in {source.constant(frozenset(unclear))}" if unclear else "False"
            left.append(f"(0 if v{name} is None else 1 if {doubt} else 2)")
    source.line(f"return ({', '.join(left)},)")


def _residue(source: Source, node: Node, entangled: Set[str]) -> tuple[str, str, int]:
    """What is left of a node, its truth (empty when entangled) and the depth of the first."""
    if isinstance(node, FactTest):
        if node.fact in entangled or node.value_of in entangled:
            return "0", "", 1
        name = source.name("t")
        source.line(f"{name} = {source.test(node)}")
        return name, name, 1
    parts = [_residue(source, child, entangled) for child in children(node)]
    left = f"({''.join(f'{part}, ' for part, _, _ in parts)})"
    depth = 1 + max((depth for _, _, depth in parts), default=0)
    truth = ""
    if all(truth for _, truth, _ in parts):
        truth = source.name("t")
        source.line(f"{truth} = {source.combine(node, [truth for _, truth, _ in parts])}")
        left = f"({left} if {truth} is None else {truth})"
    if depth % _DEPTH == 0:
        name = source.name("r")
        source.line(f"{name} = {left}")
        left = name
    return left, truth, depth
