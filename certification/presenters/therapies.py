"""What do the pages of the reference content say: therapies, criteria, evidence?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.urls import reverse

from certification.case_facts import compiled
from certification.criteria.facts import Vocabulary, read_facts
from certification.criteria.tree import (
    AllOf,
    AnyOf,
    AtLeast,
    FactTest,
    Node,
    Precaution,
    children,
)
from certification.criteria.tree_words import sentence, value_text
from certification.models import CriteriaVersion, RequestType, Therapy
from certification.packs.examples import ExampleResult, run_examples
from certification.presenters.cases import content_state
from certification.presenters.citations import Source, Sources
from certification.presenters.decision_pages import quantity_lines
from certification.presenters.details import Section, cited_refs, sections
from certification.presenters.glossary import Explained
from certification.presenters.questions import Warned
from certification.presenters.steps import warned
from certification.presenters.trees import Row
from certification.readers import told
from certification.source_checks import version_kinds
from certification.wizard import plan_of, reference_numbers

SECTION_ORDER = (
    "indications", "dosing", "contraindications", "boxed_warnings", "warnings", "screening",
    "premedication", "infusion", "infusion_reactions", "missed_dose", "washout", "monitoring",
    "rems", "authorisation", "age_limits", "trial_population", "hcpcs", "rxnorm",
)  # fmt: skip
RECOMMENDATION_WORDS = {"certify": "Certify", "refer": "Refer", "pend": "Pend"}


@dataclass(frozen=True, slots=True)
class VersionLink:
    url: str
    title: str
    request: str
    version: str
    organisation: str
    status: str
    status_word: str
    in_force: bool
    review_overdue: bool


@dataclass(frozen=True, slots=True)
class TherapyCard:
    url: str
    key: str
    name: str
    brands: str
    kind: str
    route: str
    efficacy: str
    off_label: bool
    status: str
    status_word: str
    versions: tuple[VersionLink, ...]


@dataclass(frozen=True, slots=True)
class MonitoringLink:
    """A protocol in force, in whichever app it stands."""

    url: str
    title: str
    version: str


@dataclass(frozen=True, slots=True)
class TherapyPage:
    card: TherapyCard
    content: dict[str, Any]
    note: str
    sections: list[Section]
    references: list[Source]
    monitoring: list[MonitoringLink]


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """A worked example with what was expected and what the engine says today."""

    name: str
    facts: list[dict[str, str]]
    expected: str
    found: str
    passed: bool
    differs: str


@dataclass(frozen=True, slots=True)
class VersionPage:
    version: CriteriaVersion
    content: dict[str, Any]
    request: str
    note: str
    indications: list[Row]
    contraindications: list[Row]
    precautions: list[Warned]
    examples: list[ExampleLine]
    questions: int
    quantity: list[dict[str, str]]
    references: list[Source]
    others: list[VersionLink]


def therapy_cards(today: date) -> list[TherapyCard]:
    """Two queries."""
    links: dict[int, list[VersionLink]] = {}
    current = {v.pk for v in _newest(CriteriaVersion.objects.in_force(today).defer("document"))}
    for version in CriteriaVersion.objects.exclude(status="retired").defer("document"):
        links.setdefault(version.therapy_id, []).append(version_link(version, current, today))
    return [
        therapy_card(therapy, links.get(therapy.pk, []))
        for therapy in Therapy.objects.defer("details")
    ]


def _newest(versions: Iterable[CriteriaVersion]) -> list[CriteriaVersion]:
    newest: dict[str, CriteriaVersion] = {}
    for version in versions:
        newest.setdefault(version.set_key, version)
    return list(newest.values())


def version_link(version: CriteriaVersion, current: set[int], today: date) -> VersionLink:
    return VersionLink(
        reverse("certification:criteria-version", args=[version.pk]),
        version.title,
        RequestType(version.request_type).label,
        version.version,
        version.policy_organisation,
        version.status,
        version.status_title,
        version.pk in current,
        bool(version.next_review_on and version.next_review_on < today),
    )


def therapy_card(therapy: Therapy, versions: Iterable[VersionLink]) -> TherapyCard:
    return TherapyCard(
        url=reverse("certification:therapy", args=[therapy.key]),
        key=therapy.key,
        name=str(therapy),
        brands=therapy.brands,
        kind=therapy.therapy_class,
        route=therapy.route,
        efficacy=therapy.get_efficacy_display(),
        off_label=therapy.off_label,
        status=therapy.status,
        status_word=therapy.status_title,
        versions=tuple(versions),
    )


def therapy_page(therapy: Therapy, today: date) -> TherapyPage:
    refs = dict.fromkeys(cited_refs(therapy.details))
    for citation in therapy.citations.select_related("reference"):
        refs.setdefault(citation.reference.key)
    sources = Sources({key: number for number, key in enumerate(refs, start=1)})
    details = {k: v for k, v in therapy.details.items() if k != "note"}
    current = {v.pk for v in _newest(CriteriaVersion.objects.in_force(today).defer("document"))}
    versions = therapy.criteria_versions.exclude(status="retired").defer("document")
    return TherapyPage(
        card=therapy_card(therapy, [version_link(v, current, today) for v in versions]),
        content=content_state(therapy, today),
        note=str(therapy.details.get("note", "")),
        sections=_marked(sections(details, sources, SECTION_ORDER)),
        references=sources.listed(),
        monitoring=list(_monitoring(therapy, today)),
    )


def _marked(found: Iterable[Section]) -> list[Section]:
    explained = Explained()
    return [
        replace(
            section,
            lines=tuple(
                replace(line, text=explained.marked(line.text), extra=explained.marked(line.extra))
                for line in section.lines
            ),
        )
        for section in found
    ]


def _monitoring(therapy: Therapy, today: date) -> Iterator[MonitoringLink]:
    for model in version_kinds():
        if model is CriteriaVersion:
            continue
        manager: Any = model._default_manager
        for version in manager.in_force(today).filter(therapy=therapy).defer("document"):
            yield MonitoringLink(version.get_absolute_url(), version.title, version.version)


def version_page(version: CriteriaVersion, today: date, reader: str) -> VersionPage:
    plan = plan_of(version)
    criteria_set, vocabulary, _ = compiled(version)
    criteria, explained = criteria_set.criteria, Explained()
    sources = Sources(reference_numbers(criteria_set))
    current = {v.pk for v in _newest(CriteriaVersion.objects.in_force(today).defer("document"))}
    others = CriteriaVersion.objects.filter(set_key=version.set_key).exclude(pk=version.pk)
    return VersionPage(
        version=version,
        content=content_state(version, today),
        request=RequestType(version.request_type).label,
        note=criteria_set.note,
        indications=_explained(plain_rows(criteria.indications, vocabulary, sources), explained),
        contraindications=_explained(
            plain_rows(criteria.contraindications, vocabulary, sources), explained
        ),
        precautions=[_precaution(p, sources, reader, explained) for p in criteria.precautions],
        examples=[
            example_line(result, vocabulary, today)
            for result in run_examples(criteria_set, vocabulary, today)
        ],
        questions=sum(len(step.keys) for step in plan.steps),
        quantity=quantity_lines(version.quantity_limit),
        references=sources.listed(),
        others=[version_link(v, current, today) for v in others.defer("document")],
    )


def _explained(rows: Iterable[Row], explained: Explained) -> list[Row]:
    return [replace(row, says=explained.marked(row.says)) for row in rows]


def _precaution(
    precaution: Precaution, sources: Sources, reader: str, explained: Explained
) -> Warned:
    words = told(precaution.says, precaution.plain, reader)
    return replace(
        warned(precaution, sources),
        says=explained.marked(words.first),
        folded=explained.marked(words.folded),
        folded_title=words.folded_title,
    )


def plain_rows(node: Node, vocabulary: Vocabulary, sources: Sources, depth: int = 0) -> list[Row]:
    """A tree as it is written, without anybody's facts."""
    kinds = {FactTest: "test", AllOf: "all", AnyOf: "any", AtLeast: "at_least"}
    words = {"all": "All of", "any": "Any of", "not": "Not", "test": ""}
    kind = kinds.get(type(node), "not")
    word = f"At least {node.n} of" if isinstance(node, AtLeast) else words[kind]
    rows = [
        Row(
            node.id, min(depth, 8), kind, "", word, sentence(node, vocabulary), "", node.verified,
            cites=sources.cites(node.cite),
        )
    ]  # fmt: skip
    for child in children(node):
        rows += plain_rows(child, vocabulary, sources, depth + 1)
    return rows


def example_line(result: ExampleResult, vocabulary: Vocabulary, today: date) -> ExampleLine:
    example, found = result.example, result.evaluation
    expected = str(example.expect.get("recommendation", ""))
    facts = read_facts(vocabulary, example.facts, example.as_of or today) if found else {}
    return ExampleLine(
        example.name,
        [
            {"label": vocabulary[key].label, "value": _fact_words(vocabulary, key, fact)}
            for key, fact in facts.items()
        ],
        RECOMMENDATION_WORDS.get(expected, expected),
        RECOMMENDATION_WORDS[found.recommendation.value] if found else "",
        result.passed,
        "; ".join(str(difference) for difference in result.differences),
    )


def _fact_words(vocabulary: Vocabulary, key: str, fact: Any) -> str:
    return "Asked, not known" if fact.value is None else value_text(vocabulary[key], fact.value)
