"""Letters: from a sealed record to the bytes of an accessible PDF."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import django
from django.test.runner import DiscoverRunner

LETTERS = 100
RECORDS = 30


def run() -> list[tuple[str, float, str]]:
    """Letters a second by audience, and determinations a second with everything they take."""
    django.setup()
    with _database():
        # The factories and actions need the applications to be set up.
        from certification.bibliography import _formatted, vancouver
        from certification.letters import make_letter
        from certification.replaying import replay

        first, signed_per_second = _determinations()
        results = [
            (
                "determination: evaluated, sealed, both letters, written",
                signed_per_second,
                "cases/s",
            )
        ]
        for audience in ("clinician", "patient"):
            rate = _rate(partial(make_letter, audience=audience), _others(first, LETTERS))
            results.append((f"letter for the {audience}", rate, "letters/s"))
        results.append(("replay of a determination", _rate(replay, [first] * LETTERS), "records/s"))
        snapshots = list(first.record["references"].values())

        def formatted_anew(snapshot: Any) -> None:
            _formatted.cache_clear()
            vancouver(snapshot)

        results.append(
            ("references in Vancouver style, not cached", _rate(formatted_anew, snapshots * 10),
             "references/s")
        )  # fmt: skip
    return results


def _determinations() -> tuple[Any, float]:
    """One signed determination, and how many a second were signed."""
    from certification.actions.determinations import Signature, sign_determination
    from certification.models import Case
    from tests.certification.actions.flow import MEETS, answer
    from tests.factories import (
        CaseFactory,
        CriteriaVersionFactory,
        PatientFactory,
        ReferenceFactory,
        SiteFactory,
        UserFactory,
    )

    now = datetime(2027, 1, 11, 15, tzinfo=UTC)
    for key in ("guideline_a", "label_a", "trial_a", "seed_1"):
        ReferenceFactory(key=key)
    site, version = SiteFactory(), CriteriaVersionFactory()
    nurse = UserFactory(roles=["nurse_reviewer"], sites=[site])
    cases: list[Case] = [
        answer(
            CaseFactory(patient=PatientFactory(site=site), criteria_version=version),
            nurse, now, MEETS,
        )
        for _ in range(RECORDS)
    ]  # fmt: skip
    signature = Signature(nurse.pk, now)
    started = time.perf_counter()
    signed = [
        sign_determination(
            by=nurse, now=now, case=case, revision=case.revision, signature=signature,
            outcome="certified", period_start_on=date(2027, 2, 1),
        )
        for case in cases
    ]  # fmt: skip
    return signed[0], RECORDS / (time.perf_counter() - started)


def _others(determination: Any, number: int) -> list[Any]:
    """Determinations of as many people: a typesetter is quick with what it has just set."""
    others = []
    for n in range(number):
        other = copy.deepcopy(determination)
        other.record["patient"]["given_name"] = f"Ada {n}"
        other.record["case"]["number"] = f"2027-{n:06d}"
        other.record["case"]["ordering_clinician"] = f"Dr Orderer {n}"
        others.append(other)
    return others


def _rate(work: Callable[[Any], Any], things: list[Any]) -> float:
    started = time.perf_counter()
    for thing in things:
        work(thing)
    return len(things) / (time.perf_counter() - started)


@contextmanager
def _database() -> Iterator[None]:
    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    databases = runner.setup_databases()
    try:
        yield
    finally:
        runner.teardown_databases(databases)
        runner.teardown_test_environment()
