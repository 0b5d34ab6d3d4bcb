"""What is the truth of a tree, in SQL?

``interpreter`` says what criteria mean; a property test holds this module to it. Kleene's AND, OR
and NOT are those of SQL, so that a tree of tests is written down as it stands. A comparison with
NULL is unknown by itself; what else makes a test unknown becomes NULL first.
"""

from __future__ import annotations

from sqlglot import exp

from certification.criteria.facts import FactType, Vocabulary
from certification.criteria.tree import AllOf, AnyOf, AtLeast, FactTest, Node, Not, Operator
from certification.criteria_sql.stages import Names
from certification.criteria_sql.words import (
    Expression,
    all_of,
    among,
    any_of,
    at_least,
    case,
    compare,
    is_given,
    literal,
    opposite,
)

# Deeper parts become columns of their own: databases limit how deep expressions nest.
_DEPTH = 6

_COMPARISONS: dict[Operator, type[exp.Binary]] = {
    Operator.EQ: exp.EQ,
    Operator.NE: exp.NEQ,
    Operator.LT: exp.LT,
    Operator.LTE: exp.LTE,
    Operator.GT: exp.GT,
    Operator.GTE: exp.GTE,
}


class Truths:
    """Writes trees over the facts that are known at one point."""

    def __init__(self, names: Names, vocabulary: Vocabulary) -> None:
        self.names = names
        self.vocabulary = vocabulary

    def of(self, node: Node) -> Expression:
        """The truth of a node."""
        return self._node(node)[0]

    def _node(self, node: Node) -> tuple[Expression, int]:
        """The expression and its depth."""
        if isinstance(node, FactTest):
            return self.test(node), 1
        below = [self._node(part) for part in _below(node)]
        depth = 1 + max((depth for _, depth in below), default=0)
        expression = _group(node, [part for part, _ in below])
        if depth == _DEPTH:
            return self.names.stages.add(expression), 1
        return expression, depth

    def test(self, test: FactTest) -> Expression:
        """The truth of one test of one fact."""
        usable = self._usable(test)
        expression = self._holds(test, usable)
        if test.max_age_days is not None:
            first = exp.Sub(this=self.names.column("as_of"), expression=literal(test.max_age_days))
            young = compare(exp.GTE, self.names.column("seen", test.fact), first)
            expression = case([(young, expression)])
        absent = [
            self.names.column("absent", key)
            for key in (test.fact, test.value_of)
            if key and self.names.has("absent", key)
        ]
        return case([(any_of(absent), exp.false())], expression) if absent else expression

    def _usable(self, test: FactTest) -> Expression:
        """The value, or NULL where it says "we do not know" and the test does not name it."""
        value = self.names.column("value", test.fact)
        named = test.value if isinstance(test.value, tuple) else (test.value,)
        if test.op not in (Operator.IN, Operator.EQ, Operator.NE) or test.value_of:
            named = ()
        unclear = [v for v in self.unclear(test.fact) if v not in named]
        return without(value, unclear)

    def unclear(self, key: str) -> list[str]:
        """The choices of a fact that say "we do not know"."""
        definition = self.vocabulary[key]
        if definition.type is not FactType.CHOICE:
            return []
        return [choice.value for choice in definition.choices if choice.unknown]

    def _holds(self, test: FactTest, value: Expression) -> Expression:
        match test.op:
            case Operator.IS_KNOWN:
                return case([(is_given(value), exp.true())])
            case Operator.IS_TRUE | Operator.IS_FALSE:
                if self.vocabulary[test.fact].type is not FactType.BOOLEAN:
                    return case([(is_given(value), exp.false())])
                return value if test.op is Operator.IS_TRUE else opposite(value)
            case Operator.WITHIN_DAYS | Operator.OLDER_THAN_DAYS:
                as_of = self.names.column("as_of")
                first = exp.Sub(this=as_of, expression=literal(test.value))
                if test.op is Operator.OLDER_THAN_DAYS:
                    return compare(exp.LT, value, first)
                lasts = compare(exp.LTE, value.copy(), self.names.column("as_of"))
                return all_of([compare(exp.GTE, value, first), lasts])
            case Operator.IN:
                values = test.value if isinstance(test.value, tuple) else ()
                return among(value, values)
        if test.value_of:
            other = without(self.names.column("value", test.value_of), self.unclear(test.value_of))
        else:
            other = literal(test.value)
        return compare(_COMPARISONS[test.op], value, other)


def without(value: Expression, unclear: list[str]) -> Expression:
    """The value, or NULL where it is one of these."""
    if not unclear:
        return value
    return case([(opposite(among(value, unclear)), value.copy())])


def _below(node: Node) -> tuple[Node, ...]:
    return (node.of,) if isinstance(node, Not) else getattr(node, "of", ())


def _group(node: Node, parts: list[Expression]) -> Expression:
    match node:
        case Not():
            return opposite(parts[0])
        case AllOf():
            return all_of(parts)
        case AnyOf():
            return any_of(parts)
        case AtLeast():
            return at_least(node.n, parts)
    raise TypeError(f"{node!r} is not a group")
