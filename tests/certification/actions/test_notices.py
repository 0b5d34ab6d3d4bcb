"""What does a list of retractions and corrections do?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from certification.actions.notices import import_notices, withdraw_notice
from certification.actions.uploads import upload_list
from certification.content_stamp import stamp_of
from certification.csv_lines import WrongError
from certification.models import AuditEvent, ReferenceNotice, User
from certification.notice_import import MOST_ROWS, State, plan_notices
from certification.policies import Refused
from certification.source_checks import all_findings
from config.roles import Role
from tests.factories import CitationFactory, ReferenceFactory, UserFactory

HEADING = "kind,doi,pmid,announced on,reason\n"
RETRACTION = "retracted,10.1000/a,,2026-05-01,Wrong data\n"
WATCH = (
    "Record ID,Title,OriginalPaperDOI,OriginalPaperPubMedID,RetractionDate,RetractionNature,"
    "Reason\n"
    '1,"A, title",10.1000/A,123,5/1/2026 0:00,Retraction,+Error in Data;+Duplication;\n'
    "2,B,unavailable,0,5/1/2026 0:00,Retraction,\n"
    "3,C,10.1000/c,0,12/31/2025 0:00,Expression of concern,\n"
)


@pytest.fixture
def editor(db: None) -> User:
    return UserFactory(roles=[Role.CONTENT_EDITOR])


def imported(by: User, now: datetime, text: str) -> dict[str, Any]:
    kept = upload_list(
        by=by, now=now, purpose="notices", content=text.encode(), file_name="notices.csv"
    )
    plan = plan_notices(text.encode())
    return import_notices(by=by, now=now, kept=kept, fingerprint=plan.fingerprint).outcome


def states(text: str) -> list[State]:
    return [line.state for line in plan_notices(text.encode()).lines]


def rows() -> list[tuple[Any, ...]]:
    fields = ("kind", "doi", "pmid", "noticed_on", "says")
    return list(ReferenceNotice.objects.order_by("doi").values_list(*fields))


def test_own_columns(editor: User, now: datetime) -> None:
    ReferenceFactory(key="ours", doi="10.1000/A")
    outcome = imported(editor, now, HEADING + RETRACTION + "superseded,,0042,,\n")
    assert rows() == [
        ("superseded", "", "42", None, ""),
        ("retracted", "10.1000/a", "", date(2026, 5, 1), "Wrong data"),
    ]
    assert (outcome["new"], outcome["references"]) == (2, ["ours"])
    assert AuditEvent.objects.filter(verb="imported notices from").count() == 1


def test_columns_of_retraction_watch(editor: User, now: datetime) -> None:
    outcome = imported(editor, now, WATCH)
    assert rows() == [
        ("retracted", "10.1000/a", "123", date(2026, 5, 1), "Error in Data; Duplication"),
        ("concern", "10.1000/c", "", date(2025, 12, 31), ""),
    ]
    assert (outcome["new"], outcome["nothing"]) == (2, 1)


def test_the_same_list_again_changes_nothing(editor: User, now: datetime) -> None:
    imported(editor, now, HEADING + RETRACTION)
    before = list(ReferenceNotice.objects.values())
    assert imported(editor, now, HEADING + RETRACTION)["there"] == 1
    assert list(ReferenceNotice.objects.values()) == before


def test_another_date_or_reason_is_taken_over(editor: User, now: datetime) -> None:
    imported(editor, now, HEADING + RETRACTION)
    outcome = imported(editor, now, HEADING + "retracted,10.1000/a,,2026-06-01,Worse\n")
    assert outcome["changed"] == 1
    assert rows() == [("retracted", "10.1000/a", "", date(2026, 6, 1), "Worse")]


def test_a_reinstatement_ends_a_retraction(editor: User, now: datetime) -> None:
    imported(editor, now, HEADING + RETRACTION + "corrected,10.1000/a,,,\n")
    assert imported(editor, now, HEADING + "reinstated,10.1000/a,,2026-07-01,\n")["ends"] == 1
    assert [row[0] for row in rows()] == ["corrected"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reinstated_on", "found"),
    [
        ("2026-07-01", [State.NOTHING, State.NOTHING]),
        ("2026-05-01", [State.NOTHING, State.NOTHING]),
        ("2026-04-01", [State.NEW, State.NOTHING]),
        ("", [State.NOTHING, State.NOTHING]),
    ],
)
def test_both_in_one_list(reinstated_on: str, found: list[State]) -> None:
    text = HEADING + RETRACTION + f"reinstatement,10.1000/a,,{reinstated_on},\n"
    assert states(text) == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("burnt,10.1000/a,,,", "“burnt” is no kind"),
        ("retracted,ten,,,", "“ten” is no DOI"),
        ("retracted,10.1000/" + "a" * 130 + ",,,", "is no DOI"),
        ("retracted,,PMC1,,", "“PMC1” is no PMID"),
        ("retracted,,²,,", "is no PMID"),
        ("retracted,10.1000/a,,2026-02-30,", "“2026-02-30” is no date"),
        ("retracted,10.1000/a,,13/13/2026,", "is no date"),
        ("retracted", "names no paper"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, says: str) -> None:
    (found,) = plan_notices(f"{HEADING}{line}\n".encode()).lines
    assert (found.line, says in found.says) == (2, True)
    assert found.state in {State.WRONG, State.NOTHING}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (HEADING.encode(), "no line below it"),
        (b"a,b\n1,2\n", "no column kind and no column doi"),
        (b"kind,reason\nretracted,x\n", "no column doi"),
        (HEADING.encode("utf-16"), "UTF-16"),
        (HEADING.encode() + b'retracted,"10', "Line 2 is not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, says: str) -> None:
    with pytest.raises(WrongError, match=says):
        plan_notices(content)


@pytest.mark.django_db
def test_twice_in_the_list_and_semicolons() -> None:
    text = (HEADING + RETRACTION + RETRACTION).replace(",", ";")
    assert states(text) == [State.NEW, State.TWICE]


@pytest.mark.django_db
def test_a_long_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS > 100_000
    monkeypatch.setattr("certification.notice_import.MOST_ROWS", 2)
    with pytest.raises(WrongError, match="more than 2 rows"):
        plan_notices((HEADING + RETRACTION * 3).encode())


@pytest.mark.django_db
def test_a_long_reason_is_cut() -> None:
    (line,) = plan_notices((HEADING + f"retracted,,1,,{'x' * 900}\n").encode()).lines
    assert (len(line.reason), line.reason[-1]) == (400, "…")


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.CONTENT_EDITOR, True), (Role.ADMINISTRATOR, True), (Role.CONTENT_APPROVER, False),
        (Role.AUDITOR, False), (Role.NURSE_REVIEWER, False),
    ],
)  # fmt: skip
def test_who_may_bring_a_list(role: Role, allowed: bool, now: datetime, db: None) -> None:
    by = UserFactory(roles=[role])
    if allowed:
        assert imported(by, now, HEADING + RETRACTION)["new"] == 1
    else:
        with pytest.raises(Refused):
            imported(by, now, HEADING + RETRACTION)


# Withdrawn --------------------------------------------------------------------------------------

CONCERN = "concern,10.1000/a,,2026-05-01,Being looked at\n"


def withdrawn(by: User, now: datetime, reason: str = "Another paper is meant.") -> ReferenceNotice:
    notice = ReferenceNotice.objects.get()
    return withdraw_notice(by=by, now=now, notice=notice, reason=reason)


def test_a_withdrawn_notice_counts_no_more_and_stays(editor: User, now: datetime) -> None:
    source = ReferenceFactory(key="ours", doi="10.1000/a")
    statement = CitationFactory(reference=source).statement
    imported(editor, now, HEADING + CONCERN)
    day = now.date()

    def told() -> bool:
        return any("Being looked at" in one.says for one in all_findings(day))

    assert told(), statement
    before = stamp_of([ReferenceNotice])
    notice = withdrawn(editor, now + timedelta(minutes=1))
    assert not told()
    assert stamp_of([ReferenceNotice]) != before, "what was worked out from it is worked out anew"
    event = AuditEvent.objects.get(verb="withdrew")
    assert event.data == {"reason": "Another paper is meant.", "notice": str(notice)}
    assert imported(editor, now, HEADING + CONCERN)["there"] == 1
    assert not told(), "the same list does not bring it back"
    (line,) = plan_notices((HEADING + CONCERN).encode()).lines
    assert line.says == "It was withdrawn here, and stays so."
    anew = HEADING + CONCERN.replace("2026-05-01", "2026-06-01")
    (line,) = plan_notices(anew.encode()).lines
    assert "so it counts again" in line.says
    imported(editor, now, anew)
    assert told()
    notice.refresh_from_db()
    assert (notice.withdrawn_at, notice.withdrawn_because) == (None, "")


def test_who_may_withdraw_and_when(editor: User, now: datetime) -> None:
    imported(editor, now, HEADING + CONCERN)
    for role in (Role.CONTENT_APPROVER, Role.AUDITOR, Role.NURSE_REVIEWER):
        with pytest.raises(Refused, match="ontent editor"):
            withdrawn(UserFactory(roles=[role]), now)
    for nothing in ("", "   "):
        with pytest.raises(Refused, match="Say why"):
            withdrawn(editor, now, nothing)
    withdrawn(UserFactory(roles=[Role.ADMINISTRATOR]), now)
    with pytest.raises(Refused, match="withdrawn already"):
        withdrawn(editor, now)
    assert AuditEvent.objects.filter(verb="withdrew").count() == 1


def test_a_retraction_ends_with_a_reinstatement_only(editor: User, now: datetime) -> None:
    imported(editor, now, HEADING + RETRACTION)
    with pytest.raises(Refused, match="notice of reinstatement"):
        withdrawn(editor, now)


def test_a_notice_is_withdrawn_by_somebody_for_a_reason(editor: User, now: datetime) -> None:
    imported(editor, now, HEADING + CONCERN)
    rows = ReferenceNotice.objects.all()
    for wrong in (
        {"withdrawn_at": now},
        {"withdrawn_by": editor},
        {"withdrawn_at": now, "withdrawn_by": editor},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
