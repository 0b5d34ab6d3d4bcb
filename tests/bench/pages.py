"""Pages: how many a second on one core, and with how many queries, in a small and a large house.

A page is measured from the WSGI request to the last byte of its answer, the audit event of an
opening included, in processor time, so that other work on the machine counts little. Queries must
be as many with 50,000 cases as with 1,000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from io import StringIO
from statistics import fmean, median

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from certification.actions.answers import Entry, save_answers
from certification.actions.cases import open_case
from certification.models import Case, CriteriaVersion, Determination, Patient, User
from certification.wizard import plan_of
from tests.bench import bare
from tests.bench.crowd import grow
from tests.bench.serving import database, get, queries_of, timed

SMALL = {"patients": 2_000, "cases": 1_000}
LARGE = {"patients": 100_000, "cases": 50_000}
ROUNDS, IN_A_ROW = 12, 6
STEP_OVER_BARE = 6
BARE = "bare view: session, user, one template"
BEHIND = "the same behind the middleware of this project"
SET_KEY = "natalizumab-initial"


def run() -> list[tuple[str, float, str]]:
    with database(), override_settings(DEBUG=False):
        call_command("content", "load", "shipped", stdout=StringIO())
        call_command("demo", people=60, cases=40, stdout=StringIO())
        nurse = User.objects.get(username="nurse")
        case = _half_answered(nurse)
        addresses = _addresses(case)
        client = Client()
        client.force_login(nurse)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        grow(**SMALL)
        few = {name: queries_of(path, cookie) for name, path in addresses.items()}
        grow(**LARGE)
        many = {name: queries_of(path, cookie) for name, path in addresses.items()}
        assert few == many, f"queries grow with the rows: {few} became {many}"
        return list(_results(_milliseconds(addresses, cookie), many))


def _results(times: dict[str, float], queries: dict[str, int]) -> Iterator[tuple[str, float, str]]:
    bare_time, behind = times.pop(BARE), times.pop(BEHIND)
    yield BARE, 1000 / bare_time, "pages/s"
    yield BEHIND, 1000 / behind, "pages/s"
    steps = {name: time for name, time in times.items() if name.startswith("step")}
    for name, time in times.items():
        if name not in steps:
            yield name, 1000 / time, "pages/s"
            yield f"{name}, queries", queries[name], "queries"
    average = fmean(steps.values())
    slowest = max(steps, key=lambda name: steps[name])
    yield f"wizard step, average of {len(steps)}", 1000 / average, "pages/s"
    yield f"slowest {slowest}", 1000 / steps[slowest], "pages/s"
    yield "wizard step, queries", max(queries[name] for name in steps), "queries"
    yield f"wizard step / bare view, average (at most {STEP_OVER_BARE})", average / bare_time, "x"
    yield "slowest step / bare view", steps[slowest] / bare_time, "x"


def _half_answered(nurse: User) -> Case:
    """A case whose first worked example is documented to one half."""
    version = CriteriaVersion.objects.select_related("therapy").get(set_key=SET_KEY)
    now = timezone.now()
    case = open_case(
        by=nurse, now=now, patient=Patient.objects.order_by("record_number").first(),
        therapy=version.therapy, request_type=version.request_type, urgency="standard",
        ordering_clinician="Dr Sample-Orderer", service_on=timezone.localdate(now),
    )  # fmt: skip
    facts = plan_of(version).criteria_set.examples[0].facts
    half = [key for number, key in enumerate(facts) if number % 2 == 0]
    entries = {key: Entry(typed=facts[key]) for key in half if key in plan_of(version).vocabulary}
    save_answers(by=nurse, now=now, case=case, revision=case.revision, entries=entries)
    return case


def _addresses(case: Case) -> dict[str, str]:
    decided = Determination.objects.order_by("signed_at").last()
    assert decided is not None
    found = {
        "home": reverse("home"),
        "worklist": reverse("certification:worklist"),
        "worklist, closed": reverse("certification:worklist") + "?status=closed",
        "patient list": reverse("certification:patient-list"),
        "patient": reverse("certification:patient", args=[case.patient_id]),
        "case": reverse("certification:case", args=[case.pk]),
        "check": reverse("certification:case-check", args=[case.pk]),
        "recommendation": reverse("certification:case-recommendation", args=[case.pk]),
        "determination": reverse("certification:determination", args=[decided.pk]),
        "every therapy": reverse("certification:patient-therapies", args=[case.patient_id]),
    }
    for step in plan_of(case.criteria_version).steps:
        found[f"step {step.slug}"] = reverse("certification:case-step", args=[case.pk, step.slug])
    return found


def _milliseconds(addresses: dict[str, str], cookie: str) -> dict[str, float]:
    """The time of each page: the best of some requests in a row, in the middle one of many rounds.

    The pages take turns with the bare view, so that a busy moment of the machine falls on all.
    """
    handler = WSGIHandler()
    works = {name: partial(get, handler, path, cookie) for name, path in addresses.items()}
    works[BARE] = _bare(bare.MIDDLEWARE, cookie)
    works[BEHIND] = _bare(settings.MIDDLEWARE, cookie)
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            times[name].append(min(timed(work) for _ in range(IN_A_ROW)))
    return {name: median(found) for name, found in times.items()}


def _bare(middleware: list[str], cookie: str) -> Callable[[], None]:
    """A request to the bare view behind some middleware."""
    with override_settings(MIDDLEWARE=["tests.bench.bare.addressed", *middleware]):
        handler = WSGIHandler()
    return partial(get, handler, "/bare/", cookie)
