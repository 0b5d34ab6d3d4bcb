"""One patient, every therapy: what do the same answers mean under each set of criteria?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import prefetch_related_objects
from django.urls import reverse

from certification.case_facts import compiled, typed_facts
from certification.criteria.explanation import ExplainedNode, Explanation
from certification.criteria.facts import FactError, Vocabulary, parse_value
from certification.criteria.tree import Recommendation, Truth
from certification.criteria.tree_words import value_text
from certification.models import Answer, Case, CriteriaVersion, Patient, RequestType
from certification.presenters.openings import offered_versions
from certification.presenters.trees import BAR_COLOURS, BAR_WORDS, WORDS
from certification.presenters.wording import age_words, capitalised, counted, day_words
from certification.registration import REQUEST_FACT, THERAPY_FACT, registered_facts
from certification.turnaround import local_date

# What is nearest to being certified comes first. "For a physician" is never a denial.
WORDS_OF = {
    Recommendation.CERTIFY: "Criteria met",
    Recommendation.PEND: "Facts are missing",
    Recommendation.REFER: "For a physician",
}
# Each set of criteria answers these by itself.
OF_THE_REQUEST = frozenset({THERAPY_FACT, REQUEST_FACT})
MOST_COMPARED = 3
NAMED_MISSING = 3
MOST_HELPFUL = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """One set of criteria against this person."""

    set_key: str
    therapy: str
    request: str
    organisation: str
    version_url: str
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
class CellMark:
    """What one set says to one criterion; ``truth`` empty: it does not ask for it."""

    truth: str
    word: str


@dataclass(frozen=True, slots=True)
class Difference:
    says: str
    cells: tuple[CellMark, ...]
    differs: bool


@dataclass(frozen=True, slots=True)
class NeededFact:
    """A fact that is missing, and the therapies that it would help to decide."""

    label: str
    therapies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsedFact:
    label: str
    text: str
    says: str


@dataclass(frozen=True, slots=True)
class ComparisonPage:
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
    verdicts = [_verdict(e, patient, may_open, picked) for e in evaluated]
    side_by_side = [e for key in picked for e in evaluated if e.version.set_key == key]
    return ComparisonPage(
        verdicts=verdicts,
        compared=[v for key in picked for v in verdicts if v.set_key == key],
        indications=_differences([e.explanation.indications for e in side_by_side], bars=False),
        contraindications=_differences(
            [e.explanation.contraindications for e in side_by_side], bars=True
        ),
        needed=_needed(evaluated),
        used=_used(evaluated, answers, today),
        sets=len(evaluated),
    )


def latest_answers(patient: Patient) -> dict[str, list[Answer]]:
    """Every answer of the person's cases by fact, the newest first. One query."""
    answers: dict[str, list[Answer]] = {}
    found = Answer.objects.filter(case__patient=patient).exclude(state=Answer.State.INVALID)
    found = found.select_related("case__site").only(
        *("fact_key", "state", "value", "observed_on", "source", "answered_at"),
        *("case__number", "case__therapy_id", "case__site__time_zone"),
    )
    for answer in found.order_by("-answered_at", "-id"):
        answers.setdefault(answer.fact_key, []).append(answer)
    for rows in answers.values():
        rows.sort(key=_seen_on, reverse=True)
    return answers


def _seen_on(answer: Answer) -> date:
    return answer.observed_on or local_date(answer.answered_at, answer.case.site.time_zone)


def _evaluate(
    version: CriteriaVersion, patient: Patient, answers: Mapping[str, list[Answer]], today: date
) -> _Evaluated:
    _, vocabulary, evaluator = compiled(version)
    raw = facts_for(version, vocabulary, patient, answers, today)
    explanation = evaluator.explain(typed_facts(vocabulary, raw), today)
    return _Evaluated(version, vocabulary, explanation)


def facts_for(
    version: CriteriaVersion,
    vocabulary: Vocabulary,
    patient: Patient,
    answers: Mapping[str, list[Answer]],
    today: date,
) -> dict[str, dict[str, Any]]:
    """Registration and the newest answers, as far as this version can read them.

    What was answered about a requested drug counts only for requests of the same drug.
    """
    request = Case(patient=patient, therapy=version.therapy, request_type=version.request_type)
    raw: dict[str, dict[str, Any]] = {}
    for key, value in registered_facts(request, today):
        if _fits(vocabulary, key, value):
            raw[key] = {"value": value, "source": Answer.Source.REGISTRATION.value}
    for key, rows in answers.items():
        if key not in vocabulary or key in OF_THE_REQUEST:
            continue
        same_drug = vocabulary[key].of_request
        answer = next(
            (a for a in rows if not same_drug or a.case.therapy_id == version.therapy_id), None
        )
        if answer is None:
            continue
        if answer.state == Answer.State.NOT_KNOWN:
            raw[key] = {"value": None, "asked": True}
        elif _fits(vocabulary, key, answer.value):
            raw[key] = {"value": answer.value, "source": answer.source}
            if answer.observed_on:
                raw[key]["observed_on"] = answer.observed_on.isoformat()
    return raw


