"""The wizard: asking, keeping what was typed, and two people at one case."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from django.test import Client

from certification.actions.cases import Entry
from certification.criteria.codec import (
    content_hash,
    criteria_set_from_data,
    document,
    vocabulary_from_data,
)
from certification.models import Answer, AuditEvent, Case, User
from config.roles import Role
from tests.certification.actions.flow import answer, decide, refer
from tests.certification.views.conftest import SignIn, case_url, somebody
from tests.certification.views.typed import answer_to, first, second, sent
from tests.factories import CaseFactory, CriteriaVersionFactory, PatientFactory
from tests.factories.content import SET

pytestmark = pytest.mark.usefixtures("references", "facts")


def test_a_question_shows_its_reason_criterion_and_source(reviewer: Client, case: Case) -> None:
    page = reviewer.get(first(case)).content.decode()
    assert "The diagnosis of multiple sclerosis is confirmed by a neurologist." in page
    assert re.search(r"\[1\] Title of guideline_a, page 4", page)
    assert 'id="ref-1"' in page
    assert "Can still decide" in page
    assert "Where this case stands" in page


def test_no_page_of_a_case_has_the_persons_name_in_its_title(reviewer: Client, case: Case) -> None:
    for url in (first(case), case_url("", case), case_url("-check", case)):
        title = re.search(r"<title>(.*?)</title>", reviewer.get(url).content.decode(), re.DOTALL)
        assert title is not None
        assert case.patient.family_name not in title[1]
        assert case.patient.record_number not in title[1] + url


def test_answers_are_saved_with_source_date_and_note(reviewer: Client, case: Case) -> None:
    data = sent(
        case,
        edss="4.5",
        edss__on="2027-01-04",
        edss__source="clinician",
        edss__note="At the visit",
        diagnosis_confirmed="yes",
    )
    response = reviewer.post(first(case), data)
    assert response.status_code == 302
    edss = answer_to(case, "edss")
    assert edss is not None
    assert (edss.value, edss.observed_on, edss.source, edss.note) == (
        4.5,
        date(2027, 1, 4),
        "clinician",
        "At the visit",
    )
    assert answer_to(case, "diagnosis_confirmed").value is True  # type: ignore[union-attr]


def test_the_page_source_goes_to_new_answers_that_name_none(reviewer: Client, case: Case) -> None:
    data = sent(case, diagnosis_confirmed="yes", edss="2", edss__source="patient")
    reviewer.post(first(case), data | {"source": "record"})
    assert answer_to(case, "diagnosis_confirmed").source == "record"  # type: ignore[union-attr]
    assert answer_to(case, "edss").source == "patient"  # type: ignore[union-attr]
    reviewer.post(first(case), sent(case, diagnosis_confirmed="no") | {"source": "imaging"})
    assert answer_to(case, "diagnosis_confirmed").source == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"edss": "3.3"}, "not a multiple of 0.5"),
        ({"edss": "11"}, "above the maximum of 10"),
        ({"edss": "a lot"}, "not a number"),
        ({"diagnosis_date": "2031-01-01"}, "in the future"),
        ({"diagnosis_date": "1980-01-01"}, "not a day between birth and today"),
        ({"phenotype": "made_up"}, "not offered"),
        ({"edss": "4", "edss__on": "2031-02-03"}, "not a day between birth and today"),
    ],
)
def test_what_cannot_be_accepted_is_kept_and_explained(
    reviewer: Client, case: Case, typed: dict[str, str], message: str
) -> None:
    response = reviewer.post(first(case), sent(case, **typed), follow=True)
    page = response.content.decode()
    assert "Kept as typed" in page
    assert message in page.replace("&#x27;", "'")
    key = next(iter(typed))
    stored = answer_to(case, key)
    assert stored is not None
    assert stored.state == Answer.State.INVALID
    assert stored.value is None
    if key != "phenotype":
        assert f'value="{typed[key]}"' in page


def test_asked_not_known_is_kept_apart_from_no_answer(reviewer: Client, case: Case) -> None:
    reviewer.post(first(case), sent(case, diagnosis_confirmed="?not-known", edss__unknown="1"))
    for key in ("diagnosis_confirmed", "edss"):
        stored = answer_to(case, key)
        assert stored is not None
        assert stored.state == Answer.State.NOT_KNOWN
    assert answer_to(case, "phenotype") is None


def test_an_answer_can_be_taken_back(reviewer: Client, case: Case) -> None:
    reviewer.post(first(case), sent(case, edss="4"))
    assert answer_to(case, "edss") is not None
    reviewer.post(first(case), sent(case, edss="4", edss__clear="1"))
    assert answer_to(case, "edss") is None


def test_a_question_that_was_not_on_the_page_keeps_its_answer(reviewer: Client, case: Case) -> None:
    reviewer.post(first(case), sent(case, edss="4"))
    reviewer.post(first(case), sent(case, diagnosis_confirmed="yes"))
    assert answer_to(case, "edss").value == 4  # type: ignore[union-attr]


def test_a_table_is_filled_row_by_row_without_a_script(reviewer: Client, case: Case) -> None:
    data = sent(
        case,
        prior_dmts__rows="3",
        prior_dmts__0__agent="first_drug",
        prior_dmts__0__stop_reason="breakthrough_activity",
        prior_dmts__0__months="14",
        prior_dmts__0__adherent="yes",
        prior_dmts__2__agent="second_drug",
    )
    reviewer.post(second(case), data)
    stored = answer_to(case, "prior_dmts")
    assert stored is not None
    assert stored.value == [
        {
            "agent": "first_drug",
            "months": 14,
            "stop_reason": "breakthrough_activity",
            "adherent": True,
        },
        {"agent": "second_drug"},
    ]
    page = reviewer.get(second(case)).content.decode()
    assert "a-prior_dmts-3-agent" in page, "two more empty rows follow"


def test_no_rows_is_an_answer_of_its_own(reviewer: Client, case: Case) -> None:
    reviewer.post(second(case), sent(case, prior_dmts__rows="2"))
    assert answer_to(case, "prior_dmts") is None
    reviewer.post(second(case), sent(case, prior_dmts__rows="2", prior_dmts__none="1"))
    assert answer_to(case, "prior_dmts").value == []  # type: ignore[union-attr]


def test_saving_goes_on_to_what_still_matters(reviewer: Client, case: Case) -> None:
    data = {**sent(case, diagnosis_confirmed="yes"), "next": "1"}
    del data["save"]
    assert reviewer.post(first(case), data)["Location"] == second(case)


def test_saving_goes_to_the_check_when_nothing_matters_any_more(
    reviewer: Client, met: Case
) -> None:
    data = {**sent(met, diagnosis_confirmed="yes"), "next": "1"}
    del data["save"]
    assert reviewer.post(first(met), data)["Location"] == case_url("-check", met)


def test_one_can_leave_at_any_point(reviewer: Client, case: Case) -> None:
    data = {**sent(case, edss="4"), "leave": "1"}
    assert reviewer.post(first(case), data)["Location"] == case_url("", case)
    assert answer_to(case, "edss") is not None


def test_an_earlier_answer_is_offered_with_its_age_and_confirmed(
    reviewer: Client, case: Case, nurse: User, now: datetime
) -> None:
    earlier = CaseFactory(
        patient=case.patient, criteria_version=case.criteria_version, opened_by=nurse
    )
    answer(earlier, nurse, now, {"antibody": Entry("negative", date(2026, 12, 1), "laboratory")})
    page = reviewer.get(second(case)).content.decode()
    assert f"Case {earlier.number} has <strong>Negative</strong>" in page
    assert "observed 1 Dec 2026, 41 days old" in page
    response = reviewer.post(second(case), sent(case) | {"use": "antibody"})
    assert response["Location"].endswith("#q-antibody")
    taken = answer_to(case, "antibody")
    assert taken is not None
    assert (taken.value, taken.observed_on, taken.source) == (
        "negative",
        date(2026, 12, 1),
        "earlier_case",
    )
    assert taken.copied_from == earlier.answers.get()


def test_the_answer_of_another_person_cannot_be_taken(reviewer: Client, case: Case) -> None:
    other = CaseFactory(patient=PatientFactory(site=case.site))
    Answer.objects.create(
        case=other, fact_key="antibody", state="given", value="negative",
        answered_by=other.opened_by, answered_at=other.opened_at,
    )  # fmt: skip
    reviewer.post(second(case), sent(case) | {"use": "antibody"})
    assert answer_to(case, "antibody") is None


def test_an_offer_that_is_too_old_says_so(
    reviewer: Client, case: Case, nurse: User, now: datetime
) -> None:
    earlier = CaseFactory(
        patient=case.patient, criteria_version=case.criteria_version, opened_by=nurse
    )
    answer(earlier, nurse, now, {"antibody": Entry("negative", date(2026, 3, 1), "laboratory")})
    assert "Too old for these criteria" in reviewer.get(second(case)).content.decode()


def test_a_save_in_the_background_brings_back_only_what_changed(
    reviewer: Client, case: Case
) -> None:
    response = reviewer.post(
        first(case), sent(case, diagnosis_confirmed="yes"), headers={"HX-Request": "true"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in page
    assert f'value="{Case.objects.get(pk=case.pk).revision}" hx-swap-oob="true"' in page
    assert "myelin:saved" in response["HX-Trigger-After-Settle"]


def test_a_precaution_is_shown_at_the_step_it_concerns(
    reviewer: Client, case: Case, nurse: User, now: datetime
) -> None:
    words = "The antibody is positive: the risk of PML is higher."
    assert words not in reviewer.get(second(case)).content.decode()
    answer(case, nurse, now, {"antibody": Entry("positive", date(2026, 12, 1))})
    assert words in reviewer.get(second(case)).content.decode()
    assert words not in reviewer.get(first(case)).content.decode()


def test_what_is_registered_or_worked_out_is_not_asked(reviewer: Client, case: Case) -> None:
    page = reviewer.get(first(case)).content.decode()
    assert "Known without asking" in page
    assert 'name="a-age_years"' not in page
    page = reviewer.get(first(case) + "?ask=age_years").content.decode()
    assert 'name="a-age_years"' in page


def test_a_given_value_that_differs_from_the_computed_one_is_told(
    reviewer: Client, case: Case
) -> None:
    reviewer.post(first(case), sent(case, age_years="30"))
    page = reviewer.get(first(case)).content.decode()
    assert "Documented as 30 years, but the other answers give 41 years." in page


def test_contradictory_answers_are_flagged_at_each_question(
    reviewer: Client, case: Case, nurse: User, now: datetime
) -> None:
    says = "The second day is before the first."
    facts = [
        {"key": "first_day", "label": "First day", "type": "date"},
        {
            "key": "second_day",
            "label": "Second day",
            "type": "date",
            "contradictions": [
                {
                    "when": {"fact": "second_day", "op": "lt", "value_of": "first_day"},
                    "says": says,
                }
            ],
        },
    ]
    tests = [{"fact": key, "op": "within_days", "value": 90} for key in ("first_day", "second_day")]
    vocabulary = vocabulary_from_data(facts)
    data = SET | {"indications": {"all": tests}, "contraindications": None, "precautions": []}
    stored = document(criteria_set_from_data(data, "test", vocabulary), vocabulary)
    version = CriteriaVersionFactory(
        set_key="contradicting", document=stored, content_hash=content_hash(stored)
    )
    flagged = CaseFactory(patient=case.patient, criteria_version=version, opened_by=nurse)
    answer(
        flagged,
        nurse,
        now,
        {"first_day": Entry("2027-01-08"), "second_day": Entry("2027-01-04")},
    )
    page = reviewer.get(case_url("-step", flagged, "questions")).content.decode()
    assert page.count(f"{says} Until this is put right") >= 2
    assert (
        "Contradicts another answer" in reviewer.get(case_url("-check", flagged)).content.decode()
    )
    assert says in reviewer.get(case_url("-recommendation", flagged)).content.decode()


def test_an_earlier_not_tested_is_no_offer(
    reviewer: Client, case: Case, nurse: User, now: datetime
) -> None:
    earlier = CaseFactory(
        patient=case.patient, criteria_version=case.criteria_version, opened_by=nurse
    )
    answer(earlier, nurse, now, {"antibody": Entry("not_tested")})
    assert "Confirm and use" not in reviewer.get(second(case)).content.decode()


def test_readers_see_the_answers_but_no_way_to_write(
    sign_in: SignIn, met: Case, nurse: User
) -> None:
    reader = sign_in(somebody(met.site, Role.AUDITOR))
    page = reader.get(first(met)).content.decode()
    assert 'fieldset class="answers" disabled' in page
    assert "Save and continue" not in page
    assert reader.post(first(met), sent(met, edss="2")).status_code == 403
    assert answer_to(met, "edss").value == 4.5  # type: ignore[union-attr]


def test_the_nurse_cannot_write_while_it_is_the_physicians_turn(
    reviewer: Client, met: Case, nurse: User, now: datetime
) -> None:
    refer(met, nurse, now)
    response = reviewer.post(first(met), sent(met, edss="2"))
    assert response.status_code == 409
    assert "it is the turn of a physician reviewer" in response.content.decode()


def test_a_closed_case_refuses_and_keeps_what_was_typed(
    reviewer: Client, met: Case, nurse: User, now: datetime
) -> None:
    decide(met, nurse, now, "certified")
    response = reviewer.post(first(met), sent(met, edss="2"))
    assert response.status_code == 409
    assert 'value="2"' in response.content.decode()
    assert answer_to(met, "edss").value == 4.5  # type: ignore[union-attr]


@pytest.mark.parametrize("slug", ["questions-3", "no-such-step"])
def test_a_step_that_does_not_exist(reviewer: Client, case: Case, slug: str) -> None:
    assert reviewer.get(case_url("-step", case, slug)).status_code == 404


@pytest.mark.parametrize("revision", ["", "x", "0"])
def test_a_form_without_its_revision_is_refused(
    reviewer: Client, case: Case, revision: str
) -> None:
    data = sent(case, edss="2") | {"revision": revision}
    assert reviewer.post(first(case), data).status_code == 400
    assert answer_to(case, "edss") is None


def test_opening_the_steps_of_a_case_is_written_down_once_an_hour(
    reviewer: Client, case: Case
) -> None:
    for _ in range(3):
        reviewer.get(first(case))
        reviewer.get(second(case))
    opened = AuditEvent.objects.filter(verb="opened", case_id=case.pk)
    assert opened.count() == 1


def test_the_source_of_a_page_stays_when_what_was_saved_in_the_background_is_sent_again(
    reviewer: Client, case: Case
) -> None:
    typed = {**sent(case, diagnosis_confirmed="yes"), "source": "record"}
    saved = reviewer.post(first(case), typed, headers={"HX-Request": "true"})
    assert saved.status_code == 200
    assert reviewer.post(first(case), typed).status_code == 302, "no clash with itself"
    again = {**sent(case, diagnosis_confirmed="yes"), "source": "record"}
    assert reviewer.post(first(case), again).status_code == 302
    assert Answer.objects.get(case=case, fact_key="diagnosis_confirmed").source == "record"
