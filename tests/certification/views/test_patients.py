"""Registration, treatment history, the record, and one patient under every therapy."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.cases import Entry
from certification.models import AuditEvent, Case, CriteriaVersion, Determination, Patient, User
from config.roles import Role
from tests.certification.actions.flow import MEETS, answer
from tests.certification.views.conftest import SignIn, somebody
from tests.factories import (
    CaseFactory,
    CriteriaVersionFactory,
    PatientFactory,
    PriorTherapyFactory,
    TherapyFactory,
)

pytestmark = pytest.mark.usefixtures("references", "facts")
LIST = reverse("certification:patient-list")
NEW = reverse("certification:patient-new")


def url(name: str, patient: Patient) -> str:
    return reverse(f"certification:patient{name}", args=[patient.pk])


@pytest.fixture
def form(site: Any) -> dict[str, Any]:
    return {
        "site": site.pk,
        "record_number": "MRN-77",
        "given_name": "Ida",
        "family_name": "Invented",
        "birth_date": "1990-05-17",
        "sex": "female",
        "ms_course": "RRMS",
        "onset_on": "2019-03-01",
        "diagnosed_on": "2020-01-15",
        "icd10cm_code": "G35.A",
        "is_synthetic": "on",
    }


class TestList:
    def test_people_of_ones_own_sites_in_order_of_name(
        self, reviewer: Client, patient: Patient, stranger: Patient
    ) -> None:
        PatientFactory(site=patient.site, family_name="Aardvark")
        page = reviewer.get(LIST).content.decode()
        assert page.index("Aardvark") < page.index(patient.family_name)
        assert "Elsewhere" not in page

    def test_a_search_leaves_no_name_in_an_address(
        self, reviewer: Client, patient: Patient
    ) -> None:
        PatientFactory(site=patient.site, family_name="Aardvark")
        response = reviewer.post(LIST, {"words": "aardv"})
        assert response["Location"] == LIST
        page = reviewer.get(LIST).content.decode()
        assert "Aardvark" in page
        assert patient.family_name not in page
        reviewer.post(LIST, {"words": ""})
        assert patient.family_name in reviewer.get(LIST).content.decode()

    def test_a_record_number_finds_its_person_only_as_a_whole(
        self, reviewer: Client, patient: Patient
    ) -> None:
        reviewer.post(LIST, {"words": patient.record_number})
        assert patient.family_name in reviewer.get(LIST).content.decode()
        reviewer.post(LIST, {"words": patient.record_number[:-1]})
        assert "Nobody found at your sites" in reviewer.get(LIST).content.decode()

    def test_pages_follow_each_other(self, reviewer: Client, site: Any) -> None:
        for number in range(31):
            PatientFactory(site=site, family_name=f"Name{number:02d}")
        first = reviewer.get(LIST).context["pages"]
        second = reviewer.get(LIST, {"after": first.after})
        assert "Name30" in second.content.decode()
        assert (
            "Name00"
            in reviewer.get(LIST, {"before": second.context["pages"].before}).content.decode()
        )

    def test_an_empty_list_says_what_to_do(self, reviewer: Client) -> None:
        assert NEW in reviewer.get(LIST).content.decode()


class TestRegistering:
    def test_a_person_is_registered(self, reviewer: Client, form: dict[str, Any]) -> None:
        response = reviewer.post(NEW, form)
        made = Patient.objects.get()
        assert response["Location"] == url("", made)
        assert (made.family_name, made.ms_course, made.is_synthetic) == ("Invented", "RRMS", True)

    @pytest.mark.parametrize(
        ("wrong", "status", "words"),
        [
            ({"birth_date": "2031-01-01"}, 409, "date of birth lies between"),
            ({"birth_date": "17 May"}, 422, "Give the date as day, month and year"),
            ({"onset_on": "1980-01-01"}, 409, "before the date of birth"),
            ({"ms_course": "made up"}, 422, "Select a valid choice"),
            ({"icd10cm_code": "G35"}, 422, "Select a valid choice"),
            ({"family_name": ""}, 422, "This field is required"),
            ({"record_number": "MRN-1"}, 409, "registered at this site already"),
        ],
    )
    def test_bad_input_is_kept_and_explained(
        self,
        reviewer: Client,
        form: dict[str, Any],
        site: Any,
        wrong: dict[str, str],
        status: int,
        words: str,
    ) -> None:
        PatientFactory(site=site, record_number="MRN-1")
        response = reviewer.post(NEW, form | wrong)
        page = response.content.decode()
        assert response.status_code == status
        assert words in page
        assert 'value="Ida"' in page
        assert Patient.objects.count() == 1

    def test_nobody_registers_at_a_foreign_site(
        self, reviewer: Client, form: dict[str, Any], stranger: Patient
    ) -> None:
        response = reviewer.post(NEW, form | {"site": stranger.site_id})
        assert response.status_code == 422
        assert Patient.objects.count() == 1

    def test_without_a_site_the_page_says_who_can_help(
        self, sign_in: SignIn, form: dict[str, Any]
    ) -> None:
        from_nowhere = somebody(PatientFactory().site, Role.NURSE_REVIEWER)
        from_nowhere.sites.clear()
        assert "You work at no site yet" in sign_in(from_nowhere).get(NEW).content.decode()


class TestEditing:
    def sent(self, page: str, **changes: str) -> dict[str, str]:
        """The form as the browser would send it back."""
        data = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
        data |= {
            name: value
            for value, name in re.findall(r'<input[^>]*value="([^"]*)"[^>]*name="(\w+)"', page)
            if name not in data
        }
        data["sex"] = "female"
        return data | changes

    def test_a_change_is_saved(self, reviewer: Client, patient: Patient) -> None:
        data = self.sent(reviewer.get(url("-edit", patient)).content.decode(), ms_course="PPMS")
        response = reviewer.post(url("-edit", patient), data)
        assert response["Location"] == url("", patient)
        patient.refresh_from_db()
        assert (patient.ms_course, patient.revision) == ("PPMS", 2)

    def test_two_people_at_one_field_see_both_versions(
        self, reviewer: Client, sign_in: SignIn, patient: Patient
    ) -> None:
        page = reviewer.get(url("-edit", patient)).content.decode()
        other = sign_in(somebody(patient.site, Role.INFUSION_NURSE))
        other.post(url("-edit", patient), self.sent(page, ms_course="PPMS"))
        response = reviewer.post(url("-edit", patient), self.sent(page, ms_course="RRMS"))
        shown = response.content.decode()
        assert response.status_code == 409
        assert "Theirs: <strong>PPMS</strong>" in shown
        assert "Yours: <strong>RRMS</strong>" in shown
        again = self.sent(shown, ms_course="RRMS", **{"keep-ms_course": "mine"})
        assert reviewer.post(url("-edit", patient), again).status_code == 302
        patient.refresh_from_db()
        assert patient.ms_course == "RRMS"

    def test_what_only_the_other_changed_stays(
        self, reviewer: Client, sign_in: SignIn, patient: Patient
    ) -> None:
        page = reviewer.get(url("-edit", patient)).content.decode()
        other = sign_in(somebody(patient.site, Role.INFUSION_NURSE))
        other.post(url("-edit", patient), self.sent(page, ms_course="PPMS"))
        response = reviewer.post(url("-edit", patient), self.sent(page, given_name="Adele"))
        assert response.status_code == 302
        patient.refresh_from_db()
        assert (patient.given_name, patient.ms_course) == ("Adele", "PPMS")

    def test_a_foreign_patient_does_not_exist(self, reviewer: Client, stranger: Patient) -> None:
        for name in ("", "-edit", "-history", "-therapies"):
            assert reviewer.get(url(name, stranger)).status_code == 404
        assert reviewer.post(url("-edit", stranger), {}).status_code == 404
        assert not AuditEvent.objects.filter(patient_id=stranger.pk).exists()


def rows(*filled: dict[str, str], initial: int = 0) -> dict[str, str]:
    data = {"rows-TOTAL_FORMS": str(len(filled)), "rows-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(filled):
        data |= {f"rows-{number}-{name}": value for name, value in row.items()}
    return data


class TestHistory:
    def test_rows_are_added_changed_and_removed(self, reviewer: Client, patient: Patient) -> None:
        PriorTherapyFactory(patient=patient)
        page = reviewer.get(url("-history", patient)).content.decode()
        assert "rows-2-agent" in page, "two empty rows follow"
        data = rows(
            {"agent": "first_drug", "months": "12", "remove": "on"},
            {"agent": "first_drug", "started_on": "2021-01-01", "adherent": "no"},
            {"agent": ""},
            initial=1,
        )
        response = reviewer.post(url("-history", patient), data | {"revision": "1"})
        assert response["Location"] == url("", patient)
        (kept,) = patient.prior_therapies.all()
        assert (kept.started_on, kept.adherent, kept.months) == (date(2021, 1, 1), False, None)

    def test_saving_can_stay_for_more_rows(self, reviewer: Client, patient: Patient) -> None:
        response = reviewer.post(
            url("-history", patient), rows({"agent": "first_drug"}) | {"add": "1"}
        )
        assert response["Location"] == url("-history", patient)

    @pytest.mark.parametrize(
        ("row", "status", "words"),
        [
            ({"agent": "", "months": "4"}, 422, "Choose the drug"),
            ({"agent": "first_drug", "months": "-4"}, 422, "greater than or equal to 0"),
            (
                {"agent": "first_drug", "started_on": "2022-01-01", "stopped_on": "2021-01-01"},
                409,
                "stopped before it was started",
            ),
        ],
    )
    def test_bad_rows_are_kept_and_explained(
        self, reviewer: Client, patient: Patient, row: dict[str, str], status: int, words: str
    ) -> None:
        response = reviewer.post(url("-history", patient), rows(row | {"note": "from the letter"}))
        page = response.content.decode()
        assert response.status_code == status
        assert words in page
        assert "from the letter" in page
        assert not patient.prior_therapies.exists()

    def test_a_stale_history_overwrites_nothing(
        self, reviewer: Client, sign_in: SignIn, patient: Patient
    ) -> None:
        data = rows({"agent": "first_drug", "months": "3"}) | {"revision": "1"}
        other = sign_in(somebody(patient.site, Role.INFUSION_NURSE))
        other.post(url("-history", patient), rows({"agent": "first_drug", "months": "9"}))
        assert reviewer.post(url("-history", patient), data).status_code == 409
        assert patient.prior_therapies.get().months == 9


class TestRecord:
    def test_it_shows_the_person_and_writes_the_opening_down(
        self, reviewer: Client, patient: Patient, certified: Determination
    ) -> None:
        PriorTherapyFactory(patient=patient)
        page = reviewer.get(url("", patient)).content.decode()
        for words in (patient.full_name, "14 Mar 1985 (41)", "First drug", "12 months"):
            assert words in page
        assert certified.case.number in page
        assert AuditEvent.objects.filter(verb="opened", patient_id=patient.pk).count() == 1
        title = re.search(r"<title>(.*?)</title>", page)
        assert title is not None
        assert patient.family_name not in title[1]

    def test_an_unwritten_history_is_not_called_empty(
        self, reviewer: Client, patient: Patient
    ) -> None:
        page = reviewer.get(url("", patient)).content.decode()
        assert "An empty history is not the same as" in page

    def test_a_reader_gets_no_button_that_refuses(self, sign_in: SignIn, patient: Patient) -> None:
        page = sign_in(somebody(patient.site, Role.AUDITOR)).get(url("", patient)).content.decode()
        assert url("-edit", patient) not in page
        assert reverse("certification:case-new", args=[patient.pk]) not in page


class TestEveryTherapy:
    def test_the_same_answers_under_every_set(
        self, reviewer: Client, met: Case, patient: Patient
    ) -> None:
        other = TherapyFactory(key="alterumab", generic="alterumab")
        CriteriaVersionFactory(set_key="alterumab-initial", therapy=other)
        page = reviewer.get(url("-therapies", patient)).content.decode()
        assert "2 sets of criteria in force: 2 met, 0 open, 0 for a physician" in page
        assert "Exemplumab" in page
        assert "Alterumab" in page
        assert "5 of 5 criteria met" in page
        assert f"case {met.number}" in page

    def test_what_was_said_about_one_drug_does_not_count_for_another(
        self, reviewer: Client, case: Case, patient: Patient, nurse: User, now: datetime
    ) -> None:
        other = TherapyFactory(key="alterumab", generic="alterumab")
        CriteriaVersionFactory(set_key="alterumab-initial", therapy=other)
        answer(case, nurse, now, {"earlier_reaction": Entry("no")})
        used = reviewer.get(url("-therapies", patient)).context["page"].used
        assert [fact.label for fact in used] == ["Reaction to this drug"]

    def test_the_newest_answer_counts(
        self, reviewer: Client, case: Case, patient: Patient, nurse: User, now: datetime
    ) -> None:
        newer = CaseFactory(
            patient=patient, criteria_version=case.criteria_version, opened_by=nurse
        )
        answer(newer, nurse, now, {"edss": Entry("6", date(2027, 1, 4))})
        answer(case, nurse, now, {"edss": Entry("2", date(2026, 1, 4))})
        (used,) = reviewer.get(url("-therapies", patient)).context["page"].used
        assert used.text == "6"

    def test_sets_are_compared_as_chosen(
        self, reviewer: Client, patient: Patient, version: CriteriaVersion
    ) -> None:
        page = reviewer.get(url("-therapies", patient), {"compare": [version.set_key, "unknown"]})
        assert [v.set_key for v in page.context["page"].compared] == [version.set_key]
        assert "The disease has a relapsing course." in page.content.decode()

    def test_a_person_without_answers_is_open_never_refused(
        self, reviewer: Client, patient: Patient, version: CriteriaVersion
    ) -> None:
        (verdict,) = reviewer.get(url("-therapies", patient)).context["page"].verdicts
        assert verdict.recommendation == "pend"
        assert "Diagnosis confirmed" in verdict.missing

    def test_without_criteria_the_page_says_so(self, reviewer: Client, patient: Patient) -> None:
        page = reviewer.get(url("-therapies", patient)).content.decode()
        assert "No criteria are in force" in page

    def test_it_is_quick_for_twenty_sets(
        self, reviewer: Client, patient: Patient, case: Case, nurse: User, now: datetime
    ) -> None:
        for number in range(19):
            therapy = TherapyFactory(key=f"drug-{number}", generic=f"drug {number}")
            CriteriaVersionFactory(set_key=f"drug-{number}-initial", therapy=therapy)
        answer(case, nurse, now, MEETS)
        assert len(reviewer.get(url("-therapies", patient)).context["page"].verdicts) == 20
