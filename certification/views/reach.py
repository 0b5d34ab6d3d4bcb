"""How does a view reach a record, and answer?

A record of a foreign site is not there: 404, the same answer as for one that does not exist.
Opening a record is written down.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from certification.actions.events import record_opening
from certification.forms.base import PageForm
from certification.models import Answer, Case, Determination, Patient, PriorTherapy, User
from certification.models.prepared import Prepared, hold
from certification.policies import Refused

Result = TypeVar("Result")


class StaffRequest(HttpRequest):
    """What a view gets behind ``requires``: somebody is signed in."""

    user: User
    htmx: HtmxDetails


SECONDS_BETWEEN_OPENINGS = 3600
REMEMBERED_OPENINGS = 60
# What the pages of a case read. Long columns stay in the database: the document of the criteria is
# read once and kept, the details of a therapy are shown on its own page.
RELATED = ("site", "patient", "therapy", "turnaround_profile", "criteria_version__approved_by")
READ = (
    *("id", "number", "site_id", "patient_id", "therapy_id", "request_type", "status", "urgency"),
    *("criteria_version_id", "turnaround_profile_id", "ordering_clinician", "service_on"),
    *("ordering_clinician_number", "due_at", "time_left", "opened_at", "closed_at", "revision"),
    *("site__name", "site__time_zone", "therapy__key", "therapy__generic", "therapy__off_label"),
    *("turnaround_profile__title", "turnaround_profile__calendar"),
    *(f"patient__{f.name}" for f in Patient._meta.concrete_fields),
    *(
        f"criteria_version__{name}"
        for name in (
            *("set_key", "title", "version", "policy_organisation", "signer", "content_hash"),
            *("certification_months", "quantity_limit", "effective_on", "expires_on", "status"),
            *("next_review_on", "updated_at"),
        )
    ),
    *(f"criteria_version__approved_by__{name}" for name in ("username", "name", "credentials")),
    "criteria_version__approved_by__is_demo",
)
CASE: Prepared[Case] = Prepared(
    lambda pk, user: (
        Case.objects.at_sites_of(user).filter(pk=pk).select_related(*RELATED).only(*READ)
    ),
    pk=Case._meta.pk,
    user=User._meta.pk,
)
ANSWERS: Prepared[Answer] = Prepared(
    lambda case: Answer.objects.filter(case=case).only(
        "case_id", "fact_key", "state", "value", "typed", "observed_on", "source", "note"
    ),
    case=Case._meta.pk,
)
PRIOR_THERAPIES: Prepared[PriorTherapy] = Prepared(
    lambda patient: PriorTherapy.objects.filter(patient=patient), patient=Patient._meta.pk
)


def patient_or_404(request: StaffRequest, pk: UUID) -> Patient:
    visible = Patient.objects.visible_to(request.user).select_related("site")
    return get_object_or_404(visible, pk=pk)


def case_or_404(request: StaffRequest, pk: UUID) -> Case:
    """The case with all that its pages read."""
    case = CASE.first(pk=pk, user=request.user.pk)
    if case is None:
        raise Http404("No case of the person's sites has this address.")
    hold(case, "answers", ANSWERS.rows(case=pk))
    hold(case.patient, "prior_therapies", PRIOR_THERAPIES.rows(patient=case.patient_id))
    return case


def determination_or_404(request: StaffRequest, pk: UUID) -> Determination:
    visible = Determination.objects.visible_to(request.user).select_related(
        "case__site", "case__patient", "case__therapy", "reason"
    )
    return get_object_or_404(visible, pk=pk)


def opened(request: StaffRequest, record: Model, now: datetime, *, again: bool = False) -> None:
    """Writes the opening of a record down; the pages inside a case only once an hour."""
    seen: dict[str, float] = request.session.get("openings", {})
    key, moment = str(record.pk), now.timestamp()
    if again or moment - seen.get(key, 0) > SECONDS_BETWEEN_OPENINGS:
        record_opening(by=request.user, obj=record, at=now)
        kept = sorted({**seen, key: moment}.items(), key=lambda item: item[1])
        request.session["openings"] = dict(kept[-REMEMBERED_OPENINGS:])


def attempt(form: PageForm, act: Callable[[], Result]) -> Result | None:
    """Does it, or shows on the form why it was refused."""
    try:
        return act()
    except Refused as refused:
        form.refuse(refused)
        return None


def page(
    request: StaffRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    zone: str = "",
) -> HttpResponse:
    """Renders a page with the times of a site."""
    with timezone.override(ZoneInfo(zone or settings.TIME_ZONE)):
        return render(request, template, context, status=status)
