"""Can an editor write a protocol in the admin without scripts, each mistake told in place?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Fact
from config.roles import Role
from monitoring.actions.protocol_drafts import change_protocol_draft
from monitoring.models import ProtocolDraft, ProtocolVersion
from tests.certification.admin.conftest import SignIn, page
from tests.certification.admin.drafting import NOW, words
from tests.factories import FactFactory, FactGroupFactory, ReferenceFactory, UserFactory
from tests.factories.monitoring import CITE, FACTS, ProtocolVersionFactory

NO_CITES = {"cite-TOTAL_FORMS": "0", "cite-INITIAL_FORMS": "0"}


@pytest.fixture
def draft(editor: Client) -> ProtocolDraft:
    """A draft that an editor has just begun from a version."""
    group = FactGroupFactory(key="questions", title="All questions")
    for fact in FACTS:
        rules = {k: fact[k] for k in ("derived", "contradictions") if k in fact}
        plain = {k: v for k, v in fact.items() if k not in rules}
        FactFactory(group=group, rules=rules, **plain)
    ReferenceFactory(key=CITE[0]["ref"], title="A label")
    version = ProtocolVersionFactory()
    assert "Start a new version" in words(editor.get(page(ProtocolVersion, "change", version.pk)))
    start = reverse("admin:monitoring_protocoldraft_start", args=[version.pk])
    assert "A draft of version 2026.2" in words(editor.post(start, follow=True))
    return ProtocolDraft.objects.get()


def url(draft: ProtocolDraft, name: str, *args: Any, **query: str) -> str:
    return reverse(
        f"admin:monitoring_protocoldraft_{name}", args=[draft.pk, *args], query=query or None
    )


def typed(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send back from a form, with some inputs changed."""
    form = response.context["form"]
    data: dict[str, Any] = {"revision": response.context["head"].revision}
    fields = [*form]
    if hasattr(form, "cites"):
        below = form.cites.forms
        fields += [*form.cites.management_form, *(field for one in below for field in one)]
    for field in fields:
        value = field.value()
        if isinstance(value, dict):
            [(unit, number)] = value.items()
            data |= {f"{field.html_name}_0": number, f"{field.html_name}_1": unit}
        elif isinstance(value, list):
            data[field.html_name] = ", ".join(map(str, value))
        elif value is not None and value is not False:
            data[field.html_name] = value
    if hasattr(form, "shown_kind"):
        data["as_kind"] = form.shown_kind
    return data | changes


def save(client: Client, draft: ProtocolDraft, *place: Any, **changes: Any) -> Any:
    address = url(draft, *place)
    response = client.post(address, typed(client.get(address), **changes), follow=True)
    draft.refresh_from_db()
    return response


@pytest.mark.parametrize(
    "place",
    [
        ("change",), ("infusions",), *(("line", "rules", n) for n in range(8)),
        ("line", "clearance", 0), ("line", "clearance", 1), ("line", "interpretations", 0),
    ],
)  # fmt: skip
def test_saving_what_is_there_changes_nothing(
    editor: Client, draft: ProtocolDraft, place: tuple[Any, ...]
) -> None:
    before = draft.content
    assert save(editor, draft, *place).status_code == 200
    assert (draft.revision, draft.content) == (1, before)


def test_a_rule_is_written_by_labels_alone(editor: Client, draft: ProtocolDraft) -> None:
    count = len(draft.content["rules"])
    address = url(draft, "list", "rules")
    added = editor.post(address, {"act": "add", "revision": 1}, follow=True)
    assert "Choose the test." in words(added)
    assert "Write what the reader is told." in words(added)
    draft.refresh_from_db()
    place = ("line", "rules", count)
    shaped = editor.post(
        url(draft, *place), typed(editor.get(url(draft, *place)), kind="recurring", act="shape")
    )
    assert {"interval", "family", "until"} <= set(shaped.context["form"].fields)
    assert draft.revision == 2, "looking at other inputs saves nothing"
    editor.post(
        url(draft, *place),
        typed(shaped, test="cbc", anchor="last_dose", interval_0="6", interval_1="weeks", until="3",
              opens_before_days="7", says="A count.", level="blocking", id="count_often",
              **{"cite-0-ref": "label_a", "cite-0-at": "section 3"}),
    )  # fmt: skip
    draft.refresh_from_db()
    rule = {k: v for k, v in draft.content["rules"][count].items() if "when" not in k}
    assert rule == {
        "id": "count_often", "test": "cbc", "kind": "recurring", "anchor": "last_dose",
        "interval": {"weeks": 6}, "until": {"months_after_last_dose": 3}, "level": "blocking",
        "window": {"opens_before_days": 7}, "says": "A count.", "verified": "proposed",
        "cite": [{"ref": "label_a", "at": "section 3"}], "distrust": rule["distrust"],
    }  # fmt: skip
    listed = words(editor.get(address))
    assert "Every 6 weeks, counted from the last infusion. Due from 7 days" in listed
    assert "Proposed, no clinical source" in listed
    save(editor, draft, *place, kind="per_infusion")
    assert not {"interval", "until", "anchor"} & set(draft.content["rules"][count])


