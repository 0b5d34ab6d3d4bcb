"""Does a draft become the protocol that its author wrote, and never anything before that?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from certification.actions.drafts import discard_draft
from certification.actions.editorial import approve, start_review
from certification.criteria.codec import content_hash
from certification.criteria.entries import with_entry
from certification.models import AuditEvent, User
from certification.policies import Refused, Stale
from config.roles import Role
from monitoring.actions.protocol_drafts import (
    change_protocol_draft,
    start_new_protocol,
    start_next_protocol,
    submit_protocol_draft,
)
from monitoring.drafting import standing_of_protocol, usual_terms
from monitoring.models import ProtocolDraft, ProtocolVersion
from monitoring.protocols import version_in_force
from tests.factories import ReferenceFactory, TherapyFactory, UserFactory
from tests.factories.monitoring import CITE, ProtocolVersionFactory

from .steps import START, at

NOW = at(START)


@pytest.fixture
def editor(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR], name="Edda Editor")


@pytest.fixture
def version(db: None) -> ProtocolVersion:
    ReferenceFactory(key=CITE[0]["ref"])
    return ProtocolVersionFactory()


@pytest.fixture
def draft(editor: User, version: ProtocolVersion) -> ProtocolDraft:
    return start_next_protocol(by=editor, now=NOW, version=version)


def step(draft: ProtocolDraft, by: User, **changes: Any) -> ProtocolDraft:
    content = {**draft.content, **changes}
    return change_protocol_draft(
        by=by, now=NOW, draft=draft, revision=draft.revision, content=content
    )


def events(obj: Any) -> list[AuditEvent]:
    named = AuditEvent.objects.filter(object_type=obj._meta.model_name, object_id=str(obj.pk))
    return list(named.order_by("id"))


def test_an_unchanged_draft_becomes_the_same_document_but_for_its_number(
    draft: ProtocolDraft, version: ProtocolVersion, editor: User
) -> None:
    made = submit_protocol_draft(by=editor, now=NOW, draft=draft, revision=1)
    assert (made.status, made.submitted_by, made.version) == ("submitted", editor, "2026.2")
    told, wanted = dict(made.document), dict(version.document)
    for document in (told, wanted):
        document["protocol"] = {**document["protocol"], "version": ""}
    assert told == wanted
    assert content_hash(made.document) == made.content_hash
    draft.refresh_from_db()
    assert (draft.became, draft.state) == (made, "submitted")
    assert [event.verb for event in events(draft)] == ["started", "submitted"]
    assert events(made)[0].data["changes"] == {"version": ["2026.1", "2026.2"]}


def test_what_is_submitted_is_used_only_when_another_person_approves(
    draft: ProtocolDraft, version: ProtocolVersion, editor: User
) -> None:
    cited = [{**one, "cite": one.get("cite") or CITE} for one in draft.content["rules"]]
    parts = {
        name: [{**one, "cite": CITE} for one in draft.content[name]]
        for name in ("clearance", "interpretations", "keeps")
    }
    draft = step(draft, editor, rules=cited, **parts)
    made = submit_protocol_draft(by=editor, now=NOW, draft=draft, revision=2)
    assert version_in_force(version.therapy, START) == version
    editor.role_grants.create(role=Role.CONTENT_APPROVER, granted_at=NOW)
    approver = UserFactory(roles=[Role.CONTENT_APPROVER])
    start_review(by=approver, now=NOW, obj=made)
    with pytest.raises(Refused):
        approve(by=editor, now=NOW, obj=made)
    made.refresh_from_db()
    approve(by=approver, now=NOW, obj=made)
    assert version_in_force(version.therapy, START) == made


def test_each_step_is_written_down_and_nothing_when_nothing_changed(
    draft: ProtocolDraft, editor: User
) -> None:
    draft = step(draft, editor, title="Another title")
    assert (draft.revision, draft.title) == (2, "Another title")
    assert step(draft, editor).revision == 2
    edited = [event for event in events(draft) if event.verb == "edited"]
    assert [event.data["changes"] for event in edited] == [
        {"title": ["Exemplumab, monitoring", "Another title"]}
    ]


def test_who_saves_over_another_is_told(draft: ProtocolDraft, editor: User) -> None:
    other = UserFactory(roles=[Role.CONTENT_EDITOR], name="Otto Other")
    step(draft, other, title="Theirs")
    with pytest.raises(Stale, match="Otto Other changed this draft"):
        step(draft, editor, title="Mine")
    assert ProtocolDraft.objects.get().title == "Theirs"


def test_failing_examples_are_submitted_and_told(draft: ProtocolDraft, editor: User) -> None:
    wrong = [{**draft.content["examples"][0], "clear_to_infuse": "yes"}]
    draft = step(draft, editor, examples=wrong)
    made = submit_protocol_draft(by=editor, now=NOW, draft=draft, revision=2)
    assert events(made)[0].data["examples failing"] == 1
    assert "do not come out as expected" in made.why_not_ready(START)


def test_a_new_protocol_begins_with_what_is_usual(version: ProtocolVersion, editor: User) -> None:
    therapy = TherapyFactory(key="novelumab", generic="novelumab")
    draft = start_new_protocol(by=editor, now=NOW, therapy=therapy, title="Novelumab, monitoring")
    assert (draft.key, draft.version) == ("novelumab-monitoring", "2027.1")
    assert draft.content["window_defaults"] == version.document["protocol"]["window_defaults"]
    assert set(draft.content["supplies"]) == {"first_dose", "last_dose", "dose_count"}
    says = [m.says for m in standing_of_protocol(draft, draft.content).mistakes]
    assert says == ["Nothing is due yet. Say when infusions are due, or add a rule."]


@pytest.mark.django_db
def test_where_there_is_no_protocol_nothing_is_usual() -> None:
    assert usual_terms() == {"supplies": {}, "window_defaults": {}}


def test_what_is_refused(draft: ProtocolDraft, version: ProtocolVersion, editor: User) -> None:
    order: dict[str, Any] = {"by": editor, "now": NOW}
    empty = with_entry(draft.content, "rules", 0, {**draft.content["rules"][0], "test": ""})
    broken = step(draft, editor, rules=empty["rules"])
    refused: list[tuple[Callable[[], Any], str]] = [
        (lambda: start_next_protocol(**order, version=version), "is open already"),
        (lambda: submit_protocol_draft(**order, draft=broken, revision=2), "1 mistake has"),
        (
            lambda: start_new_protocol(**order, therapy=version.therapy, title="Twice"),
            "is open already",
        ),
    ]
    for act, words in refused:
        with pytest.raises(Refused, match=words):
            act()
    discard_draft(**order, draft=draft, revision=2)
    with pytest.raises(Refused, match="has a protocol"):
        start_new_protocol(**order, therapy=version.therapy, title="Twice")
    with pytest.raises(Refused, match="was discarded"):
        step(draft, editor, title="Late")


def test_a_number_is_given_once(
    draft: ProtocolDraft, version: ProtocolVersion, editor: User
) -> None:
    draft = step(draft, editor, version=version.version)
    with pytest.raises(Refused, match=r"There is a version 2026\.1"):
        submit_protocol_draft(by=editor, now=NOW, draft=draft, revision=2)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.CONTENT_EDITOR])
def test_only_editors_write(role: Role, draft: ProtocolDraft, version: ProtocolVersion) -> None:
    order: dict[str, Any] = {"by": UserFactory(roles=[role]), "now": NOW}
    acts: list[Callable[[], Any]] = [
        lambda: start_next_protocol(**order, version=version),
        lambda: start_new_protocol(**order, therapy=version.therapy, title="X"),
        lambda: step(draft, order["by"], title="X"),
        lambda: submit_protocol_draft(**order, draft=draft, revision=1),
        lambda: discard_draft(**order, draft=draft, revision=1),
    ]
    count = AuditEvent.objects.count()
    for act in acts:
        with pytest.raises(Refused):
            act()
    assert AuditEvent.objects.count() == count


def test_the_database_keeps_one_open_draft_and_whole_endings(
    draft: ProtocolDraft, editor: User
) -> None:
    rows = ProtocolDraft.objects.filter(pk=draft.pk)
    wrong: list[Callable[[], Any]] = [
        lambda: rows.update(closed_at=NOW),
        lambda: rows.update(became=draft.based_on),
        lambda: ProtocolDraft.objects.create(
            key=draft.key, therapy=draft.therapy, title="x", version="x", content={},
            started_by=editor, started_at=NOW, changed_by=editor, changed_at=NOW,
        ),
    ]  # fmt: skip
    for act in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
