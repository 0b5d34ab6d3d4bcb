"""Can an editor write a tree in the admin, without scripts, with every mistake told in place?"""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from certification.actions.criteria_drafts import change_draft
from certification.criteria import editing
from certification.models import AuditEvent, CriteriaDraft
from config.roles import Role
from tests.factories import UserFactory

from .conftest import SignIn
from .drafting import NOW, names, node, press, typed, url, words

# Steps of the tree ------------------------------------------------------------------------------


def test_every_button_of_a_row_does_its_step(editor: Client, draft: CriteriaDraft) -> None:
    before = names(draft)
    says = {
        "down": "Moved down.", "up": "Moved up.", "duplicate": "Copied below.",
        "wrap": "Put into a new group.", "unwrap": "The group is gone",
        "add-test": "A test was added.", "add-group": "A group was added.", "remove": "Removed.",
    }  # fmt: skip
    for name, said in says.items():
        at = "0" if name != "up" else "1"
        assert said in words(press(editor, draft, "indications", at, act=name)), name
    assert set(before) <= {*names(draft), before[0]}
    assert draft.revision == 9
    verbs = AuditEvent.objects.filter(object_type="criteriadraft").values_list("verb", flat=True)
    assert list(verbs).count("edited") == 8


def test_focus_goes_where_the_author_goes_on(editor: Client, draft: CriteriaDraft) -> None:
    moved = press(editor, draft, "indications", "0", act="down")
    assert "at=1&focus=down" in moved.redirect_chain[-1][0]
    assert re.search(r'value="down"[^>]* autofocus', moved.content.decode())
    added = press(editor, draft, "indications", "1", act="add-test")
    assert re.search(r'name="fact"[^>]* autofocus', added.content.decode())
    removed = press(editor, draft, "indications", "2", act="remove")
    assert re.search(r'id="row-2"[^>]* autofocus', removed.content.decode())


def test_focus_goes_to_the_row_when_what_was_pressed_cannot_be_pressed_again(
    editor: Client, draft: CriteriaDraft
) -> None:
    for at, act, row in (("1", "up", "0"), ("0", "up", "0"), ("0", "fly", "0")):
        page = press(editor, draft, "indications", at, act=act).content.decode()
        assert re.search(rf'id="row-{row}"[^>]* autofocus', page), act
        assert page.count("autofocus") == 1, act
    wrong = press(editor, draft, "indications", "0", act="save", **{"cite-0-ref": "nowhere"})
    assert wrong.status_code == 422
    assert re.search(r'name="cite-0-ref"[^>]* autofocus', wrong.content.decode())
    closed = re.search(r'href="([^"]+)">Close</a>', wrong.content.decode())
    assert closed is not None
    shut = editor.get(closed[1]).content.decode()
    assert re.search(r'id="row-0"[^>]* autofocus', shut)


def test_what_was_typed_is_kept_by_every_step(editor: Client, draft: CriteriaDraft) -> None:
    press(editor, draft, "indications", "0", act="down", says="Typed before it moved.")
    assert node(draft, "1")["says"] == "Typed before it moved."


def test_a_step_that_cannot_be_done_says_why(editor: Client, draft: CriteriaDraft) -> None:
    refused = press(editor, draft, "indications", "0", act="up", says="Kept on the page.")
    assert refused.status_code == 409
    assert "This is the first part of its group already." in words(refused)
    assert "Kept on the page." in refused.content.decode()
    assert draft.revision == 1
    assert press(editor, draft, "indications", "0", act="fly").status_code == 409


def test_a_test_is_written_by_labels_alone(editor: Client, draft: CriteriaDraft) -> None:
    press(editor, draft, "indications", "top", act="add-test")
    at = str(len(node(draft, "top")["parts"]) - 1)
    assert "Choose the question that this test asks." in words(
        editor.get(url(draft, "tree", "indications", at=at))
    )
    chosen = press(editor, draft, "indications", at, fact="Age")
    assert node(draft, at) | {"parts": 0} == {
        "kind": "test", "id": "age_years", "fact": "age_years", "op": "gte",
        "verified": "proposed", "parts": 0,
    }  # fmt: skip
    assert "Say with what the answer is compared." in words(chosen)
    press(editor, draft, "indications", at, op="lt", value="50")
    assert (node(draft, at)["op"], node(draft, at)["value"]) == ("lt", 50)
    high = press(editor, draft, "indications", at, value="500")
    assert "cannot be answered" in words(high)
    assert node(draft, at)["value"] == 500, "a mistake is kept, and shown at its node"
    bad = press(editor, draft, "indications", at, value="many")
    assert bad.status_code == 422
    assert "is not a whole number" in words(bad)
    assert node(draft, at)["value"] == 500
    unknown = press(editor, draft, "indications", at, fact="Shoe size")
    assert "There is no question “Shoe size”." in words(unknown)


