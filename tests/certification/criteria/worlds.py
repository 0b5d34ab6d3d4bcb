"""Random small worlds for property tests: questions, criteria over them, and a person's answers.

A world is small enough to try every answer to every question, and has everything that makes
evaluation hard: facts in several tests, comparisons of facts, choices that mean "not known", tests
with a maximal age, facts that may not apply, derived facts, contradictions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import strategies as st

from certification.criteria.derived import Completer
from certification.criteria.evaluation import recommend
from certification.criteria.facts import (
    Choice,
    Contradiction,
    Derivation,
    DerivedCase,
    FactDefinition,
    FactType,
    FactValue,
)
from certification.criteria.interpreter import Known, means_unknown, truth_of, usable
from certification.criteria.needs import needed_facts
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Criteria,
    CriteriaSet,
    FactTest,
    Node,
    Not,
    Operator,
    Precaution,
    Recommendation,
    Truth,
    fact_keys,
    walk,
)

AS_OF = date(2026, 6, 15)
HALVES = [Decimal(n) / 2 for n in range(4)]
DAYS = [AS_OF - timedelta(days=n) for n in range(3, -1, -1)]

QUESTIONS = {
    definition.key: definition
    for definition in (
        FactDefinition("yes", "Yes", FactType.BOOLEAN),
        FactDefinition("flag", "Flag", FactType.BOOLEAN),
        FactDefinition(
            "pick",
            "Pick",
            FactType.CHOICE,
            choices=(
                Choice("a", "A"),
                Choice("b", "B"),
                Choice("none", "Not tested", unknown=True),
                Choice("old", "Old", valid_until=AS_OF - timedelta(days=1)),
            ),
        ),
        FactDefinition("count", "Count", FactType.INTEGER, minimum=0, maximum=3),
        FactDefinition("other", "Other count", FactType.INTEGER, minimum=1, maximum=3),
        FactDefinition(
            "score", "Score", FactType.DECIMAL, minimum=HALVES[0], maximum=HALVES[3], step=HALVES[1]
        ),
        FactDefinition("day", "Day", FactType.DATE, minimum=DAYS[0]),
        FactDefinition("word", "Word", FactType.TEXT),
    )
}

POSSIBLE: dict[str, list[Any]] = {
    "yes": [True, False],
    "flag": [True, False],
    "pick": ["a", "b", "none"],
    "count": [0, 1, 2, 3],
    "other": [1, 2, 3],
    "score": HALVES,
    "day": DAYS,
    "word": ["x", "y", "z"],
}

# What tests may name: of texts, all but one.
NAMED = POSSIBLE | {"word": ["x", "y"]}

_ORDER = [Operator.LT, Operator.LTE, Operator.GT, Operator.GTE, Operator.EQ, Operator.NE]
_EQUAL = [Operator.EQ, Operator.NE]
_OPERATORS = {
    FactType.BOOLEAN: [Operator.IS_TRUE, Operator.IS_FALSE, *_EQUAL],
    FactType.CHOICE: [*_EQUAL, Operator.IN],
    FactType.INTEGER: [*_ORDER, Operator.IN],
    FactType.DECIMAL: [*_ORDER, Operator.IN],
    FactType.DATE: [*_ORDER, Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS],
    FactType.TEXT: [*_EQUAL, Operator.IN],
}
_COMPARABLE = {"count": "other", "other": "count", "yes": "flag"}


@st.composite
def fact_tests(draw: st.DrawFn, keys: list[str]) -> FactTest:
    key = draw(st.sampled_from(keys))
    kind = QUESTIONS[key].type
    operator = draw(st.sampled_from([*_OPERATORS[kind], Operator.IS_KNOWN]))
    age = draw(st.sampled_from([None, None, None, 0, 2]))
    value, value_of = None, ""
    if operator in (Operator.WITHIN_DAYS, Operator.OLDER_THAN_DAYS):
        value = draw(st.integers(0, 3))
    elif operator is Operator.IN:
        value = tuple(draw(st.lists(st.sampled_from(NAMED[key]), min_size=1, max_size=2)))
    elif operator in _ORDER:
        compared = _COMPARABLE.get(key)
        if compared in keys and draw(st.booleans()):
            value_of = compared
        else:
            value = draw(st.sampled_from(NAMED[key]))
    return FactTest("", key, operator, value, value_of, age)


@st.composite
def trees(draw: st.DrawFn, keys: list[str], leaves: int) -> Node:
    """A tree with about so many leaves; now and then a group without parts."""
    if leaves <= 1 and draw(st.integers(0, 9)):
        return draw(fact_tests(keys))
    kind = draw(st.sampled_from([AllOf, AnyOf, AtLeast, Not, AllOf, AnyOf]))
    if kind is Not:
        return Not("", draw(trees(keys, leaves - 1)))
    parts = []
    while leaves > 0:
        size = draw(st.integers(1, leaves))
        parts.append(draw(trees(keys, size if len(parts) or size < leaves else leaves - 1)))
        leaves -= size
    if kind is AtLeast:
        if not parts:
            return AnyOf("", ())
        return AtLeast("", draw(st.integers(1, len(parts))), tuple(parts))
    return kind("", tuple(parts))


def answers(key: str) -> st.SearchStrategy[FactValue]:
    observed = st.sampled_from([None, *DAYS])
    known = st.builds(FactValue, st.sampled_from(POSSIBLE[key]), observed)
    return st.one_of(known, known, st.builds(FactValue, st.none(), observed, asked=st.just(True)))


@dataclass(frozen=True)
class World:
    """Criteria over a few questions, and one person's answers."""

    vocabulary: dict[str, FactDefinition]
    criteria_set: CriteriaSet
    facts: dict[str, FactValue]

    def worked_out(self) -> World:
        """The same world with what follows from the answers given, and nothing to derive."""
        completed = Completer(self.vocabulary).complete(self.facts, AS_OF)
        vocabulary = {
            key: replace(definition, derived=None) for key, definition in self.vocabulary.items()
        }
        facts = {**completed.facts, **completed.set_aside}
        return World(vocabulary, self.criteria_set, facts)

    def known(self, facts: dict[str, FactValue]) -> Known:
        completed = Completer(self.vocabulary).complete(facts, AS_OF)
        return Known(self.vocabulary, completed.facts, AS_OF, completed.not_applicable)

    def recommendation(self, facts: dict[str, FactValue]) -> Recommendation:
        known, criteria = self.known(facts), self.criteria_set.criteria
        return recommend(
            truth_of(criteria.indications, known), truth_of(criteria.contraindications, known)
        )

    def open_facts(self) -> list[str]:
        """The questions because of which a test is unknown, in wizard order."""
        known, criteria = self.known(self.facts), self.criteria_set.criteria
        waiting: list[Node] = [criteria.indications, criteria.contraindications]
        seen: set[str] = set()
        found: set[str] = set()
        while waiting:
            tree = waiting.pop()
            for node in walk(tree):
                if isinstance(node, FactTest):
                    fact = known.facts.get(node.fact)
                    if fact is None or not usable(node, self.vocabulary[node.fact], fact, AS_OF):
                        found.add(node.fact)
                    if node.value_of:
                        fact = known.facts.get(node.value_of)
                        if fact is None or means_unknown(
                            self.vocabulary[node.value_of], fact.value
                        ):
                            found.add(node.value_of)
            for key in fact_keys(tree):
                applies = self.vocabulary[key].applies_when
                if key not in seen and applies is not None:
                    waiting.append(applies)
                seen.add(key)
        return [key for key in self.vocabulary if key in found]

    def outcomes(self, keys: list[str]) -> Iterator[tuple[dict[str, Any], Recommendation]]:
        """Every way of answering or leaving these questions, and what is recommended then.

        An answer to a question that does not apply is no way of answering.
        """
        left = object()
        for values in product(*([left, *POSSIBLE[key]] for key in keys)):
            given = {
                key: value for key, value in zip(keys, values, strict=True) if value is not left
            }
            facts = self.facts | self.as_facts(given)
            known = self.known(facts)
            if not any(self._does_not_apply(key, known) for key in given):
                yield given, self.recommendation(facts)

    @staticmethod
    def as_facts(given: dict[str, Any]) -> dict[str, FactValue]:
        return {key: FactValue(value, AS_OF) for key, value in given.items()}

    def _does_not_apply(self, key: str, known: Known) -> bool:
        definition = self.vocabulary[key]
        before = self.facts.get(key)
        if before is not None and not means_unknown(definition, before.value):
            return False
        return (
            definition.applies_when is not None
            and truth_of(definition.applies_when, known) is Truth.NOT_MET
        )


