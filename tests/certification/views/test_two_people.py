"""Two reviewers at one case: nothing is overwritten in silence."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from certification.models import Case
from config.roles import Role
from tests.certification.views.conftest import SignIn, somebody
from tests.certification.views.typed import answer_to, first, sent

pytestmark = pytest.mark.usefixtures("references", "facts")


class TestTwoPeople:
    """A second reviewer answers while the first one's page is open."""

    @pytest.fixture
    def other(self, case: Case, sign_in: SignIn) -> Client:
        return sign_in(somebody(case.site, Role.NURSE_REVIEWER))

    def test_both_versions_are_shown_and_theirs_stays_until_chosen(
        self, reviewer: Client, other: Client, case: Case
    ) -> None:
        mine = sent(case, edss="6", edss__note="mine")
        other.post(first(case), sent(case, edss="4"))
        response = reviewer.post(first(case), mine)
        page = response.content.decode()
        assert response.status_code == 409
        assert "Theirs: <strong>4</strong>" in page
        assert "Yours, as typed below: <strong>6</strong>" in page
        assert 'value="mine"' in page, "what was typed is kept"
        assert answer_to(case, "edss").value == 4  # type: ignore[union-attr]

    @pytest.mark.parametrize(("choice", "stays"), [("theirs", 4), ("mine", 6)])
    def test_the_reviewer_chooses(
        self, reviewer: Client, other: Client, case: Case, choice: str, stays: float
    ) -> None:
        mine = sent(case, edss="6")
        other.post(first(case), sent(case, edss="4"))
        page = reviewer.post(first(case), mine).content.decode()
        revision = re.search(r'name="revision" id="revision" value="(\d+)"', page)
        assert revision is not None
        again = mine | {"revision": revision[1], "a-edss-keep": choice}
        assert reviewer.post(first(case), again).status_code == 302
        assert answer_to(case, "edss").value == stays  # type: ignore[union-attr]

    def test_different_questions_do_not_disturb_each_other(
        self, reviewer: Client, other: Client, case: Case
    ) -> None:
        mine = sent(case, edss="6", diagnosis_confirmed="")
        other.post(first(case), sent(case, diagnosis_confirmed="yes"))
        assert reviewer.post(first(case), mine).status_code == 302
        assert answer_to(case, "diagnosis_confirmed").value is True  # type: ignore[union-attr]
        assert answer_to(case, "edss").value == 6  # type: ignore[union-attr]

    def test_in_the_background_the_conflict_is_told_and_nothing_is_swapped_away(
        self, reviewer: Client, other: Client, case: Case
    ) -> None:
        mine = sent(case, edss="6")
        other.post(first(case), sent(case, edss="4"))
        response = reviewer.post(first(case), mine, headers={"HX-Request": "true"})
        page = response.content.decode()
        assert "Not saved" in page
        assert "hx-swap-oob" not in page
        assert "HX-Trigger-After-Settle" not in response