def test_a_citation_is_found_by_title(editor: Client, draft: CriteriaDraft) -> None:
    offered = editor.get(url(draft, "tree", "indications", at="0")).context["bench"].references
    text = offered.offered[0]
    cites = {"cite-TOTAL_FORMS": "1", "cite-INITIAL_FORMS": "0"}
    press(editor, draft, "indications", "0", **cites,
          **{"cite-0-ref": text, "cite-0-at": "table 2", "cite-0-note": "n"})  # fmt: skip
    assert node(draft, "0")["cite"] == [{"ref": offered.key_of(text), "at": "table 2", "note": "n"}]
    wrong = press(editor, draft, "indications", "0", **{"cite-0-ref": "Nothing like it"})
    assert wrong.status_code == 422
    assert "There is no reference “Nothing like it”." in words(wrong)
    nameless = press(editor, draft, "indications", "0", **{"cite-0-ref": "", "cite-0-at": "p. 1"})
    assert "Name the reference." in words(nameless)


def test_a_group_asks_in_words(editor: Client, draft: CriteriaDraft) -> None:
    shown = press(editor, draft, "indications", "top", kind="at_least", n="2")
    assert "At least 2 of these" in words(shown)
    assert node(draft, "top")["n"] == 2
    press(editor, draft, "indications", "top", kind="none")
    assert "n" not in node(draft, "top")


def test_the_rule_is_read_back_without_saving(editor: Client, draft: CriteriaDraft) -> None:
    at = next(
        editing.path_text(path)
        for path, part in editing.walk(draft.content["indications"])
        if part.get("op") == "gte"
    )
    look = press(editor, draft, "indications", at, act="look", value="33")
    assert "is at least 33" in words(look)
    assert draft.revision == 1
    assert "can be understood" in words(
        press(editor, draft, "indications", at, act="look", value="many")
    )
    shaped = press(editor, draft, "indications", at, act="shape", op="in")
    assert shaped.context["editor"].node.form.shown["op"] == "in"
    assert draft.revision == 1


# Two people, other roles, what is not there -----------------------------------------------------


def test_the_second_editor_is_told_and_loses_nothing(editor: Client, draft: CriteriaDraft) -> None:
    opened = editor.get(url(draft, "tree", "indications", at="0"))
    other = UserFactory(roles=[Role.CONTENT_EDITOR], name="Otto Other")
    tree, _ = editing.move(draft.content["indications"], (0,), 1)
    change_draft(by=other, now=NOW, draft=draft, revision=1,
                 content=draft.content | {"indications": tree})  # fmt: skip
    late = editor.post(
        url(draft, "tree", "indications", at="0"), typed(opened, act="save", says="My sentence.")
    )
    assert late.status_code == 409
    assert "Otto Other changed this draft after you opened the page" in words(late)
    assert late.context["editor"].node.at == "1", "the form stays with its node"
    assert "My sentence." in late.content.decode()
    assert late.context["editor"].revision == 2
    editor.post(url(draft, "tree", "indications", at="1"), typed(late, says="My sentence."))
    assert node(draft, "1")["says"] == "My sentence."


PAGES = ("change", "precautions", "examples", "try")


@pytest.mark.parametrize("role", [Role.CONTENT_APPROVER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_readers_read_and_write_nothing(role: Role, sign_in: SignIn, draft: CriteriaDraft) -> None:
    reader = sign_in(role)
    addresses = [*(url(draft, name) for name in PAGES), url(draft, "tree", "indications", at="0")]
    for address in addresses:
        shown = reader.get(address)
        assert shown.status_code == 200
        assert b'name="act"' not in shown.content
        assert reader.post(address, {"revision": 1, "act": "remove"}).status_code == 403
    assert reader.post(url(draft, "close"), {"act": "submit"}).status_code == 403
    start = reverse("admin:certification_criteriadraft_start", args=[draft.based_on_id])
    assert reader.post(start).status_code == 403


@pytest.mark.parametrize("role", [Role.NURSE_REVIEWER, Role.INFUSION_NURSE])
def test_others_do_not_reach_drafts(role: Role, sign_in: SignIn, draft: CriteriaDraft) -> None:
    stranger = sign_in(role)
    for address in (*(url(draft, name) for name in PAGES), url(draft, "tree", "indications")):
        assert stranger.get(address).status_code == 403
        assert stranger.post(address).status_code == 403


def test_what_is_not_there(editor: Client, draft: CriteriaDraft) -> None:
    for tree in ("nothing", "precautions.99", "precautions.x"):
        assert editor.get(url(draft, "tree", tree)).status_code == 404
    for name in PAGES:
        assert editor.get(url(draft, name).replace(f"/{draft.pk}/", "/999/")).status_code == 404
    for at in ("9.9", "x", "0." * 50):
        assert editor.get(url(draft, "tree", "indications", at=at)).context["editor"].node is None
    assert editor.get(url(draft, "close")).status_code == 403
    missing = reverse("admin:certification_criteriadraft_start", args=[999])
    assert editor.post(missing).status_code == 404
    for revision in ("", "x", "9" * 30):
        late = editor.post(url(draft, "tree", "indications", at="0"), {"revision": revision})
        assert late.status_code == 409
