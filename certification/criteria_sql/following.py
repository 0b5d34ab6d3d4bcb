"""What follows from the stored answers of many people at once?

The same four steps as ``criteria.derived``, for every row of a table: values take their dates from
each other, facts are worked out, what does not apply is told, and answers that contradict each
other are set aside and everything is worked out again without them.

The names: ``("value", key)``, ``("seen", key)`` (the day observed), ``("asked", key)``,
``("absent", key)`` (does not apply), ``("aside", key)`` and ``("as_of",)``. Days are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from sqlglot import exp

from certification.criteria.derived import dependencies, dependency_order, inputs
from certification.criteria.facts import FactDefinition, FactType, Vocabulary
from certification.criteria.needs import behind
from certification.criteria.tree import FactTest, Node, Not, children, fact_keys, walk
from certification.criteria_sql.dialects import Dialect
from certification.criteria_sql.reading import fits
from certification.criteria_sql.row_lists import from_rows
from certification.criteria_sql.stages import Name, Names, Stages
from certification.criteria_sql.stored import place_of
from certification.criteria_sql.truths import Truths, without
from certification.criteria_sql.words import (
    Expression,
    all_of,
    any_of,
    case,
    compare,
    first_given,
    is_false,
    is_given,
    is_null,
    is_true,
    literal,
    opposite,
)

# A day after every other.
_NEVER = 10**7


def dated_facts(vocabulary: Vocabulary, trees: Iterable[Node]) -> frozenset[str]:
    """The facts of which it matters when they were observed."""
    whens: list[Node] = list(trees)
    waiting: list[str] = []
    for definition in vocabulary.values():
        if definition.applies_when is not None:
            whens.append(definition.applies_when)
        if definition.derived is not None:
            whens += [one.when for one in definition.derived.cases]
            if definition.derived.kind == "observed_on":
                waiting.append(definition.derived.from_fact)
        if definition.dated_by:
            waiting.append(definition.key)
    for tree in whens:
        tests = [node for node in walk(tree) if isinstance(node, FactTest)]
        waiting += [test.fact for test in tests if test.max_age_days is not None]
    found: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in found and key in vocabulary:
            found.add(key)
            waiting += inputs(vocabulary[key])
    return frozenset(found)


class Completed(NamedTuple):
    """The truths over completed facts. ``flagged``: answers contradict each other, so that
    ``again`` counts, where everything was worked out without them."""

    first: Truths
    flagged: Expression
    again: Truths


class Following:
    """Completes the facts that trees of one vocabulary depend on."""

    def __init__(
        self, vocabulary: Vocabulary, trees: Sequence[Node], dialect: Dialect, stages: Stages
    ) -> None:
        needed = behind([key for tree in trees for key in fact_keys(tree)], vocabulary)
        # A contradiction matters when it can set one of these aside.
        self.contradictions = [
            contradiction.when
            for definition in vocabulary.values()
            for contradiction in definition.contradictions
            if not needed.isdisjoint(fact_keys(contradiction.when))
        ]
        needed = behind(
            needed.union(*(fact_keys(when) for when in self.contradictions)), vocabulary
        )
        self.vocabulary = vocabulary = {
            key: definition for key, definition in vocabulary.items() if key in needed
        }
        self.dialect = dialect
        self.dated = dated_facts(vocabulary, [*trees, *self.contradictions])
        columns: dict[Name, Expression] = {
            ("as_of",): dialect.day_number(exp.column("as_of")),
        }
        dating = {d.dated_by for d in vocabulary.values() if d.dated_by}
        for key, definition in vocabulary.items():
            answers = exp.column("answers")
            value = dialect.value(definition.type, answers, place_of(definition))
            columns["value", key] = value
            if key in self.dated:
                columns["seen", key] = dialect.value(FactType.DATE, exp.column("seen"), key)
            if key in dating:
                asked = dialect.value(FactType.BOOLEAN, exp.column("asked"), key)
                columns["asked", key] = asked
        self.names = Names(stages)
        self.names.put(columns)
        self.truths = Truths(self.names, vocabulary)

    def complete(self) -> Completed:
        self._fit()
        self._share_dates()
        given = self.names.copy()
        self._work_out(aside=frozenset())
        first = self.truths
        if not self.contradictions:
            return Completed(first, exp.false(), first)
        met = [is_true(first.of(when)) for when in self.contradictions]
        flagged = self.names.stages.add(any_of(met))
        self._set_aside(given)
        return Completed(first, flagged, self.truths)

    def _fit(self) -> None:
        """A value that does not fit its question counts as not given, and its date with it."""
        columns: dict[Name, Expression] = {}
        for key, definition in self.vocabulary.items():
            good = fits(definition, self._value(key), self.dialect)
            if good is not None:
                columns["value", key] = case([(good, self._value(key))])
                if key in self.dated:
                    bad = all_of([is_given(self._value(key)), opposite(is_true(good.copy()))])
                    columns["seen", key] = case([(opposite(bad), self._seen(key))])
        self.names.put(columns)

    # Dates -----------------------------------------------------------------------------------

    def _share_dates(self) -> None:
        dated: dict[str, list[str]] = {}
        for definition in self.vocabulary.values():
            if definition.dated_by:
                dated.setdefault(definition.dated_by, []).append(definition.key)
        columns: dict[Name, Expression] = {}
        for date_key, keys in dated.items():
            days = [self._seen_if_given(key) for key in keys]
            first = first_given(*days)
            agree = [any_of([is_null(day), compare(exp.EQ, day, first)]) for day in days[1:]]
            shared = case([(all_of(agree), first.copy())])
            value = self._value(date_key)
            is_open = all_of([is_null(value), opposite(is_true(self._asked(date_key)))])
            takes = all_of([is_open, is_given(shared)])
            columns["value", date_key] = case([(takes, shared.copy())], value.copy())
            if date_key in self.dated:
                columns["seen", date_key] = case(
                    [(takes.copy(), shared.copy())], self._seen(date_key)
                )
        self.names.put(columns)
        columns = {}
        for date_key, keys in dated.items():
            for key in keys:
                takes = all_of([is_given(self._value(key)), is_null(self._seen(key))])
                columns["seen", key] = case([(takes, self._value(date_key))], self._seen(key))
        self.names.put(columns)

    def _seen_if_given(self, key: str) -> Expression:
        return case([(is_given(self._value(key)), self._seen(key))])

    # Facts that are worked out, and facts that do not apply ---------------------------------

    def _work_out(self, aside: Set[str]) -> None:
        for level in self._levels():
            first: dict[Name, Expression] = {}
            for definition in level:
                if definition.derived is not None:
                    first |= self._derived(definition, aside)
            self.names.put(first)
            second: dict[Name, Expression] = {}
            for definition in level:
                if definition.applies_when is not None:
                    absent = [
                        is_null(self._clear(definition.key)),
                        is_false(self.truths.of(definition.applies_when)),
                    ]
                    if definition.key in aside:
                        absent.append(opposite(self.names.column("aside", definition.key)))
                    second["absent", definition.key] = all_of(absent)
            self.names.put(second)

    def _levels(self) -> list[list[FactDefinition]]:
        """The facts with something to work out, each after all that it depends on."""
        levels: dict[str, int] = {}
        found: list[list[FactDefinition]] = []
        for key in dependency_order(self.vocabulary):
            definition = self.vocabulary[key]
            level = max((levels.get(k, 0) for k in dependencies(definition)), default=0)
            if definition.derived is not None or definition.applies_when is not None:
                while len(found) <= level:
                    found.append([])
                found[level].append(definition)
                level += 1
            levels[key] = level
        return found

    def _derived(self, definition: FactDefinition, aside: Set[str]) -> dict[Name, Expression]:
        key = definition.key
        worked_out = self._worked_out(definition)
        if worked_out is None:
            return {}
        value, seen = worked_out
        takes = all_of([is_null(self._clear(key)), is_given(value)])
        if key in aside:
            takes = all_of([opposite(self.names.column("aside", key)), takes])
        columns: dict[Name, Expression] = {
            ("value", key): case([(takes, value.copy())], self._value(key))
        }
        if key in self.dated:
            columns["seen", key] = case([(takes.copy(), seen)], self._seen(key))
        return columns

    def _worked_out(self, definition: FactDefinition) -> tuple[Expression, Expression] | None:
        """The value of a derived fact and the day up to which it is right."""
        derivation = definition.derived
        if derivation is None:
            return None
        if derivation.kind == "cases":
            return self._from_cases(definition)
        origin = self.vocabulary.get(derivation.from_fact)
        if origin is None:
            return None
        if derivation.kind == "observed_on":
            return self._seen(origin.key), self._seen(origin.key)
        if derivation.kind in ("years_since", "months_since", "days_since"):
            return self._elapsed(derivation.kind, origin.key), self.names.column("as_of")
        seen = self._seen(origin.key) if origin.key in self.dated else exp.null()
        return from_rows(derivation, origin, self._value(origin.key), self.dialect), seen

    def _elapsed(self, kind: str, key: str) -> Expression:
        since, until = self._value(key), self.names.column("as_of")
        if kind == "days_since":
            passed: Expression = exp.Sub(this=until, expression=since)
        else:
            passed = self._months(since, years=kind == "years_since")
        begun = compare(exp.LTE, since.copy(), until.copy())
        return case([(begun, passed)])

    def _months(self, since: Expression, *, years: bool) -> Expression:
        """Whole months or years. An anniversary that a month lacks falls on its last day."""
        until, part = self.names.column("as_of"), self.dialect.part
        next_day = exp.paren(exp.Add(this=until, expression=literal(1)))
        reached = any_of(
            [
                compare(exp.GTE, part("DAY", until.copy()), part("DAY", since)),
                compare(exp.EQ, part("DAY", next_day), literal(1)),
            ]
        )
        months = exp.Sub(this=part("MONTH", until.copy()), expression=part("MONTH", since.copy()))
        last = exp.paren(case([(reached, literal(0))], literal(1)))
        full = exp.paren(exp.Sub(this=months, expression=last))
        span = exp.Sub(this=part("YEAR", until.copy()), expression=part("YEAR", since.copy()))
        if years:
            begun = exp.paren(case([(compare(exp.LT, full, literal(0)), literal(1))], literal(0)))
            return exp.Sub(this=exp.paren(span), expression=begun)
        in_months = exp.Mul(this=exp.paren(span), expression=literal(12))
        return exp.Add(this=in_months, expression=full)

    def _from_cases(self, definition: FactDefinition) -> tuple[Expression, Expression]:
        """The first case that is met decides; one that is open leaves everything open."""
        derivation = definition.derived
        cases = derivation.cases if derivation else ()
        otherwise = derivation.otherwise if derivation else None
        decided, values, seen = [], [], []
        for number, one in enumerate(cases, start=1):
            looked_at = dict.fromkeys(k for c in cases[:number] for k in fact_keys(c.when))
            decided.append((self.truths.of(one.when), list(looked_at), one.value))
        every = dict.fromkeys(key for one in cases for key in fact_keys(one.when))
        for truth, looked, value in decided:
            day = self._oldest(looked)
            values.append((truth, literal(value)))
            values.append((is_null(truth.copy()), exp.null()))
            seen.append((truth.copy(), day))
            seen.append((is_null(truth.copy()), exp.null()))
        return (
            case(values, literal(otherwise)),
            case(seen, self._oldest(list(every))),
        )

    def _oldest(self, keys: list[str]) -> Expression:
        """The oldest day among the facts that have a value; NULL when one of them has none."""
        if not keys or not self.dated.issuperset(keys):
            return exp.null()
        vague = [all_of([is_given(self._value(key)), is_null(self._seen(key))]) for key in keys]
        days = [
            case([(is_given(self._value(key)), self._seen(key))], literal(_NEVER)) for key in keys
        ]
        oldest = exp.Least(this=days[0], expressions=days[1:]) if len(days) > 1 else days[0]
        found = exp.Nullif(this=oldest, expression=literal(_NEVER))
        return case([(any_of(vague), exp.null())], found)

    # Contradictions --------------------------------------------------------------------------

    def _set_aside(self, given: Names) -> None:
        """Starts again from what was given, without the answers that make a contradiction."""
        reasons: dict[str, list[Expression]] = {}
        for when in self.contradictions:
            for key, path in self._deciding(when, True, []):
                reasons.setdefault(key, []).append(all_of([part.copy() for part in path]))
        aside = {
            key: all_of([is_given(self._value(key)), any_of(found)])
            for key, found in reasons.items()
        }
        self.names, self.truths = given, Truths(given, self.vocabulary)
        given.put({("aside", key): expression for key, expression in aside.items()})
        given.put(
            {
                name: case([(opposite(given.column("aside", name[1])), given.column(*name))])
                for name in given.here()
                if name[0] in ("value", "seen") and name[1] in aside
            }
        )
        self._work_out(aside=aside.keys())

    def _deciding(
        self, node: Node, wanted: bool, path: list[Expression]
    ) -> Iterator[tuple[str, list[Expression]]]:
        """The facts of the tests that make a node what it is, each with what must hold for it."""
        truth = self.truths.of(node)
        here = [*path, is_true(truth) if wanted else is_false(truth)]
        if isinstance(node, FactTest):
            for key in filter(None, (node.fact, node.value_of)):
                yield key, here
            return
        below = not wanted if isinstance(node, Not) else wanted
        for child in children(node):
            yield from self._deciding(child, below, here)

    # Columns ---------------------------------------------------------------------------------

    def _value(self, key: str) -> Expression:
        return self.names.column("value", key)

    def _seen(self, key: str) -> Expression:
        return self.names.column("seen", key)

    def _asked(self, key: str) -> Expression:
        return self.names.column("asked", key)

    def _clear(self, key: str) -> Expression:
        """The value, or NULL where it says "we do not know"."""
        return without(self._value(key), self.truths.unclear(key))
