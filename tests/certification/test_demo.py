"""Does the demonstration fill itself with everything that a reviewer wants to see?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models, transaction

from certification.demo.accounts import ACCOUNTS, PASSWORD
from certification.models import (
    AuditEvent,
    Case,
    CriteriaVersion,
    Determination,
    Patient,
    Reference,
    TurnaroundProfile,
    User,
)
from certification.replaying import replay
from certification.workflow import CaseStatus, ContentStatus

AS_OF = "2026-11-23"
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def run(people: int = 220, cases: int = 96) -> str:
    output = StringIO()
    call_command("demo", as_of=_day(), people=people, cases=cases, treated=0, stdout=output)
    return output.getvalue()


def _day() -> Any:
    return datetime.fromisoformat(AS_OF).date()


def told() -> dict[str, Any]:
    """What there is to see of every person: registration, history, cases, answers, outcomes."""
    return {
        patient.record_number: (
            patient.full_name, patient.birth_date, patient.sex, patient.ms_course, patient.onset_on,
            [(row.agent, row.started_on, row.months) for row in patient.prior_therapies.all()],
            [
                (
                    case.therapy.key, case.status, case.opened_at, case.closed_at, case.due_at,
                    [(a.fact_key, a.value, a.observed_on, a.source) for a in case.answers.all()],
                )
                for case in patient.cases.order_by("opened_at")
            ],
        )
        for patient in Patient.objects.all()
    }  # fmt: skip


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The whole demonstration once, after a short one that was rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("content", "load", "shipped", stdout=StringIO())
        run(people=0, cases=0)
        with transaction.atomic():
            run(people=24, cases=24)
            short = told()
            transaction.set_rollback(True)
        yield {"short": short, "said": run()}
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_without_content_it_says_what_to_run() -> None:
    with pytest.raises(CommandError, match="content load shipped"):
        run()


@pytest.mark.usefixtures("printed")
class TestDemonstration:
    def test_there_are_enough_people_with_varied_courses_and_histories(self) -> None:
        people = list(Patient.objects.prefetch_related("prior_therapies"))
        assert len(people) >= 200
        assert {p.sex for p in people} >= {"female", "male"}
        assert len({p.ms_course for p in people}) >= 5
        assert len({p.birth_date for p in people}) > 150
        assert {0, 1, 2, 3} <= {p.prior_therapies.count() for p in people}
        assert len({p.site_id for p in people}) == 2

    def test_everybody_is_clearly_synthetic(self) -> None:
        for patient in Patient.objects.all():
            assert patient.is_synthetic
            assert patient.record_number.startswith("SYN-")
            assert patient.family_name.startswith("Sample-")

    def test_there_are_cases_in_every_state(self) -> None:
        count = Counter(Case.objects.values_list("status", flat=True))
        assert sum(count.values()) >= 60
        assert {status: count[status] for status in CaseStatus if count[status] < 4} == {}

    def test_every_therapy_and_type_of_request_is_there(self) -> None:
        asked = set(Case.objects.values_list("criteria_version__set_key", flat=True))
        assert asked == set(CriteriaVersion.objects.values_list("set_key", flat=True))

    @pytest.mark.parametrize("status", [CaseStatus.IN_REVIEW, CaseStatus.REFERRED])
    def test_some_open_cases_are_overdue_and_most_are_not(self, status: CaseStatus) -> None:
        cases = Case.objects.filter(status=status)
        overdue = cases.overdue(now=NOON).count()
        assert 0 < overdue < cases.count() / 2

    @pytest.mark.parametrize("urgency", TurnaroundProfile.Urgency.values)
    def test_both_urgencies_occur_in_open_and_closed_cases(self, urgency: str) -> None:
        cases = Case.objects.filter(urgency=urgency)
        assert cases.open().count() >= 4
        assert cases.determined().count() >= 4

    def test_renewals_can_show_what_an_earlier_case_documented(self) -> None:
        again = Patient.objects.annotate(cases_count=models.Count("cases")).filter(
            cases_count__gt=1, cases__request_type="renewal"
        )
        assert again.count() >= 5

    def test_nothing_happens_in_the_future_and_numbers_follow_the_calendar(self) -> None:
        cases = list(Case.objects.order_by("number"))
        assert all(case.opened_at <= NOON for case in cases)
        assert [c.opened_at for c in cases] == sorted(c.opened_at for c in cases)
        moments = list(
            AuditEvent.objects.filter(case_id__isnull=False).order_by("id").values_list("at")
        )
        assert moments == sorted(moments)

    def test_every_act_went_through_an_action_that_wrote_it_down(self) -> None:
        verbs = Counter(AuditEvent.objects.values_list("verb", flat=True))
        assert verbs["registered patient"] == Patient.objects.count()
        assert verbs["opened case"] == Case.objects.count()
        assert verbs["signed determination"] == Determination.objects.count()

    def test_determinations_can_be_replayed_and_carry_two_letters(self) -> None:
        for determination in Determination.objects.order_by("signed_at")[::7]:
            assert replay(determination).matches
            assert determination.letters.count() == 2

    def test_adverse_ones_are_the_physicians_and_name_a_criterion(self) -> None:
        for determination in Determination.objects.filter(outcome="not_certified"):
            assert determination.signed_by.username == "physician"
            assert determination.principal_criterion

    def test_content_is_approved_by_a_demonstration_account(self) -> None:
        assert not Reference.objects.exclude(status=ContentStatus.APPROVED).exists()
        assert all(v.approved_in_demo for v in CriteriaVersion.objects.all())

    def test_the_same_seed_and_day_tell_the_same_stories(self, printed: dict[str, Any]) -> None:
        now_told = told()
        assert {number: now_told[number] for number in printed["short"]} == printed["short"]
        assert any(cases for *_, cases in printed["short"].values())

    def test_the_accounts_are_printed_and_work(self, printed: dict[str, Any]) -> None:
        for account in ACCOUNTS:
            assert account.username in printed["said"]
            user = User.objects.get(username=account.username)
            assert user.is_demo
            assert user.check_password(PASSWORD)

    def test_again_changes_nothing(self) -> None:
        before = AuditEvent.objects.count()
        assert "there already" in run()
        assert AuditEvent.objects.count() == before
