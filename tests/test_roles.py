"""Who reaches which page? Every address, every method, every role, against a table.

``role_matrix.csv`` is the table. An address without a row fails, so nothing is opened by accident;
``yes`` is let in, ``no`` refused (403), ``login`` sent to sign in, ``-`` takes no such request.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from certification.models import Case, Determination, User
from config.roles import ROLES, Role
from monitoring.feeds import fingerprint
from monitoring.models import CalendarFeed
from tests.certification.actions.flow import MEETS, answer, decide
from tests.factories import (
    CaseFactory,
    CriteriaVersionFactory,
    PatientFactory,
    SiteFactory,
    TurnaroundProfileFactory,
    UserFactory,
)
from tests.factories.monitoring import (
    AlertFactory,
    CheckedFileFactory,
    DueItemFactory,
    HoldFactory,
    ImportBatchFactory,
    InfusionCourseFactory,
    ResultFactory,
    VisitFactory,
)

TABLE = Path(__file__).with_name("role_matrix.csv")
PEOPLE = ("anonymous", "no_role", *(role.value for role in Role))
# Addresses that are about another record than their name begins with.
ABOUT = {
    "case-new": "patient",
    "course-new": "determination",
    "result-new": "patient",
    "hold-place": "course",
}
# Content is the same for every site.
OF_NO_SITE = ("criteria-version", "protocol-version")
# Other people's applications: their own pages are tested where we configure them.
FOREIGN = ("admin/", "accounts/")


def addresses(
    patterns: list[Any], prefix: str = "", space: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(FOREIGN):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, route, inner)
        else:
            yield f"{space}{pattern.name}", pattern


ADDRESSES = dict(addresses(get_resolver().url_patterns))


def table() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["url"], row["method"]): row for row in csv.DictReader(file)}


@pytest.fixture
def world(db: None, now: Any) -> dict[str, Any]:
    """One record of each kind, at one site."""
    site = SiteFactory()
    nurse = UserFactory(roles=[Role.NURSE_REVIEWER], sites=[site])
    version, profile = CriteriaVersionFactory(), TurnaroundProfileFactory()
    made: list[Case] = [
        CaseFactory(
            patient=PatientFactory(site=site),
            criteria_version=version,
            turnaround_profile=profile,
            opened_by=nurse,
        )
        for _ in range(2)
    ]
    determination = decide(answer(made[1], nurse, now, MEETS), nurse, now, "certified")
    course = InfusionCourseFactory(patient=made[1].patient)
    secret = "an-address-that-nobody-can-guess"
    feed = CalendarFeed.objects.create(
        site=site, secret_hash=fingerprint(secret), created_by=nurse, created_at=now
    )
    return {
        "site": site,
        "pk": {
            "patient": made[0].patient_id,
            "person": made[0].patient_id,
            "case": made[0].pk,
            "determination": determination.pk,
            "letter": determination.pk,
            "criteria-version": version.pk,
            "protocol-version": course.protocol_version_id,
            "course": course.pk,
            "visit": VisitFactory(course=course).pk,
            "calendar": feed.pk,
            "result": ResultFactory(patient=course.patient).pk,
            "hold": HoldFactory(course=course).pk,
            "alert": AlertFactory(course=course).pk,
            "item": DueItemFactory(course=course).pk,
            "import-checked": CheckedFileFactory(site=site).pk,
            "import-batch": ImportBatchFactory(site=site).pk,
        },
        "key": version.therapy.key,
        "slug": "questions-1",
        "audience": "patient",
        "secret": secret,
    }


def url_of(name: str, pattern: URLPattern, world: dict[str, Any]) -> str:
    """The address of a record that exists."""
    own = name.partition(":")[2]
    kind = ABOUT.get(own) or next(
        (kind for kind in world["pk"] if own == kind or own.startswith(f"{kind}-")), ""
    )
    given = {key: world[key] for key in ("key", "slug", "audience", "secret")} | {
        "pk": world["pk"].get(kind, "")
    }
    needed = pattern.pattern.converters
    return reverse(name, kwargs={key: given[key] for key in needed})


def somebody(who: str, world: dict[str, Any]) -> Client:
    client = Client()
    if who != "anonymous":
        roles = [] if who == "no_role" else [who]
        client.force_login(UserFactory(roles=roles, sites=[world["site"]]))
    return client


def outcome(client: Client, method: str, url: str) -> str:
    response = getattr(client, method.lower())(url)
    if response.status_code == 405:
        return "-"
    if response.status_code == 403:
        return "no"
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "login"
    assert response.status_code < 500, f"{method} {url}: {response.status_code}"
    assert response.status_code != 404, f"{method} {url} was not found"
    return "yes"


def test_every_address_has_its_rows() -> None:
    wanted = {(name, method) for name in ADDRESSES for method in ("GET", "POST")}
    assert wanted - set(table()) == set(), "say in role_matrix.csv who may reach these"
    assert set(table()) - wanted == set(), "these addresses do not exist any more"


def test_every_view_names_its_permission() -> None:
    silent = [
        name
        for name, pattern in ADDRESSES.items()
        if not getattr(pattern.callback, "required_permission", None)
    ]
    assert not silent


def test_the_table_knows_every_role() -> None:
    assert set(ROLES) == set(Role)
    for row in table().values():
        assert set(row) == {"url", "method", *PEOPLE}


@pytest.mark.parametrize("who", PEOPLE)
def test_who_reaches_what(who: str, world: dict[str, Any]) -> None:
    client, wrong = somebody(who, world), []
    for (name, method), row in table().items():
        url = url_of(name, ADDRESSES[name], world)
        found = outcome(client, method, url)
        if found != row[who]:
            wrong.append(f"{method} {name}: {found}, the table says {row[who]}")
    assert not wrong


@pytest.mark.parametrize("role", list(Role))
def test_records_of_another_site_do_not_exist(role: Role, world: dict[str, Any]) -> None:
    """Whoever may see such records sees 404 for a foreign one, never 403: nothing is revealed."""
    client = somebody(role.value, {"site": SiteFactory()})
    for (name, method), row in table().items():
        pattern = ADDRESSES[name]
        if "pk" not in pattern.pattern.converters or name.endswith(OF_NO_SITE):
            continue
        if row[role.value] == "yes":
            response = getattr(client, method.lower())(url_of(name, pattern, world))
            assert response.status_code == 404, f"{method} {name}"


def test_an_inactive_person_is_out_at_once(world: dict[str, Any]) -> None:
    client = somebody(Role.NURSE_REVIEWER.value, world)
    User.objects.update(is_active=False)
    assert outcome(client, "GET", reverse("home")) == "login"
    assert Determination.objects.count() == 1
