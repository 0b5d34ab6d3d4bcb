"""Does a pack get into the database whole, once, and out of it again with the same hashes?"""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from certification.actions.editorial import approve, start_review
from certification.actions.packs import load_pack
from certification.criteria.codec import vocabulary_from_data
from certification.models import (
    AuditEvent,
    Citation,
    CriteriaVersion,
    Fact,
    FactGroup,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
    User,
)
from certification.packs.pack import read_pack
from certification.policies import Refused
from certification.workflow import ContentStatus
from config.roles import Role
from tests.factories import UserFactory

from .conftest import SMALL, Write

pytestmark = pytest.mark.django_db
SMALL_TEXT = (SMALL / "pack.yaml").read_text(encoding="utf-8")


@pytest.fixture
def editor() -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR])


@pytest.fixture
def approver() -> User:
    return UserFactory(roles=[Role.CONTENT_APPROVER])


def hashes() -> set[tuple[str, str, str]]:
    return set(CriteriaVersion.objects.values_list("set_key", "version", "content_hash"))


def test_everything_arrives_as_submitted(editor: User, now: datetime) -> None:
    report = load_pack(by=editor, now=now, pack=read_pack(SMALL))
    assert {section: dict(states) for section, states in report.items()} == {
        "references": {"new": 3},
        "fact_groups": {"new": 3},
        "facts": {"new": 12},
        "therapies": {"new": 1},
        "statements": {"new": 1},
        "turnaround_profiles": {"new": 2},
        "determination_reasons": {"new": 1},
        "criteria_sets": {"new": 1},
    }
    version = CriteriaVersion.objects.get()
    assert (version.set_key, version.version) == ("examplimab-initial", "1")
    assert version.document == read_pack(SMALL).document("examplimab-initial")
    for model in (Reference, Fact, Therapy, Statement, TurnaroundProfile, CriteriaVersion):
        rows = model.objects.all()
        assert {row.status for row in rows} == {ContentStatus.SUBMITTED}
        assert {row.submitted_by for row in rows} == {editor}


def test_what_the_rows_hold(now: datetime) -> None:
    load_pack(by=None, now=now, pack=read_pack(SMALL))
    first = Reference.objects.get(key="example-guideline")
    assert first.authors == ["Example A", "Example B"]
    assert first.superseded_by == Reference.objects.get(key="example-guideline-2")
    assert Reference.objects.get(key="example-unlisted").kind == Reference.Kind.UNLISTED
    score = Fact.objects.get(key="score")
    assert (score.minimum, score.maximum, score.step) == ("0", "10", "0.5")
    assert Fact.objects.get(key="antibody").rules["dated_by"] == "antibody_on"
    order = Fact.objects.filter(group__key="person").values_list("key", flat=True)
    assert list(order) == ["birth_date", "age_years"]
    assert TurnaroundProfile.objects.get(key="example-standard").hours == 72
    therapy = Therapy.objects.get()
    assert therapy.brands == "Exemplar"
    assert therapy.details["dosing"]["interval"] == "4 weeks"
    cited = therapy.citations.get()
    assert (cited.place, cited.reference.key, cited.at) == ("dosing", "example-guideline", "p. 3")
    statement = Statement.objects.get()
    assert [citation.reference.key for citation in statement.citations.all()] == [
        "example-guideline",
        "example-unlisted",
    ]
    version = CriteriaVersion.objects.get()
    assert {c.place for c in version.citations.all()} == {
        "relapsing", "adult", "active", "tested", "infected", "high-index",
    }  # fmt: skip


def test_the_rows_are_the_questions_of_the_pack(now: datetime) -> None:
    pack = read_pack(SMALL)
    load_pack(by=None, now=now, pack=pack)
    rows = Fact.objects.select_related("group")
    assert vocabulary_from_data([row.definition_data() for row in rows]) == pack.vocabulary


