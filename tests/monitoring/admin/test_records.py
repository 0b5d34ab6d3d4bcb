"""Do auditors read what was monitored, of their own sites, without names and secrets?"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db.models import Model
from django.test import Client

from config.roles import Role
from monitoring.models import CalendarFeed, Hold, ImportBatch, InfusionCourse, Result, Visit
from tests.certification.admin.conftest import SignIn, page
from tests.certification.admin.test_markup import check
from tests.factories import SiteFactory, UserFactory
from tests.factories.monitoring import InfusionCourseFactory

NOW = datetime(2027, 2, 1, 17, tzinfo=UTC)
SECRET = "5" * 64


@pytest.fixture
def made(db: None) -> dict[type[Model], Model]:
    """One row of each kind at one site."""
    course = InfusionCourseFactory()
    nurse, site = UserFactory(), course.site
    return {
        InfusionCourse: course,
        Visit: Visit.objects.create(
            course=course, scheduled_on=NOW.date(), booked_by=nurse, booked_at=NOW
        ),
        Result: Result.objects.create(
            patient=course.patient, site=site, test="cbc", requested_on=NOW.date(),
            entered_by=nurse, entered_at=NOW,
        ),
        Hold: Hold.objects.create(course=course, reason="Fever", placed_by=nurse, placed_at=NOW),
        ImportBatch: ImportBatch.objects.create(
            sha256="1" * 64, site=site, file_name="a.csv", rows=1, added=1, imported_by=nurse,
            imported_at=NOW,
        ),
        CalendarFeed: CalendarFeed.objects.create(
            site=site, secret_hash=SECRET, created_by=nurse, created_at=NOW
        ),
    }  # fmt: skip


@pytest.fixture
def here(made: dict[type[Model], Model], sign_in: SignIn) -> Client:
    return sign_in(Role.AUDITOR, sites=[made[InfusionCourse].site])


MODELS = [InfusionCourse, Visit, Result, Hold, ImportBatch, CalendarFeed]


@pytest.mark.parametrize("model", MODELS)
def test_read_and_never_written(
    model: type[Model], made: dict[type[Model], Model], here: Client
) -> None:
    row = made[model]
    listed = here.get(page(model, "changelist"))
    assert row in listed.context["cl"].result_list
    url = page(model, "change", row.pk)
    shown = here.get(url).content.decode()
    patient = made[InfusionCourse].patient
    for text in (listed.content.decode(), shown):
        assert patient.family_name not in text
        assert patient.record_number not in text
        assert SECRET not in text
    assert "_save" not in shown
    assert here.post(url, {}).status_code == 403
    assert here.get(page(model, "add")).status_code == 403
    assert here.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_of_other_sites_nothing_is_read(
    model: type[Model], made: dict[type[Model], Model], sign_in: SignIn
) -> None:
    away = sign_in(Role.AUDITOR, sites=[SiteFactory()])
    assert not away.get(page(model, "changelist")).context["cl"].result_list
    assert away.get(page(model, "change", made[model].pk)).status_code == 302


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", [role for role in Role if role != Role.AUDITOR])
def test_only_auditors_read(
    role: Role, model: type[Model], made: dict[type[Model], Model], sign_in: SignIn
) -> None:
    client = sign_in(role, sites=[made[InfusionCourse].site])
    assert client.get(page(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_inline(
    model: type[Model], made: dict[type[Model], Model], here: Client
) -> None:
    for name, given in (("changelist", ()), ("change", (made[model].pk,))):
        check(here, page(model, name, *given))
