"""Pages: how many a second on one core, and with how many queries, in a small and a large house.

A page is measured from the WSGI request to the last byte of its answer, the audit event of an
opening included, in processor time, so that other work on the machine counts little. Queries must
be as many with 50,000 cases as with 1,000.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from statistics import fmean, median
from time import process_time
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext, get_runner
from django.urls import reverse
from django.utils import timezone

from certification.actions.answers import Entry, save_answers
from certification.actions.cases import open_case
from certification.models import Case, CriteriaVersion, Determination, Patient, User
from certification.wizard import plan_of
from tests.bench import bare
from tests.bench.crowd import grow

SMALL = {"patients": 2_000, "cases": 1_000}
LARGE = {"patients": 100_000, "cases": 50_000}
ROUNDS, IN_A_ROW = 12, 6
STEP_OVER_BARE = 6
BARE = "bare view: session, user, one template"
BEHIND = "the same behind the middleware of this project"
SET_KEY = "natalizumab-initial"


def run() -> list[tuple[str, float, str]]:
    with _database(), override_settings(DEBUG=False):
        call_command("content", "load", "shipped", stdout=StringIO())
        call_command("demo", people=60, cases=40, stdout=StringIO())
        nurse = User.objects.get(username="nurse")
        case = _half_answered(nurse)
        addresses = _addresses(case)
        client = Client()
        client.force_login(nurse)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        grow(**SMALL)
        few = {name: _queries(path, cookie) for name, path in addresses.items()}
        grow(**LARGE)
        many = {name: _queries(path, cookie) for name, path in addresses.items()}
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


@contextmanager
def _database() -> Iterator[None]:
    """A database of its own: a file for SQLite, ``test_...`` beside the configured PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        runner = get_runner(settings)(verbosity=0, interactive=False)
        made = runner.setup_databases()
        try:
            yield
        finally:
            runner.teardown_databases(made)


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


def _get(handler: WSGIHandler, path: str, cookie: str) -> None:
    """One request as a server makes it, and its answer read to the end."""
    where, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET", "PATH_INFO": where, "QUERY_STRING": query, "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={cookie}",
        "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
        "wsgi.errors": StringIO(), "wsgi.version": (1, 0), "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    statuses: list[str] = []
    response = handler(environ, lambda status, headers, *args: statuses.append(status))
    assert sum(len(part) for part in response) > 0
    response.close()
    assert statuses == ["200 OK"], f"{path}: {statuses}"


def _queries(path: str, cookie: str) -> int:
    handler = WSGIHandler()
    _get(handler, path, cookie)
    with CaptureQueriesContext(connection) as captured:
        _get(handler, path, cookie)
    return len(captured)


def _milliseconds(addresses: dict[str, str], cookie: str) -> dict[str, float]:
    """The time of each page: the best of some requests in a row, in the middle one of many rounds.

    The pages take turns with the bare view, so that a busy moment of the machine falls on all.
    """
    handler = WSGIHandler()
    works = {name: partial(_get, handler, path, cookie) for name, path in addresses.items()}
    works[BARE] = _bare(bare.MIDDLEWARE, cookie)
    works[BEHIND] = _bare(settings.MIDDLEWARE, cookie)
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            times[name].append(min(_timed(work) for _ in range(IN_A_ROW)))
    return {name: median(found) for name, found in times.items()}


def _timed(work: Callable[[], None]) -> float:
    start = process_time()
    work()
    return 1000 * (process_time() - start)


def _bare(middleware: list[str], cookie: str) -> Callable[[], None]:
    """A request to the bare view behind some middleware."""
    with override_settings(MIDDLEWARE=["tests.bench.bare.addressed", *middleware]):
        handler = WSGIHandler()
    return partial(_get, handler, "/bare/", cookie)
