"""Can an editor write the rest of a draft: details, precautions, examples, and submit it?"""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client
from django.urls import reverse

from certification.actions.packs import load_pack
from certification.criteria import editing
from certification.models import CriteriaDraft, CriteriaVersion, User
from certification.packs.pack import SHIPPED, read_pack
from tests.factories import TherapyFactory

from .conftest import act, page
from .drafting import NOW, node, press, url, words

# The rest of a draft ----------------------------------------------------------------------------


def test_details_are_saved_and_mistakes_stay_typed(editor: Client, draft: CriteriaDraft) -> None:
    form = editor.get(url(draft, "change")).context["form"]
    data = {f.html_name: f.value() for f in form if f.value() not in (None, False)}
    bad = data | {"revision": 1, "title": "", "url": "javascript:alert(1)"}
    shown = editor.post(url(draft, "change"), bad)
    assert {"title", "url"} <= set(shown.context["form"].errors)
    good = data | {"revision": 1, "title": "A title", "physician": "on", "dose": "1 mg",
                   "organisation": "A payer", "effective_on": "2026-01-02"}  # fmt: skip
    editor.post(url(draft, "change"), good)
    draft.refresh_from_db()
    assert draft.title == "A title"
    assert draft.content["signer"] == "physician"
    assert draft.content["quantity_limit"]["dose"] == "1 mg"
    assert draft.content["policy"]["effective_on"] == "2026-01-02"
    assert draft.content["policy"]["organisation"] == "A payer"
    late = editor.post(url(draft, "change"), good)
    assert late.status_code == 409


def test_precautions_are_added_moved_and_removed(editor: Client, draft: CriteriaDraft) -> None:
    count = len(draft.content["precautions"])
    address = url(draft, "precautions")
    editor.post(address, {"act": "add", "revision": 1})
    name = f"precautions.{count}"
    assert "Write what the reader must be told." in words(editor.get(url(draft, "tree", name)))
    words_form = {"revision": 2, "words": "save", "words-says": "Take care.", "words-id": "care",
                  "words-plain": "Mind this.",
                  "words-verified": "", "words-cite-TOTAL_FORMS": 0,
                  "words-cite-INITIAL_FORMS": 0}  # fmt: skip
    bad = editor.post(url(draft, "tree", name), words_form | {"words-id": "no name"})
    assert bad.status_code == 422
    editor.post(url(draft, "tree", name), words_form)
    draft.refresh_from_db()
    assert draft.content["precautions"][-1]["says"] == "Take care."
    assert 'name="words-plain"' in editor.get(url(draft, "tree", name)).content.decode()
    assert draft.content["precautions"][-1]["plain"] == "Mind this."
    assert press(editor, draft, name, "top", act="add-test").status_code == 200
    editor.post(address, {"act": f"up {count}", "revision": draft.revision})
    draft.refresh_from_db()
    assert draft.content["precautions"][count - 1]["id"] == "care"
    assert editor.post(address, {"act": "up 0", "revision": draft.revision}).status_code == 409
    assert editor.post(address, {"act": "remove x", "revision": 1}).status_code == 409
    editor.post(address, {"act": f"remove {count - 1}", "revision": draft.revision})
    draft.refresh_from_db()
    assert len(draft.content["precautions"]) == count


def test_a_sample_person_is_tried_and_kept(editor: Client, draft: CriteriaDraft) -> None:
    count = len(draft.content["examples"])
    shown = editor.get(url(draft, "try", example="0"))
    example = draft.content["examples"][0]
    assert shown.context["out"].recommendation == example["expect"]["recommendation"]
    person = {"revision": 1, "as_of": "2026-06-01", "a-age_years-asked": "1", "a-age_years": "x"}
    wrong = editor.post(url(draft, "try"), person | {"act": "try"})
    assert wrong.status_code == 422
    assert "is not a whole number" in words(wrong)
    person["a-age_years"] = "7"
    tried = editor.post(url(draft, "try"), person | {"act": "try"})
    assert tried.context["out"].recommendation == "refer"
    keep = person | {"act": "keep", "name": "A child", "recommendation": "refer", "held": ["unmet"]}
    assert editor.post(url(draft, "try"), keep | {"name": ""}).status_code == 422
    taken = editor.post(url(draft, "try"), keep | {"name": example["name"]})
    assert "Another example has this name." in words(taken)
    editor.post(url(draft, "try"), keep)
    draft.refresh_from_db()
    kept = draft.content["examples"][-1]
    assert (kept["name"], kept["facts"], kept["as_of"]) == (
        "A child",
        {"age_years": 7},
        "2026-06-01",
    )
    assert set(kept["expect"]) == {"recommendation", "unmet"}
    listed = editor.get(url(draft, "examples"))
    assert f"{count + 1} of {count + 1} worked examples as expected" in words(listed)
    wished = keep | {"act": "replace", "revision": 2, "recommendation": "certify"}
    editor.post(url(draft, "try", example=str(count)), wished)
    assert "recommendation: expected certify, got refer" in words(
        editor.get(url(draft, "examples"))
    )
    assert "Submit with 1 failing example" in words(editor.get(url(draft, "change")))
    editor.post(url(draft, "examples"), {"remove": str(count), "revision": 3})
    draft.refresh_from_db()
    assert len(draft.content["examples"]) == count
    assert editor.post(url(draft, "examples"), {"remove": "99", "revision": 4}).status_code == 409