def test_loading_twice_changes_nothing_and_says_so(editor: User, now: datetime) -> None:
    load_pack(by=editor, now=now, pack=read_pack(SMALL))
    events, citations = AuditEvent.objects.count(), set(Citation.objects.values_list("pk"))
    report = load_pack(by=editor, now=now, pack=read_pack(SMALL))
    assert all(set(states) == {"same"} for states in report.values())
    assert AuditEvent.objects.count() == events
    assert set(Citation.objects.values_list("pk")) == citations


def test_every_row_that_is_written_has_its_event(editor: User, now: datetime) -> None:
    report = load_pack(by=editor, now=now, pack=read_pack(SMALL))
    events = AuditEvent.objects.all()
    assert events.count() == sum(states["new"] for states in report.values())
    assert {event.verb for event in events} == {"loaded"}
    assert {event.actor_name for event in events} == {editor.signing_name}


def test_a_change_takes_the_approval_away(
    write: Write, editor: User, approver: User, now: datetime
) -> None:
    load_pack(by=editor, now=now, pack=read_pack(SMALL))
    for row in (Statement.objects.get(), Fact.objects.get(key="score"), Therapy.objects.get()):
        start_review(by=approver, now=now, obj=row)
        approve(by=approver, now=now, obj=row)
    text = SMALL_TEXT.replace("Examplimab is a good example.", "Examplimab is an example.")
    text = text.replace("at: p. 3}", "at: p. 33}")
    load_pack(by=editor, now=now, pack=read_pack(write(text)))
    statement, therapy = Statement.objects.get(), Therapy.objects.get()
    assert statement.says == "Examplimab is an example."
    assert statement.status == therapy.status == ContentStatus.SUBMITTED
    assert therapy.citations.get().at == "p. 33"
    assert Fact.objects.get(key="score").status == ContentStatus.APPROVED
    event = AuditEvent.objects.filter(object_type="statement").first()
    assert event is not None
    assert event.verb == "changed by a pack"
    assert event.data == {
        "key": "example-statement",
        "changes": {"says": ["Examplimab is a good example.", "Examplimab is an example."]},
    }


def test_a_new_place_in_the_list_needs_no_new_approval(
    write: Write, editor: User, approver: User, now: datetime
) -> None:
    load_pack(by=editor, now=now, pack=read_pack(SMALL))
    age = Fact.objects.get(key="age_years")
    start_review(by=approver, now=now, obj=age)
    approve(by=approver, now=now, obj=age)
    text = SMALL_TEXT.replace(
        "- key: age_years\n",
        "- {key: sex, label: Sex, type: text, group: person}\n- key: age_years\n",
    )
    load_pack(by=editor, now=now, pack=read_pack(write(text)))
    age.refresh_from_db()
    assert (age.order, age.status) == (3, ContentStatus.APPROVED)


def test_a_sealed_version_is_not_changed_by_a_pack(
    write: Write, editor: User, approver: User, now: datetime
) -> None:
    load_pack(by=editor, now=now, pack=read_pack(SMALL))
    version = CriteriaVersion.objects.get()
    start_review(by=approver, now=now, obj=version)
    approve(by=approver, now=now, obj=version)
    changed = SMALL_TEXT.replace("op: gte, value: 18", "op: gte, value: 17").replace(
        "One day too young", "Too young"
    )
    changed = changed.replace("birth_date: 2008-11-23", "birth_date: 2009-11-23")
    changed = changed.replace("says: Examplimab is a good", "says: Examplimab is not a good")
    with pytest.raises(Refused, match=r"examplimab-initial 1 is approved.*new version number"):
        load_pack(by=editor, now=now, pack=read_pack(write(changed)))
    assert Statement.objects.get().says == "Examplimab is a good example."
    renumbered = changed.replace(
        '  version: "1"\n  next_review_on: 2028-01-01\n  cert', '  version: "2"\n  cert'
    )
    load_pack(by=editor, now=now, pack=read_pack(write(renumbered)))
    assert [v.version for v in CriteriaVersion.objects.order_by("version")] == ["1", "2"]


