"""Can an editor add a therapy and a question in the admin, without a key and without JSON?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from certification.admin.therapy_details import details_typed, typed_parts
from certification.criteria.facts import FactType
from certification.models import Fact, Therapy
from certification.pack_export import export_pack
from certification.packs.pack import SHIPPED, read_pack
from certification.packs.tree_rules import as_written
from certification.vocabulary import current_vocabulary
from tests.factories import FactFactory, FactGroupFactory, TherapyFactory

from .conftest import SUBMITTED, filled_form, page


def add(client: Client, model: Any, **typed: Any) -> Any:
    url = page(model, "add")
    return client.post(url, filled_form(client.get(url), **typed))


def test_a_question_needs_a_label_and_answers_only(editor: Client) -> None:
    group = FactGroupFactory()
    add(editor, Fact, label="Days since the last dose?", type="choice", group=group.pk,
        choices="Under 30\nMore\nNot tested | unknown", of_request="on")  # fmt: skip
    fact = Fact.objects.get()
    assert fact.key == "days_since_the_last_dose"
    assert fact.choices == [
        {"value": "under_30", "label": "Under 30"},
        {"value": "more", "label": "More"},
        {"value": "not_tested", "label": "Not tested", "unknown": True},
    ]
    definition = current_vocabulary()[fact.key]
    assert definition.type is FactType.CHOICE
    assert definition.of_request
    add(editor, Fact, label="Days since the last dose", type="date", group=group.pk, future="on")
    assert current_vocabulary()["days_since_the_last_dose_2"].future


def test_flags_of_a_question_are_taken_back_and_other_rules_stay(editor: Client) -> None:
    FactFactory(key="day", type="date")
    fact = FactFactory(type="integer", rules={"of_request": True, "dated_by": "day"}, **SUBMITTED)
    url = page(Fact, "change", fact.pk)
    editor.post(url, filled_form(editor.get(url), of_request=None))
    fact.refresh_from_db()
    assert fact.rules == {"dated_by": "day"}


def test_a_therapy_is_described_in_plain_inputs(editor: Client) -> None:
    add(
        editor, Therapy, generic="Newumab", efficacy="high", brands="New",
        detail_note="A note.", detail_dosing_dose="10 mg", detail_infusion_minutes="60",
        detail_contraindications="Infection\nPregnancy", detail_hcpcs="J0000",
        detail_verified="proposed",
    )  # fmt: skip
    therapy = Therapy.objects.get()
    assert therapy.key == "newumab"
    assert therapy.details == {
        "note": "A note.",
        "dosing": {"dose": "10 mg"},
        "infusion": {"minutes": 60},
        "contraindications": [{"says": "Infection"}, {"says": "Pregnancy"}],
        "hcpcs": [{"code": "J0000"}],
        "verified": "proposed",
    }
    shown = editor.get(page(Therapy, "change", therapy.pk)).content.decode()
    assert 'value="10 mg"' in shown
    entry = export_pack(therapy.updated_at.date())["therapies.yaml"]["therapies"][0]
    assert entry["dosing"] == {"dose": "10 mg"}


@pytest.mark.parametrize(
    ("field", "typed"), [("detail_infusion_minutes", "soon"), ("detail_verified", "surely")]
)
def test_details_that_cannot_be(editor: Client, field: str, typed: str) -> None:
    answer = add(editor, Therapy, generic="Newumab", efficacy="high", **{field: typed})
    assert field in answer.context["adminform"].form.errors
    assert not Therapy.objects.exists()


def test_what_comes_with_a_pack_is_read_and_never_lost(editor: Client) -> None:
    details = {
        "note": "From the pack.",
        "dosing": {"dose": "1 mg", "cite": [{"ref": "label_a"}]},
        "warnings": [{"says": "Beware.", "verified": "stored"}],
        "rems": {"name": "A programme"},
    }
    therapy = TherapyFactory(details=details, **SUBMITTED)
    url = page(Therapy, "change", therapy.pk)
    form = filled_form(editor.get(url), detail_note="Another note.")
    assert not [name for name in form if name.startswith(("detail_dosing", "detail_warnings"))]
    editor.post(url, form)
    therapy.refresh_from_db()
    assert therapy.details == details | {"note": "Another note."}


def test_no_shipped_therapy_changes_when_it_is_saved() -> None:
    for found in read_pack(*SHIPPED).entries.therapies.values():
        details = as_written(found.entry)
        typed: dict[str, Any] = {"detail_verified": details.get("verified")}
        for part in typed_parts(details):
            value, name = details.get(part.key), f"detail_{part.key}"
            if part.lines:
                typed[name] = [item[part.lines] for item in value or ()]
            elif part.inputs:
                typed |= {f"{name}_{key}": one for key, one in (value or {}).items()}
            else:
                typed[name] = value
        assert details_typed(details, typed) == details
