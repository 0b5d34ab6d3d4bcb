"""A therapy that nobody knew: built in the admin alone, certified, its letter read, monitored."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from certification.models import (
    Case,
    CriteriaDraft,
    CriteriaVersion,
    Determination,
    Fact,
    Patient,
    Reference,
    Therapy,
)
from config.roles import Role
from monitoring.models import InfusionCourse, ProtocolDraft, ProtocolVersion
from tests.certification.admin.conftest import SignIn, act, filled_form, page
from tests.certification.admin.drafting import press, url
from tests.certification.views.conftest import case_url
from tests.certification.views.typed import sent
from tests.factories import (
    PASSWORD,
    FactFactory,
    FactGroupFactory,
    PatientFactory,
    SiteFactory,
    TurnaroundProfileFactory,
)
from tests.factories.monitoring import FACTS as MONITORED
from tests.factories.monitoring import ProtocolVersionFactory

NAME = "Novelumab"
QUESTION = "Receptor type"
SOURCE = "NOVELIS prescribing information"


def add(client: Client, model: Any, **typed: Any) -> Any:
    address = page(model, "add")
    response = client.post(address, filled_form(client.get(address), **typed), follow=True)
    assert "adminform" not in response.context or not response.context["adminform"].form.errors
    return model.objects.order_by("-pk").first()


def post(client: Client, address: str, **typed: Any) -> Any:
    response = client.post(address, typed, follow=True)
    assert response.status_code == 200, response.context["form"].errors
    return response


@pytest.fixture
def _surroundings(db: None) -> None:
    """What a site has: a group of questions, a protocol of another therapy that knows tests."""
    group = FactGroupFactory(key="questions", title="All questions", order=1)
    for fact in MONITORED:
        if fact["key"] in ("first_infusion_date", "last_infusion_date", "infusion_count", "cells"):
            FactFactory(group=group, rules={}, **fact)
    ProtocolVersionFactory()
    TurnaroundProfileFactory()


@pytest.mark.usefixtures("_surroundings")
def test_from_nothing_to_a_letter_and_due_items(
    editor: Client, approver: Client, sign_in: SignIn
) -> None:
    made = [*_library(editor), _criteria(editor), _protocol(editor)]
    for row in made:
        act(approver, row, "review")
        said = act(approver, row, "approve")
        row.refresh_from_db()
        assert row.status == "approved", [str(one) for one in said.context["messages"]]
    determination = _certify(sign_in)
    for letter in determination.letters.all():
        text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(letter.pdf)).pages)
        words = " ".join(text.split())
        assert f"{NAME} (Novelis)" in words
        assert "40 mg" in words
        assert "every 8 weeks" in words
    clinician = determination.letters.get(audience="clinician")
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(clinician.pdf)).pages)
    words = " ".join(text.split())
    for said in (SOURCE, "section 1", "The receptor type is A.", QUESTION, "Type A"):
        assert said in words, said
    _monitored(sign_in, determination)


def _library(editor: Client) -> list[Any]:
    reference = add(
        editor, Reference, key="label_novelis", kind="label", title=SOURCE, verified="stored",
        url="https://label.example/novelis", accessed_on="2026-01-05",
    )  # fmt: skip
    therapy = add(
        editor, Therapy, generic=NAME, brands="Novelis", efficacy="high", detail_dosing_dose="40 mg"
    )
    group = Fact.objects.values_list("group", flat=True).first()
    fact = add(editor, Fact, label=QUESTION, type="choice", group=group, choices="Type A\nType B")
    return [reference, therapy, fact]


def _criteria(editor: Client) -> CriteriaVersion:
    therapy = Therapy.objects.get(generic=NAME)
    post(editor, page(CriteriaDraft, "add"), therapy=therapy.pk, request_type="initial",
         title=f"{NAME}, first request", months="12")  # fmt: skip
    draft = CriteriaDraft.objects.get()
    press(editor, draft, "indications", "top", act="add-test")
    press(editor, draft, "indications", "0", fact=QUESTION)
    cite = {"cite-TOTAL_FORMS": "1", "cite-0-ref": "label_novelis", "cite-0-at": "section 1"}
    press(editor, draft, "indications", "0", op="eq", value="type_a",
          says="The receptor type is A.", verified="stored", **cite)  # fmt: skip
    details = editor.get(url(draft, "change")).context["form"]
    typed = {f.html_name: f.value() for f in details if f.value() not in (None, False)}
    post(editor, url(draft, "change"), **typed, revision=draft.revision, dose="40 mg",
         interval="every 8 weeks", count="7")  # fmt: skip
    draft.refresh_from_db()
    person = {"as_of": "2026-06-01", "a-receptor_type-asked": "1", "a-receptor_type": "type_a"}
    post(editor, url(draft, "try"), **person, revision=draft.revision, act="keep",
         name="Type A", recommendation="certify", held=["unmet"])  # fmt: skip
    draft.refresh_from_db()
    post(editor, url(draft, "close"), act="submit", revision=draft.revision)
    return CriteriaVersion.objects.get(therapy=therapy)


def _protocol(editor: Client) -> ProtocolVersion:
    therapy = Therapy.objects.get(generic=NAME)
    post(editor, page(ProtocolDraft, "add"), therapy=therapy.pk, title=f"{NAME}, monitoring")
    draft = ProtocolDraft.objects.get()
    cite = {"cite-TOTAL_FORMS": "1", "cite-INITIAL_FORMS": "0", "cite-0-ref": "label_novelis",
            "cite-0-at": "section 2"}  # fmt: skip

    def step(*place: Any, **typed: Any) -> Any:
        draft.refresh_from_db()
        name, *args = place
        address = reverse(f"admin:monitoring_protocoldraft_{name}", args=[draft.pk, *args])
        return post(editor, address, revision=draft.revision, **typed)

    step("infusions", interval_0="8", interval_1="weeks", says="40 mg every 8 weeks.",
         verified="stored", **cite)  # fmt: skip
    step("list", "rules", act="add")
    step("line", "rules", 0, as_kind="once", kind="recurring", test="cbc", id="count",
         says="Blood count every 6 months.", verified="stored", **cite)  # fmt: skip
    step("line", "rules", 0, as_kind="recurring", kind="recurring", test="cbc", id="count",
         title="Blood count", anchor="start", interval_0="6", interval_1="months",
         says="Blood count every 6 months.", verified="stored", **cite)  # fmt: skip
    kept = step("preview", as_of="2027-01-11", start_on="2027-01-11", act="keep",
                name="Starts today", held=["dates", "clear"])  # fmt: skip
    assert "1 of 1 worked example as expected" in " ".join(kept.content.decode().split())
    step("close", act="submit")
    return ProtocolVersion.objects.get(therapy=therapy)


def _certify(sign_in: SignIn) -> Determination:
    site = SiteFactory()
    nurse = sign_in(Role.NURSE_REVIEWER, sites=[site], credentials="RN")
    patient: Patient = PatientFactory(site=site)
    today = timezone.localdate()
    post(
        nurse, reverse("certification:case-new", args=[patient.pk]), criteria="novelumab-initial",
        ordering_clinician="Dr Olive Orderer", urgency="standard", service_on=today.isoformat(),
    )  # fmt: skip
    case = Case.objects.get()
    step = case_url("-step", case, "questions")
    nurse.post(step, sent(case, receptor_type="type_a", receptor_type__source="record"))
    case.refresh_from_db()
    shown = nurse.get(case_url("-certify", case)).context["form"]
    typed = {f.html_name: f.value() for f in shown if f.value() is not None}
    post(nurse, case_url("-certify", case), **{**typed, "password": PASSWORD})
    determination = Determination.objects.get()
    assert determination.outcome == "certified"
    return determination


def _monitored(sign_in: SignIn, determination: Determination) -> None:
    infusion = sign_in(Role.INFUSION_NURSE, sites=[determination.case.site], credentials="RN")
    start = (timezone.localdate() + timedelta(days=3)).isoformat()
    opened = post(
        infusion, reverse("monitoring:course-new", args=[determination.pk]), start_on=start
    )
    course = InfusionCourse.objects.get()
    assert course.protocol_version.key == "novelumab-monitoring"
    assert {item.rule for item in course.due_items.all()} >= {"count", "infusion"}
    assert "Blood count" in opened.content.decode()
