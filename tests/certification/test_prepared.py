"""Does a prepared question give what its queryset gives, each time for the values of that time?"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from certification.models import Answer, Case, PriorTherapy, Site, User
from certification.models.prepared import Prepared, hold, is_held
from certification.views.reach import ANSWERS, CASE, PRIOR_THERAPIES
from tests.factories import (
    AnswerFactory,
    CaseFactory,
    PriorTherapyFactory,
    SiteFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

GIVEN: Prepared[str] = Prepared(
    lambda keys, since: Answer.objects.filter(
        fact_key__in=keys, answered_at__date__gte=since
    ).values_list("fact_key", flat=True),
    keys=Answer._meta.get_field("fact_key"),
    since=Answer._meta.get_field("observed_on"),
)


def test_each_reader_gets_the_cases_of_their_own_sites() -> None:
    mine, theirs = CaseFactory(), CaseFactory()
    me, they = (UserFactory(sites=[case.site]) for case in (mine, theirs))
    nobody = UserFactory(sites=[])
    for user in (me, they, nobody, me):
        for case in (mine, theirs):
            plain = Case.objects.visible_to(user).filter(pk=case.pk).first()
            assert CASE.first(pk=case.pk, user=user.pk) == plain


def test_it_reads_the_same_objects_as_the_queryset(django_assert_num_queries: object) -> None:
    case = CaseFactory()
    user = UserFactory(sites=[case.site])
    prepared = CASE.first(pk=case.pk, user=user.pk)
    plain = CASE.make(pk=case.pk, user=user.pk).get()
    assert prepared is not None
    for path in ("", "site", "patient", "therapy", "turnaround_profile", "criteria_version"):
        one, other = (getattr(found, path) if path else found for found in (prepared, plain))
        read = [{k: v for k, v in vars(item).items() if k != "_state"} for item in (one, other)]
        assert read[0] == read[1]
        assert one.get_deferred_fields() == other.get_deferred_fields()


def test_an_answer_is_read_anew_each_time() -> None:
    answer = AnswerFactory(fact_key="edss", value=4)
    assert [row.value for row in ANSWERS.rows(case=answer.case_id)] == [4]
    Answer.objects.filter(pk=answer.pk).update(value=4.5)
    assert [row.value for row in ANSWERS.rows(case=answer.case_id)] == [4.5]
    answer.delete()
    assert ANSWERS.rows(case=answer.case_id) == []


def test_lists_of_any_length() -> None:
    case = CaseFactory()
    for key in ("one", "two", "three"):
        AnswerFactory(case=case, fact_key=key)
    early, late = date(2000, 1, 1), date(2100, 1, 1)
    assert GIVEN.rows(keys=["two", "one", "four"], since=early) == ["one", "two"]
    assert GIVEN.rows(keys=["three"], since=early) == ["three"]
    assert GIVEN.rows(keys=["three"], since=late) == []
    with CaptureQueriesContext(connection) as captured:
        assert GIVEN.rows(keys=[], since=early) == []
    assert len(captured) == 0


def test_held_rows_are_the_relation() -> None:
    therapy = PriorTherapyFactory()
    patient = therapy.patient
    PriorTherapyFactory()
    hold(patient, "prior_therapies", PRIOR_THERAPIES.rows(patient=patient.pk))
    with CaptureQueriesContext(connection) as captured:
        assert [row.patient for row in patient.prior_therapies.all()] == [patient]
    assert len(captured) == 0
    assert is_held(patient, "prior_therapies")
    assert list(patient.prior_therapies.filter(agent="never given")) == []
    assert PriorTherapy.objects.count() == 2


def test_roles_and_sites_are_read_together() -> None:
    sites = [SiteFactory(), SiteFactory()]
    user = UserFactory(roles=["auditor", "nurse_reviewer"], sites=sites)
    cases: list[tuple[User, set[str], set[Site]]] = [
        (user, {"auditor", "nurse_reviewer"}, set(sites)),
        (UserFactory(roles=["auditor"], sites=[]), {"auditor"}, set()),
        (UserFactory(roles=[], sites=sites[:1]), set(), set(sites[:1])),
    ]
    for somebody, roles, at in cases:
        for found in (
            User.objects.get(pk=somebody.pk),
            User.objects.prefetch_related("role_grants", "sites").get(pk=somebody.pk),
        ):
            assert found.role_keys == roles
            assert found.site_ids == {site.pk for site in at}
