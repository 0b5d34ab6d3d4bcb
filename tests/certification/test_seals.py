"""Sealed means sealed: replay finds every change, and every layer refuses to make one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from certification.models import (
    AuditEvent,
    Case,
    CriteriaVersion,
    Determination,
    Letter,
    SealedError,
    User,
)
from certification.replaying import replay
from certification.seals import seal_of
from certification.workflow import Outcome
from config.roles import Role
from tests.certification.actions.flow import (
    MEETS,
    MISSES,
    adverse_terms,
    answer,
    decide,
    refer,
)
from tests.factories import (
    AuditEventFactory,
    DeterminationFactory,
    DeterminationReasonFactory,
    LetterFactory,
)


@pytest.fixture
def determination(sources: None, case: Case, nurse: User, now: datetime) -> Determination:
    decide(answer(case, nurse, now, MEETS), nurse, now, "certified")
    return Determination.objects.get()


@pytest.fixture
def adverse(case: Case, nurse: User, physician: User, now: datetime) -> Determination:
    refer(answer(case, nurse, now, MISSES), nurse, now)
    decide(case, physician, now, "not_certified", **adverse_terms())
    return Determination.objects.get()


def test_a_record_is_self_contained(determination: Determination) -> None:
    record = determination.record
    assert set(record) == {
        "format", "determination", "case", "patient", "therapy", "facts", "criteria", "content",
        "explanation", "statements", "references", "signature",
    }  # fmt: skip
    assert record["facts"]["antibody"] == {
        "value": "negative", "observed_on": "2026-12-01", "source": "laboratory",
        "label": "Antibody test", "text": "Negative", "order": record["facts"]["antibody"]["order"],
    }  # fmt: skip
    assert record["facts"]["birth_date"]["source"] == "registration"
    assert seal_of(record) == determination.seal


def change(path: str, value: Any) -> Callable[[Determination], None]:
    def apply(determination: Determination) -> None:
        *parents, last = path.split(".")
        place = determination.record
        for key in parents:
            place = place[key]
        assert place[last] != value
        place[last] = value

    return apply


def reseal(determination: Determination) -> None:
    determination.seal = seal_of(determination.record)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("facts.antibody.value", "positive", "The seal does not fit"),
        ("patient.family_name", "Other", "The seal does not fit"),
        ("signature.name", "Somebody else", "signer_name"),
        ("determination.outcome", "not_certified", "outcome is 'certified'"),
        ("criteria.document", {}, "cannot be read"),
        ("format", 2, "has format 2"),
    ],
)
def test_replay_finds_a_changed_record(
    determination: Determination, path: str, value: Any, says: str
) -> None:
    assert replay(determination).matches
    change(path, value)(determination)
    result = replay(determination)
    assert not result.matches
    assert any(says in difference for difference in result.differences)


def test_replay_recomputes_and_does_not_believe_the_seal(determination: Determination) -> None:
    """Facts changed and sealed anew: the stored explanation no longer follows from them."""
    change("facts.active_infection.value", True)(determination)
    reseal(determination)
    differences = replay(determination).differences
    assert any("another explanation" in said for said in differences)
    assert any("again recommends refer" in said for said in differences)
    assert any("audit trail has another seal" in said for said in differences)


def test_replay_finds_changed_criteria(determination: Determination) -> None:
    document = copy.deepcopy(determination.record["criteria"]["document"])
    document["title"] = "Something else"
    change("criteria.document", document)(determination)
    assert any("content hash" in said for said in replay(determination).differences)


@pytest.mark.parametrize(
    ("column", "value"),
    [("months", 11), ("rationale", "x"), ("signer_role", "auditor"), ("dose", "600 mg")],
)
def test_replay_finds_a_changed_column(
    determination: Determination, column: str, value: Any
) -> None:
    setattr(determination, column, value)
    assert any(said.startswith(column) for said in replay(determination).differences)


def test_replay_finds_changed_and_missing_letters(
    determination: Determination, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = determination.letters.all()
    first.pdf = b"something else"
    monkeypatch.setattr(type(determination.letters), "all", lambda self: [first], raising=True)
    differences = replay(determination).differences
    assert any("does not have its hash" in said for said in differences)
    assert any("is missing" in said for said in differences)


def replayed(*arguments: str) -> str:
    out = StringIO()
    call_command("replay", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_the_command(determination: Determination) -> None:
    number = determination.case.number
    for arguments in ((), (str(determination.pk),), (number,)):
        assert replayed(*arguments) == f"{number} matches\n1 looked at, 0 differ.\n"
    with pytest.raises(CommandError, match="no such determination"):
        replayed("2020-000001")


def test_the_command_ends_with_1_on_a_difference(determination: Determination) -> None:
    forged = DeterminationFactory(signed_at=determination.signed_at + timedelta(hours=1))
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("replay", stdout=out, no_color=True)
    assert stop.value.code == 1
    assert f"{determination.case.number} matches" in out.getvalue()
    assert f"{forged.case.number} DIFFERS" in out.getvalue()
    assert "2 looked at, 1 differ." in out.getvalue()


# What the database itself refuses ------------------------------------------------------------

SEALED_ROWS: list[Any] = [DeterminationFactory, LetterFactory, AuditEventFactory]


@pytest.mark.django_db
@pytest.mark.parametrize("factory", SEALED_ROWS)
def test_sealed_rows_refuse_the_orm(factory: Any) -> None:
    row = factory()
    rows = type(row).objects.filter(pk=row.pk)
    calls: list[Callable[[], Any]] = [
        row.save,
        row.delete,
        rows.delete,
        lambda: rows.update(id=row.pk),
        lambda: rows.bulk_update([row], ["id"]),
    ]
    for call in calls:
        with pytest.raises(SealedError):
            call()


@pytest.mark.django_db
@pytest.mark.parametrize("factory", SEALED_ROWS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_sealed_rows_refuse_sql(factory: Any, statement: str) -> None:
    row = factory()
    column = {"auditevent": "verb", "letter": "sha256", "determination": "dose"}
    name = column[row._meta.model_name]
    refused(statement.format(row._meta.db_table, name, "'x'"), "sealed records are never")
    row.refresh_from_db()


@pytest.mark.parametrize(
    "assignment", ["title = 'x'", "document = '{}'", "status = 'submitted'", "signer = 'physician'"]
)
@pytest.mark.parametrize("status", ["approved", "retired"])
def test_approved_criteria_refuse_sql(
    version: CriteriaVersion, assignment: str, status: str
) -> None:
    version.status = status
    version.save()
    update = f"UPDATE certification_criteriaversion SET {assignment}"  # noqa: S608
    refused(update, "sealed for good")
    refused("DELETE FROM certification_criteriaversion", "never deleted")


def refused(sql: str, says: str) -> None:
    with (
        pytest.raises(DatabaseError, match=says),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    "changes",
    [
        {"signer_role": Role.NURSE_REVIEWER},
        {"reason": None},
        {"signer_name": ""},
        {"rationale": ""},
        {"principal_criterion": ""},
        {"would_reverse": ""},
    ],
)
def test_an_adverse_row_cannot_lack_anything(db: None, changes: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "outcome": Outcome.NOT_CERTIFIED, "recommendation": "refer", "period_start_on": None,
        "period_end_on": None, "months": None, "signer_role": Role.PHYSICIAN_REVIEWER,
        "reason": DeterminationReasonFactory(), "rationale": "Because.",
        "principal_criterion": "course", "would_reverse": "A relapse.",
    }  # fmt: skip
    DeterminationFactory(**whole)
    rules = "adverse_has_physician|nurse_certifies_only|physician_gives_a_rationale"
    with pytest.raises(IntegrityError, match=rules), transaction.atomic():
        DeterminationFactory(**whole | changes)


def test_an_adverse_row_cannot_be_written_in_sql(adverse: Determination) -> None:
    """A copy of a whole row, without its reason, under a new id and case."""
    names = [field.column for field in Determination._meta.concrete_fields]
    other = DeterminationFactory.build().pk
    for lacking in ("reason_id", "principal_criterion", "signer_role"):
        empty = "NULL" if lacking == "reason_id" else "''"
        values = ", ".join(
            {"id": f"'{other.hex}'", lacking: empty}.get(str(name), f'"{name}"') for name in names
        )
        columns = ", ".join(f'"{name}"' for name in names)
        table = Determination._meta.db_table
        copied = f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table}"  # noqa: S608
        refused(copied, r"adverse_has_physician|signed_by_a_reviewer")
    assert Determination.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"recommendation": "refer"}, "nurse_certifies_only_when_recommended"),
        ({"recommendation": "pend"}, "nurse_certifies_only_when_recommended"),
        ({"outcome": Outcome.CERTIFIED_MODIFIED}, "modified_has_physician_and_reason"),
        ({"signer_role": "auditor"}, "signed_by_a_reviewer"),
        ({"period_end_on": None}, "certified_has_a_period"),
        ({"months": None}, "certified_has_a_period"),
        ({"outcome": "perhaps", "signer_role": "physician_reviewer", "rationale": "x"},
         "outcome_is_known"),
        ({"signer_role": "physician_reviewer", "recommendation": "refer", "rationale": ""},
         "physician_gives_a_rationale"),
    ],
)  # fmt: skip
def test_other_rows_that_cannot_exist(db: None, changes: dict[str, Any], rule: str) -> None:
    DeterminationFactory()
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        DeterminationFactory(**changes)


def test_one_determination_a_case(determination: Determination) -> None:
    with pytest.raises(IntegrityError, match="case_id"), transaction.atomic():
        DeterminationFactory(case=determination.case)


def test_every_sealed_model_is_tested() -> None:
    sealed = {AuditEvent, Determination, Letter}
    assert {factory._meta.model for factory in SEALED_ROWS} == sealed
    assert all(issubclass(model, models.Model) for model in sealed)
