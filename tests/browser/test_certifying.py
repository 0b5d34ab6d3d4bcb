"""From a request to a signed, cited determination and its letters, as a nurse reviewer does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Reader
from tests.browser.requested import request
from tests.browser.reviewing import (
    download_letters,
    find,
    open_case,
    register,
    sign,
    to_recommendation,
    work_through,
)

JOURNEYS = {
    "natalizumab": ("natalizumab-initial", {}),
    "ocrelizumab, relapsing-remitting": ("ocrelizumab_iv-initial", {"phenotype": "RRMS"}),
    "ocrelizumab, primary progressive": ("ocrelizumab_iv-initial", {"phenotype": "PPMS"}),
    "alemtuzumab": ("alemtuzumab-initial", {}),
    "methylprednisolone for a relapse": ("methylprednisolone_ivmp-acute_course", {}),
}


@pytest.mark.parametrize("journey", JOURNEYS)
def test_a_request_becomes_a_signed_certification(
    reader_as: Callable[..., Reader], journey: str
) -> None:
    set_key, like = JOURNEYS[journey]
    wanted = request(
        set_key, f"Certify-{list(JOURNEYS).index(journey)}", recommendation="certify", **like
    )
    first = journey == "natalizumab"
    reader = reader_as("" if first else "nurse")
    if first:
        reader.goto("/accounts/login/")
        reader.check()
        reader.sign_in("nurse")
        reader.see("Today")
        register(reader, wanted, look=True)
        find(reader, wanted.family_name)
    else:
        register(reader, wanted)
    open_case(reader, wanted, look=first)
    steps = work_through(reader, wanted)
    assert steps >= 3
    to_recommendation(reader, "Certify")
    page = reader.page
    page.get_by_role("link", name="Certify", exact=True).click()
    page.get_by_text("By signing I certify, as a nurse reviewer").wait_for()
    reader.check()
    sign(reader, "Sign and certify")
    expect(page.locator(".outcome")).to_contain_text("Certified")
    expect(page.locator("#references-title")).to_be_visible()
    download_letters(page)
