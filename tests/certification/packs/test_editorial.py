"""Does content take only the steps it may take, by the people who may take them?"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from certification.actions import editorial
from certification.content_policies import can_approve, can_retire, can_submit
from certification.criteria.codec import content_hash
from certification.models import AuditEvent, CriteriaVersion, Reference, Statement, User
from certification.packs.pack import read_pack
from certification.policies import Refused
from certification.workflow import ContentStatus
from config.roles import Role
from tests.factories import (
    CriteriaVersionFactory,
    ReferenceFactory,
    StatementFactory,
    TherapyFactory,
    UserFactory,
)

from .conftest import SMALL

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR])


@pytest.fixture
def approver() -> User:
    return UserFactory(roles=[Role.CONTENT_APPROVER])


@pytest.fixture
def both() -> User:
    """Somebody who may write and approve, and still not their own work."""
    return UserFactory(roles=[Role.CONTENT_EDITOR, Role.CONTENT_APPROVER])


def submitted(by: User, **fields: Any) -> Statement:
    return StatementFactory(
        status=ContentStatus.SUBMITTED,
        submitted_by=by,
        approved_by=None,
        approved_at=None,
        **fields,
    )


def small_version(by: User, change: Any = None) -> CriteriaVersion:
    """A submitted version with the worked examples of the small pack."""
    document = deepcopy(read_pack(SMALL).document("examplimab-initial"))
    if change:
        change(document["criteria_set"])
    ReferenceFactory(key="example-guideline")
    return CriteriaVersionFactory(
        set_key="examplimab-initial",
        therapy=TherapyFactory(key="examplimab"),
        version="1",
        document=document,
        content_hash=content_hash(document),
        status=ContentStatus.SUBMITTED,
        submitted_by=by,
        approved_by=None,
        approved_at=None,
    )


def test_from_submitted_to_retired(editor: User, approver: User, now: datetime) -> None:
    statement = submitted(editor)
    editorial.start_review(by=approver, now=now, obj=statement)
    assert (statement.status, statement.reviewed_by) == (ContentStatus.UNDER_REVIEW, approver)
    editorial.approve(by=approver, now=now, obj=statement)
    statement.refresh_from_db()
    assert (statement.status, statement.approved_by, statement.approved_at) == (
        ContentStatus.APPROVED,
        approver,
        now,
    )
    editorial.retire(by=approver, now=now, obj=statement, reason="Out of date.")
    assert statement.status == ContentStatus.RETIRED
    verbs = AuditEvent.objects.order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["started review of", "approved", "retired"]
    last = AuditEvent.objects.latest("id")
    assert last.data == {"status": ["approved", "retired"], "reason": "Out of date."}


def test_returned_with_a_reason_and_submitted_again(
    editor: User, approver: User, now: datetime
) -> None:
    statement = submitted(editor)
    with pytest.raises(Refused, match="Say what the author should change"):
        editorial.return_to_author(by=approver, now=now, obj=statement, reason="  ")
    editorial.return_to_author(by=approver, now=now, obj=statement, reason="Cite the label.")
    assert (statement.status, statement.return_reason) == (
        ContentStatus.RETURNED,
        "Cite the label.",
    )
    with pytest.raises(Refused, match="do not allow"):
        editorial.submit(by=approver, now=now, obj=statement)
    editorial.submit(by=editor, now=now, obj=statement)
    assert (statement.status, statement.submitted_by, statement.return_reason) == (
        ContentStatus.SUBMITTED,
        editor,
        "",
    )


def test_nobody_reviews_or_approves_what_they_submitted(
    both: User, approver: User, now: datetime
) -> None:
    statement = submitted(both)
    with pytest.raises(Refused, match="You submitted this yourself"):
        editorial.start_review(by=both, now=now, obj=statement)
    editorial.start_review(by=approver, now=now, obj=statement)
    with pytest.raises(Refused, match="You submitted this yourself"):
        editorial.approve(by=both, now=now, obj=statement)
    assert not can_approve(both, statement, now.date())
    assert can_approve(approver, statement, now.date())


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.CONTENT_APPROVER])
def test_only_an_approver_approves(role: Role, editor: User, now: datetime) -> None:
    statement = submitted(editor)
    with pytest.raises(Refused, match="content approver"):
        editorial.start_review(by=UserFactory(roles=[role]), now=now, obj=statement)
    assert not AuditEvent.objects.exists()


def test_no_step_is_skipped(editor: User, approver: User, now: datetime) -> None:
    statement = submitted(editor)
    with pytest.raises(Refused, match="This is submitted; from there it cannot become approved"):
        editorial.approve(by=approver, now=now, obj=statement)
    with pytest.raises(Refused, match="cannot become retired"):
        editorial.retire(by=approver, now=now, obj=statement, reason="x")
    assert not can_retire(approver, statement, "x")
    assert not can_submit(editor, statement)


def test_the_second_of_two_people_is_told(editor: User, approver: User, now: datetime) -> None:
    mine = submitted(editor)
    theirs = Statement.objects.get(pk=mine.pk)
    editorial.start_review(by=approver, now=now, obj=mine)
    other = UserFactory(roles=[Role.CONTENT_APPROVER])
    with pytest.raises(Refused, match="This is under review"):
        editorial.start_review(by=other, now=now, obj=theirs)


def test_criteria_with_passing_examples_are_approved(
    editor: User, approver: User, now: datetime
) -> None:
    version = small_version(editor)
    editorial.start_review(by=approver, now=now, obj=version)
    editorial.approve(by=approver, now=now, obj=version)
    assert CriteriaVersion.objects.current("examplimab-initial", now.date()) == version


def test_criteria_with_failing_examples_are_not(
    editor: User, approver: User, now: datetime
) -> None:
    def expect_too_much(criteria_set: dict[str, Any]) -> None:
        criteria_set["examples"][2]["expect"] = {"recommendation": "certify"}

    version = small_version(editor, expect_too_much)
    editorial.start_review(by=approver, now=now, obj=version)
    with pytest.raises(Refused) as refusal:
        editorial.approve(by=approver, now=now, obj=version)
    assert refusal.value.sentence == (
        "1 of its worked examples do not come out as expected: “One day too young” "
        "(recommendation: expected certify, got refer). Return it to its author."
    )
    version.refresh_from_db()
    assert version.status == ContentStatus.UNDER_REVIEW


def test_criteria_that_were_tampered_with_are_not_approved(
    editor: User, approver: User, now: datetime
) -> None:
    version = small_version(editor)
    version.document["criteria_set"]["title"] = "Another title"
    version.save()
    editorial.start_review(by=approver, now=now, obj=version)
    with pytest.raises(Refused, match="not what was submitted"):
        editorial.approve(by=approver, now=now, obj=version)


def test_an_approved_version_is_never_submitted_again(editor: User, now: datetime) -> None:
    with pytest.raises(Refused, match="Write a new version"):
        editorial.submit(by=editor, now=now, obj=CriteriaVersionFactory())


def test_a_newer_version_takes_the_place_of_an_older_one(approver: User, now: datetime) -> None:
    old, new = CriteriaVersionFactory(), CriteriaVersionFactory(version="2027.1")
    editorial.supersede(by=approver, now=now, obj=old, successor=new)
    assert old.status == ContentStatus.RETIRED
    assert CriteriaVersion.objects.current(new.set_key, now.date()) == new
    assert AuditEvent.objects.get().data["version"] == "2027.1"


def test_what_cannot_supersede(approver: User, editor: User, now: datetime) -> None:
    version, other = CriteriaVersionFactory(), CriteriaVersionFactory(set_key="another-set")
    for obj, successor, sentence in (
        (version, version, "Nothing supersedes itself"),
        (version, other, "another set of criteria"),
        (version, submitted(editor), "each by one of its kind"),
        (version, small_version(editor), "is not approved yet"),
    ):
        with pytest.raises(Refused, match=sentence):
            editorial.supersede(by=approver, now=now, obj=obj, successor=successor)


def test_a_superseded_reference_stays_and_names_its_successor(
    approver: User, now: datetime
) -> None:
    old, new = ReferenceFactory(), ReferenceFactory()
    editorial.supersede(by=approver, now=now, obj=old, successor=new)
    assert Reference.objects.get(pk=old.pk).superseded_by == new
    assert Reference.objects.get(pk=old.pk).status == ContentStatus.APPROVED
    with pytest.raises(Refused, match="is itself superseded by this one"):
        editorial.supersede(by=approver, now=now, obj=new, successor=old)
