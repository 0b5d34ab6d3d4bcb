"""Do the editorial buttons do what they say, and say why when they do not?"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from certification.criteria.codec import content_hash
from certification.models import CriteriaVersion, Reference, Statement, User
from certification.packs.pack import read_pack
from config.roles import Role
from tests.certification.packs.conftest import SMALL
from tests.factories import (
    CriteriaVersionFactory,
    ReferenceFactory,
    StatementFactory,
    TherapyFactory,
)

from .conftest import SUBMITTED, SignIn, act, acts_of, page

UNDER_REVIEW = {"status": "under_review", "approved_by": None, "approved_at": None}


def small_version(by: User, change: Any = None, **fields: Any) -> CriteriaVersion:
    """Criteria with worked examples, as submitted by an editor."""
    document = deepcopy(read_pack(SMALL).document("examplimab-initial"))
    if change:
        change(document["criteria_set"])
    ReferenceFactory(key="example-guideline")
    return CriteriaVersionFactory(
        set_key="examplimab-initial",
        therapy=TherapyFactory(key="examplimab", generic="examplimab"),
        version="1",
        document=document,
        content_hash=content_hash(document),
        submitted_by=by,
        **(SUBMITTED | fields),
    )


def fail_one(criteria_set: dict[str, Any]) -> None:
    criteria_set["examples"][2]["expect"] = {"recommendation": "certify"}


def status(obj: Any) -> str:
    obj.refresh_from_db()
    return str(obj.status)


def offered(client: Client, obj: Any) -> dict[str, str]:
    """The buttons of a page by key, with the sentence in the place of those that are refused."""
    context = client.get(page(type(obj), "change", obj.pk)).context
    return {act.key: act.refusal for act in context["editorial_acts"]}


def test_from_submitted_to_retired(editor: Client, approver: Client) -> None:
    for obj in (StatementFactory(**SUBMITTED), small_version(editor.user)):
        for name, given, after in (
            ("review", {}, "under_review"),
            ("approve", {}, "approved"),
            ("retire", {"reason": "Out of date."}, "retired"),
        ):
            assert not offered(approver, obj)[name]
            response = act(approver, obj, name, **given)
            assert f"is now: {after.replace('_', ' ')}" in response.content.decode()
            assert status(obj) == after
        assert offered(approver, obj) == {}
    verbs = [event.verb for event in acts_of(approver)]
    assert verbs == ["started review of", "approved", "retired"] * 2


def test_returned_with_a_reason_and_submitted_again(editor: Client, approver: Client) -> None:
    version = small_version(editor.user)
    refused = act(approver, version, "return", reason="  ")
    assert "Say what the author should change." in refused.content.decode()
    assert status(version) == "submitted"
    act(approver, version, "return", reason="Cite the label.")
    seen = editor.get(page(CriteriaVersion, "change", version.pk)).content.decode()
    assert "Cite the label." in seen
    assert offered(editor, version) == {"submit": ""}
    assert offered(approver, version) == {}
    act(editor, version, "submit")
    assert status(version) == "submitted"


def test_nobody_approves_their_own(sign_in: SignIn) -> None:
    both = sign_in(Role.CONTENT_EDITOR, Role.CONTENT_APPROVER)
    own = "You submitted this yourself. Another content approver has to review it."
    for obj in (
        StatementFactory(**UNDER_REVIEW, submitted_by=both.user),
        small_version(both.user, **UNDER_REVIEW),
    ):
        assert offered(both, obj)["approve"] == own
        assert own in both.get(page(type(obj), "change", obj.pk)).content.decode()
        assert own in act(both, obj, "approve").content.decode()
        assert status(obj) == "under_review"
    assert not acts_of(both)


@pytest.mark.parametrize("role", [Role.CONTENT_EDITOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_approvers_have_the_buttons(role: Role, sign_in: SignIn) -> None:
    client, statement = sign_in(role), StatementFactory(**UNDER_REVIEW)
    assert offered(client, statement) == {}
    response = act(client, statement, "approve")
    assert "It is done by: content approver." in response.content.decode()
    assert status(statement) == "under_review"


def test_criteria_with_a_failing_example_are_not_approved(editor: Client, approver: Client) -> None:
    version = small_version(editor.user, fail_one, **UNDER_REVIEW)
    html = approver.get(page(CriteriaVersion, "change", version.pk)).content.decode()
    assert "do not come out as expected" in html
    assert "recommendation: expected certify, got refer" in html
    assert "1 of its worked examples" in offered(approver, version)["approve"]
    response = act(approver, version, "approve")
    assert "“One day too young”" in response.content.decode()
    assert status(version) == "under_review"


def test_criteria_that_were_tampered_with_say_so(editor: Client, approver: Client) -> None:
    version = small_version(editor.user, **UNDER_REVIEW)
    version.document["criteria_set"]["title"] = "Another title"
    version.save()
    html = approver.get(page(CriteriaVersion, "change", version.pk)).content.decode()
    assert "not what was submitted: their hash differs" in html
    assert "Cannot be read" in approver.get(page(CriteriaVersion, "changelist")).content.decode()
    assert "Load them again" in act(approver, version, "approve").content.decode()


def test_criteria_that_cannot_be_read_say_so(editor: Client, approver: Client) -> None:
    version = small_version(editor.user, lambda criteria: criteria.pop("indications"))
    html = approver.get(page(CriteriaVersion, "change", version.pk)).content.decode()
    assert "The stored criteria cannot be read" in html
    assert approver.get(page(CriteriaVersion, "changelist")).status_code == 200


def test_an_act_on_what_has_changed_since_is_refused(
    editor: Client, approver: Client, sign_in: SignIn
) -> None:
    statement = StatementFactory(**UNDER_REVIEW)
    other = sign_in(Role.CONTENT_APPROVER, name="Olga Other")
    seen = approver.get(page(Statement, "change", statement.pk)).context["seen"]
    act(other, statement, "return", reason="Cite the label.")
    sent = approver.post(
        page(Statement, "editorial", statement.pk), {"act": "approve", "seen": seen}, follow=True
    )
    assert "Olga Other changed this after you opened the page: returned" in sent.content.decode()
    assert status(statement) == "returned"
    assert not acts_of(approver)


def test_there_is_no_such_act(approver: Client) -> None:
    response = act(approver, StatementFactory(**SUBMITTED), "delete")
    assert "There is no such editorial act." in response.content.decode()


def test_a_newer_version_takes_the_place_of_an_older_one(approver: Client) -> None:
    old, new = CriteriaVersionFactory(), CriteriaVersionFactory(version="2027.1")
    draft = CriteriaVersionFactory(version="2028.1", **SUBMITTED)
    html = approver.get(page(CriteriaVersion, "change", old.pk)).content.decode()
    assert "Version 2027.1" in html
    assert ">Version 2028.1<" not in html
    for wrong in ("", str(draft.pk), str(old.pk), "x"):
        refused = act(approver, old, "supersede", successor=wrong)
        assert "Choose the approved successor." in refused.content.decode()
    act(approver, old, "supersede", successor=str(new.pk))
    assert (status(old), status(new)) == ("retired", "approved")


def test_a_newer_reference_takes_the_place_of_an_older_one(approver: Client) -> None:
    old, new = ReferenceFactory(), ReferenceFactory()
    act(approver, old, "supersede", successor=str(new.pk))
    old.refresh_from_db()
    assert (old.superseded_by, old.status) == (new, "approved")
    assert str(new) in approver.get(page(Reference, "change", old.pk)).content.decode()


def bulk(client: Client, action: str, *rows: Any) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows], "index": 0}
    return client.post(page(type(rows[0]), "changelist"), data)


def test_many_at_once_with_a_report_for_each(sign_in: SignIn) -> None:
    both = sign_in(Role.CONTENT_EDITOR, Role.CONTENT_APPROVER)
    good = [StatementFactory(**UNDER_REVIEW) for _ in range(3)]
    own = StatementFactory(**UNDER_REVIEW, submitted_by=both.user, says="Mine.")
    early = StatementFactory(**SUBMITTED, says="Early.")
    response = bulk(both, "approve_selected", *good, own, early)
    html = response.content.decode()
    assert "3 done, 2 refused." in html
    refusals = {row.title: row.says for row in response.context["refused"]}
    assert refusals == {
        "Mine.": "You submitted this yourself. Another content approver has to review it.",
        "Early.": "This is submitted; from there it cannot become approved.",
    }
    assert [status(row) for row in (*good, own, early)] == [
        *["approved"] * 3, "under_review", "submitted",
    ]  # fmt: skip
    assert [event.verb for event in acts_of(both)] == ["approved"] * 3


def test_criteria_in_bulk_have_to_pass_their_examples(editor: Client, approver: Client) -> None:
    version = small_version(editor.user, fail_one)
    assert (
        "1 done, 0 refused." in bulk(approver, "start_review_of_selected", version).content.decode()
    )
    response = bulk(approver, "approve_selected", version)
    assert "1 of its worked examples" in response.context["refused"][0].says
    assert status(version) == "under_review"


@pytest.mark.parametrize("role", [Role.CONTENT_EDITOR, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_approvers_act_in_bulk(role: Role, sign_in: SignIn) -> None:
    client, statement = sign_in(role), StatementFactory(**UNDER_REVIEW)
    assert "approve_selected" not in client.get(page(Statement, "changelist")).content.decode()
    bulk(client, "approve_selected", statement)
    bulk(client, "delete_selected", statement)
    assert status(statement) == "under_review"


def test_the_approver_of_a_demonstration_is_named_as_such(sign_in: SignIn) -> None:
    demo = sign_in(Role.CONTENT_APPROVER, is_demo=True)
    statement = StatementFactory(**UNDER_REVIEW)
    act(demo, statement, "approve")
    for url in (page(Statement, "changelist"), page(Statement, "change", statement.pk)):
        assert "Demo approval" in demo.get(url).content.decode()
