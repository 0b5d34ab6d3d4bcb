"""How is an act, or the opening of a record, written down?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from certification.models import AuditEvent, Case, Determination, Patient, User


def record_event(
    *,
    by: User | None,
    verb: str,
    obj: models.Model,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Adds one audit event. ``by`` None means the system itself (loading content at set-up).

    ``data`` must be plain JSON data and may hold old and new values.
    """
    case, patient = _subjects(obj)
    subject = case or patient
    site_id = subject.site_id if subject else getattr(obj, "site_id", None)
    return AuditEvent.objects.create(
        at=at,
        actor_id=by.pk if by else None,
        actor_name=by.signing_name if by else "Myelin",
        actor_roles=" ".join(sorted(by.role_keys)) if by else "",
        verb=verb,
        object_type=obj._meta.model_name or "",
        object_id=str(obj.pk),
        site_id=site_id,
        patient_id=patient.pk if patient else (case.patient_id if case else None),
        case_id=case.pk if case else None,
        data=dict(data or {}),
    )


def record_opening(*, by: User, obj: models.Model, at: datetime) -> AuditEvent:
    """Writes down that somebody looked at a record of a patient."""
    return record_event(by=by, verb="opened", obj=obj, at=at)


def _subjects(obj: models.Model) -> tuple[Case | None, Patient | None]:
    match obj:
        case Case():
            return obj, None
        case Determination():
            return obj.case, None
        case Patient():
            return None, obj
        case _ if hasattr(obj, "case"):
            return obj.case, None
        case _ if hasattr(obj, "determination"):
            return obj.determination.case, None
        case _ if hasattr(obj, "patient"):
            return None, obj.patient
        case _ if hasattr(obj, "course"):
            return None, obj.course.patient
        case _ if hasattr(obj, "visit"):
            return None, obj.visit.course.patient
    return None, None
