"""Documenting answers: what is accepted, what is kept, and two people at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from certification.actions.cases import Entry, clear_answer, repin_case, save_answers
from certification.case_facts import explain_case, prefill, raw_facts
from certification.criteria.tree import Truth
from certification.models import Answer, AuditEvent, Case, CriteriaVersion, Patient, User
from certification.policies import Refused, Stale
from tests.certification.actions.flow import MEETS, answer
from tests.factories import (
    AnswerFactory,
    CaseFactory,
    CriteriaVersionFactory,
    PatientFactory,
    PriorTherapyFactory,
    TherapyFactory,
    UserFactory,
)

TODAY = date(2027, 1, 11)


@pytest.fixture
def other(case: Case) -> User:
    return UserFactory(roles=["nurse_reviewer"], sites=[case.site], name="Second Nurse")


def stored(case: Case, key: str) -> Answer:
    return Answer.objects.get(case=case, fact_key=key)


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("diagnosis_confirmed", "yes", True),
        ("diagnosis_confirmed", "false", False),
        ("diagnosis_confirmed", True, True),
        ("edss", "4.50", 4.5),
        ("edss", " 6 ", 6),
        ("age_years", "41", 41),
        ("phenotype", "RRMS", "RRMS"),
        ("diagnosis_date", "2020-02-29", "2020-02-29"),
        ("note", "Seen twice.", "Seen twice."),
        ("prior_dmts", [], []),
        (
            "prior_dmts",
            [{"agent": "first_drug", "months": "8", "adherent": "yes", "stop_reason": ""}],
            [{"agent": "first_drug", "months": 8, "adherent": True}],
        ),
    ],
)
def test_what_is_typed_becomes_a_value(
    nurse: User, case: Case, now: datetime, key: str, typed: Any, value: Any
) -> None:
    saved = save_answers(by=nurse, now=now, case=case, revision=1, entries={key: Entry(typed)})
    assert saved.errors == {}
    assert saved.revision == 2
    assert (stored(case, key).state, stored(case, key).value) == ("given", value)


@pytest.mark.parametrize(
    ("key", "entry", "says"),
    [
        ("edss", Entry("3.3"), "not a multiple of 0.5"),
        ("edss", Entry("11"), "above the maximum of 10"),
        ("edss", Entry("three"), "not a number"),
        ("age_years", Entry("41.5"), "not a whole number"),
        ("diagnosis_confirmed", Entry("perhaps"), "not true or false"),
        ("phenotype", Entry("unheard_of"), "not offered"),
        ("diagnosis_date", Entry("2027-01-12"), "in the future"),
        ("diagnosis_date", Entry("1980-01-01"), "before the date of birth"),
        ("diagnosis_date", Entry("12/01/2026"), "not a date"),
        ("icd10cm_code", Entry("G35"), "valid until 2025-09-30"),
        ("edss", Entry("3.5", date(2027, 1, 12)), "in the future"),
        ("edss", Entry("3.5", date(1980, 1, 1)), "before the date of birth"),
        ("edss", Entry("3.5", "31 Feb"), "not a date"),
        ("prior_dmts", Entry([{"agent": "unheard_of"}]), "not offered"),
        ("prior_dmts", Entry("a text"), "not a list"),
    ],
)
def test_what_cannot_be_right_is_kept_as_typed(
    nurse: User, case: Case, now: datetime, key: str, entry: Entry, says: str
) -> None:
    saved = save_answers(by=nurse, now=now, case=case, revision=1, entries={key: entry})
    assert says in saved.errors[key]
    kept = stored(case, key)
    assert (kept.state, kept.value) == ("invalid", None)
    assert kept.typed == {"value": entry.typed, "observed_on": str(entry.observed_on or "")}
    assert key not in raw_facts(case, TODAY)


def test_today_is_the_date_at_the_site(nurse: User, case: Case) -> None:
    """At 02:00 UTC on the 12th it is still the 11th in New York."""
    night = datetime.fromisoformat("2027-01-12T02:00:00+00:00")
    saved = save_answers(
        by=nurse, now=night, case=case, revision=1, entries={"diagnosis_date": Entry("2027-01-12")}
    )
    assert "in the future" in saved.errors["diagnosis_date"]


def test_a_code_must_be_valid_on_the_service_date(nurse: User, case: Case, now: datetime) -> None:
    case.service_on = date(2025, 9, 1)
    case.save()
    entries = {"icd10cm_code": Entry("G35")}
    saved = save_answers(by=nurse, now=now, case=case, revision=1, entries=entries)
    assert saved.errors == {}
    # It stays usable on later evaluation dates.
    assert raw_facts(case, TODAY)["icd10cm_code"]["value"] == "G35"
    explain_case(case, TODAY)


def test_asked_not_known_is_kept_apart(nurse: User, case: Case, now: datetime) -> None:
    entries = {"antibody": Entry(not_known=True, note="Laboratory closed")}
    save_answers(by=nurse, now=now, case=case, revision=1, entries=entries)
    assert raw_facts(case, TODAY)["antibody"] == {"value": None, "asked": True}
    node = explain_case(case, TODAY).indications.children[4]
    assert (node.truth, node.why_unknown) == (Truth.UNKNOWN, "asked, not known")


def test_unknown_question_and_source_are_refused(nurse: User, case: Case, now: datetime) -> None:
    for entries in ({"unheard_of": Entry("x")}, {"edss": Entry("4", source="rumour")}):
        with pytest.raises(Refused):
            save_answers(by=nurse, now=now, case=case, revision=1, entries=entries)
    assert not AuditEvent.objects.exists()


def test_no_answer_is_too_odd_to_keep(nurse: User, case: Case, now: datetime) -> None:
    answer(case, nurse, now, {"note": Entry("a\x00b \\u0000"), "edss": Entry("\x00\ud83d\ude00")})
    assert stored(case, "note").value == "ab \\u0000"
    assert stored(case, "edss").typed == {"value": "😀", "observed_on": ""}
    with pytest.raises(Refused, match="at most") as refusal:
        answer(case, nurse, now, {"note": Entry("x" * 20_000)})
    assert refusal.value.field == "note"


def test_empty_takes_an_answer_back(nurse: User, case: Case, now: datetime) -> None:
    answer(case, nurse, now, {"edss": Entry("4"), "note": Entry("x")})
    answer(case, nurse, now, {"edss": Entry("")})
    saved = clear_answer(by=nurse, now=now, case=case, revision=case.revision, fact_key="note")
    assert not case.answers.exists()
    assert saved.revision == case.revision + 1


def test_saving_twice_changes_nothing(nurse: User, case: Case, now: datetime) -> None:
    first = save_answers(by=nurse, now=now, case=case, revision=1, entries=MEETS)
    again = save_answers(by=nurse, now=now, case=case, revision=1, entries=MEETS)
    assert again.revision == first.revision == 2
    assert again.others == ()


def events_of(case: Case) -> list[str]:
    return list(AuditEvent.objects.filter(case_id=case.pk).values_list("verb", flat=True))


def test_a_save_that_changes_nothing_leaves_no_trace(
    nurse: User, case: Case, now: datetime
) -> None:
    entries = {"edss": Entry("4", source="record", note="Seen"), "age_years": Entry("")}
    first = save_answers(by=nurse, now=now, case=case, revision=1, entries=entries)
    before = events_of(case)
    again = save_answers(by=nurse, now=now, case=case, revision=first.revision, entries=entries)
    cleared = clear_answer(
        by=nurse, now=now, case=case, revision=again.revision, fact_key="age_years"
    )
    assert again.revision == cleared.revision == first.revision
    assert events_of(case) == before
    assert before.count("answered case") == 1


@pytest.mark.parametrize(
    "entry",
    [
        Entry("4", source="record"),
        Entry("4", note="Seen"),
        Entry("4", observed_on="2026-12-01"),
        Entry("4.5"),
        Entry(not_known=True),
        Entry("four"),
        Entry(),
    ],
)
def test_the_least_change_is_written_down(
    nurse: User, case: Case, now: datetime, entry: Entry
) -> None:
    save_answers(by=nurse, now=now, case=case, revision=1, entries={"edss": Entry("4")})
    before = events_of(case)
    saved = save_answers(by=nurse, now=now, case=case, revision=2, entries={"edss": entry})
    assert saved.revision == 3
    assert sorted(events_of(case)) == sorted([*before, "answered case"])


def test_two_people_at_different_questions(
    nurse: User, other: User, case: Case, now: datetime
) -> None:
    save_answers(by=other, now=now, case=case, revision=1, entries={"edss": Entry("4")})
    saved = save_answers(by=nurse, now=now, case=case, revision=1, entries={"note": Entry("x")})
    assert saved.others == ()
    assert set(case.answers.values_list("fact_key", flat=True)) == {"edss", "note"}


def test_two_people_at_the_same_question(
    nurse: User, other: User, case: Case, now: datetime
) -> None:
    save_answers(by=other, now=now, case=case, revision=1, entries={"edss": Entry("4")})
    mine = {"edss": Entry("6"), "note": Entry("mine")}
    with pytest.raises(Stale) as stale:
        save_answers(by=nurse, now=now, case=case, revision=1, entries=mine)
    (change,) = stale.value.changed
    assert (change.key, change.old, change.new["value"], change.by) == (
        "edss", None, 4, "Second Nurse",
    )  # fmt: skip
    assert list(case.answers.values_list("fact_key", "value")) == [("edss", 4)]
    # Having seen it, the second person may decide for their own.
    save_answers(by=nurse, now=now, case=case, revision=stale.value.revision, entries=mine)
    assert stored(case, "edss").value == 6


def test_what_i_left_alone_stays_theirs_and_i_am_told(
    nurse: User, other: User, case: Case, now: datetime
) -> None:
    save_answers(by=nurse, now=now, case=case, revision=1, entries={"edss": Entry("4")})
    save_answers(by=other, now=now, case=case, revision=2, entries={"edss": Entry("5")})
    # My form still shows 4, because I opened it before.
    mine = {"edss": Entry("4"), "note": Entry("mine")}
    saved = save_answers(by=nurse, now=now, case=case, revision=2, entries=mine)
    assert [(c.key, c.new["value"], c.by) for c in saved.others] == [("edss", 5, "Second Nurse")]
    assert stored(case, "edss").value == 5
    assert stored(case, "note").value == "mine"


def test_clearing_what_somebody_changed_is_stale(
    nurse: User, other: User, case: Case, now: datetime
) -> None:
    save_answers(by=nurse, now=now, case=case, revision=1, entries={"edss": Entry("4")})
    save_answers(by=other, now=now, case=case, revision=2, entries={"edss": Entry("5")})
    with pytest.raises(Stale):
        clear_answer(by=nurse, now=now, case=case, revision=2, fact_key="edss")
    assert stored(case, "edss").value == 5


def test_registration_answers_what_nobody_typed(case: Case) -> None:
    patient = case.patient
    patient.ms_course, patient.icd10cm_code = "RRMS", "not-a-code"
    patient.diagnosed_on = date(2020, 5, 1)
    patient.save()
    PriorTherapyFactory(
        patient=patient, months=None, started_on=date(2020, 1, 15), stopped_on=date(2020, 12, 14)
    )
    raw = raw_facts(Case.objects.get(pk=case.pk), TODAY)
    assert raw["phenotype"] == {"value": "RRMS", "source": "registration"}
    assert raw["diagnosis_date"]["value"] == "2020-05-01"
    assert raw["prior_dmts"]["value"][0]["months"] == 10
    # A value that these criteria do not offer, and a fact they do not know, stay out.
    assert "icd10cm_code" not in raw
    assert "sex" not in raw
    AnswerFactory(case=case, fact_key="phenotype", value="PPMS", source="clinician")
    assert raw_facts(Case.objects.get(pk=case.pk), TODAY)["phenotype"]["value"] == "PPMS"


def test_prefill_offers_the_newest_with_its_age(
    case: Case, nurse: User, patient: Patient, version: CriteriaVersion
) -> None:
    older = CaseFactory(patient=patient, criteria_version=version, number="OLD")
    newer = CaseFactory(patient=patient, criteria_version=version, number="NEW")
    stranger = CaseFactory(patient=PatientFactory(site=patient.site), criteria_version=version)
    for of, value, seen in ((older, 3, 2026), (newer, 4, 2025), (stranger, 9, 2027)):
        AnswerFactory(case=of, fact_key="edss", value=value, observed_on=date(seen, 1, 1))
    AnswerFactory(case=older, fact_key="antibody", state="not_known", value=None)
    AnswerFactory(case=case, fact_key="edss", value=5, observed_on=date(2027, 1, 10))
    offered = prefill(patient, ["edss", "antibody"], TODAY, exclude=case)
    assert set(offered) == {"edss"}
    found = offered["edss"]
    assert (found.value, found.from_case_number, found.age_days) == (3, "OLD", 375)


def test_prefill_keeps_answers_about_one_drug_from_speaking_for_another(
    case: Case, patient: Patient, version: CriteriaVersion
) -> None:
    other_drug = CriteriaVersionFactory(
        therapy=TherapyFactory(key="otherumab"), set_key="otherumab-initial"
    )
    earlier = CaseFactory(patient=patient, criteria_version=other_drug)
    AnswerFactory(case=earlier, fact_key="earlier_reaction", value=False)
    AnswerFactory(case=earlier, fact_key="edss", value=3)
    keys = ["earlier_reaction", "edss"]
    assert set(prefill(patient, keys, TODAY, exclude=case)) == {"edss"}
    same_drug = CaseFactory(patient=patient, criteria_version=version)
    AnswerFactory(case=same_drug, fact_key="earlier_reaction", value=True)
    offered = prefill(patient, keys, TODAY, exclude=case)
    assert offered["earlier_reaction"].value is True


def test_a_copied_answer_comes_from_the_same_person(
    nurse: User, case: Case, now: datetime, version: CriteriaVersion
) -> None:
    earlier = AnswerFactory(
        case=CaseFactory(patient=case.patient, criteria_version=version), fact_key="edss", value=3
    )
    entry = Entry("3", source="earlier_case", copied_from_id=earlier.pk)
    answer(case, nurse, now, {"edss": entry})
    assert stored(case, "edss").copied_from == earlier
    foreign = AnswerFactory(fact_key="edss", value=3, case__criteria_version=version)
    with pytest.raises(Refused):
        answer(case, nurse, now, {"edss": Entry("3", copied_from_id=foreign.pk)})


def test_moving_to_the_version_in_force_keeps_the_answers(
    nurse: User, case: Case, now: datetime
) -> None:
    answer(case, nurse, now, MEETS)
    old = case.criteria_version
    old.status = "retired"
    old.save()
    newer = CriteriaVersionFactory(version="2026.2", therapy=old.therapy)
    moved = repin_case(by=nurse, now=now, case=case, revision=case.revision)
    assert moved.criteria_version == newer
    assert moved.answers.filter(state="given").count() == len(MEETS)
    with pytest.raises(Refused, match="already"):
        repin_case(by=nurse, now=now, case=case, revision=moved.revision)


def test_an_answer_that_no_longer_fits_is_asked_again(
    nurse: User, case: Case, now: datetime
) -> None:
    AnswerFactory(case=case, fact_key="phenotype", value="CIS")
    CriteriaVersionFactory(version="2026.2", therapy=case.therapy, effective_on=date(2027, 1, 1))
    repin_case(by=nurse, now=now, case=case, revision=1)
    kept = stored(case, "phenotype")
    assert (kept.state, kept.typed) == ("invalid", {"value": "CIS", "observed_on": ""})
    assert AuditEvent.objects.get().data["asked_again"] == ["phenotype"]
