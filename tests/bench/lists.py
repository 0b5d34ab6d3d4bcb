"""Worklist and infusion day with 100,000 people and 2,000,000 due items, and with 1,000 people.

The first page of the large house must take at most three times what it takes in the small one, in
processor time of one run, and as many queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from io import StringIO
from statistics import median

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import reverse

from certification.models import User
from monitoring.models import DueItem, InfusionCourse
from monitoring.worklist import Group
from tests.bench.serving import database, get, queries_of, timed
from tests.bench.watched import ITEMS_A_COURSE, grow_ward

SMALL, LARGE = 1_000, 100_000
ROUNDS, IN_A_ROW = 8, 4
AT_MOST = 3
FEW = "the few people of a newcomer"


def run() -> Iterator[tuple[str, float, str]]:
    with database(), override_settings(DEBUG=False):
        call_command("content", "load", "shipped", stdout=StringIO())
        call_command("demo", people=40, cases=0, treated=0, stdout=StringIO())
        pages = _addresses()
        small = _measured(SMALL, pages)
        large = _measured(LARGE, pages)
        yield "people on a course", InfusionCourse.objects.count(), "people"
        yield "due items", DueItem.objects.count(), "items"
        for name in pages:
            (before, few), (after, many) = small[name], large[name]
            # A group in which nobody stands, as can be in the small house, is not asked for rows.
            grown = f"{name}: {few} queries became {many}"
            assert few <= many <= few + len(Group), grown
            yield f"{name}, {SMALL:,} people", before, "ms"
            yield f"{name}, {LARGE:,} people", after, "ms"
            yield f"{name}, large / small (at most {AT_MOST})", after / before, "x"
            yield f"{name}, queries", many, "queries"
            assert after <= AT_MOST * before, f"{name}: {before:.1f} ms became {after:.1f} ms"


def _addresses() -> dict[str, str]:
    worklist = reverse("monitoring:worklist")
    due = f"{worklist}?show=due"
    return {
        "worklist": worklist,
        "overdue": f"{worklist}?show=overdue",
        "due now": due,
        "one test": f"{worklist}?test=brain_mri",
        "one therapy": f"{worklist}?therapy=natalizumab",
        "one therapy and test": f"{worklist}?therapy=natalizumab&test=brain_mri",
        "overdue, one therapy": f"{worklist}?show=overdue&therapy=natalizumab",
        "due now, one therapy": f"{due}&therapy=natalizumab",
        "due now, one therapy that blocks": f"{due}&therapy=natalizumab&level=blocking",
        "due now, a test unknown to the therapy": f"{due}&therapy=mitoxantrone&test=jcv_antibody",
        "my people": f"{worklist}?whose=mine",
        FEW: f"{worklist}?whose=mine",
        "infusion day": reverse("monitoring:board"),
        "home": reverse("home"),
    }


def _cookie(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _measured(people: int, pages: dict[str, str]) -> dict[str, tuple[float, int]]:
    """Milliseconds and queries of each page: the best of some in a row, in the middle of rounds."""
    grow_ward(people)
    assert DueItem.objects.count() == people * ITEMS_A_COURSE
    handler = WSGIHandler()
    nurse, newcomer = _cookie("infusion"), _cookie("auditor")
    cookies = {name: newcomer if name == FEW else nurse for name in pages}
    works = {name: partial(get, handler, path, cookies[name]) for name, path in pages.items()}
    queries = {name: queries_of(path, cookies[name]) for name, path in pages.items()}
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _ in range(ROUNDS):
        for name, work in works.items():
            times[name].append(min(timed(work) for _ in range(IN_A_ROW)))
    return {name: (median(times[name]), queries[name]) for name in pages}
