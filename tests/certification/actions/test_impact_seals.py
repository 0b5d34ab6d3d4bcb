"""Does the database itself keep an impact study as it ended, against the ORM and against SQL?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from certification.actions.impact import cancel_study, start_study
from certification.models import Case, CriteriaVersion, ImpactChange, ImpactStudy, User
from tests.certification.actions.flow import MEETS, answer
from tests.certification.drafts import ask_more, drafted

from .test_impact import editor, finished

__all__ = ["editor"]

STUDY, CHANGE = "certification_impactstudy", "certification_impactchange"
COLUMNS = "study_id, kind, case_id, patient_id, site_id, as_of, before, after, marks_before"


@pytest.fixture
def ended(case: Case, nurse: User, editor: User, now: datetime) -> ImpactStudy:
    answer(case, nurse, now, MEETS)
    study = finished(start_study(by=editor, now=now, document=drafted(ask_more)), editor, now)
    assert study.changes.count() == 1
    return study


def refused(call: Any) -> None:
    with (
        pytest.raises(DatabaseError, match=r"what has ended|parts are never"),
        transaction.atomic(),
    ):
        call()


def test_what_has_ended_refuses_the_orm(ended: ImpactStudy) -> None:
    change = ended.changes.get()
    copy = ImpactChange.objects.get(pk=change.pk)
    copy.pk = None
    studies, changes = ImpactStudy.objects.all(), ended.changes.all()
    calls = [
        ended.save, ended.delete, change.save, change.delete, copy.save, studies.delete,
        changes.delete, lambda: studies.update(counts={}), lambda: changes.update(after="certify"),
        lambda: studies.update(state="running", finished_at=None),
        lambda: ImpactChange.objects.bulk_create([copy]),
    ]  # fmt: skip
    for call in calls:
        refused(call)
    assert ImpactChange.objects.get() == change


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {study} SET counts = '{{}}'",
        "UPDATE {study} SET state = 'running', finished_at = NULL",
        "DELETE FROM {study}",
        "UPDATE {change} SET after = 'certify'",
        "DELETE FROM {change}",
        "INSERT INTO {change} ({columns}, marks_after) SELECT {columns}, '' FROM {change}",
    ],
)
def test_what_has_ended_refuses_sql(ended: ImpactStudy, statement: str) -> None:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(study=STUDY, change=CHANGE, columns=COLUMNS))

    refused(run)
    ended.refresh_from_db()
    assert ended.is_finished


def test_a_cancelled_study_stays_cancelled(
    version: CriteriaVersion, case: Case, editor: User, now: datetime
) -> None:
    study = start_study(by=editor, now=now, document=drafted(ask_more))
    study = cancel_study(by=editor, now=now, study=study)
    for call in (study.save, study.delete, lambda: ImpactStudy.objects.update(state="running")):
        refused(call)