def test_an_example_that_is_only_looked_at_stays_as_it_is(
    editor: Client, draft: CriteriaDraft
) -> None:
    shown = editor.get(url(draft, "try", example="0"))
    before, data = draft.content["examples"][0], {"revision": 1, "act": "replace"}
    for group in shown.context["groups"]:
        for field in group.inputs:
            data |= {f"{field.name}-asked": "1", field.name: field.value,
                     f"{field.name}-on": field.typed_on}  # fmt: skip
            if field.not_known:
                data[f"{field.name}-unknown"] = "1"
            if field.kind == "rows":
                data[f"{field.name}-rows"] = len(field.rows)
                data |= {cell.name: cell.value for row in field.rows for cell in row.cells}
    expect = shown.context["expect"].initial
    data |= {"as_of": shown.context["person"].day.isoformat(), **expect}
    editor.post(url(draft, "try", example="0"), data)
    draft.refresh_from_db()
    assert draft.content["examples"][0]["facts"] == before["facts"]
    assert draft.content["examples"][0]["name"] == before["name"]


def test_a_draft_with_mistakes_is_saved_and_not_submitted(
    editor: Client, draft: CriteriaDraft
) -> None:
    press(editor, draft, "indications", "top", act="add-test")
    overview = editor.get(url(draft, "change"))
    trouble = overview.context["head"].troubles[0]
    assert trouble.says == "Choose the question that this test asks."
    assert editor.get(trouble.url).context["editor"].node is not None
    assert 'value="submit"' not in overview.content.decode()
    refused = editor.post(
        url(draft, "close"), {"act": "submit", "revision": draft.revision}, follow=True
    )
    assert "1 mistake has to be mended first" in words(refused)
    assert CriteriaVersion.objects.count() == 1
    assert "mend the mistakes first" in words(editor.get(url(draft, "try")))


def test_a_draft_is_discarded_and_stays_readable(editor: Client, draft: CriteriaDraft) -> None:
    gone = editor.post(url(draft, "close"), {"act": "discard", "revision": 1}, follow=True)
    assert "The draft is discarded." in words(gone)
    assert b'name="act"' not in editor.get(url(draft, "tree", "indications", at="0")).content
    late = editor.post(url(draft, "tree", "indications", at="0"), {"revision": 2, "act": "remove"})
    assert late.status_code == 409
    assert "was discarded and is not changed any more" in words(late)


def test_a_new_set_begins_with_a_therapy(editor: Client) -> None:
    therapy = TherapyFactory()
    add = page(CriteriaDraft, "add")
    assert "This field is required." in words(editor.post(add, {"request_type": "renewal"}))
    answer = editor.post(
        add, {"therapy": therapy.pk, "request_type": "renewal", "title": "T"}, follow=True
    )
    assert "Begin with the indications." in words(answer)
    assert CriteriaDraft.objects.get().set_key == "exemplumab-renewal"


def test_starting_twice_leads_to_the_same_draft(editor: Client, draft: CriteriaDraft) -> None:
    start = reverse("admin:certification_criteriadraft_start", args=[draft.based_on_id])
    assert "this is it" in words(editor.post(start, follow=True))
    assert CriteriaDraft.objects.count() == 1


# From a shipped version to one in force, without scripts ----------------------------------------


def test_a_threshold_of_shipped_criteria_is_changed_and_approved(
    editor: Client, approver: Client
) -> None:
    load_pack(by=None, now=NOW, pack=read_pack(*SHIPPED))
    version = CriteriaVersion.objects.get(set_key="natalizumab-initial")
    shown = editor.get(page(CriteriaVersion, "change", version.pk))
    assert "Start a new version" in shown.content.decode()
    editor.post(reverse("admin:certification_criteriadraft_start", args=[version.pk]))
    draft = CriteriaDraft.objects.get()
    at = editing.path_text(editing.path_named(draft.content["indications"], "mri_baseline") or ())
    press(editor, draft, "indications", at, value="100", max_age_days="100",
          says="A brain MRI was done in the last 100 days.")  # fmt: skip
    press(editor, draft, "indications", "top", act="add-test")
    at = str(len(node(draft, "top")["parts"]) - 1)
    press(editor, draft, "indications", at, fact="EDSS now")
    reference = editor.get(url(draft, "tree", "indications", at=at)).context["bench"].references
    press(
        editor, draft, "indications", at, op="lte", value="6.5", says="EDSS is 6.5 or below.",
        **{"cite-TOTAL_FORMS": "1", "cite-0-ref": reference.text_of("aan_2018"),
           "cite-0-at": "recommendations on starting therapy"},
    )  # fmt: skip
    overview = editor.get(url(draft, "change"))
    head = overview.context["head"]
    assert not head.troubles
    assert head.failing, "people without an EDSS have an answer missing now"
    examples = draft.content["examples"]
    failing = [
        number for number, line in enumerate(editor.get(url(draft, "examples")).context["rows"])
        if not line.passed
    ]  # fmt: skip
    kept = [example for number, example in enumerate(examples) if number not in failing]
    for number in reversed(failing):
        draft.refresh_from_db()
        editor.post(url(draft, "examples"), {"remove": number, "revision": draft.revision})
    draft.refresh_from_db()
    assert draft.content["examples"] == kept != []
    answer = editor.post(
        url(draft, "close"), {"act": "submit", "revision": draft.revision}, follow=True
    )
    assert "is submitted. Another person reviews it." in words(answer)
    submitted = CriteriaVersion.objects.get(set_key="natalizumab-initial", version="2026.2")
    assert submitted.citations.filter(reference__key="aan_2018", place="edss").exists()
    act(approver, submitted, "review")
    assert "is now: approved" in words(act(approver, submitted, "approve"))
    on = datetime.now(UTC).date()
    assert CriteriaVersion.objects.current("natalizumab-initial", on) == submitted
    assert User.objects.get(pk=submitted.submitted_by_id) == editor.user
