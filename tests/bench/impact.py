"""Impact study: 100,000 stored cases under two versions of the largest shipped set, on one core.

The ratio compares with the pure compiled engine reading the same rows in the same run, by processor
time. Both give the same recommendations, or the part fails.
"""

from __future__ import annotations

import random
import resource
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from django.core.management import call_command
from django.db import connections

from certification.actions import impact
from certification.actions.impact import advance_study, start_study
from certification.criteria.codec import document, read_document
from certification.criteria.evaluation import Evaluator
from certification.criteria.facts import FactValue, read_facts
from certification.criteria_sql.stored import Stored, read, store
from certification.impact import comparison_of
from certification.models import Case, CriteriaVersion, ImpactStudy, StoredFacts, User
from certification.workflow import OPEN_STATUSES, CaseStatus
from tests.bench.crowd import NOW, grow

CASES = 100_000
PATIENTS = 20_000
TODAY = NOW.date()
DOCUMENTED = 0.95
PURE_SHARE = 10
"""The pure engine reads every tenth row, and its time is counted tenfold."""


def run() -> list[tuple[str, float, str]]:
    with TemporaryDirectory() as folder:
        settings = connections.databases["default"]
        old = settings["NAME"]
        if settings["ENGINE"].endswith("sqlite3"):
            connections["default"].close()
            settings["NAME"] = str(Path(folder) / "bench.sqlite3")
        try:
            return _measured()
        finally:
            connections["default"].close()
            settings["NAME"] = old


def _measured() -> list[tuple[str, float, str]]:
    call_command("migrate", verbosity=0)
    call_command("content", "load", "shipped", "--keep", stdout=None)
    call_command("demo", stdout=None)
    base = max(
        CriteriaVersion.objects.in_force(TODAY).filter(request_type="initial"),
        key=lambda version: len(version.document["facts"]),
    )
    grow(patients=PATIENTS, cases=CASES + Case.objects.count())
    cases = _fill(base)
    editor = User.objects.get(username="editor")
    drafts = {"stricter": _stricter(base), "with another question": _asking(base)}
    figures: list[tuple[str, float, str]] = [("stored cases", cases, "cases")]
    for name, draft in drafts.items():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        used = process_time()
        study, seconds, longest = _studied(editor, draft)
        used = process_time() - used
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        changed = study.changes.count()
        pure = _purely(study)
        figures += [
            (f"{name}: the whole study", seconds, "s"),
            (f"{name}: processor time of this process in it", used, "s"),
            (f"{name}: its longest slice", 1000 * longest, "ms"),
            (f"{name}: the pure compiled engine on the same rows", pure, "s"),
            (f"{name}: pure engine / study", pure / used, "times"),
            (f"{name}: recommendations that change", changed, "cases"),
            (f"{name}: memory that the process grew by", grown / 1024, "MB"),
        ]
    return figures


def _studied(editor: User, draft: dict[str, Any]) -> tuple[ImpactStudy, float, float]:
    begun, longest = perf_counter(), 0.0
    study = start_study(by=editor, now=NOW, document=draft)
    while study.is_running:
        before = perf_counter()
        study = advance_study(by=editor, now=NOW, study=study)
        longest = max(longest, perf_counter() - before)
    return study, perf_counter() - begun, longest


def _purely(study: ImpactStudy) -> float:
    """Processor seconds for all rows. Holds the engine's answers to those of the study."""
    sides = []
    for data in (study.base.document, study.document):
        evaluator = Evaluator(*read_document(data))
        evaluator.compile()
        sides.append(evaluator)
    comparison, told = comparison_of(study), {}
    begun = process_time()
    rows = StoredFacts.objects.filter(set_key=study.set_key).order_by("pk")
    columns = rows.values_list("pk", "as_of", "answers", "seen", "asked")
    for pk, as_of, *stored in columns.iterator(chunk_size=2_000):
        if pk % PURE_SHARE:
            continue
        words = [
            evaluator.recommend(read(evaluator.vocabulary, Stored(*stored)), as_of).recommendation
            for evaluator in sides
        ]
        told[pk] = tuple(word.value for word in words)
    seconds = process_time() - begun
    first = comparison.verdicts(study, 0, impact.COUNTED_A_SLICE)
    for verdict in first:
        if verdict.id in told and told[verdict.id] != (verdict.before, verdict.after):
            raise AssertionError(f"row {verdict.id}: {told[verdict.id]}, the study says otherwise")
    return seconds * PURE_SHARE


def _fill(base: CriteriaVersion) -> int:
    """Puts every case under the version, with the facts of a made-up person already stored."""
    Case.objects.filter(number__startswith="B-").exclude(status=CaseStatus.WITHDRAWN).update(
        criteria_version=base, therapy=base.therapy, request_type=base.request_type
    )
    criteria_set, vocabulary = read_document(base.document)
    people = [
        read_facts(vocabulary, example.facts, example.as_of or TODAY)
        for example in criteria_set.examples
    ]
    chance = random.Random(2026)
    StoredFacts.objects.all().delete()
    cases = Case.objects.filter(criteria_version=base, number__startswith="B-")
    cases = cases.exclude(status=CaseStatus.WITHDRAWN).select_related("patient", "site")
    batch: list[StoredFacts] = []
    total = 0
    for case in cases.iterator(chunk_size=2_000):
        is_open = case.status in OPEN_STATUSES
        as_of = TODAY if is_open else case.opened_at.date()
        batch.append(
            StoredFacts(
                kind="open" if is_open else "past",
                set_key=base.set_key,
                case=case,
                patient=case.patient,
                site=case.site,
                as_of=as_of,
                case_revision=case.revision,
                patient_revision=case.patient.revision,
                **_somebody(people, chance)._asdict(),
            )
        )
        total += 1
        if len(batch) == 2_000:
            StoredFacts.objects.bulk_create(batch)
            batch = []
    StoredFacts.objects.bulk_create(batch)
    return total


def _somebody(people: list[dict[str, FactValue]], chance: random.Random) -> Stored:
    """A person of a worked example, of whom some facts are not documented."""
    facts = chance.choice(people)
    return store({key: fact for key, fact in facts.items() if chance.random() < DOCUMENTED})


def _stricter(base: CriteriaVersion) -> dict[str, Any]:
    """Every lower limit of the indications is higher by one. Worked examples stay behind."""
    data = _copied(base)
    waiting = [data["criteria_set"]["indications"]]
    while waiting:
        node = waiting.pop()
        if node.get("op") == "gte" and isinstance(node.get("value"), int):
            node["value"] += 1
        below = node.get("at_least", {}).get("of", ())
        waiting += [*node.get("all", ()), *node.get("any", ()), *below]
    return document(*read_document(data))


def _asking(base: CriteriaVersion) -> dict[str, Any]:
    """One more question is asked, so that the facts follow differently."""
    data = _copied(base)
    data["facts"].append({"key": "bench_question", "label": "Asked", "type": "boolean"})
    whole = data["criteria_set"]["indications"]
    whole["all"].append({"id": "bench", "fact": "bench_question", "op": "is_known"})
    return document(*read_document(data))


def _copied(base: CriteriaVersion) -> dict[str, Any]:
    data = deepcopy(base.document)
    data["criteria_set"] |= {"version": "bench", "examples": []}
    return data
