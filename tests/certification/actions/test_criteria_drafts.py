"""Does a draft become the version that its author wrote, and never anything before that?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from certification.actions.content_edits import save_content
from certification.actions.criteria_drafts import (
    change_draft,
    start_new_set,
    start_next_version,
    submit_draft,
)
from certification.actions.drafts import discard_draft
from certification.actions.editorial import approve, start_review
from certification.actions.packs import load_pack
from certification.criteria import drafts, editing
from certification.criteria.codec import content_hash
from certification.models import (
    AuditEvent,
    Citation,
    CriteriaDraft,
    CriteriaVersion,
    Fact,
    Reference,
    User,
)
from certification.packs.pack import read_pack
from certification.policies import Refused, Stale
from config.roles import Role
from tests.certification.packs.conftest import SMALL
from tests.factories import FactGroupFactory, TherapyFactory, UserFactory

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def editor(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR], name="Edda Editor")


@pytest.fixture
def small(editor: User) -> CriteriaVersion:
    load_pack(by=None, now=NOW, pack=read_pack(SMALL))
    return CriteriaVersion.objects.get(set_key="examplimab-initial")


@pytest.fixture
def draft(editor: User, small: CriteriaVersion) -> CriteriaDraft:
    return start_next_version(by=editor, now=NOW, version=small)


def step(draft: CriteriaDraft, by: User, **changes: Any) -> CriteriaDraft:
    content = {**draft.content, **changes}
    return change_draft(by=by, now=NOW, draft=draft, revision=draft.revision, content=content)


def events(obj: Any) -> list[AuditEvent]:
    named = AuditEvent.objects.filter(object_type=obj._meta.model_name, object_id=str(obj.pk))
    return list(named.order_by("id"))


def test_an_unchanged_draft_becomes_the_same_document_but_for_its_number(
    draft: CriteriaDraft, small: CriteriaVersion, editor: User
) -> None:
    version = submit_draft(by=editor, now=NOW, draft=draft, revision=1)
    assert version.status == "submitted"
    assert version.submitted_by == editor
    assert version.version == draft.version != small.version
    told, wanted = dict(version.document), dict(small.document)
    for document in (told, wanted):
        document["criteria_set"] = {**document["criteria_set"], "version": ""}
    assert told == wanted
    columns = ("set_key", "therapy_id", "request_type", "title", "signer", "quantity_limit",
               "certification_months", "policy_organisation", "next_review_on")  # fmt: skip
    assert [getattr(version, c) for c in columns] == [getattr(small, c) for c in columns]
    cited = [
        list(v.citations.values_list("reference", "place", "at", "note")) for v in (version, small)
    ]
    assert cited[0] == cited[1] != []
    draft.refresh_from_db()
    assert draft.became == version
    assert draft.state == "submitted"


def test_exporting_and_loading_gives_the_same_hash(
    draft: CriteriaDraft, editor: User, tmp_path: Path
) -> None:
    tree = editing.with_node(
        draft.content["indications"], (0,), editing.node_at(draft.content["indications"], (0,))
        | {"says": "Written anew."},
    )  # fmt: skip
    step(draft, editor, indications=tree, title="Another title")
    draft.refresh_from_db()
    version = submit_draft(by=editor, now=NOW, draft=draft, revision=2)
    assert content_hash(version.document) == version.content_hash
    call_command("content", "export", str(tmp_path / "pack"), "--as-of", "2026-06-01")
    pack = read_pack(tmp_path / "pack")
    assert content_hash(pack.document(version.set_key)) == version.content_hash
    load_pack(by=None, now=NOW, pack=pack)
    assert CriteriaVersion.objects.get(pk=version.pk).content_hash == version.content_hash


def test_a_draft_is_no_version(draft: CriteriaDraft, small: CriteriaVersion) -> None:
    assert list(CriteriaVersion.objects.all()) == [small]
    assert not CriteriaVersion.objects.in_force(date(2027, 1, 1)).exists()


def test_a_new_set_is_written_and_approved(editor: User, small: CriteriaVersion) -> None:
    therapy = TherapyFactory(key="newumab", generic="newumab")
    given: dict[str, Any] = {
        "by": editor, "now": NOW, "therapy": therapy, "request_type": "initial",
        "title": "Newumab, first request", "months": 6,
    }  # fmt: skip
    draft = start_new_set(**given)
    assert start_new_set(**given) == draft, "pressing twice gives one draft"
    assert (draft.set_key, draft.version) == ("newumab-initial", "2026.1")
    with pytest.raises(Refused, match="mistake has to be mended"):
        submit_draft(by=editor, now=NOW, draft=draft, revision=1)
    group = FactGroupFactory(key="more")
    fact = Fact(key="new_answer", label="A new answer", type="boolean", group=group)
    save_content(by=editor, now=NOW, obj=fact)
    test = editing.new_test("new_answer") | {
        "fact": "new_answer", "op": "is_true", "verified": "stored",
        "cite": [{"ref": Reference.objects.values_list("key", flat=True)[0], "at": "page 1"}],
    }  # fmt: skip
    tree, _ = editing.add(draft.content["indications"], (), test)
    example = {
        "name": "Yes",
        "facts": {"new_answer": True},
        "expect": {"recommendation": "certify"},
    }
    draft = step(draft, editor, indications=tree, examples=[example])
    version = submit_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
    assert [fact["key"] for fact in version.document["facts"]] == ["new_answer"]
    assert version.certification_months == 6
    approver = UserFactory(roles=[Role.CONTENT_APPROVER])
    start_review(by=approver, now=NOW, obj=version)
    approve(by=approver, now=NOW, obj=version)
    assert CriteriaVersion.objects.current("newumab-initial", date(2026, 6, 2)) == version


def test_another_set_of_the_same_kind_gets_another_key(
    editor: User, small: CriteriaVersion
) -> None:
    draft = start_new_set(
        by=editor, now=NOW, therapy=small.therapy, request_type="initial", title="B", months=None
    )
    assert draft.set_key == "examplimab-initial-2"
    assert "certification_months" not in draft.content


def test_one_draft_of_a_set_at_a_time(
    draft: CriteriaDraft, small: CriteriaVersion, editor: User
) -> None:
    other = UserFactory(roles=[Role.CONTENT_EDITOR])
    with pytest.raises(Refused, match="open already, last changed by Edda Editor"):
        start_next_version(by=other, now=NOW, version=small)
    draft.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        draft.save(force_insert=True)
    draft = CriteriaDraft.objects.get()
    discard_draft(by=editor, now=NOW, draft=draft, revision=1)
    assert start_next_version(by=other, now=NOW, version=small).started_by == other


def test_the_second_of_two_editors_is_told_what_changed(draft: CriteriaDraft, editor: User) -> None:
    other = UserFactory(roles=[Role.CONTENT_EDITOR])
    step(draft, editor, title="Her title")
    with pytest.raises(Stale) as told:
        change_draft(
            by=other, now=NOW, draft=draft, revision=1, content=draft.content | {"title": "His"}
        )
    assert "Edda Editor changed this draft" in told.value.sentence
    assert [(c.key, c.new, c.by) for c in told.value.changed] == [
        ("title", "Her title", "Edda Editor")
    ]
    draft.refresh_from_db()
    assert draft.title == "Her title"
    with pytest.raises(Stale, match="by pressing twice"):
        change_draft(by=editor, now=NOW, draft=draft, revision=1, content=draft.content)


def test_a_version_with_this_number_is_not_written_over(
    draft: CriteriaDraft, small: CriteriaVersion, editor: User
) -> None:
    draft = step(draft, editor, version=small.version)
    with pytest.raises(Refused, match="Give another number") as refused:
        submit_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
    assert refused.value.field == "version"


def test_failing_examples_can_be_submitted_and_not_approved(
    draft: CriteriaDraft, editor: User
) -> None:
    examples = [e | {"expect": {"recommendation": "certify"}} for e in draft.content["examples"]]
    draft = step(draft, editor, examples=examples)
    version = submit_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
    assert events(version)[-1].data["examples failing"] > 0
    approver = UserFactory(roles=[Role.CONTENT_APPROVER])
    start_review(by=approver, now=NOW, obj=version)
    with pytest.raises(Refused, match="do not come out as expected"):
        approve(by=approver, now=NOW, obj=version)


def test_the_trail_tells_every_step(draft: CriteriaDraft, editor: User) -> None:
    version_title = draft.title
    draft = step(draft, editor, title="New title")
    draft = step(draft, editor)
    assert draft.revision == 2, "what changes nothing is no step"
    version = submit_draft(by=editor, now=NOW, draft=draft, revision=2)
    assert [event.verb for event in events(draft)] == ["started", "edited", "submitted"]
    assert events(draft)[1].data == {"changes": {"title": [version_title, "New title"]}}
    told = events(version)
    assert [event.verb for event in told] == ["submitted"]
    assert set(told[0].data["changes"]) == {"title", "version"}


def test_a_closed_draft_is_not_changed(draft: CriteriaDraft, editor: User) -> None:
    submit_draft(by=editor, now=NOW, draft=draft, revision=1)
    draft.refresh_from_db()
    for act in (
        lambda: step(draft, editor, title="Late"),
        lambda: submit_draft(by=editor, now=NOW, draft=draft, revision=draft.revision),
        lambda: discard_draft(by=editor, now=NOW, draft=draft, revision=draft.revision),
    ):
        with pytest.raises(Refused, match="was submitted and is not changed any more"):
            act()


@pytest.mark.parametrize("role", [r for r in Role if r != Role.CONTENT_EDITOR])
def test_only_editors_write(role: Role, draft: CriteriaDraft, small: CriteriaVersion) -> None:
    person, before = UserFactory(roles=[role]), AuditEvent.objects.count()
    acts: list[Any] = [
        lambda: step(draft, person, title="No"),
        lambda: submit_draft(by=person, now=NOW, draft=draft, revision=1),
        lambda: discard_draft(by=person, now=NOW, draft=draft, revision=1),
        lambda: start_next_version(by=person, now=NOW, version=small),
        lambda: start_new_set(by=person, now=NOW, therapy=small.therapy, request_type="renewal",
                              title="No", months=None),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Refused, match="done by: content editor"):
            act()
    assert AuditEvent.objects.count() == before


def test_questions_of_another_publisher_come_along(
    draft: CriteriaDraft, editor: User, small: CriteriaVersion
) -> None:
    """A version whose questions are in no table of this database keeps them in its drafts."""
    later = NOW + timedelta(days=1)
    for fact in Fact.objects.all():
        fact.delete()
    version = submit_draft(by=editor, now=later, draft=draft, revision=1)
    assert version.document["facts"] == small.document["facts"]
    assert Citation.objects.filter(criteria_version=version).exists()
    assert drafts.tree_names(draft.content)[:2] == ("indications", "contraindications")
