"""One patient, every therapy: what do the same answers mean under each set of criteria?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.urls import reverse

from certification.case_facts import compiled, typed_facts
from certification.criteria.explanation import Explanation
from certification.criteria.facts import Vocabulary
from certification.criteria.tree import Policy, Recommendation, Truth
from certification.models import Answer, CriteriaVersion, Patient, RequestType
from certification.presenters.comparison_facts import (
    UsedFact,
    facts_for,
    latest_answers,
    used_facts,
)
from certification.presenters.openings import offered_versions
from certification.presenters.side_by_side import Difference, sentences_of, side_by_side
from certification.presenters.wording import capitalised, counted, day_words

# What is nearest to being certified comes first. "For a physician" is never a denial.
WORDS_OF = {
    Recommendation.CERTIFY: "Criteria met",
    Recommendation.PEND: "Facts are missing",
    Recommendation.REFER: "For a physician",
}
MOST_COMPARED = 3
NAMED_MISSING = 3
MOST_HELPFUL = 10
WEB = ("https://", "http://")
NO_POLICY = "Not a payer’s policy"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose criteria these are. ``url``: where the policy stands; empty when it is no address."""

    name: str
    identifier: str = ""
    url: str = ""
    effective: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One set of criteria against this person."""

    set_key: str
    therapy: str
    request: str
    publisher: Publisher
    version: str
    version_url: str
    review_overdue: bool
    recommendation: str
    word: str
    met: str
    unmet: tuple[str, ...]
    missing: tuple[str, ...]
    missing_words: str
    other_missing: tuple[str, ...]
    precautions: int
    needs_physician: bool
    off_label: bool
    open_url: str
    compared: bool
    compare_url: str


@dataclass(frozen=True, slots=True)
class TherapyGroup:
    """Every set of criteria for one therapy, whoever published it."""

    therapy: str
    off_label: bool
    says: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class NeededFact:
    """A fact that is missing, and the therapies that it would help to decide."""

    label: str
    therapies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    groups: list[TherapyGroup]
    verdicts: list[Verdict]
    compared: list[Verdict]
    indications: list[Difference]
    contraindications: list[Difference]
    needed: list[NeededFact]
    used: list[UsedFact]
    sets: int


@dataclass(frozen=True, slots=True)
class _Evaluated:
    version: CriteriaVersion
    vocabulary: Vocabulary
    explanation: Explanation


def comparison_page(
    patient: Patient, today: date, *, may_open: bool, chosen: Sequence[str]
) -> ComparisonPage:
    """Five queries. ``chosen``: the set keys to lay side by side; else the first few."""
    prefetch_related_objects([patient], "prior_therapies")
    answers = latest_answers(patient)
    evaluated = [_evaluate(v, patient, answers, today) for v in offered_versions(today)]
    evaluated.sort(key=_nearness)
    keys = [e.version.set_key for e in evaluated]
    picked = [key for key in dict.fromkeys(chosen) if key in keys][:MOST_COMPARED]
    picked = picked or keys[:MOST_COMPARED]
    verdicts = [_verdict(e, patient, may_open, picked, today) for e in evaluated]
    beside = [e.explanation for key in picked for e in evaluated if e.version.set_key == key]
    compared = [v for key in picked for v in verdicts if v.set_key == key]
    names = [v.publisher.name for v in compared]
    return ComparisonPage(
        groups=_groups(verdicts),
        verdicts=verdicts,
        compared=compared,
        indications=side_by_side([e.indications for e in beside], names, bars=False),
        contraindications=side_by_side([e.contraindications for e in beside], names, bars=True),
        needed=_needed(evaluated),
        used=used_facts([e.vocabulary for e in evaluated], answers, today),
        sets=len(evaluated),
    )


def _groups(verdicts: Iterable[Verdict]) -> list[TherapyGroup]:
    """The therapy of the nearest set comes first, and in it the nearest set."""
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.therapy, []).append(verdict)
    return [
        TherapyGroup(
            therapy,
            any(v.off_label for v in rows),
            counted(len(rows), "set") + " of criteria" if len(rows) > 1 else "",
            tuple(rows),
        )
        for therapy, rows in found.items()
    ]


def _evaluate(
    version: CriteriaVersion, patient: Patient, answers: Mapping[str, list[Answer]], today: date
) -> _Evaluated:
    _, vocabulary, evaluator = compiled(version)
    raw = facts_for(version, vocabulary, patient, answers, today)
    explanation = evaluator.explain(typed_facts(vocabulary, raw), today)
    return _Evaluated(version, vocabulary, explanation)


def _verdict(
    one: _Evaluated, patient: Patient, may_open: bool, picked: Sequence[str], today: date
) -> Verdict:
    version, evaluation = one.version, one.explanation.evaluation
    labels = {key: definition.label for key, definition in one.vocabulary.items()}
    others = [key for key in evaluation.missing if key not in evaluation.shortest]
    parts = one.explanation.indications.children or (one.explanation.indications,)
    met = sum(1 for part in parts if part.truth is Truth.MET)
    shortest = tuple(labels[key] for key in evaluation.shortest or evaluation.missing)
    sentences = sentences_of((one.explanation.indications, one.explanation.contraindications))
    return Verdict(
        set_key=version.set_key,
        therapy=capitalised(str(version.therapy)),
        request=RequestType(version.request_type).label,
        publisher=publisher_of(compiled(version)[0].policy),
        version=version.version,
        version_url=reverse("certification:criteria-version", args=[version.pk]),
        review_overdue=bool(version.next_review_on and version.next_review_on < today),
        recommendation=evaluation.recommendation.value,
        word=WORDS_OF[evaluation.recommendation],
        met=f"{met} of {len(parts)} criteria met",
        unmet=tuple(sentences.get(node_id, node_id) for node_id in evaluation.unmet),
        missing=shortest,
        missing_words=_missing_words(shortest),
        other_missing=tuple(labels[key] for key in others),
        precautions=len(evaluation.precautions),
        needs_physician=version.needs_physician,
        off_label=version.therapy.off_label,
        open_url=_open_url(patient, version) if may_open else "",
        compared=version.set_key in picked,
        compare_url=_compare_url(version.set_key, picked),
    )


def _open_url(patient: Patient, version: CriteriaVersion) -> str:
    new = reverse("certification:case-new", args=[patient.pk])
    return f"{new}?{urlencode({'criteria': version.set_key})}"


def _compare_url(set_key: str, picked: Sequence[str]) -> str:
    """Adds a set to the side-by-side view, in place of the oldest when full; or takes it out."""
    keys = [key for key in picked if key != set_key]
    if set_key not in picked:
        keys = [*keys, set_key][-MOST_COMPARED:]
    return f"?{urlencode([('compare', key) for key in keys])}#side-by-side"


def _missing_words(labels: Sequence[str]) -> str:
    shown = labels[:NAMED_MISSING]
    more = len(labels) - len(shown)
    return (
        f"{counted(len(labels), 'fact')}: {', '.join(shown)}{f' and {more} more' if more else ''}"
    )


def _nearness(one: _Evaluated) -> tuple[int, int, int, str, str]:
    evaluation, version = one.explanation.evaluation, one.version
    return (
        list(WORDS_OF).index(evaluation.recommendation),
        len(evaluation.unmet),
        len(evaluation.shortest or evaluation.missing),
        str(version.therapy),
        version.request_type,
    )


def publisher_of(policy: Policy | None) -> Publisher:
    if policy is None:
        return Publisher(NO_POLICY)
    since = policy.effective_on
    return Publisher(
        policy.organisation,
        policy.identifier,
        policy.url if policy.url.startswith(WEB) else "",
        day_words(since) if isinstance(since, date) else since or "",
    )


def _needed(evaluated: Iterable[_Evaluated]) -> list[NeededFact]:
    """The facts that would decide, those that help most therapies first."""
    # Two publishers may ask different things under one key: the words tell them apart.
    needed: dict[tuple[str, str], dict[str, None]] = {}
    for one in evaluated:
        for key in one.explanation.evaluation.missing:
            therapies = needed.setdefault((key, one.vocabulary[key].label), {})
            therapies[str(one.version.therapy)] = None
    facts = [NeededFact(label, tuple(therapies)) for (_, label), therapies in needed.items()]
    helpful = [fact for fact in facts if len(fact.therapies) > 1]
    return sorted(helpful, key=lambda fact: (-len(fact.therapies), fact.label))[:MOST_HELPFUL]


def summary_words(page: ComparisonPage) -> str:
    """One sentence above everything."""
    counts = {r: sum(1 for v in page.verdicts if v.recommendation == r.value) for r in WORDS_OF}
    return (
        f"{counted(page.sets, 'set')} of criteria in force: {counts[Recommendation.CERTIFY]} met, "
        f"{counts[Recommendation.PEND]} open, {counts[Recommendation.REFER]} for a physician."
    )