BAD = {
    "interval of nothing": ({"interval_0": "0", "interval_1": "months"}, "at least one day"),
    "too long": ({"interval_0": "9999", "interval_1": "months"}, "from 0 to 600"),
    "no number": ({"interval_0": "often"}, "whole number"),
    "another kind": ({"kind": "never"}, "valid choice"),
    "another test": ({"test": "nothing"}, "valid choice"),
    "another unit": ({"interval_0": "1", "interval_1": "moons"}, "valid choice"),
    "two ends": ({"until": "3", "until_open": "on"}, "no end is known"),
    "a name with spaces": ({"id": "no name"}, "Use letters, digits"),
    "a source that is not there": (
        {"cite-TOTAL_FORMS": "1", "cite-0-ref": "Nothing like it"}, "no reference",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_understood_is_refused_where_it_stands(
    editor: Client, draft: ProtocolDraft, name: str
) -> None:
    changes, said = BAD[name]
    shown = save(editor, draft, "line", "rules", 1, says="Kept on the page.", **changes)
    assert shown.status_code == 422
    assert said in words(shown)
    assert "Kept on the page." in shown.content.decode()
    assert draft.revision == 1


def test_lines_are_moved_and_removed(editor: Client, draft: ProtocolDraft) -> None:
    address = url(draft, "list", "clearance")
    moved = editor.post(address, {"act": "down 0", "revision": 1}, follow=True)
    assert b'value="down 1" disabled' in moved.content
    draft.refresh_from_db()
    assert [one["id"] for one in draft.content["clearance"]] == ["suspected_now", "infection"]
    for act in ("up 0", "remove 9", "remove x", "fly 0", ""):
        assert editor.post(address, {"act": act, "revision": 2}).status_code == 409
    editor.post(address, {"act": "remove 0", "revision": 2})
    draft.refresh_from_db()
    assert [one["id"] for one in draft.content["clearance"]] == ["infection"]


def test_infusions_are_written_and_emptied(editor: Client, draft: ProtocolDraft) -> None:
    shown = save(editor, draft, "infusions", interval_0="6", interval_1="months", first="0, 14")
    assert "Every 6 months" in words(shown)
    assert "on days 0, 14" in words(shown)
    assert draft.content["infusions"]["first"] == [0, 14]
    assert save(editor, draft, "infusions", first="0, soon").status_code == 422
    empty = {"revision": draft.revision, **NO_CITES}
    editor.post(url(draft, "infusions"), empty)
    draft.refresh_from_db()
    assert draft.content["infusions"] == {}


def test_a_condition_is_edited_as_criteria_are(editor: Client, draft: ProtocolDraft) -> None:
    name = "rules.2.applies_when"
    opened = editor.get(url(draft, "tree", name, at="top"))
    assert "Back to rule 3" in words(opened)
    form = opened.context["editor"].node.form
    data = {f.html_name: f.value() for f in form if f.value() is not None}
    data |= {"as_fact": "antibody", "as_op": "eq", "revision": 1, "act": "save", **NO_CITES}
    saved = editor.post(url(draft, "tree", name, at="top"), data | {"value": "negative"})
    assert saved.status_code == 302
    draft.refresh_from_db()
    assert draft.content["rules"][2]["applies_when"]["value"] == "negative"
    assert "Antibody test is Negative" in words(editor.get(url(draft, "list", "rules")))
    other = url(draft, "tree", "rules.0.ends_when", at="top")
    group = {"kind": "all", "revision": draft.revision, "act": "add-test", **NO_CITES}
    added = editor.post(other, group, follow=True)
    assert "Choose the question that this test asks." in words(added)
    trouble = editor.get(url(draft, "change")).context["head"].troubles[0]
    assert trouble.where == "Rule 1"
    assert editor.get(trouble.url).context["editor"].node is not None
    assert "mend the mistakes first" in words(editor.get(url(draft, "preview")))


def test_details_are_saved_and_mistakes_stay_typed(editor: Client, draft: ProtocolDraft) -> None:
    bad = save(editor, draft, "change", title="", opens_before_days="-1")
    assert {"title", "opens_before_days"} <= set(bad.context["form"].errors)
    save(editor, draft, "change", title="A title", next_review_on="2027-05-01",
         monthly_overdue_after_days="7", last_dose="")  # fmt: skip
    assert draft.title == "A title"
    assert draft.content["window_defaults"]["monthly_overdue_after_days"] == 7
    assert "last_dose" not in draft.content["supplies"]
    assert len(draft.content["supplies"]["courses_within"]) == 2, "what is not shown stays"


def test_five_years_of_a_sample_person(editor: Client, draft: ProtocolDraft) -> None:
    shown = editor.get(url(draft, "preview", example="0"))
    assert "11 Jan 2027 to 11 Jan 2032" in words(shown)
    assert shown.context["out"].answer == "Not clear"
    person = {"revision": 1, "as_of": "2027-03-10", "start_on": "2027-01-11", "doses-rows": "2",
              "dose_0": "2027-01-11", "dose_1": "", "results-rows": "1",
              "test_0": "jcv_antibody", "on_0": "2027-01-04",
              "a-antibody-asked": "1", "a-antibody": "positive"}  # fmt: skip
    planned = editor.post(url(draft, "preview"), person | {"act": "plan"})
    out = planned.context["out"]
    assert {"Infusion", "Antibody test"} <= {rule.title.capitalize() for rule in out.rules}
    assert len(next(r for r in out.rules if r.title == "Infusion").days) > 60
    assert out.reasons
    wrong = [
        ({"start_on": ""}, "This field is required."),
        ({"on_0": ""}, "Give the test and its day, or neither."),
        ({"a-antibody": "purple"}, "is not offered"),
    ]
    for changes, said in wrong:
        answer = editor.post(url(draft, "preview"), person | {"act": "plan"} | changes)
        assert answer.status_code == 422
        assert said in words(answer), words(answer)
    late = editor.post(url(draft, "preview"), person | {"dose_0": "2030-01-01", "act": "plan"})
    assert late.context["out"].problem.startswith("An infusion: ")
    keep = person | {"act": "keep", "name": "Positive", "held": ["dates", "clear"]}
    for changes in ({"name": ""}, {"name": "Starts today"}, {"held": []}):
        assert editor.post(url(draft, "preview"), keep | changes).status_code == 422
    kept = editor.post(url(draft, "preview"), keep, follow=True)
    assert "2 of 2 worked examples as expected" in words(kept)
    draft.refresh_from_db()
    example = draft.content["examples"][1]
    assert example["input"] == {
        "start_on": "2027-01-11", "doses": ["2027-01-11"], "facts": {"antibody": "positive"},
        "results": [{"test": "jcv_antibody", "on": "2027-01-04"}],
    }  # fmt: skip
    assert {"rule", "due_on"} == set(example["expect"][0])
    save(editor, draft, "infusions", interval_0="9", interval_1="weeks")
    differs = words(editor.get(url(draft, "examples")))
    assert "1 of 2 worked examples as expected" in differs
    assert "Submit with 1 failing example" in words(editor.get(url(draft, "change")))
    for number, status in (("9", 409), ("x", 409), ("1", 302)):
        data = {"remove": number, "revision": draft.revision}
        assert editor.post(url(draft, "examples"), data).status_code == status


def test_what_an_example_showed_stays_with_its_test(editor: Client, draft: ProtocolDraft) -> None:
    example = {**draft.content["examples"][0], "input": {
        "start_on": "2027-01-11",
        "results": [{"test": "cbc", "on": "2027-01-02", "facts": {"cells": 4}}],
    }}  # fmt: skip
    change_protocol_draft(by=editor.user, now=NOW, draft=draft, revision=1,
                          content={**draft.content, "examples": [example]})  # fmt: skip
    data = {"revision": 2, "as_of": "2027-01-11", "start_on": "2027-01-12", "results-rows": "1",
            "test_0": "cbc", "on_0": "2027-01-03", "act": "keep", "name": "Other day",
            "held": ["clear"]}  # fmt: skip
    editor.post(url(draft, "preview", example="0"), data)
    draft.refresh_from_db()
    kept = draft.content["examples"][1]["input"]["results"]
    assert kept == [{"test": "cbc", "on": "2027-01-03", "facts": {"cells": 4}}]


def test_it_is_submitted_and_read(editor: Client, draft: ProtocolDraft) -> None:
    sent = editor.post(url(draft, "close"), {"act": "submit", "revision": 1}, follow=True)
    assert "is submitted. Another person reviews it." in words(sent)
    made = ProtocolVersion.objects.get(version="2026.2")
    assert made.submitted_by == editor.user
    shown = editor.get(url(draft, "change")).content.decode()
    assert page(ProtocolVersion, "change", made.pk) in shown
    late = editor.post(url(draft, "list", "rules"), {"act": "add", "revision": 2})
    assert late.status_code == 409
    assert "was submitted and is not changed any more" in words(late)


def test_one_protocol_for_a_therapy(editor: Client, draft: ProtocolDraft) -> None:
    add = page(ProtocolDraft, "add")
    assert "This field is required." in words(editor.post(add, {"title": "T"}))
    again = editor.post(add, {"title": "T", "therapy": draft.therapy_id})
    assert "is open already" in words(again)
    start = reverse("admin:monitoring_protocoldraft_start", args=[draft.based_on_id])
    assert "this is it" in words(editor.post(start, follow=True))
    gone = editor.post(url(draft, "close"), {"act": "discard", "revision": 1}, follow=True)
    assert "The draft is discarded." in words(gone)
    assert "has a protocol" in words(editor.post(add, {"title": "T", "therapy": draft.therapy_id}))
    assert draft in editor.get(page(ProtocolDraft, "changelist")).context["cl"].result_list


def test_the_second_editor_is_told_and_loses_nothing(editor: Client, draft: ProtocolDraft) -> None:
    opened = editor.get(url(draft, "line", "rules", 0))
    other = UserFactory(roles=[Role.CONTENT_EDITOR], name="Otto Other")
    change_protocol_draft(by=other, now=NOW, draft=draft, revision=1,
                          content=draft.content | {"title": "Theirs"})  # fmt: skip
    late = editor.post(url(draft, "line", "rules", 0), typed(opened, says="My sentence."))
    assert late.status_code == 409
    assert "Otto Other changed this draft after you opened the page" in words(late)
    assert "My sentence." in late.content.decode()


def places(draft: ProtocolDraft) -> list[str]:
    named = [("change",), ("infusions",), ("list", "rules"), ("line", "rules", 0), ("preview",),
             ("examples",), ("tree", "rules.0.ends_when"), ("list", "interpretations")]  # fmt: skip
    return [url(draft, *place) for place in named]


@pytest.mark.parametrize("role", [Role.CONTENT_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_readers_read_and_write_nothing(role: Role, sign_in: SignIn, draft: ProtocolDraft) -> None:
    reader = sign_in(role)
    for address in places(draft):
        shown = reader.get(address)
        assert shown.status_code == 200
        assert b'name="act"' not in shown.content
        assert reader.post(address, {"revision": 1, "act": "add"}).status_code == 403
    assert reader.post(url(draft, "close"), {"act": "submit"}).status_code == 403
    assert reader.post(page(ProtocolDraft, "add"), {"title": "T"}).status_code == 403
    start = reverse("admin:monitoring_protocoldraft_start", args=[draft.based_on_id])
    assert reader.post(start).status_code == 403


@pytest.mark.parametrize("role", [Role.NURSE_REVIEWER, Role.INFUSION_NURSE])
def test_others_do_not_reach_drafts(role: Role, sign_in: SignIn, draft: ProtocolDraft) -> None:
    stranger = sign_in(role)
    for address in places(draft):
        assert stranger.get(address).status_code == 403
        assert stranger.post(address).status_code == 403


def test_what_is_not_there(editor: Client, draft: ProtocolDraft) -> None:
    for place in (
        ("list", "nothing"), ("line", "rules", 99), ("line", "nothing", 0), ("tree", "nothing"),
        ("tree", "rules.99.ends_when"),
    ):  # fmt: skip
        assert editor.get(url(draft, *place)).status_code == 404
    for address in places(draft):
        gone = address.replace(f"/{draft.pk}/", "/999999/")
        assert editor.get(gone).status_code == 404
    assert editor.get(url(draft, "close")).status_code == 403
    assert Fact.objects.exists()
