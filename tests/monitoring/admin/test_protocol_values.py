"""Can an editor write kept values, tests and tables of risk, and does a reader see all of them?"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from certification.criteria.codec import content_hash, vocabulary_from_data
from certification.models import Fact
from monitoring.models import ProtocolDraft, ProtocolVersion
from monitoring.schedule.codec import document
from tests.certification.admin.conftest import filled_form, page
from tests.certification.admin.drafting import words
from tests.factories import FactFactory, FactGroupFactory
from tests.factories.monitoring import FACTS, PROTOCOL, ProtocolVersionFactory

from .test_protocol_drafts import draft, save, typed, url

__all__ = ["draft"]

POSITIVE = {"fact": "antibody", "op": "eq", "value": "positive"}
STRATUM = {"key": "stratum", "label": "Group of risk", "type": "choice", "choices": [
    {"value": "high", "label": "High"}], "derived": {"kind": "cases", "cases": [
        {"when": POSITIVE, "value": "high"}]}}  # fmt: skip
RISK = {"fact": "stratum", "tables": [
    {"key": "eu", "title": "European table", "unit": "cases in 1,000", "verified": "memory_low",
     "cite": [{"ref": "label_a", "at": "section 5"}], "note": "Check it.",
     "columns": [{"key": "positive", "label": "Antibody positive",
                  "when": POSITIVE},
                 {"key": "other", "label": "Others", "when": {"any": []}}],
     "rows": [{"first": 1, "last": 24, "values": {"positive": "below 1"}}]}]}  # fmt: skip


def act(client: Client, draft: ProtocolDraft, *place: Any, **data: Any) -> Any:
    draft.refresh_from_db()
    answer = client.post(url(draft, *place), data | {"revision": draft.revision}, follow=True)
    draft.refresh_from_db()
    return answer


@pytest.fixture
def stratum(draft: ProtocolDraft) -> Fact:
    data = {k: v for k, v in STRATUM.items() if k != "derived"}
    group = Fact.objects.get(key="antibody").group
    return FactFactory(group=group, rules={"derived": STRATUM["derived"]}, **data)


@pytest.mark.parametrize(
    "place", [("line", "keeps", 0), *(("line", "tests", n) for n in range(4)), ("risk",)]
)
def test_saving_what_is_there_changes_nothing(
    editor: Client, draft: ProtocolDraft, place: tuple[Any, ...]
) -> None:
    before = draft.content
    more = {"act": "fact"} if place == ("risk",) else {}
    shown = editor.get(url(draft, *place))
    form = shown.context["form"]
    data = typed(shown)
    for name in ("along", "dates", "shown_by"):
        if name in form.fields:
            data[name] = form[name].value() or ""
    assert editor.post(url(draft, *place), data | more, follow=True).status_code == 200
    draft.refresh_from_db()
    assert {**draft.content, "risk": {}} == {**before, "risk": {}}


def test_a_question_that_was_retired_since_stays_where_it_stands(
    editor: Client, draft: ProtocolDraft
) -> None:
    Fact.objects.filter(key__in=["antibody", "antibody_index", "cells"]).update(
        status="retired", approved_by=None, approved_at=None
    )
    keep, test = draft.content["keeps"][0], draft.content["tests"][2]
    data = {"along": "antibody_index"}
    assert "Saved." in words(save(editor, draft, "line", "keeps", 0, **data))
    assert "Saved." in words(save(editor, draft, "line", "tests", 2, shown_by="cells"))
    assert (draft.content["keeps"][0], draft.content["tests"][2]) == (keep, test)
    refused = save(editor, draft, "line", "tests", 1, shown_by="White cells")
    assert "There is no question" in words(refused)


def test_a_value_is_kept_by_labels_alone(editor: Client, draft: ProtocolDraft) -> None:
    act(editor, draft, "list", "keeps", act="add")
    place = ("line", "keeps", 1)
    shown = words(editor.get(url(draft, *place)))
    assert "Choose the question whose value is kept." in shown
    save(editor, draft, *place, fact="White cells", says="Once low, always low.")
    wrong = save(editor, draft, *place, value="-1")
    assert "is below the minimum of 0" in words(wrong)
    assert draft.content["keeps"][1].get("value") is None
    save(editor, draft, *place, value="0.5", along="Antibody index\nDate of the scan")
    assert draft.content["keeps"][1] == {
        "fact": "cells", "value": 0.5, "along": ["antibody_index", "scan_date"],
        "says": "Once low, always low.", "verified": "proposed",
    }  # fmt: skip
    listed = words(editor.get(url(draft, "list", "keeps")))
    assert "“0.5 10^9/L” stays for good, with Antibody index and Date of the scan." in listed
    twice = save(editor, draft, *place, fact="Antibody test")
    assert "stands here twice" in words(twice)
    assert "value" not in draft.content["keeps"][1], "a value of another question means nothing"
    unknown = save(editor, draft, *place, fact="Nothing like it")
    assert "There is no question" in words(unknown)


def test_a_new_laboratory_value_is_asked_for_by_a_rule(
    editor: Client, draft: ProtocolDraft
) -> None:
    """A question with unit and range, a test that brings it, a rule: no file and no code."""
    add = page(Fact, "add")
    group = FactGroupFactory(key="labs", title="Laboratory")
    new = filled_form(
        editor.get(add), label="Ferritin", type="decimal", group=group.pk, unit="ug/L",
        minimum="0", maximum="5000",
    )  # fmt: skip
    editor.post(add, new)
    act(editor, draft, "list", "tests", act="add")
    place = ("line", "tests", 4)
    assert "Say what the test is called." in words(editor.get(url(draft, *place)))
    save(editor, draft, *place, label="iron stores", shown_by="Ferritin", dates="Date of the scan")
    assert draft.content["tests"][4] == {
        "key": "iron_stores", "label": "iron stores", "shown_by": [["ferritin"]],
        "dates": ["scan_date"],
    }  # fmt: skip
    assert "Brings Ferritin (0 to 5000 ug/L). Dated by Date of the scan." in words(
        editor.get(url(draft, "list", "tests"))
    )
    act(editor, draft, "list", "rules", act="add")
    rule = len(draft.content["rules"]) - 1
    saved = save(editor, draft, "line", "rules", rule, test="iron_stores", says="Iron once.")
    assert "mistake" not in words(saved).lower()
    fixed = editor.get(url(draft, *place)).context["form"]
    assert fixed.fields["key"].disabled
    sent = act(editor, draft, "close", act="submit")
    assert "is submitted" in words(sent)
    version = ProtocolVersion.objects.get(version="2026.2")
    assert version.document["protocol"]["tests"][4]["key"] == "iron_stores"
    assert "ferritin" in {fact["key"] for fact in version.document["facts"]}
    text = words(editor.get(page(ProtocolVersion, "change", version.pk)))
    assert "Iron stores Ferritin ug/L 0 to 5000 Date of the scan" in text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"label": ""}, "Say what the test is called."),
        ({"label": "x", "key": "cbc"}, "stands twice"),
        ({"label": "x", "key": "no name"}, "Give this test a name of its own."),
        ({"label": "x", "dates": "White cells"}, "There is no date “cells” any more."),
        ({"label": "x", "shown_by": "White cells + Nothing"}, "There is no question “Nothing”."),
    ],
)
def test_a_test_that_cannot_be(
    editor: Client, draft: ProtocolDraft, changes: dict[str, str], says: str
) -> None:
    act(editor, draft, "list", "tests", act="add")
    assert says in words(save(editor, draft, "line", "tests", 4, **changes))


def test_a_test_in_use_is_not_lost_silently(editor: Client, draft: ProtocolDraft) -> None:
    gone = act(editor, draft, "list", "tests", act="remove 2")
    assert "Removed." in words(gone)
    assert "Choose the test." in words(editor.get(url(draft, "list", "rules")))


def test_a_table_of_risk_is_written_cell_by_cell(
    editor: Client, draft: ProtocolDraft, stratum: Fact
) -> None:
    act(editor, draft, "risk", act="add")
    assert "Choose the question that names the group of risk." in words(
        editor.get(url(draft, "risk"))
    )
    act(editor, draft, "risk", act="fact", fact="stratum")
    table = ("table", 0)
    for press in ("add-column", "add-column", "add-row"):
        act(editor, draft, *table, act=press)
    save(editor, draft, *table, act="words", title="A table", unit="cases in 1,000",
         heading_0="Positive", heading_1="Others", **{"cite-0-ref": "label_a"})  # fmt: skip
    row = {"row0-first": "1", "row0-last": "24", "row0-cell_0": "below 1", "row0-cell_1": ""}
    assert "The row is saved." in words(act(editor, draft, *table, act="row 0", **row))
    written = draft.content["risk"]["tables"][0]
    assert written["rows"] == [{"first": 1, "last": 24, "values": {"column_1": "below 1"}}]
    assert [column["label"] for column in written["columns"]] == ["Positive", "Others"]
    assert written["verified"] == "proposed"
    assert words(editor.get(url(draft, *table))).count("Concerns nobody") == 2
    tree = url(draft, "tree", "risk.0.0", at="top")
    assert "A table, Positive" in words(editor.get(tree))
    assert editor.get(url(draft, "change")).context["head"].troubles == ()
    act(editor, draft, *table, act="down-column 0")
    assert act(editor, draft, *table, act="up-column 0").status_code == 409
    act(editor, draft, *table, act="remove-column 1")
    assert draft.content["risk"]["tables"][0]["rows"][0]["values"] == {}
    assert "Row 1 has no figures." in words(editor.get(url(draft, *table)))
    act(editor, draft, *table, act="remove-row 0")
    act(editor, draft, "risk", act="remove 0")
    assert draft.content["risk"]["tables"] == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"act": "row 0", "row0-first": "0", "row0-last": "9"}, 422),
        ({"act": "row 0", "row0-first": "9", "row0-last": "2"}, 422),
        ({"act": "row 0", "row0-first": "x", "row0-last": "2"}, 422),
        ({"act": "row 9", "row9-first": "1", "row9-last": "2"}, 409),
        ({"act": "remove-column 7"}, 409),
        ({"act": "burn"}, 409),
    ],
)
def test_what_cannot_be_in_a_table(
    editor: Client, draft: ProtocolDraft, data: dict[str, str], status: int
) -> None:
    act(editor, draft, "risk", act="add")
    act(editor, draft, "table", 0, act="add-row")
    before = draft.content
    assert act(editor, draft, "table", 0, **data).status_code == status
    assert draft.content == before
    assert editor.get(url(draft, "table", 1)).status_code == 404


def test_others_read_and_do_not_write(
    editor: Client, approver: Client, draft: ProtocolDraft
) -> None:
    act(editor, draft, "risk", act="add")
    for place in (("risk",), ("table", 0), ("line", "keeps", 0), ("line", "tests", 0)):
        assert "Save" not in words(approver.get(url(draft, *place)))
        assert act(approver, draft, *place, act="add").status_code == 403
    late = editor.post(url(draft, "risk"), {"act": "add", "revision": 1})
    assert late.status_code == 409


def test_the_page_of_a_protocol_shows_values_and_figures(auditor: Client) -> None:
    data = document(PROTOCOL | {"risk": RISK}, vocabulary_from_data([*FACTS, STRATUM]))
    version = ProtocolVersionFactory(document=data, content_hash=content_hash(data))
    text = words(auditor.get(page(ProtocolVersion, "change", version.pk)))
    assert "Antibody test Once positive, always positive. none Negative, Positive" in text
    assert "Blood count White cells 10^9/L 0 to 100" in text
    assert "Checklist Only that it was done." in text
    assert "European table" in text
    assert "Not read, check before use" in text
    assert "1 to 24 below 1 no figure" in text
    assert "label_a, section 5" in text
    assert "Others Concerns nobody: it is only shown." in text
    listed = words(auditor.get(page(ProtocolVersion, "changelist")))
    passed = len(PROTOCOL.get("examples", ()))
    assert f"{passed} of {passed}" in listed


def test_a_worked_example_is_changed_in_place(editor: Client, draft: ProtocolDraft) -> None:
    def person(name: str, held: list[str], press: str, **more: Any) -> Any:
        form = editor.get(address).context["person"]
        data: dict[str, Any] = {
            f.html_name: f.value() for f in form if f.value() not in (None, False, "")
        }
        data |= {"doses-rows": form.doses, "results-rows": form.results}
        data |= {"name": name, "held": held, "act": press, "revision": draft.revision}
        answer = editor.post(address, data | more, follow=True)
        draft.refresh_from_db()
        return answer

    address = url(draft, "preview")
    person("First", ["dates"], "keep", start_on="2027-01-04", as_of="2027-01-11")
    count = len(draft.content["examples"])
    number = count - 1
    kept = draft.content["examples"][number]
    address = url(draft, "preview", example=str(number))
    assert "Change this worked example" in words(editor.get(address))
    person("Second", ["same"], "change", as_of="2027-01-12")
    changed = draft.content["examples"][number]
    assert len(draft.content["examples"]) == count
    assert (changed["name"], changed["as_of"]) == ("Second", "2027-01-12")
    assert changed["expect"] == kept["expect"]
    person("Second", ["clear"], "change")
    assert "expect" not in draft.content["examples"][number]
    assert draft.content["examples"][number]["clear_to_infuse"] in ("yes", "no")
    taken = person("Second", ["same"], "keep")
    assert "Another example has this name." in words(taken)
    person("Third", ["same"], "keep")
    assert [e["name"] for e in draft.content["examples"][number:]] == ["Second", "Third"]