@st.composite
def worlds(draw: st.DrawFn, *, questions: int = 4, leaves: int = 8) -> World:
    names = draw(
        st.lists(st.sampled_from(list(QUESTIONS)), min_size=1, max_size=questions, unique=True)
    )
    vocabulary = {}
    for number, key in enumerate(names):
        definition = QUESTIONS[key]
        earlier = names[:number]
        if earlier and draw(st.integers(0, 3)) == 0:
            definition = replace(definition, applies_when=draw(trees(earlier, 2)))
        if earlier and draw(st.integers(0, 3)) == 0:
            cases = (DerivedCase(draw(trees(earlier, 2)), draw(st.sampled_from(POSSIBLE[key]))),)
            otherwise = draw(st.sampled_from([None, *POSSIBLE[key]]))
            derived = Derivation("cases", cases=cases, otherwise=otherwise)
            definition = replace(definition, derived=derived)
        if number and draw(st.integers(0, 3)) == 0:
            when = draw(trees(names, 3))
            definition = replace(definition, contradictions=(Contradiction(when, "No."),))
        vocabulary[key] = definition
    size = draw(st.integers(1, leaves))
    criteria = Criteria(
        draw(trees(names, size)),
        draw(st.one_of(st.just(AnyOf("", ())), trees(names, 3))),
        (Precaution("care", draw(trees(names, 3)), "Care."),),
    )
    facts = {key: draw(answers(key)) for key in names if draw(st.booleans())}
    criteria_set = _set(_named(criteria))
    return World(needed_facts(criteria_set, vocabulary), criteria_set, facts)


def _set(criteria: Criteria) -> CriteriaSet:
    return CriteriaSet("set", "therapy", "initial", "Set", "1", criteria)


def _named(criteria: Criteria) -> Criteria:
    """The same criteria with the ids that nameless nodes get."""
    return Criteria(
        name_nodes(criteria.indications, "indications"),
        name_nodes(criteria.contraindications, "contraindications"),
        tuple(
            replace(item, when=name_nodes(item.when, f"precautions.{number}.when"))
            for number, item in enumerate(criteria.precautions)
        ),
    )


def name_nodes(node: Node, name: str) -> Node:
    match node:
        case FactTest():
            return replace(node, id=name)
        case Not():
            return replace(node, id=name, of=name_nodes(node.of, f"{name}.not"))
    kind = {AllOf: "all", AnyOf: "any", AtLeast: "at_least"}[type(node)]
    parts = tuple(
        name_nodes(part, f"{name}.{kind}.{number}") for number, part in enumerate(node.of)
    )
    return replace(node, id=name, of=parts)
