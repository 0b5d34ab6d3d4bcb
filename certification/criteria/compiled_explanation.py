"""How is an explanation written as data for very many people?

The same data as ``explanation.explained_to_data`` gives, from Python source made once for a
criteria set (see ``compiled``). A test that is met, not met or simply not documented is written on
the spot; everything out of the ordinary (too old, asked and not known, does not apply, derived,
compared with another fact) is left to ``explanation``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from certification.criteria.codec_nodes import citation_to_data
from certification.criteria.compiled import Source
from certification.criteria.explanation import NOT_DOCUMENTED, Write
from certification.criteria.facts import FactDefinition, FactType, Vocabulary
from certification.criteria.needs import trees
from certification.criteria.plain import to_data
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Citation,
    CriteriaSet,
    FactTest,
    Node,
    Not,
    children,
    fact_keys,
)
from certification.criteria.tree_words import sentence, value_text

_VALUES_KEPT = 4096


def writer(criteria_set: CriteriaSet, vocabulary: Vocabulary) -> Callable[[date], Write]:
    """What writes the trees of an explanation as data, to be bound to a day."""
    return _Writer(vocabulary).written(criteria_set)


def _shower(
    definition: FactDefinition, seen: dict[Any, dict[str, Any]]
) -> Callable[[Any], dict[str, Any]]:
    """Writes a value of one fact, and remembers how in ``seen``, to be copied from there."""

    def show(value: Any) -> dict[str, Any]:
        if len(seen) >= _VALUES_KEPT:
            seen.clear()
        shown = seen[value] = {
            "key": definition.key,
            "label": definition.label,
            "value": to_data(value),
            "text": value_text(definition, value),
        }
        return shown.copy()

    return show


class _Writer(Source):
    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(vocabulary)
        self._shown: dict[str, tuple[str, str]] = {}

    def written(self, criteria_set: CriteriaSet) -> Callable[[date], Write]:
        """Write everything, and compile it."""
        facts = [key for tree in trees(criteria_set) for key in fact_keys(tree)]
        self.function("write", "completed, ask")
        self.line("get, na = completed.facts.get, completed.not_applicable")
        self.fetch(facts)
        criteria = criteria_set.criteria
        indications, _ = self._write(criteria.indications)
        contraindications, _ = self._write(criteria.contraindications)
        precautions = []
        for precaution in criteria.precautions:
            when, truth = self._write(precaution.when)
            pairs = [
                f'"id": {self.constant(precaution.id)}',
                f'"says": {self.constant(precaution.says)}',
                f'"truth": {_word(truth)}',
                *self._cited(precaution.cite, precaution.verified),
                f'"when": {when}',
            ]
            precautions.append(f"{{{', '.join(pairs)}}}")
        self.line(
            f'return {{"indications": {indications}, "contraindications": {contraindications},'
            f' "precautions": [{", ".join(precautions)}]}}'
        )
        bind = self.compile()
        return lambda as_of: bind(as_of)["write"]

    def _write(self, node: Node) -> tuple[str, str]:
        """Statements that write a node; the names of its data and of its truth."""
        data, truth = self.name("x"), self.name("t")
        if isinstance(node, FactTest):
            if self._ordinary(node):
                self._write_test(node, data, truth)
            else:
                self.line(f"{data} = ask({self.constant(node)})")
                self.line(f"{truth} = {self.test(node)}")
            return data, truth
        parts = [self._write(child) for child in children(node)]
        self.line(f"{truth} = {self.combine(node, [name for _, name in parts])}")
        kind = {AllOf: "all", AnyOf: "any", AtLeast: "at_least", Not: "not"}[type(node)]
        count = {"n": node.n} if isinstance(node, AtLeast) else {}
        words = [
            self.constant(self._form(node, kind, word, count, "children"))
            for word in ("met", "unknown", "not_met")
        ]
        form = f"({words[0]} if {truth} else {words[1]} if {truth} is None else {words[2]})"
        self._copy(node, data, form)
        self.line(f'{data}["children"] = [{", ".join(name for name, _ in parts)}]')
        return data, truth

    def _form(
        self, node: Node, kind: str, word: str, more: dict[str, Any], inside: str
    ) -> dict[str, Any]:
        """A node as data, with what differs from person to person left empty."""
        says = sentence(node, self.vocabulary)
        form: dict[str, Any] = {"id": node.id, "kind": kind, "says": says, "truth": word, **more}
        if inside == "facts":
            form["facts"] = None
        if node.cite:
            form["cite"] = None
        if node.verified:
            form["verified"] = node.verified
        if inside == "children":
            form["children"] = None
        return form

    def _copy(self, node: Node, data: str, form: str, indent: str = "") -> None:
        self.line(f"{indent}{data} = {form}.copy()")
        if node.cite:
            self.line(f'{indent}{data}["cite"] = {self._citations(node.cite)}')

    def _ordinary(self, test: FactTest) -> bool:
        definition = self.vocabulary[test.fact]
        return (
            not test.value_of
            and definition.derived is None
            and definition.applies_when is None
            and definition.type is not FactType.ROWS
        )

    def _write_test(self, test: FactTest, data: str, truth: str) -> None:
        definition = self.vocabulary[test.fact]
        fetched = self.key(test.fact)
        missing = self._form(test, "test", "unknown", {"why_unknown": NOT_DOCUMENTED}, "facts")
        met, not_met = (self._form(test, "test", word, {}, "facts") for word in ("met", "not_met"))
        if definition.key not in self._shown:
            seen: dict[Any, dict[str, Any]] = {}
            show = self.constant(_shower(definition, seen))
            self._shown[definition.key] = (self.constant(seen), show)
        seen_name, show_name = self._shown[definition.key]
        fact = self.name("y")
        absent = {
            "key": definition.key,
            "label": definition.label,
            "value": None,
            "text": NOT_DOCUMENTED.capitalize(),
        }
        self.line(f"{truth} = {self.test(test)}")
        self.line(f"if {truth} is not None:")
        form = f"({self.constant(met)} if {truth} else {self.constant(not_met)})"
        self._copy(test, data, form, "    ")
        self.line(f"    try: {fact} = {seen_name}[v{fetched}].copy()")
        self.line(f"    except KeyError: {fact} = {show_name}(v{fetched})")
        self.line(f'    if f{fetched}.source: {fact}["source"] = f{fetched}.source')
        self.line(f"    if f{fetched}.observed_on is not None:")
        self.line(f'        {fact}["observed_on"] = f{fetched}.observed_on.isoformat()')
        self.line(f'    {data}["facts"] = [{fact}]')
        self.line(f"elif f{fetched} is None:")
        self._copy(test, data, self.constant(missing), "    ")
        self.line(f'    {data}["facts"] = [{self.constant(absent)}.copy()]')
        self.line(f"else: {data} = ask({self.constant(test)})")

    def _cited(self, cite: tuple[Citation, ...], verified: str) -> list[str]:
        pairs = []
        if cite:
            pairs.append(f'"cite": {self._citations(cite)}')
        if verified:
            pairs.append(f'"verified": {self.constant(verified)}')
        return pairs

    def _citations(self, cite: tuple[Citation, ...]) -> str:
        return f"[{', '.join(map(self._citation, cite))}]"

    def _citation(self, citation: Citation) -> str:
        data = citation_to_data(citation)
        pairs = [f'"{key}": {self.constant(value)}' for key, value in data.items()]
        return f"{{{', '.join(pairs)}}}"


def _word(truth: str) -> str:
    """An expression for the word of a truth."""
    return f'"met" if {truth} else "unknown" if {truth} is None else "not_met"'
