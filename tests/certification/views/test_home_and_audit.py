"""Where a day begins, by role; and who looked at what."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import Case, Determination, User
from certification.workflow import ContentStatus
from config.roles import Role
from tests.certification.actions.flow import refer
from tests.certification.views.conftest import SignIn, case_url, somebody
from tests.factories import AuditEventFactory, CriteriaVersionFactory, SiteFactory, StatementFactory

pytestmark = pytest.mark.usefixtures("references", "facts")
HOME = reverse("home")
AUDIT = reverse("certification:audit")


class TestHome:
    def test_a_nurse_sees_the_next_case(self, reviewer: Client, case: Case) -> None:
        page = reviewer.get(HOME)
        assert page.context["page"].first.number == case.number
        assert case_url("", case) in page.content.decode()

    def test_a_physician_sees_what_was_referred_first(
        self, doctor: Client, met: Case, nurse: User, now: datetime
    ) -> None:
        refer(met, nurse, now)
        page = doctor.get(HOME).context["page"]
        assert page.lists[0].title == "Referred to you"
        assert page.first.number == met.number

    def test_a_reader_is_given_no_next_act(self, sign_in: SignIn, certified: Determination) -> None:
        page = sign_in(somebody(certified.case.site, Role.INFUSION_NURSE)).get(HOME)
        assert page.context["page"].first is None
        assert certified.case.number in page.content.decode()

    @pytest.mark.parametrize("role", [Role.CONTENT_EDITOR, Role.CONTENT_APPROVER])
    def test_content_people_see_what_waits(self, sign_in: SignIn, role: Role) -> None:
        waiting = {"status": ContentStatus.SUBMITTED, "approved_by": None, "approved_at": None}
        StatementFactory(**waiting)
        CriteriaVersionFactory(**waiting)
        page = sign_in(somebody(SiteFactory(), role)).get(HOME).content.decode()
        assert "1 statement awaiting review" in page
        assert "1 criteria version awaiting review" in page

    def test_an_administrator_is_shown_the_way(self, sign_in: SignIn) -> None:
        page = sign_in(somebody(SiteFactory(), Role.ADMINISTRATOR)).get(HOME).content.decode()
        assert "Users, sites and roles" in page

    def test_an_auditor_sees_the_newest_acts(
        self, sign_in: SignIn, reviewer: Client, case: Case
    ) -> None:
        reviewer.get(case_url("", case))
        page = sign_in(somebody(case.site, Role.AUDITOR)).get(HOME).content.decode()
        assert "looked at the case" in page

    def test_cases_of_other_sites_do_not_show(self, sign_in: SignIn, case: Case) -> None:
        page = sign_in(somebody(SiteFactory(), Role.NURSE_REVIEWER)).get(HOME).content.decode()
        assert case.number not in page
        assert "No case is waiting for a reviewer." in page


class TestAudit:
    @pytest.fixture
    def auditor(self, sign_in: SignIn, case: Case) -> Client:
        return sign_in(somebody(case.site, Role.AUDITOR))

    def test_own_sites_and_what_has_no_site(
        self, auditor: Client, reviewer: Client, case: Case
    ) -> None:
        reviewer.get(case_url("", case))
        AuditEventFactory(verb="approved content", site_id=None)
        AuditEventFactory(verb="secret act", site_id=SiteFactory().pk)
        page = auditor.get(AUDIT).content.decode()
        assert "looked at the case" in page
        assert "approved content" in page
        assert "secret act" not in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"who": "some"}, True),
            ({"who": "nobody"}, False),
            ({"what": "case"}, True),
            ({"what": "patient"}, False),
            ({"openings": "acts"}, True),
            ({"openings": "openings"}, False),
            ({"since": "2027-01-11"}, True),
            ({"since": "2027-01-12"}, False),
            ({"until": "2027-01-10"}, False),
            ({"since": "not a day"}, True),
        ],
    )
    def test_filters(self, auditor: Client, case: Case, query: dict[str, str], found: bool) -> None:
        AuditEventFactory(verb="did a thing", actor_name="Somebody", site_id=case.site_id)
        page = auditor.get(AUDIT, query).content.decode()
        assert ("did a thing" in page) is found

    def test_pages_follow_each_other(self, auditor: Client, case: Case) -> None:
        for _ in range(55):
            AuditEventFactory(site_id=case.site_id)
        pages = auditor.get(AUDIT).context["pages"]
        assert len(pages.rows) == 50
        assert len(auditor.get(AUDIT, {"after": pages.after}).context["pages"].rows) == 5
