"""Do the rules of a question change as their author wrote them, and approved criteria never?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from certification.actions.drafts import discard_draft
from certification.actions.editorial import approve, start_review
from certification.actions.packs import load_pack
from certification.actions.question_drafts import (
    change_question_draft,
    start_question_draft,
    submit_question_draft,
)
from certification.models import AuditEvent, CriteriaVersion, Fact, QuestionDraft, User
from certification.pack_export import export_pack
from certification.pack_rows import compare
from certification.packs.pack import read_pack
from certification.packs.writing import write_text
from certification.policies import Refused, Stale
from config.roles import Role
from tests.certification.packs.conftest import SMALL
from tests.factories import UserFactory

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ADULT = {"kind": "test", "fact": "age_years", "op": "gte", "value": 18}
TOO_MANY = {"kind": "test", "fact": "relapses", "op": "gt", "value": 20}


@pytest.fixture
def editor(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR])


@pytest.fixture
def approver(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_APPROVER])


@pytest.fixture
def score(approver: User) -> Fact:
    load_pack(by=None, now=NOW, pack=read_pack(SMALL))
    for fact in Fact.objects.all():
        approve(by=approver, now=NOW, obj=start_review(by=approver, now=NOW, obj=fact))
    return Fact.objects.get(key="score")


@pytest.fixture
def draft(editor: User, score: Fact) -> QuestionDraft:
    return start_question_draft(by=editor, now=NOW, question=score)


def step(draft: QuestionDraft, by: User, **changes: Any) -> QuestionDraft:
    content = {**draft.content, **changes}
    return change_question_draft(
        by=by, now=NOW, draft=draft, revision=draft.revision, content=content
    )


def written(draft: QuestionDraft, by: User) -> QuestionDraft:
    contradiction = {"says": "Nobody has so many.", "when": TOO_MANY}
    return step(draft, by, applies_when=ADULT, contradictions=[contradiction])


def test_a_question_takes_its_new_rules_and_waits_for_review(
    draft: QuestionDraft, score: Fact, editor: User, approver: User
) -> None:
    criteria = CriteriaVersion.objects.get(set_key="examplimab-initial")
    before = (criteria.content_hash, criteria.document)
    draft = written(draft, editor)
    score.refresh_from_db()
    assert score.is_approved
    assert "applies_when" not in score.rules
    question = submit_question_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
    assert question.rules["applies_when"] == {"fact": "age_years", "op": "gte", "value": 18}
    assert question.rules["contradictions"][0]["says"] == "Nobody has so many."
    assert (question.status, question.submitted_by) == ("submitted", editor)
    draft.refresh_from_db()
    assert (draft.state, draft.became) == ("submitted", question)
    verbs = AuditEvent.objects.order_by("-id").values_list("object_type", "verb")[:2]
    assert list(verbs) == [("questiondraft", "submitted"), ("fact", "edited")]
    criteria.refresh_from_db()
    assert (criteria.content_hash, criteria.document) == before
    started = start_review(by=approver, now=NOW, obj=question)
    assert approve(by=approver, now=NOW, obj=started).is_approved


def test_what_is_exported_loads_as_the_same_rules(
    draft: QuestionDraft, editor: User, tmp_path: Path
) -> None:
    draft = written(draft, editor)
    submit_question_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
    for name, data in export_pack(NOW.date()).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(write_text(data), encoding="utf-8")
    comparisons = compare(read_pack(tmp_path))
    assert {c.state for c in comparisons if c.wanted.section == "facts"} == {"same"}


def test_a_draft_that_changes_nothing_leaves_the_approval(
    draft: QuestionDraft, score: Fact, editor: User
) -> None:
    assert step(draft, editor).revision == 1
    with pytest.raises(Refused, match="changes nothing"):
        submit_question_draft(by=editor, now=NOW, draft=draft, revision=1)
    score.refresh_from_db()
    assert score.is_approved


def test_mistakes_are_kept_and_not_submitted(draft: QuestionDraft, editor: User) -> None:
    draft = step(draft, editor, applies_when={"kind": "test", "fact": ""})
    with pytest.raises(Refused, match="1 mistake has to be mended"):
        submit_question_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)


def test_rules_that_came_in_since_are_not_undone(
    draft: QuestionDraft, score: Fact, editor: User
) -> None:
    draft = written(draft, editor)
    score.refresh_from_db()
    score.rules = {**score.rules, "dated_by": "birth_date"}
    score.status, score.approved_by, score.approved_at = "submitted", None, None
    score.save()
    with pytest.raises(Refused, match="changed after this draft began"):
        submit_question_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)


def test_who_may_and_when(draft: QuestionDraft, score: Fact, editor: User, approver: User) -> None:
    for person in (approver, UserFactory(roles=[Role.AUDITOR])):
        with pytest.raises(Refused, match="content editor"):
            step(draft, person, applies_when=ADULT)
        with pytest.raises(Refused, match="ontent editor"):
            submit_question_draft(by=person, now=NOW, draft=draft, revision=1)
        with pytest.raises(Refused, match="ontent editor"):
            start_question_draft(by=person, now=NOW, question=score)
    with pytest.raises(Refused, match="open already"):
        start_question_draft(by=editor, now=NOW, question=score)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionDraft.objects.create(
            based_on=score, title="x", content={}, started_by=editor, started_at=NOW,
            changed_by=editor, changed_at=NOW,
        )  # fmt: skip
    draft = written(draft, editor)
    with pytest.raises(Stale, match="Nothing was overwritten"):
        change_question_draft(by=editor, now=NOW, draft=draft, revision=1, content=draft.content)
    discard_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
    with pytest.raises(Refused, match="discarded"):
        submit_question_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)


def test_a_question_under_review_is_returned_first(
    draft: QuestionDraft, score: Fact, editor: User, approver: User
) -> None:
    draft = written(draft, editor)
    Fact.objects.filter(pk=score.pk).update(status="submitted", approved_by=None, approved_at=None)
    start_review(by=approver, now=NOW, obj=Fact.objects.get(pk=score.pk))
    with pytest.raises(Refused, match="under review"):
        submit_question_draft(by=editor, now=NOW, draft=draft, revision=draft.revision)
