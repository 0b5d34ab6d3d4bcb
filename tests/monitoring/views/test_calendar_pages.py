"""Making and revoking calendars: who may, what is shown, and what is kept."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import AuditEvent, Site, User
from certification.policies import Refused
from config.roles import Role
from monitoring.actions.feeds import MOST_FEEDS, create_feed, revoke_feed
from monitoring.models import CalendarFeed, InfusionCourse, Visit
from tests.certification.views.conftest import SignIn, somebody
from tests.certification.views.test_queries import constant
from tests.factories import PatientFactory, SiteFactory, UserFactory
from tests.factories.monitoring import InfusionCourseFactory
from tests.monitoring.actions.steps import START

LIST, NEW = reverse("monitoring:calendars"), reverse("monitoring:calendar-new")


@pytest.fixture
def secret(infusion_nurse: User, site: Site, now: datetime) -> str:
    """The address of the whole site's calendar."""
    _, secret = create_feed(by=infusion_nurse, now=now, site=site, whole_site=True)
    return secret


def address(secret: str) -> str:
    return reverse("monitoring:calendar-feed", args=[secret])


def closed(secret: str) -> bool:
    response = Client().get(address(secret))
    assert response.status_code in (200, 404)
    return response.status_code == 404


@pytest.mark.parametrize(("reach", "whole"), [("mine", False), ("site", True)])
def test_an_address_is_shown_once(
    nurses: Client, site: Site, infusion_nurse: User, reach: str, whole: bool
) -> None:
    page = nurses.post(NEW, {"site": site.pk, "reach": reach}).content.decode()
    (shown,) = re.findall(r'value="http://testserver(/monitoring/calendars/feed/[^"]+)"', page)
    assert Client().get(shown).status_code == 200
    assert "calendars/feed/" not in nurses.get(LIST).content.decode()
    feed = CalendarFeed.objects.get()
    assert (feed.user == infusion_nurse) is not whole
    event = AuditEvent.objects.filter(verb="created calendar").get()
    assert (event.object_id, event.site_id) == (str(feed.pk), site.pk)


@pytest.mark.parametrize(
    "data", [{}, {"site": "x", "reach": "mine"}, {"site": "", "reach": "everything"}]
)
def test_bad_input_makes_nothing(nurses: Client, data: dict[str, str]) -> None:
    assert nurses.post(NEW, data).status_code == 422
    assert not CalendarFeed.objects.exists()


def test_nobody_makes_a_calendar_of_a_foreign_site(
    nurses: Client, infusion_nurse: User, now: datetime
) -> None:
    foreign = SiteFactory()
    assert nurses.post(NEW, {"site": foreign.pk, "reach": "site"}).status_code == 422
    with pytest.raises(Refused, match="site that you do not work at"):
        create_feed(by=infusion_nurse, now=now, site=foreign, whole_site=True)


def test_addresses_are_not_made_without_end(
    nurses: Client, infusion_nurse: User, site: Site, now: datetime
) -> None:
    for _ in range(MOST_FEEDS):
        create_feed(by=infusion_nurse, now=now, site=site, whole_site=False)
    response = nurses.post(NEW, {"site": site.pk, "reach": "mine"})
    assert response.status_code == 409
    assert "Revoke one first." in response.content.decode()


def test_ones_own_calendar_is_revoked_by_oneself_only(
    infusion_nurse: User, site: Site, now: datetime, sign_in: SignIn
) -> None:
    feed, _ = create_feed(by=infusion_nurse, now=now, site=site, whole_site=False)
    other = UserFactory(roles=[Role.INFUSION_NURSE], sites=[site])
    with pytest.raises(Refused, match="somebody else's"):
        revoke_feed(by=other, now=now, feed=feed)
    url = reverse("monitoring:calendar-revoke", args=[feed.pk])
    assert sign_in(other).post(url).status_code == 404
    revoke_feed(by=infusion_nurse, now=now, feed=feed)
    with pytest.raises(Refused, match="revoked already"):
        revoke_feed(by=infusion_nurse, now=now, feed=feed)


def test_any_nurse_of_the_site_revokes_its_calendar(
    secret: str, site: Site, sign_in: SignIn
) -> None:
    other = sign_in(UserFactory(roles=[Role.INFUSION_NURSE], sites=[site]))
    assert "Whole site" in other.get(LIST).content.decode()
    other.post(reverse("monitoring:calendar-revoke", args=[CalendarFeed.objects.get().pk]))
    assert closed(secret)


def test_readers_see_the_list_and_make_nothing(secret: str, sign_in: SignIn, site: Site) -> None:
    page = sign_in(somebody(site, Role.AUDITOR)).get(LIST).content.decode()
    assert "Whole site" in page
    assert "Make the address" not in page
    assert ">Revoke<" not in page


def test_a_calendar_whose_owner_left_says_so(
    nurses: Client, secret: str, site: Site, sign_in: SignIn, infusion_nurse: User
) -> None:
    infusion_nurse.sites.clear()
    other = sign_in(UserFactory(roles=[Role.INFUSION_NURSE], sites=[site]))
    assert "may no longer see this site" in other.get(LIST).content.decode()


def test_queries_do_not_grow_with_entries_or_calendars(
    nurses: Client, secret: str, course: InfusionCourse, infusion_nurse: User, now: datetime
) -> None:
    made = iter(range(100))

    def grow(count: int) -> None:
        for _ in range(count):
            number = next(made)
            CalendarFeed.objects.create(
                site=course.site, secret_hash=f"{number:064}", created_by=UserFactory(),
                created_at=now,
            )  # fmt: skip
            patient = PatientFactory(site=course.site)
            other = InfusionCourseFactory(patient=patient, protocol_version=course.protocol_version)
            Visit.objects.create(
                course=other, scheduled_on=START, booked_by=infusion_nurse, booked_at=now
            )

    assert constant(nurses, LIST, grow) <= 10
    assert constant(Client(), address(secret), grow) <= 10
