"""What does an author see who tries criteria on a sample person?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from certification.actions.answers import Entry
from certification.criteria.evaluation import Evaluator
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    Vocabulary,
    read_facts,
)
from certification.criteria.tree import Citation, CriteriaSet, FactTest, Node, walk
from certification.criteria.tree_words import sentence
from certification.models import FactGroup
from certification.presenters.citations import Cite
from certification.presenters.inputs import (
    Option,
    TableRow,
    limit_text,
    options_of,
    table_rows,
    typed_text,
)
from certification.presenters.questions import field_name, kind_of
from certification.presenters.therapies import RECOMMENDATION_WORDS
from certification.presenters.trees import Tree, tree_of


@dataclass(frozen=True, slots=True)
class PersonInput:
    """One question of the sample person. ``kind``: select, rows, date, number or text."""

    name: str
    key: str
    label: str
    kind: str
    value: str
    unit: str
    range: str
    options: tuple[Option, ...]
    rows: tuple[TableRow, ...]
    no_rows: bool
    not_known: bool
    takes_date: bool
    typed_on: str
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonGroup:
    title: str
    inputs: tuple[PersonInput, ...]
    answered: int


@dataclass(frozen=True, slots=True)
class TriedOut:
    """What the criteria say of the person. ``problem``: why they say nothing."""

    problem: str = ""
    recommendation: str = ""
    word: str = ""
    unmet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    shortest: tuple[str, ...] = ()
    precautions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    indications: Tree | None = None
    contraindications: Tree | None = None
    found: Mapping[str, Any] | None = None


def person_groups(
    definitions: Vocabulary, typed: Mapping[str, Entry], dated: frozenset[str], form: Any
) -> tuple[PersonGroup, ...]:
    """``dated``: questions whose answers count for a time only, so that their day is asked."""
    titles = {group.key: group.title for group in FactGroup.objects.all()}
    grouped: dict[str, list[PersonInput]] = {}
    for key, definition in definitions.items():
        entry = typed.get(key, Entry())
        errors = tuple(form.errors.get(field_name(key), ())) if form.is_bound else ()
        made = _input(definition, entry, key in dated, errors)
        grouped.setdefault(definition.group, []).append(made)
    return tuple(
        PersonGroup(
            titles.get(group, "Questions"),
            tuple(inputs),
            sum(bool(i.value or i.not_known or i.no_rows or len(i.rows) > 2) for i in inputs),
        )
        for group, inputs in grouped.items()
    )


def entries_of(facts: Mapping[str, Any]) -> dict[str, Entry]:
    """The raw facts of an example as they would have been typed."""
    entries = {}
    for key, raw in facts.items():
        given = raw if isinstance(raw, Mapping) else {"value": raw}
        value = given.get("value")
        not_known = value is None and bool(given.get("asked"))
        entries[key] = Entry(value, given.get("observed_on"), not_known=not_known)
    return entries


def dated_facts(criteria_set: CriteriaSet, definitions: Vocabulary) -> frozenset[str]:
    """The questions whose observation date a test looks at, and no other question gives."""
    criteria = criteria_set.criteria
    trees: list[Node] = [criteria.indications, criteria.contraindications]
    trees += [precaution.when for precaution in criteria.precautions]
    return frozenset(
        node.fact
        for tree in trees
        for node in walk(tree)
        if isinstance(node, FactTest)
        and node.max_age_days is not None
        and node.fact in definitions
        and definitions[node.fact].type is not FactType.DATE
    )


def tried_out(
    criteria_set: CriteriaSet, vocabulary: Vocabulary, facts: Mapping[str, Any], as_of: date
) -> TriedOut:
    try:
        read = read_facts(vocabulary, facts, as_of)
    except FactError as error:
        label = vocabulary[error.key].label if error.key in vocabulary else error.key
        return TriedOut(problem=f"{label}: {error.message}.")
    explanation = Evaluator(criteria_set, vocabulary).explain(read, as_of)
    found = explanation.evaluation
    criteria = criteria_set.criteria
    nodes = {
        node.id: node
        for tree in (criteria.indications, criteria.contraindications)
        for node in walk(tree)
    }
    says = {precaution.id: precaution.says for precaution in criteria.precautions}
    return TriedOut(
        recommendation=found.recommendation.value,
        word=RECOMMENDATION_WORDS[found.recommendation.value],
        unmet=tuple(sentence(nodes[name], vocabulary) for name in found.unmet),
        missing=_labels(found.missing, vocabulary),
        shortest=_labels(found.shortest, vocabulary),
        precautions=tuple(says[name] for name in found.precautions),
        flags=(
            *(flag.says for flag in found.contradictions),
            *(
                f"{vocabulary[c.fact].label}: given and worked out differ; the given one is used."
                for c in found.conflicts
            ),
        ),
        indications=tree_of(explanation.indications, _Unsourced(), bars=False),
        contraindications=tree_of(explanation.contraindications, _Unsourced(), bars=True),
        found={
            "unmet": list(found.unmet),
            "missing": list(found.missing),
            "shortest": list(found.shortest),
            "precautions": list(found.precautions),
            "indications": found.indications.value,
            "contraindications": found.contraindications.value,
        },
    )


class _Unsourced:
    """Answers with their criteria; the sources stand on the page of the tree."""

    def cites(self, citations: Iterable[Citation]) -> tuple[Cite, ...]:
        return ()


def _labels(keys: tuple[str, ...], vocabulary: Vocabulary) -> tuple[str, ...]:
    return tuple(vocabulary[key].label for key in keys)


def _input(
    definition: FactDefinition, entry: Entry, is_dated: bool, errors: tuple[str, ...]
) -> PersonInput:
    name, kind = field_name(definition.key), kind_of(definition)
    is_table = definition.type is FactType.ROWS
    listed = entry.typed if isinstance(entry.typed, list) else []
    text = "" if is_table else typed_text(entry.typed)
    numbers = kind == "number" and definition.maximum is not None
    return PersonInput(
        name=name,
        key=definition.key,
        label=definition.label,
        kind="select" if kind in ("radios", "choice") else kind,
        value=text,
        unit="" if definition.unit == "count" else definition.unit,
        range=f"{limit_text(definition.minimum)} to {limit_text(definition.maximum)}"
        if numbers
        else "",
        options=options_of(definition.type, definition.choices, text),
        rows=tuple(table_rows(name, definition, listed)) if is_table else (),
        no_rows=is_table and entry.typed == [],
        not_known=entry.not_known,
        takes_date=is_dated or bool(entry.observed_on),
        typed_on=str(entry.observed_on or ""),
        errors=errors,
    )