def _fits(vocabulary: Vocabulary, key: str, value: Any) -> bool:
    if key not in vocabulary:
        return False
    try:
        parse_value(vocabulary[key], value)
    except FactError:
        return False
    return True


def _verdict(one: _Evaluated, patient: Patient, may_open: bool, picked: Sequence[str]) -> Verdict:
    version, evaluation = one.version, one.explanation.evaluation
    labels = {key: definition.label for key, definition in one.vocabulary.items()}
    others = [key for key in evaluation.missing if key not in evaluation.shortest]
    parts = one.explanation.indications.children or (one.explanation.indications,)
    met = sum(1 for part in parts if part.truth is Truth.MET)
    shortest = tuple(labels[key] for key in evaluation.shortest or evaluation.missing)
    sentences = _sentences(one.explanation)
    return Verdict(
        set_key=version.set_key,
        therapy=capitalised(str(version.therapy)),
        request=RequestType(version.request_type).label,
        organisation=version.policy_organisation,
        version_url=reverse("certification:criteria-version", args=[version.pk]),
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


def _sentences(explanation: Explanation) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = [explanation.indications, explanation.contraindications]
    while waiting:
        node = waiting.pop()
        found[node.id] = node.says
        waiting.extend(node.children)
    return found


def _differences(roots: Sequence[ExplainedNode], *, bars: bool) -> list[Difference]:
    """One line for each criterion right below a root; the same id is the same criterion."""
    parts = [{part.id: part for part in (root.children or (root,))} for root in roots]
    ids = dict.fromkeys(key for found in parts for key in found)
    lines = []
    for key in ids:
        nodes = [found.get(key) for found in parts]
        cells = tuple(_mark(node, bars=bars) for node in nodes)
        says = next(node.says for node in nodes if node is not None)
        lines.append(Difference(says, cells, len({cell.truth for cell in cells}) > 1))
    return lines


def _mark(node: ExplainedNode | None, *, bars: bool) -> CellMark:
    if node is None:
        return CellMark("", "Not asked")
    if bars:
        return CellMark(BAR_COLOURS[node.truth], BAR_WORDS[node.truth])
    return CellMark(node.truth.value, WORDS[node.truth])


def _needed(evaluated: Iterable[_Evaluated]) -> list[NeededFact]:
    """The facts that would decide, those that help most therapies first."""
    needed: dict[str, tuple[str, dict[str, None]]] = {}
    for one in evaluated:
        for key in one.explanation.evaluation.missing:
            _, therapies = needed.setdefault(key, (one.vocabulary[key].label, {}))
            therapies[str(one.version.therapy)] = None
    facts = [NeededFact(label, tuple(therapies)) for label, therapies in needed.values()]
    helpful = [fact for fact in facts if len(fact.therapies) > 1]
    return sorted(helpful, key=lambda fact: (-len(fact.therapies), fact.label))[:MOST_HELPFUL]


def _used(
    evaluated: Sequence[_Evaluated], answers: Mapping[str, list[Answer]], today: date
) -> list[UsedFact]:
    """The answers that all this rests on, with their age and the case they come from."""
    definitions = {key: d for one in evaluated for key, d in one.vocabulary.items()}
    used = []
    for key, definition in definitions.items():
        for answer in answers.get(key, ())[:1]:
            if answer.state != Answer.State.GIVEN or not _fits(definitions, key, answer.value):
                continue
            seen_on = _seen_on(answer)
            age = age_words(max(0, (today - seen_on).days))
            text = value_text(definition, parse_value(definition, answer.value))
            says = f"case {answer.case.number}, {day_words(seen_on)}, {age}"
            used.append(UsedFact(definition.label, text, says))
    return used


def summary_words(page: ComparisonPage) -> str:
    """One sentence above everything."""
    counts = {r: sum(1 for v in page.verdicts if v.recommendation == r.value) for r in WORDS_OF}
    return (
        f"{counted(page.sets, 'set')} of criteria in force: {counts[Recommendation.CERTIFY]} met, "
        f"{counts[Recommendation.PEND]} open, {counts[Recommendation.REFER]} for a physician."
    )