def test_a_second_pack_can_stand_next_to_the_first(write: Write, now: datetime) -> None:
    load_pack(by=None, now=now, pack=read_pack(SMALL))
    other = SMALL_TEXT.replace("key: examplimab-initial", "key: other-initial")
    other = other.replace("label: Relapses in the last year", "label: Relapses, other wording")
    report = load_pack(by=None, now=now, pack=read_pack(write(other)), keep=True)
    assert report["facts"] == {"same": 11, "kept": 1}
    assert Fact.objects.get(key="relapses").label == "Relapses in the last year"
    document = CriteriaVersion.objects.get(set_key="other-initial").document
    labels = {fact["key"]: fact["label"] for fact in document["facts"]}
    assert labels["relapses"] == "Relapses, other wording"


def test_facts_without_a_group_belong_to_the_general_questions(write: Write, now: datetime) -> None:
    folder = write("facts:\n- {key: a, label: A, type: boolean}\n")
    load_pack(by=None, now=now, pack=read_pack(folder))
    assert Fact.objects.get().group == FactGroup.objects.get(key="general")


def test_loading_needs_an_editor(approver: User, now: datetime) -> None:
    with pytest.raises(Refused, match="content editor"):
        load_pack(by=approver, now=now, pack=read_pack(SMALL))
    assert not Reference.objects.exists()


def test_export_then_load_gives_the_same_hashes(tmp_path: Path, now: datetime) -> None:
    load_pack(by=None, now=now, pack=read_pack(SMALL))
    before = hashes()
    call_command("content", "export", str(tmp_path / "out"), stdout=io.StringIO())
    exported = read_pack(tmp_path / "out")
    report = load_pack(by=None, now=now, pack=exported)
    assert all(set(states) == {"same"} for states in report.values())
    for model in (CriteriaVersion, Statement, Citation, Therapy, Fact, FactGroup):
        model.objects.all().delete()
    load_pack(by=None, now=now, pack=exported)
    assert hashes() == before


def test_export_says_when_a_question_has_changed_since(
    tmp_path: Path, now: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    load_pack(by=None, now=now, pack=read_pack(SMALL))
    Fact.objects.filter(key="score").update(label="Another label")
    errors = io.StringIO()
    call_command("content", "export", str(tmp_path / "out"), stdout=io.StringIO(), stderr=errors)
    assert "examplimab-initial 1: a question has changed" in errors.getvalue()


def test_export_never_mixes_two_packs(tmp_path: Path, now: datetime) -> None:
    load_pack(by=None, now=now, pack=read_pack(SMALL))
    (tmp_path / "something").write_text("here")
    with pytest.raises(CommandError, match="is not empty"):
        call_command("content", "export", str(tmp_path))


def test_diff_tells_what_loading_would_change(write: Write) -> None:
    call_command("content", "load", str(SMALL), stdout=io.StringIO())
    out = io.StringIO()
    call_command("content", "diff", str(SMALL), stdout=out)
    assert out.getvalue() == "The database has all of it already.\n"
    folder = write(SMALL_TEXT.replace("op: gte, value: 18", "op: gte, value: 21"))
    with pytest.raises(SystemExit) as ended:
        call_command("content", "diff", str(folder), stdout=out)
    assert ended.value.code == 1
    assert "changed: criteria_sets examplimab-initial 1\n" in out.getvalue()
    assert "document.criteria_set.indications.all.adult.value: 18 -> 21\n" in out.getvalue()


def test_a_broken_pack_loads_not_at_all(write: Write) -> None:
    folder = write(SMALL_TEXT.replace("fact: relapses,", "fact: relapse,"))
    errors = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("content", "load", str(folder), stderr=errors)
    assert ended.value.code == 1
    assert "unknown fact 'relapse'" in errors.getvalue()
    assert errors.getvalue().endswith("nothing was done.\n")
    assert not Reference.objects.exists()


def test_an_unknown_account_loads_nothing() -> None:
    with pytest.raises(CommandError, match="no active account 'nobody'"):
        call_command("content", "load", str(SMALL), by="nobody")
    assert not Reference.objects.exists()
