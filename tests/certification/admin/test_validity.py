"""Are the days of a version planned, and reviews confirmed, by those who may, and only ahead?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from certification.models import (
    CriteriaVersion,
    EditorialModel,
    Fact,
    Reference,
    Statement,
)
from config.roles import Role
from tests.factories import (
    CriteriaVersionFactory,
    FactFactory,
    ReferenceFactory,
    StatementFactory,
)
from tests.factories.monitoring import ProtocolVersionFactory

from .conftest import SUBMITTED, SignIn, acts_of, page

REVIEWED = {"status": "under_review", "approved_by": None, "approved_at": None}
VERSIONS = [CriteriaVersionFactory, ProtocolVersionFactory]
EVERYTHING: list[Any] = [*VERSIONS, ReferenceFactory, StatementFactory, FactFactory]


def day(offset: int) -> date:
    return timezone.localdate() + timedelta(days=offset)


def send(client: Client, obj: EditorialModel, act: str, **given: Any) -> Any:
    url = page(type(obj), "validity", obj.pk)
    shown = client.get(url)
    data = {name: value.isoformat() for name, value in given.items() if isinstance(value, date)}
    seen = shown.context["seen"]
    return client.post(url, {"act": act, "seen": seen, **given, **data}, follow=True)


def days_of(obj: Any) -> tuple[date | None, date | None]:
    obj.refresh_from_db()
    return obj.effective_on, obj.expires_on


@pytest.mark.parametrize("factory", VERSIONS)
def test_days_are_planned_while_it_is_reviewed(factory: Any, approver: Client) -> None:
    version = factory(version="2", **REVIEWED)
    assert send(
        approver, version, "schedule", effective_on=day(10), expires_on=day(40)
    ).redirect_chain
    assert days_of(version) == (day(10), day(40))
    (event,) = acts_of(approver)
    assert event.verb == "planned the days of"
    assert event.data["changes"] == {
        "effective_on": ["", day(10).isoformat()],
        "expires_on": ["", day(40).isoformat()],
    }


@pytest.mark.parametrize("factory", VERSIONS)
def test_an_approved_version_gets_a_last_day_and_stays_sealed(
    factory: Any, approver: Client
) -> None:
    version = factory()
    before = version.content_hash, version.document
    send(approver, version, "schedule", expires_on=day(5))
    assert days_of(version) == (None, day(5))
    assert version.status == "approved"
    assert (version.content_hash, version.document) == before
    send(approver, version, "schedule")
    assert days_of(version) == (None, None)


@pytest.mark.parametrize("factory", VERSIONS)
def test_the_page_says_which_version_answers_on_which_day(factory: Any, approver: Client) -> None:
    old = factory()
    new = factory(version="2", effective_on=day(10), expires_on=day(30))
    old_says = f"{_words(day(0))} to {_words(day(9))}"
    for name in ("change", "validity"):
        html = approver.get(page(type(old), name, old.pk)).content.decode()
        assert old_says in html
        assert "this one" in html
        assert page(type(old), "change", new.pk) in html
    lines = approver.get(page(type(new), "validity", new.pk)).context["answering"]
    assert [line.is_this for line in lines] == [False, True, False]
    send(approver, old, "schedule", expires_on=day(3))
    lines = approver.get(page(type(new), "validity", new.pk)).context["answering"]
    assert [line.version for line in lines] == [
        f"Version {old.version}", "No version", "Version 2", "No version",
    ]  # fmt: skip


def _words(one: date) -> str:
    return f"{one:%d %b %Y}".lstrip("0")


@pytest.mark.parametrize(
    ("row", "given", "says"),
    [
        (REVIEWED, {"effective_on": day(-1)}, "has passed. Name today or a later day."),
        (REVIEWED, {"expires_on": day(-1)}, "has passed. Name today or a later day."),
        (REVIEWED, {"effective_on": day(9), "expires_on": day(8)}, "before its first day"),
        (REVIEWED, {"effective_on": "soon"}, "Give the date as day, month and year."),
        ({}, {"effective_on": day(3)}, "It has answered since 1 Jun 2026, and that stays so."),
        ({"effective_on": day(-9)}, {}, "and that stays so."),
        ({"expires_on": day(-2)}, {"expires_on": day(9)}, "Approve a new version."),
    ],
)
def test_days_that_cannot_be(
    row: dict[str, Any], given: dict[str, Any], says: str, approver: Client
) -> None:
    version = CriteriaVersionFactory(**row)
    before = days_of(version)
    response = send(approver, version, "schedule", **given)
    assert response.status_code in {409, 422}
    html = response.content.decode()
    assert says in html
    assert days_of(version) == before
    assert not acts_of(approver)
    for value in given.values():
        assert str(value) in html, "what was typed stays"


def test_only_versions_have_days(approver: Client) -> None:
    statement = StatementFactory()
    shown = approver.get(page(Statement, "validity", statement.pk)).content.decode()
    assert "First day" not in shown
    refused = send(approver, statement, "schedule", expires_on=day(3))
    assert refused.status_code == 409


@pytest.mark.parametrize("factory", EVERYTHING)
def test_a_review_is_confirmed(factory: Any, approver: Client) -> None:
    row = factory(next_review_on=day(-1))
    change, listed = page(type(row), "change", row.pk), page(type(row), "changelist")
    assert "Its review is overdue." in approver.get(change).content.decode()
    assert "Overdue since" in approver.get(f"{listed}?review=overdue").content.decode()
    send(approver, row, "confirm", next_review_on=day(365), note="The label of May.")
    row.refresh_from_db()
    assert (row.next_review_on, row.status) == (day(365), "approved")
    (event,) = acts_of(approver)
    assert event.verb == "confirmed the review of"
    assert event.data["note"] == "The label of May."
    assert "Its review is overdue." not in approver.get(change).content.decode()
    history = approver.get(page(type(row), "history", row.pk)).content.decode()
    assert "confirmed the review" in history
    assert "The label of May." in history


@pytest.mark.parametrize(
    ("row", "given", "says"),
    [
        ({}, {}, "This field is required."),
        ({}, {"next_review_on": day(0)}, "Name a day after today."),
        ({}, {"next_review_on": day(1) + relativedelta(years=3)}, "Name a day within 3 years"),
        (SUBMITTED, {"next_review_on": day(9)}, "Only what is approved is confirmed."),
    ],
)
def test_reviews_that_are_not_confirmed(
    row: dict[str, Any], given: dict[str, Any], says: str, approver: Client
) -> None:
    statement = StatementFactory(next_review_on=day(-1), **row)
    response = send(approver, statement, "confirm", **given)
    assert response.status_code in {409, 422}
    assert says in response.content.decode()
    statement.refresh_from_db()
    assert statement.next_review_on == day(-1)


@pytest.mark.parametrize("factory", VERSIONS)
def test_nobody_plans_or_confirms_their_own(factory: Any, sign_in: SignIn) -> None:
    both = sign_in(Role.CONTENT_EDITOR, Role.CONTENT_APPROVER)
    version = factory(submitted_by=both.user)
    for name, given in (
        ("schedule", {"expires_on": day(3)}),
        ("confirm", {"next_review_on": day(3)}),
    ):
        response = send(both, version, name, **given)
        assert "You submitted this yourself." in response.content.decode()
    assert days_of(version) == (None, None)
    assert not acts_of(both)


def test_an_act_on_what_has_changed_since_is_refused(approver: Client, sign_in: SignIn) -> None:
    version = CriteriaVersionFactory()
    url = page(CriteriaVersion, "validity", version.pk)
    seen = approver.get(url).context["seen"]
    send(sign_in(Role.CONTENT_APPROVER, name="Olga Other"), version, "schedule", expires_on=day(5))
    late = approver.post(url, {"act": "schedule", "seen": seen, "expires_on": day(9).isoformat()})
    assert late.status_code == 409
    assert "Olga Other changed this after you opened the page" in late.content.decode()
    assert days_of(version) == (None, day(5))


@pytest.mark.parametrize("role", [*Role, None])
def test_only_approvers_open_the_page(role: Role | None, sign_in: SignIn) -> None:
    client = sign_in(*([role] if role else []))
    url = page(Reference, "validity", ReferenceFactory().pk)
    expected = 200 if role is Role.CONTENT_APPROVER else 403
    assert client.get(url).status_code == expected
    assert client.post(url, {"act": "delete"}).status_code == 403


def test_there_is_no_such_row(approver: Client) -> None:
    assert approver.get(page(Fact, "validity", 12345)).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("factory", EVERYTHING)
def test_what_is_approved_stays_as_it_is_in_orm_and_database(factory: Any) -> None:
    row = factory()
    model, column = type(row), type(row).SEALED_FIELDS[-1]
    rows = model._default_manager.filter(pk=row.pk)
    before = getattr(row, column)

    def in_sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = 'changed'")  # noqa: S608

    def deleted_in_sql() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")  # noqa: S608

    for change in (lambda: rows.update(key="x") if model is not CriteriaVersion
                   else rows.update(set_key="x"), in_sql, deleted_in_sql):  # fmt: skip
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert getattr(model._default_manager.get(pk=row.pk), column) == before
