"""A signed determination and its letters."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.test import Client
from django.urls import reverse

from certification.models import AuditEvent, Determination, User
from config.roles import Role
from tests.certification.views.conftest import SignIn, somebody
from tests.factories import SiteFactory

pytestmark = pytest.mark.usefixtures("references", "facts")


def url(determination: Determination) -> str:
    return reverse("certification:determination", args=[determination.pk])


def letter_url(determination: Determination, audience: str) -> str:
    return reverse("certification:letter", args=[determination.pk, audience])


def test_it_shows_the_decision_the_grounds_and_the_seal(
    reviewer: Client, certified: Determination
) -> None:
    page = reviewer.get(url(certified)).content.decode()
    for words in (
        "Certified",
        certified.seal,
        certified.content_hash,
        certified.signer_name,
        "By signing I certify",
        "The disease has a relapsing course.",
        "Title of guideline_a",
        "300 mg",
    ):
        assert words in page


def test_it_shows_what_was_sealed_and_not_what_is_so_today(
    reviewer: Client, certified: Determination
) -> None:
    certified.case.answers.update(value="PPMS")
    page = reviewer.get(url(certified)).content.decode()
    assert "Relapsing-remitting" in page
    assert "Primary progressive" not in page


@pytest.mark.parametrize("audience", ["clinician", "patient"])
def test_a_letter_is_sent_as_it_was_stored(
    reviewer: Client, certified: Determination, audience: str
) -> None:
    response = reviewer.get(letter_url(certified, audience))
    stored = certified.letters.get(audience=audience)
    assert response.content == bytes(stored.pdf)
    assert hashlib.sha256(response.content).hexdigest() == stored.sha256
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "no-store"
    name = re.fullmatch(r'attachment; filename="([\w.-]+)"', response["Content-Disposition"])
    assert name is not None
    patient = certified.case.patient
    assert patient.family_name not in name[1]
    assert patient.record_number not in name[1]


def test_looking_and_downloading_are_written_down(
    reviewer: Client, certified: Determination
) -> None:
    reviewer.get(url(certified))
    reviewer.get(letter_url(certified, "patient"))
    opened = AuditEvent.objects.filter(verb="opened", case_id=certified.case_id)
    assert {event.object_type for event in opened} == {"determination", "letter"}


def test_a_letter_for_nobody(reviewer: Client, certified: Determination) -> None:
    assert reviewer.get(letter_url(certified, "lawyer")).status_code == 404


def test_another_site_sees_neither(sign_in: SignIn, certified: Determination, nurse: User) -> None:
    foreign = sign_in(somebody(SiteFactory(), Role.PHYSICIAN_REVIEWER))
    assert foreign.get(url(certified)).status_code == 404
    assert foreign.get(letter_url(certified, "patient")).status_code == 404
