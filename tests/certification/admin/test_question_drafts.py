"""Can an editor change when a question applies, what contradicts it, and how it is worked out?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.packs import load_pack
from certification.models import Fact, QuestionDraft
from certification.packs.pack import read_pack
from tests.certification.packs.conftest import SMALL

from .conftest import page
from .drafting import press, url, words


@pytest.fixture
def score(db: None) -> Fact:
    load_pack(by=None, now=datetime(2026, 6, 1, 12, tzinfo=UTC), pack=read_pack(SMALL))
    return Fact.objects.get(key="score")


def begin(client: Client, fact: Fact) -> QuestionDraft:
    start = reverse("admin:certification_questiondraft_start", args=[fact.pk])
    assert "The question stays as it is" in words(client.post(start, follow=True))
    return QuestionDraft.objects.get(based_on=fact)


@pytest.fixture
def draft(editor: Client, score: Fact) -> QuestionDraft:
    return begin(editor, score)


def details(client: Client, draft: QuestionDraft, **typed: Any) -> Any:
    """Sends the overview as it stands, with some inputs changed."""
    form = client.get(url(draft, "change")).context["form"]
    data = {f.html_name: f.value() for f in form if f.value() not in (None, False)}
    draft.refresh_from_db()
    answer = client.post(
        url(draft, "change"), data | {"revision": draft.revision} | typed, follow=True
    )
    draft.refresh_from_db()
    return answer


def test_a_table_is_offered_only_where_a_pack_brought_its_columns(
    editor: Client, score: Fact
) -> None:
    add = editor.get(reverse("admin:certification_fact_add")).context["adminform"].form
    assert "rows" not in dict(add.fields["type"].choices)
    Fact.objects.filter(pk=score.pk).update(type="rows")
    change = reverse("admin:certification_fact_change", args=[score.pk])
    shown = editor.get(change).context["adminform"].form
    assert "rows" in dict(shown.fields["type"].choices)


def test_a_question_is_given_rules_without_any_code(editor: Client, draft: QuestionDraft) -> None:
    shown = press(editor, draft, "applies_when", "top", act="add-test")
    assert "Choose the question that this test asks." in words(shown)
    press(editor, draft, "applies_when", "0", fact="Course of the disease")
    press(editor, draft, "applies_when", "0", op="eq", value="relapsing")
    editor.post(url(draft, "contradictions"), {"act": "add", "revision": draft.revision})
    place = "contradictions.0"
    lacking = words(editor.get(url(draft, "tree", place)))
    assert "Say what does not fit together." in lacking
    draft.refresh_from_db()
    said = {"words": "save", "words-says": "A high score with no relapse.",
            "revision": draft.revision}  # fmt: skip
    editor.post(url(draft, "tree", place), said)
    press(editor, draft, place, "top", act="add-test")
    press(editor, draft, place, "0", fact="Relapses in the last year")
    shown = press(editor, draft, place, "0", op="eq", value="0")
    assert "The engine can read it" in words(shown)
    sent = editor.post(
        url(draft, "close"), {"act": "submit", "revision": draft.revision}, follow=True
    )
    assert "“Disability score” is submitted." in words(sent)
    text = words(sent)
    assert "Applies when: Course of the disease is Relapsing." in text
    assert "A high score with no relapse. This is when: Relapses in the last year is 0." in text
    assert "A draft of its rules is open" not in text


def test_a_mistake_stands_at_its_node_and_leads_there(editor: Client, draft: QuestionDraft) -> None:
    press(editor, draft, "applies_when", "top", act="add-test")
    shown = press(editor, draft, "applies_when", "0", fact="Disability score")
    assert "A question cannot depend on its own answer." in words(shown)
    overview = editor.get(url(draft, "change"))
    trouble = overview.context["head"].troubles[-1]
    assert (trouble.where, "at=0&focus=fact" in trouble.url) == ("Applies when", True)
    refused = editor.post(
        url(draft, "close"), {"act": "submit", "revision": draft.revision}, follow=True
    )
    assert "mistakes have to be mended first" in words(refused)


@pytest.mark.parametrize(
    ("typed", "derived"),
    [
        ({"kind": "years_since", "origin": "Date of birth"},
         {"kind": "years_since", "from": "birth_date"}),
        ({"kind": "count_rows", "origin": "Earlier drugs"},
         {"kind": "count_rows", "from": "earlier_drugs"}),
        ({"kind": "count_rows", "origin": "", "column": "earlier_drugs.drug"},
         {"kind": "count_rows", "from": "earlier_drugs", "field": "drug"}),
        ({"kind": ""}, {}),
    ],
)  # fmt: skip
def test_ways_to_work_out_are_a_choice(
    editor: Client, draft: QuestionDraft, typed: dict[str, str], derived: dict[str, str]
) -> None:
    assert "Saved." in words(details(editor, draft, **typed)) or not derived
    assert draft.content["derived"] == derived
    assert editor.get(url(draft, "change")).context["head"].troubles == ()


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"kind": "years_since", "origin": ""}, "origin", "asks for a date"),
        ({"kind": "years_since", "origin": "Relapses in the last year"}, "origin", "for a date"),
        ({"kind": "years_since", "origin": "Nothing like it"}, "origin", "There is no question"),
        ({"kind": "count_rows", "origin": "Date of birth"}, "origin", "asks for a table"),
        ({"kind": "max_of_rows", "origin": "Earlier drugs"}, "column", "Choose the column"),
        ({"kind": "surely"}, "kind", "Select a valid choice"),
        ({"dated_by": "Relapses in the last year"}, "dated_by", "asks for a date"),
        ({"otherwise": "many"}, "otherwise", "is not a number"),
        ({"otherwise": "99"}, "otherwise", "above the maximum"),
    ],
)
def test_what_cannot_be_is_told_at_its_input(
    editor: Client, draft: QuestionDraft, typed: dict[str, str], field: str, says: str
) -> None:
    answer = details(editor, draft, **typed)
    assert says in str(answer.context["form"].errors[field])
    assert draft.revision == 1


def test_cases_have_an_answer_and_a_rule(editor: Client, draft: QuestionDraft) -> None:
    shown = details(editor, draft, kind="cases", otherwise="1.5")
    assert "Add a case, or choose another way." in words(shown)
    editor.post(url(draft, "cases"), {"act": "add", "revision": draft.revision})
    draft.refresh_from_db()
    wrong = {"words": "save", "words-value": "0.3", "revision": draft.revision}
    refused = editor.post(url(draft, "tree", "cases.0"), wrong)
    assert refused.status_code == 422
    assert "not a multiple of 0.5" in words(refused)
    editor.post(url(draft, "tree", "cases.0"), wrong | {"words-value": "2.5"})
    draft.refresh_from_db()
    press(editor, draft, "cases.0", "top", act="add-test")
    press(editor, draft, "cases.0", "0", fact="Course of the disease")
    press(editor, draft, "cases.0", "0", op="eq", value="progressive")
    assert "The answer is “2.5”" in words(editor.get(url(draft, "cases")))
    sent = editor.post(
        url(draft, "close"), {"act": "submit", "revision": draft.revision}, follow=True
    )
    assert "“2.5” when: Course of the disease is Progressive. Otherwise “1.5”." in words(sent)
    rules = Fact.objects.get(key="score").rules
    assert rules["derived"]["cases"][0]["value"] == 2.5


def test_filters_of_a_table_stay_with_it(editor: Client, score: Fact) -> None:
    where = [{"field": "drug", "op": "eq", "value": "first"}]
    derived = {"kind": "count_rows", "from": "earlier_drugs", "where": where}
    Fact.objects.filter(key="relapses").update(rules={"derived": derived})
    draft = begin(editor, Fact.objects.get(key="relapses"))
    details(editor, draft, column="earlier_drugs.drug")
    assert draft.content["derived"] == derived | {"field": "drug"}
    details(editor, draft, kind="years_since", origin="Date of birth", column="")
    assert draft.content["derived"] == {"kind": "years_since", "from": "birth_date"}


def test_the_page_of_a_question_leads_to_its_draft(
    editor: Client, approver: Client, score: Fact
) -> None:
    change = page(Fact, "change", score.pk)
    assert "Change its rules" in words(editor.get(change))
    assert "Change its rules" not in words(approver.get(change))
    draft = begin(editor, score)
    assert "A draft of its rules is open." in words(approver.get(change))
    assert "Submit for review" not in words(approver.get(url(draft, "change")))
    start = reverse("admin:certification_questiondraft_start", args=[score.pk])
    assert approver.post(start).status_code == 403
    assert editor.get(start).status_code == 403
    assert "this is it" in words(editor.post(start, follow=True))
    for name in ("precautions.0", "contradictions.7", "nothing"):
        assert editor.get(url(draft, "tree", name)).status_code == 404
    gone = editor.post(url(draft, "contradictions"), {"act": "remove 0", "revision": 1})
    assert gone.status_code == 409


def test_what_is_under_review_says_why_it_waits(
    editor: Client, score: Fact, approver: Client
) -> None:
    Fact.objects.filter(pk=score.pk).update(status="under_review")
    shown = words(editor.get(page(Fact, "change", score.pk)))
    assert "Its rules cannot be changed now. This is under review." in shown
    start = reverse("admin:certification_questiondraft_start", args=[score.pk])
    assert "under review" in words(editor.post(start, follow=True))
    assert not QuestionDraft.objects.exists()
