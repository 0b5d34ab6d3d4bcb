"""The worklist as people in their roles see it, and what is done from it to several rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.models import AuditEvent, Site, User
from config.roles import Role
from monitoring.actions.plans import MOST_AT_ONCE, replan
from monitoring.models import Alert, DueItem, InfusionCourse, Result
from monitoring.views.worklist import MOST_FOR_A_PAGE
from monitoring.worklist import ROWS_A_PAGE, Group
from tests.factories import SiteFactory, UserFactory
from tests.factories.monitoring import CourseAuthorizationFactory, InfusionCourseFactory
from tests.monitoring.rows import (
    alert_row,
    course_row,
    hold_row,
    item_row,
    result_row,
    visit_row,
)

pytestmark = pytest.mark.django_db
WORKLIST = reverse("monitoring:worklist")
NOON = datetime(2027, 2, 1, 17, tzinfo=UTC)
TODAY = date(2027, 2, 1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def infusion_nurse(site: Site) -> User:
    return UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])


@pytest.fixture
def ward(infusion_nurse: User) -> Client:
    return signed_in(infusion_nurse)


def one_of_each(course: InfusionCourse) -> None:
    item_row(course, YESTERDAY)
    item_row(course, TODAY, level="blocking")
    item_row(course, TODAY + timedelta(days=9), TODAY + timedelta(days=3))
    hold_row(course)
    result_row(course, TODAY)
    alert_row(course)
    visit_row(course, YESTERDAY)
    InfusionCourse.objects.filter(pk=course.pk).update(
        renew_from_on=TODAY, nothing_due_because="The tail asks for nothing."
    )


def sections(page: Any) -> dict[str, list[str]]:
    return {s.key: [line.key for line in s.lines] for s in page.context["page"].sections}


def test_every_group_shows_its_row(ward: Client, site: Site) -> None:
    one_of_each(course_row(site))
    page = ward.get(WORKLIST)
    assert {key: len(keys) for key, keys in sections(page).items()} == {
        group.value: 1 for group in Group if group is not Group.STALE
    }
    text = page.content.decode()
    for words in (
        "1 day late", "Blocks the infusion", "window opens 4 Feb 2027", "Fever.",
        "White cells: 4.5", "The risk is higher.", "Nothing is recorded of this visit",
        "No certification is in force. Open a renewal.", "The tail asks for nothing.",
        "1 Feb 2027, 12:00 EST", "worked out at least up to 1 Jan 2099",
    ):  # fmt: skip
        assert words in text.replace("&#x27;", "'"), words


def test_an_empty_page_says_what_its_emptiness_rests_on(ward: Client, site: Site) -> None:
    assert "Nobody is watched at these sites yet" in ward.get(WORKLIST).content.decode()
    course_row(site)
    text = ward.get(WORKLIST).content.decode()
    assert "Nothing is overdue." in text
    assert "Everybody who is watched has something scheduled." in text
    assert "stands under" in text


def test_people_of_foreign_sites_are_not_there(ward: Client) -> None:
    one_of_each(course_row(SiteFactory()))
    page = ward.get(WORKLIST)
    assert not any(sections(page).values())


@pytest.mark.parametrize("role", [Role.NURSE_REVIEWER, Role.PHYSICIAN_REVIEWER, Role.AUDITOR])
def test_who_only_reads_chooses_nothing(role: Role, site: Site) -> None:
    course = course_row(site)
    one_of_each(course)
    reader = signed_in(UserFactory(roles=[role], sites=[site]))
    text = reader.get(WORKLIST).content.decode()
    assert "Monitoring</a>" in text
    assert 'type="checkbox"' not in text
    assert "Enter the result" not in text
    keys = {"act": "seen", "key": str(Result.objects.get().pk)}
    assert reader.post(WORKLIST, keys).status_code == 403
    assert Result.objects.get().seen_at is None


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ({"test": "cbc"}, {"overdue", "due", "upcoming", "holds", "results", "alerts"}),
        ({"level": "blocking"}, {"overdue", "due", "upcoming"}),
        ({"show": "due"}, {"due"}),
        ({"show": "stale"}, {"stale"}),
        ({"show": "nonsense", "level": "nonsense", "site": "999", "test": "?"}, None),
        ({"show": "due", "after": "nonsense"}, {"due"}),
        ({"whose": "mine"}, None),
    ],
)
def test_filters(ward: Client, site: Site, query: dict[str, str], groups: set[str] | None) -> None:
    one_of_each(course_row(site))
    everything = {group.value for group in Group if group is not Group.STALE}
    page = ward.get(WORKLIST, query)
    assert page.status_code == 200
    assert set(sections(page)) == (everything if groups is None else groups)


def test_one_of_several_sites(site: Site) -> None:
    other = SiteFactory(time_zone="Pacific/Auckland")
    nurse = UserFactory(roles=[Role.INFUSION_NURSE], sites=[site, other])
    here, there = item_row(course_row(site), TODAY), item_row(course_row(other), TODAY)
    page = signed_in(nurse).get(WORKLIST)
    found = sections(page)
    assert (found["due"], found["overdue"]) == ([str(here.pk)], [str(there.pk)])
    assert "2 Feb 2027, 06:00 NZDT" in page.content.decode()
    page = signed_in(nurse).get(WORKLIST, {"site": str(other.pk)})
    assert (sections(page)["due"], sections(page)["overdue"]) == ([], [str(there.pk)])


def test_pages_of_a_group_follow_each_other(ward: Client, site: Site) -> None:
    course = course_row(site)
    for number in range(ROWS_A_PAGE + 4):
        item_row(course, YESTERDAY - timedelta(days=number))
    first = ward.get(WORKLIST, {"show": "overdue"})
    following = ward.get(first.context["page"].after_url)
    assert (len(sections(first)["overdue"]), len(sections(following)["overdue"])) == (
        ROWS_A_PAGE,
        4,
    )
    back = ward.get(following.context["page"].before_url)
    assert sections(back) == sections(first)


# To several rows at once --------------------------------------------------------------------------


def test_results_are_marked_as_seen(ward: Client, site: Site, infusion_nurse: User) -> None:
    rows = [result_row(course_row(site), TODAY) for _ in range(3)]
    answer = ward.post(
        f"{WORKLIST}?show=results",
        {"act": "seen", "group": "results", "key": [str(row.pk) for row in rows[:2]]},
    )
    assert (answer.status_code, answer["Location"]) == (302, f"{WORKLIST}?show=results")
    assert "2 results marked as seen." in ward.get(answer["Location"]).content.decode()
    assert set(Result.objects.exclude(seen_by=None).values_list("pk", flat=True)) == {
        rows[0].pk,
        rows[1].pk,
    }
    assert AuditEvent.objects.filter(verb="saw result", actor_id=infusion_nurse.pk).count() == 2


def test_alerts_are_acknowledged(ward: Client, site: Site) -> None:
    alert = alert_row(course_row(site))
    assert ward.post(WORKLIST, {"act": "acknowledge", "key": alert.pk}).status_code == 302
    assert Alert.objects.get().acknowledged_at == NOON


@pytest.fixture
def planned(site: Site, infusion_nurse: User) -> InfusionCourse:
    course = InfusionCourseFactory(patient__site=site, start_on=TODAY)
    replan(by=infusion_nurse, now=NOON, course=course)
    made: InfusionCourse = course
    return made


def test_items_are_waived_with_one_reason(ward: Client, planned: InfusionCourse) -> None:
    items = list(planned.due_items.filter(rule__in=["scan_yearly", "antibody_baseline"]))
    sent = {"act": "waive", "group": "due", "key": [item.pk for item in items]}
    answer = ward.post(WORKLIST, {**sent, "reason": " "})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#reason-due"' in text
    assert "Give the reason for which the items are waived." in text
    assert not DueItem.objects.filter(end="waived").exists()
    assert text.count(" checked>") == 1, "what is due stays chosen; the other is not on this page"
    answer = ward.post(WORKLIST, {**sent, "reason": "Done elsewhere."})
    assert answer.status_code == 302
    waived = DueItem.objects.filter(end="waived")
    assert {item.end_reason for item in waived} == {"Done elsewhere."}
    assert waived.count() == 2


def test_each_refusal_is_told_and_the_others_are_done(ward: Client, site: Site) -> None:
    """Seen by somebody else in the meantime, of a foreign site, no such row, no key at all."""
    seen, mine = (result_row(course_row(site), TODAY) for _ in range(2))
    Result.objects.filter(pk=seen.pk).update(seen_at=NOON, seen_by=UserFactory(name="Una"))
    foreign = result_row(course_row(SiteFactory()), TODAY)
    keys = [str(seen.pk), str(foreign.pk), "nonsense", str(mine.pk)]
    answer = ward.post(WORKLIST, {"act": "seen", "group": "results", "key": keys})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "1 result marked as seen." in text
    assert f"{seen.patient}: This result was seen already, by Una." in text
    assert text.count("It is not in your lists any more.") == 2
    mine.refresh_from_db()
    foreign.refresh_from_db()
    assert (mine.seen_at, foreign.seen_at) == (NOON, None)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"act": "seen"},
        {"act": "erase", "key": "1"},
        {"act": "waive", "key": "1" * 400, "reason": "x"},
        {"act": "waive", "key": "1", "reason": "x" * 401},
        {"act": "waive", "key": "1", "reason": "x\x00y"},
        {"act": "acknowledge", "key": "-1"},
    ],
)
def test_bad_input_is_answered_and_changes_nothing(
    ward: Client, site: Site, sent: dict[str, str]
) -> None:
    one_of_each(course_row(site))
    answer = ward.post(WORKLIST, sent)
    assert answer.status_code in {409, 422}
    assert 'class="error-summary"' in answer.content.decode()
    assert not AuditEvent.objects.exclude(verb="opened").exists()


# Schedules that do not hold -----------------------------------------------------------------------


def test_what_is_stale_is_worked_out_before_the_page_is_read(ward: Client, site: Site) -> None:
    course = course_row(site, planned_through_on=YESTERDAY, start_on=TODAY)
    page = ward.get(WORKLIST)
    assert "stale" not in sections(page)
    assert sections(page)["due"], "the items of the schedule are there"
    course.refresh_from_db()
    assert course.planned_through_on is not None
    assert course.planned_through_on >= TODAY
    assert AuditEvent.objects.get(verb="planned anew").actor_name == "Myelin"


def test_what_is_left_stale_is_listed_until_it_is_worked_out(ward: Client, site: Site) -> None:
    courses = [
        course_row(site, planned_through_on=YESTERDAY, start_on=TODAY)
        for _ in range(MOST_FOR_A_PAGE + 2)
    ]
    page = ward.get(WORKLIST)
    assert len(sections(page)["stale"]) == 2
    text = page.content.decode()
    assert "an empty list is no promise" in text
    assert f"Work out the next {MOST_AT_ONCE}" in text
    answer = ward.post(WORKLIST, {"act": "refresh"})
    assert answer.status_code == 302
    page = ward.get(WORKLIST)
    assert "2 schedules worked out." in page.content.decode()
    assert "stale" not in sections(page)
    assert not InfusionCourse.objects.filter(planned_through_on__lt=TODAY).exists()
    assert InfusionCourse.objects.count() == len(courses)


# Queries ------------------------------------------------------------------------------------------


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200

    return len(captured)


@pytest.mark.parametrize("query", ["", "?show=overdue", "?show=renewals", "?test=cbc"])
def test_queries_do_not_grow_with_the_rows(ward: Client, site: Site, query: str) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            one_of_each(CourseAuthorizationFactory(course=course_row(site)).course)

    grow(2)
    few = queries(ward, WORKLIST + query)
    grow(10)
    assert queries(ward, WORKLIST + query) == few <= 38


@pytest.mark.parametrize("grow", [hold_row, alert_row])
def test_queries_do_not_grow_with_one_person(
    ward: Client, site: Site, grow: Callable[[InfusionCourse], Any]
) -> None:
    course = course_row(site)
    grow(course)
    few = queries(ward, WORKLIST)
    for number in range(8):
        result_row(course, YESTERDAY - timedelta(days=number), seen_at=NOON,
                   seen_by=course.opened_by)  # fmt: skip
        item_row(course, YESTERDAY, closed=True, end="superseded", end_reason="x",
                 ended_on=YESTERDAY)  # fmt: skip
    assert queries(ward, WORKLIST) == few
