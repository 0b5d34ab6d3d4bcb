"""What becomes of a change that an editor makes?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from certification.admin.forms import NOT_AN_ADDRESS
from certification.models import (
    AuditEvent,
    Citation,
    DeterminationReason,
    Fact,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
)
from config.roles import Role
from tests.factories import (
    CitationFactory,
    CriteriaVersionFactory,
    FactFactory,
    ReferenceFactory,
    StatementFactory,
    UserFactory,
)

from .conftest import SUBMITTED, SignIn, acts_of, filled_form, page

CHANGES: dict[type[Model], dict[str, str]] = {
    Reference: {"title": "Another title"},
    Statement: {"says": "Another sentence."},
    Therapy: {"brands": "Exempla, Exemplix"},
    TurnaroundProfile: {"hours": "48"},
    DeterminationReason: {"says": "Another meaning."},
    Fact: {"label": "Another question"},
}


def save(client: Client, obj: Any, **changes: Any) -> Any:
    """Opens a change page, changes some inputs and saves."""
    url = page(type(obj), "change", obj.pk)
    return client.post(url, filled_form(client.get(url), **changes), follow=True)


def errors(response: Any) -> str:
    return str(response.context["errors"])


@pytest.mark.parametrize("model", CHANGES)
def test_an_edit_is_submitted_by_the_editor_and_written_down(
    model: type[Model], rows: dict[Any, Any], editor: Client
) -> None:
    obj, (name, new) = rows[model], next(iter(CHANGES[model].items()))
    old = str(getattr(obj, name))
    assert obj.status == "approved"
    warning = editor.get(page(model, "change", obj.pk)).content.decode()
    assert "Saving a change takes the approval away" in warning
    response = save(editor, obj, **{name: new})
    assert response.redirect_chain
    obj.refresh_from_db()
    assert (obj.status, obj.submitted_by, obj.approved_by) == ("submitted", editor.user, None)
    (event,) = acts_of(editor)
    assert (event.verb, event.object_id) == ("edited", str(obj.pk))
    assert list(map(str, event.data["changes"][name])) == [old, new]


@pytest.mark.parametrize("model", CHANGES)
def test_saving_without_a_change_keeps_the_approval(
    model: type[Model], rows: dict[Any, Any], editor: Client
) -> None:
    response = save(editor, rows[model])
    assert "Nothing was changed" in response.content.decode()
    rows[model].refresh_from_db()
    assert rows[model].status == "approved"
    assert not acts_of(editor)


ADDED: dict[type[Model], dict[str, Any]] = {
    Reference: {"key": "new_one", "kind": "trial", "title": "A trial", "authors": "Doe J\nRoe B"},
    Statement: {"key": "new_one", "says": "It works.", "audience": ["nurse"], "topic": "Use"},
    Therapy: {"key": "new_one", "generic": "novumab", "efficacy": "high"},
    TurnaroundProfile: {"key": "new_one", "title": "Fast", "urgency": "expedited", "hours": "24",
                        "calendar": "clock", "verified": "proposed"},
    DeterminationReason: {"key": "new_one", "kind": "adverse", "label": "No", "says": "No."},
}  # fmt: skip


@pytest.mark.parametrize("model", ADDED)
def test_a_new_row_is_submitted(model: type[Model], editor: Client) -> None:
    url = page(model, "add")
    editor.post(url, filled_form(editor.get(url), **ADDED[model]))
    obj = model._default_manager.get(key="new_one")
    assert (obj.status, obj.submitted_by) == ("submitted", editor.user)
    (event,) = acts_of(editor)
    assert (event.verb, event.object_type) == ("created", model._meta.model_name)
    if model is Reference:
        assert obj.authors == ["Doe J", "Roe B"]


def test_a_new_question(editor: Client) -> None:
    group = FactFactory().group
    url = page(Fact, "add")
    choices = "no | Never\nnot_tested | Not tested | unknown"
    data = filled_form(editor.get(url), key="bravery", label="Bravery", type="choice",
                       group=group.pk, choices=choices)  # fmt: skip
    editor.post(url, data)
    assert Fact.objects.get(key="bravery").choices == [
        {"value": "no", "label": "Never"},
        {"value": "not_tested", "label": "Not tested", "unknown": True},
    ]


def test_choices_keep_what_their_lines_do_not_show(editor: Client) -> None:
    dated = {"value": "G35", "label": "G35", "valid_until": "2025-09-30"}
    fact = FactFactory(type="choice", choices=[dated])
    save(editor, fact, choices="G35 | Multiple sclerosis\nG35.A | Relapsing")
    fact.refresh_from_db()
    assert fact.choices == [
        {"value": "G35", "label": "Multiple sclerosis", "valid_until": "2025-09-30"},
        {"value": "G35.A", "label": "Relapsing"},
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"choices": "a | b | c"}, "Line 1: write the answer"),
        ({"choices": "a | A\na | B"}, "Each value can be offered only once"),
        ({"type": "decimal", "minimum": "a lot"}, "The engine cannot read this"),
        ({"type": "choice"}, "The engine cannot read this"),
        ({"group": ""}, "This field is required"),
    ],
)
def test_a_question_that_the_engine_cannot_read_is_refused(
    changes: dict[str, str], says: str, editor: Client
) -> None:
    fact = FactFactory()
    response = save(editor, fact, **changes)
    assert says in errors(response)
    for name, typed in changes.items():
        assert response.context["adminform"].form[name].value() == typed
    assert not acts_of(editor)


def test_a_choice_that_another_question_needs_cannot_be_taken_away(editor: Client) -> None:
    course = FactFactory(key="course", type="choice", choices=[
        {"value": "a", "label": "A"}, {"value": "b", "label": "B"}])  # fmt: skip
    FactFactory(rules={"applies_when": {"fact": "course", "op": "eq", "value": "b"}})
    assert "The engine cannot read this" in errors(save(editor, course, choices="a | A"))


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JavaScript:alert(1)", "file:///etc/passwd", "data:text/html,x",
     "ftp://example.org/x", "not an address"],
)  # fmt: skip
def test_unsafe_addresses_are_refused(address: str, editor: Client) -> None:
    reference = ReferenceFactory()
    response = save(editor, reference, url=address)
    assert response.context["adminform"].form.errors["url"] == [NOT_AN_ADDRESS]
    reference.refresh_from_db()
    assert (reference.url, reference.status) == ("", "approved")


def test_an_unsafe_address_from_elsewhere_is_no_link(approver: Client) -> None:
    bad = ReferenceFactory(url="javascript:alert(1)")
    good = ReferenceFactory(url="https://example.org/paper?a=1&b=2")
    assert (
        "javascript:alert(1)</div>"
        in approver.get(page(Reference, "change", bad.pk)).content.decode()
    )
    assert (
        'href="javascript' not in approver.get(page(Reference, "change", bad.pk)).content.decode()
    )
    assert (
        '<a href="https://example.org/paper?a=1&amp;b=2" rel="noreferrer">'
        in approver.get(page(Reference, "change", good.pk)).content.decode()
    )


def test_a_key_is_chosen_once(editor: Client) -> None:
    for obj in (ReferenceFactory(), StatementFactory(**SUBMITTED)):
        old = obj.key
        save(editor, obj, key="another_key", note="A note.")
        obj.refresh_from_db()
        assert (obj.key, obj.note) == (old, "A note.")


def test_keys_are_unique(editor: Client) -> None:
    ReferenceFactory(key="taken")
    url = page(Reference, "add")
    response = editor.post(url, filled_form(editor.get(url), key="taken", kind="trial"))
    assert "already exists" in errors(response)


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("under_review", "It has to be returned before it can be edited"),
        ("retired", "This is retired and stays as it was"),
    ],
)
def test_what_is_reviewed_or_retired_is_not_edited(status: str, says: str, editor: Client) -> None:
    reference = ReferenceFactory()
    typed = filled_form(editor.get(page(Reference, "change", reference.pk)), title="Mine")
    Reference.objects.filter(pk=reference.pk).update(
        status=status, approved_by=None, approved_at=None
    )
    shown = editor.get(page(Reference, "change", reference.pk))
    assert says in shown.content.decode()
    assert "_save" not in shown.content.decode()
    # A form that was open before: the refusal is told, and what was typed stays in it.
    response = editor.post(page(Reference, "change", reference.pk), typed)
    assert says in errors(response)
    assert response.context["adminform"].form["title"].value() == "Mine"
    reference.refresh_from_db()
    assert reference.title != "Mine"


def test_the_second_of_two_editors_is_told_what_changed(editor: Client, sign_in: SignIn) -> None:
    other = sign_in(Role.CONTENT_EDITOR, name="Olga Other")
    reference = ReferenceFactory(**SUBMITTED, title="First")
    url = page(Reference, "change", reference.pk)
    typed = filled_form(editor.get(url), title="Mine", note="My note")
    save(other, reference, title="Theirs")
    response = editor.post(url, typed)
    assert "Olga Other changed this after you opened the page: edited (title)" in errors(response)
    reference.refresh_from_db()
    assert (reference.title, reference.note) == ("Theirs", "")
    # The page now knows the other change: saved again, it is done knowingly.
    again = filled_form(response)
    assert again["title"] == "Mine"
    editor.post(url, again)
    reference.refresh_from_db()
    assert (reference.title, reference.note) == ("Mine", "My note")


def below(response: Any, **changes: Any) -> dict[str, Any]:
    """A filled form with one citation more."""
    data = filled_form(response)
    number = int(data["citations-TOTAL_FORMS"])
    data["citations-TOTAL_FORMS"] = number + 1
    return data | {f"citations-{number}-{name}": value for name, value in changes.items()}


def test_a_statement_and_its_citations_are_one_act(editor: Client) -> None:
    kept = CitationFactory(at="page 1")
    statement, new = kept.statement, ReferenceFactory(key="trial_new")
    url = page(Statement, "change", statement.pk)
    data = below(editor.get(url), reference="trial_new", at="table 2", position="1")
    editor.post(url, data | {"says": "A new sentence."})
    statement.refresh_from_db()
    assert (statement.says, statement.status) == ("A new sentence.", "submitted")
    assert [c.reference for c in statement.citations.all()] == [kept.reference, new]
    (event,) = acts_of(editor)
    before = f"{kept.reference.key}, page 1"
    assert event.data["changes"]["citations"] == [[before], [before, "trial_new, table 2"]]
    # Taking a citation away is an edit like any other.
    data = filled_form(editor.get(url))
    editor.post(url, data | {"citations-1-DELETE": "on"})
    assert [c.reference for c in statement.citations.all()] == [kept.reference]
    assert len(acts_of(editor)) == 2


def test_a_new_statement_arrives_with_its_citations(editor: Client) -> None:
    ReferenceFactory(key="trial_new")
    url = page(Statement, "add")
    data = below(editor.get(url), reference="trial_new", at="", position="0")
    editor.post(url, data | {"key": "new_one", "says": "It works."})
    assert Statement.objects.get(key="new_one").citations.get().reference.key == "trial_new"
    assert [event.verb for event in acts_of(editor)] == ["created"]


def test_a_mistyped_reference_is_answered_with_its_like(editor: Client) -> None:
    ReferenceFactory(key="affirm_2006")
    statement = StatementFactory()
    url = page(Statement, "change", statement.pk)
    data = below(editor.get(url), reference="afirm_2006", at="", position="0")
    response = editor.post(url, data)
    assert "Did you mean affirm_2006?" in errors(response)
    assert 'value="afirm_2006"' in response.content.decode()
    assert not statement.citations.exists()


def test_a_citation_of_its_own(editor: Client) -> None:
    statement, reference = StatementFactory(key="says_it"), ReferenceFactory(key="trial_new")
    url = page(Citation, "add")
    form = filled_form(editor.get(url), reference="trial_new", at="page 3")
    assert "Choose the one thing" in errors(editor.post(url, form))
    editor.post(url, form | {"statement": "says_it"})
    citation = Citation.objects.get()
    assert (citation.reference, citation.statement) == (reference, statement)
    statement.refresh_from_db()
    assert statement.status == "submitted"
    save(editor, citation, at="page 4")
    citation.refresh_from_db()
    assert citation.at == "page 4"
    events = AuditEvent.objects.filter(object_type="statement", object_id=str(statement.pk))
    assert events.count() == 2
    history = editor.get(page(Citation, "history", citation.pk)).content.decode()
    assert "page 3" in history


def test_citations_of_criteria_and_of_details_are_not_edited_here(editor: Client) -> None:
    version = CriteriaVersionFactory()
    of_criteria = CitationFactory(statement=None, criteria_version=version, place="course")
    of_details = CitationFactory(statement=None, therapy=version.therapy, place="dosing")
    for citation in (of_criteria, of_details):
        assert "_save" not in editor.get(page(Citation, "change", citation.pk)).content.decode()
        sent = editor.post(page(Citation, "change", citation.pk), {"at": "elsewhere"})
        assert sent.status_code == 403
    shown = editor.get(page(Therapy, "change", version.therapy.pk))
    assert not shown.context["inline_admin_formsets"][0].formset.forms


def test_a_citation_of_something_under_review_waits(editor: Client) -> None:
    statement = StatementFactory(status="under_review", approved_by=None, approved_at=None)
    citation = CitationFactory(statement=statement)
    response = save(editor, citation, at="elsewhere")
    assert "It has to be returned before it can be edited" in errors(response)


XSS = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
TEXTS: dict[type[Model], dict[str, Any]] = {
    Reference: {"title": XSS, "container": XSS, "note": XSS, "caution": XSS, "authors": [XSS],
                "doi": XSS, "pmid": "<b>1</b>", "url": XSS},
    Statement: {"says": XSS, "plain": XSS, "note": XSS, "topic": XSS[:60], "audience": [XSS]},
    Therapy: {"generic": XSS, "brands": XSS, "therapy_class": XSS, "route": XSS,
              "details": {XSS: {"says": XSS, "cite": [{"ref": XSS, "at": XSS}], XSS: [XSS]}}},
    TurnaroundProfile: {"title": XSS, "note": XSS},
    DeterminationReason: {"label": XSS, "says": XSS, "plain": XSS},
    Fact: {"label": XSS, "help": XSS, "why": XSS, "unit": XSS[:40], "type": "choice",
           "choices": [{"value": XSS, "label": XSS}],
           "rules": {"contradictions": [
               {"when": {"fact": "it", "op": "eq", "value": XSS}, "says": XSS}]}},
}  # fmt: skip


@pytest.mark.parametrize("model", TEXTS)
def test_texts_are_shown_as_texts(
    model: type[Model], rows: dict[Any, Any], editor: Client, approver: Client
) -> None:
    obj = rows[model]
    key = {"key": "it"} if model is Fact else {}
    fields = TEXTS[model] | SUBMITTED | {"submitted_by": UserFactory(name=XSS)} | key
    model._default_manager.filter(pk=obj.pk).update(**fields)
    citation = {Statement: "statement", Therapy: "therapy"}.get(model)
    if citation:
        CitationFactory(**{"statement": None, citation: obj, "at": XSS, "note": XSS})
    AuditEvent.objects.create(
        at="2027-01-01T00:00Z", actor_name=XSS, actor_roles=XSS, verb=XSS[:60],
        object_type=model._meta.model_name, object_id=str(obj.pk),
        data={"changes": {XSS: [XSS, XSS]}, "reason": XSS},
    )  # fmt: skip
    for client in (editor, approver):
        for url in (
            page(model, "changelist"), page(model, "change", obj.pk), page(model, "history", obj.pk)
        ):  # fmt: skip
            html = client.get(url).content.decode()
            assert "&lt;" in html
            assert "<script>alert" not in html
            assert "<img src=x" not in html


def test_dates_are_kept(editor: Client) -> None:
    reference = ReferenceFactory(accessed_on=date(2026, 5, 1), next_review_on=date(2027, 5, 1))
    save(editor, reference, title="Another title")
    reference.refresh_from_db()
    assert reference.accessed_on == date(2026, 5, 1)
    assert reference.next_review_on == date(2027, 5, 1)
