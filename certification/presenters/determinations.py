"""What does the page of a signed determination say? It all comes from the sealed record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from certification.criteria.tree import Truth
from certification.models import Answer, Determination
from certification.presenters.citations import Cite, Source
from certification.presenters.steps import Warned
from certification.presenters.trees import (
    BAR_COLOURS,
    BAR_WORDS,
    WORDS,
    FactLine,
    Row,
    source_words,
    why_words,
)
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
    indications: list[Row]
    contraindications: list[Row]
    precautions: list[Warned]
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
        indications=_rows(trees["indications"], numbers, 0, bars=False),
        contraindications=_rows(trees["contraindications"], numbers, 0, bars=True),
        precautions=[
            Warned(p["id"], p["says"], p.get("verified", ""), _cites(p, numbers))
            for p in trees["precautions"]
            if p["truth"] == Truth.MET
        ],
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


def _rows(
    node: Mapping[str, Any], numbers: Mapping[str, int], depth: int, *, bars: bool
) -> list[Row]:
    truth = Truth(node["truth"])
    row = Row(
        node["id"],
        min(depth, 8),
        node["kind"],
        BAR_COLOURS[truth] if bars else truth.value,
        BAR_WORDS[truth] if bars else WORDS[truth],
        node["says"],
        why_words(node.get("why_unknown", "")),
        node.get("verified", ""),
        tuple(_fact_line(fact) for fact in node.get("facts", ())),
        _cites(node, numbers),
    )
    inside = not bars if node["kind"] == "not" else bars
    below = [
        child_row
        for child in node.get("children", ())
        for child_row in _rows(child, numbers, depth + 1, bars=inside)
    ]
    return [row, *below]


def _fact_line(fact: Mapping[str, Any]) -> FactLine:
    observed = fact.get("observed_on")
    return FactLine(
        fact["key"],
        fact["label"],
        fact["text"],
        source_words(fact.get("source", "")),
        date.fromisoformat(observed) if observed else None,
    )


def _cites(node: Mapping[str, Any], numbers: Mapping[str, int]) -> tuple[Cite, ...]:
    found = dict.fromkeys(numbers[c["ref"]] for c in node.get("cite", ()) if c["ref"] in numbers)
    return tuple(Cite(number) for number in found)


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
