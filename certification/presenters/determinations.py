"""What does the page of a signed determination say? It all comes from the sealed record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.criteria.explanation import ExplainedFact, ExplainedNode
from certification.criteria.tree import Citation, Truth
from certification.models import Answer, Determination
from certification.presenters.citations import Cite, Source
from certification.presenters.questions import Warned
from certification.presenters.trees import Tree, tree_of
from certification.presenters.wording import day_words, moment_words
from certification.records import cited_keys
from config.roles import ROLES, Role

LETTER_TITLES = {
    "clinician": ("Letter for the clinician", "Every criterion with its finding and its source."),
    "patient": ("Letter for the patient", "The same decision in plain words."),
}


@dataclass(frozen=True, slots=True)
class LetterLink:
    title: str
    says: str
    url: str
    sha256: str


@dataclass(frozen=True, slots=True)
class DeterminationPage:
    outcome: str
    outcome_word: str
    says: str
    terms: list[dict[str, str]]
    reason: dict[str, str] | None
    principal: str
    other_unmet: list[str]
    rationale: str
    would_reverse: str
    appeal: str
    signature: dict[str, str]
    content: dict[str, Any]
    criteria: str
    indications: Tree
    contraindications: Tree
    precautions: list[Warned]
    noticed: list[dict[str, Any]]
    facts: list[dict[str, str]]
    references: list[Source]
    letters: list[LetterLink]
    seal: str
    content_hash: str
    as_of: str


def determination_page(determination: Determination) -> DeterminationPage:
    record = determination.record
    explained, signature = record["explanation"], record["signature"]
    numbers = {key: n for n, key in enumerate(cited_keys(explained), start=1)}
    sources = RecordSources(numbers)
    sentences = _sentences(explained)
    zone = record["case"]["site"]["time_zone"]
    trees = explained["trees"]
    return DeterminationPage(
        outcome=determination.outcome,
        outcome_word=determination.outcome_title,
        says=_says(determination, record),
        terms=_terms(determination),
        reason=record["determination"]["reason"],
        principal=sentences.get(determination.principal_criterion, ""),
        other_unmet=[sentences.get(key, key) for key in determination.unmet_criteria[1:]],
        rationale=determination.rationale,
        would_reverse=determination.would_reverse,
        appeal=record["case"]["site"]["appeal_instructions"],
        signature={
            "name": signature["name"],
            "role": ROLES[Role(determination.signer_role)].title,
            "licence": signature["licence_number"],
            "at": moment_words(determination.signed_at, zone),
            "meaning": determination.signature_meaning,
            "demo": "yes" if signature["demo"] else "",
        },
        content=record["content"],
        criteria=f"{record['criteria']['title']}, version {record['criteria']['version']}",
        indications=tree_of(_node(trees["indications"]), sources, bars=False),
        contraindications=tree_of(_node(trees["contraindications"]), sources, bars=True),
        precautions=[
            Warned(p["id"], p["says"], p.get("verified", ""), sources.cites(_citations(p)))
            for p in trees["precautions"]
            if p["truth"] == Truth.MET
        ],
        noticed=record.get("notices", []),
        facts=_facts(record["facts"]),
        references=[_source(n, key, record["references"]) for key, n in numbers.items()],
        letters=[
            LetterLink(
                *LETTER_TITLES[letter.audience],
                reverse("certification:letter", args=[determination.pk, letter.audience]),
                letter.sha256,
            )
            for letter in determination.letters.defer("pdf")
        ],
        seal=determination.seal,
        content_hash=determination.content_hash,
        as_of=day_words(determination.as_of),
    )


def letter_name(determination: Determination, audience: str) -> str:
    """The file name of a download: the case, never the person."""
    return f"determination-{determination.case.number}-{audience}.pdf"


def _says(determination: Determination, record: Mapping[str, Any]) -> str:
    therapy = record["therapy"]["generic"]
    if determination.is_adverse:
        return f"The request for {therapy} is not certified."
    period = (
        f"{day_words(determination.period_start_on)} to {day_words(determination.period_end_on)}"
    )
    return f"{therapy[:1].upper()}{therapy[1:]}, {period}."


def _terms(determination: Determination) -> list[dict[str, str]]:
    if determination.is_adverse:
        return []
    start, end = determination.period_start_on, determination.period_end_on
    lines = [
        ("Certification period", f"{day_words(start)} to {day_words(end)}"),
        ("Months", str(determination.months)),
        ("Dose", determination.dose),
        ("Interval", determination.interval),
        ("Number of infusions", str(determination.infusions or "")),
    ]
    return [{"label": label, "value": value} for label, value in lines if value]


def _sentences(explained: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = [explained["trees"]["indications"], explained["trees"]["contraindications"]]
    while waiting:
        node = waiting.pop()
        found[node["id"]] = node["says"]
        waiting.extend(node.get("children", ()))
    return found


class RecordSources:
    """The sealed references under the numbers of the page."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self.numbers = numbers

    def cites(self, citations: Iterable[Citation]) -> tuple[Cite, ...]:
        found = (self.numbers[c.ref] for c in citations if c.ref in self.numbers)
        return tuple(Cite(number) for number in dict.fromkeys(found))


def _node(data: Mapping[str, Any]) -> ExplainedNode:
    """A node of the sealed explanation, as the engine explained it then."""
    return ExplainedNode(
        data["id"],
        data["kind"],
        data["says"],
        Truth(data["truth"]),
        why_unknown=data.get("why_unknown", ""),
        facts=tuple(_fact(fact) for fact in data.get("facts", ())),
        cite=_citations(data),
        verified=data.get("verified", ""),
        children=tuple(_node(child) for child in data.get("children", ())),
    )


def _fact(data: Mapping[str, Any]) -> ExplainedFact:
    observed = data.get("observed_on")
    return ExplainedFact(
        data["key"],
        data["label"],
        data["value"],
        data["text"],
        data.get("source", ""),
        date.fromisoformat(observed) if observed else None,
    )


def _citations(data: Mapping[str, Any]) -> tuple[Citation, ...]:
    return tuple(Citation(c["ref"], c.get("at", "")) for c in data.get("cite", ()))


def _facts(facts: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    words = dict(Answer.Source.choices)
    ordered = sorted(facts.values(), key=lambda fact: fact.get("order", 0))
    return [
        {
            "label": fact["label"],
            "value": fact["text"],
            "note": ", ".join(
                part
                for part in (
                    str(words.get(fact.get("source", ""), fact.get("source", ""))),
                    day_words(date.fromisoformat(fact["observed_on"]))
                    if fact.get("observed_on")
                    else "",
                )
                if part
            ),
        }
        for fact in ordered
    ]


def _source(number: int, key: str, references: Mapping[str, Mapping[str, Any]]) -> Source:
    row = references.get(key)
    if row is None:
        return Source(number, key, "", "", "", "")
    return Source(
        number, row["text"], "", row.get("url", ""), row.get("verified", ""), row.get("caution", "")
    )
