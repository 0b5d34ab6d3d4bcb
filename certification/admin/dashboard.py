"""How does the content stand, in plain numbers? The first page of the admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from certification.admin.base import today
from certification.admin.findings import (
    LEVEL_TAGS,
    LEVEL_TITLES,
    counts_by_level,
    kept_findings,
)
from certification.admin.history import history_line
from certification.admin.marks import criteria_marks, marks_of, unverified_marks
from certification.content_kinds import content_kinds
from certification.models import (
    UNVERIFIED,
    AuditEvent,
    CriteriaVersion,
    DeterminationReason,
    EditorialModel,
    Fact,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
)
from certification.presenters.wording import counted
from certification.workflow import CONTENT_STATUS_TITLES, ContentStatus
from config.access import has_permission
from config.roles import Permission

CONTENT: tuple[type[EditorialModel], ...] = (
    CriteriaVersion, Therapy, Statement, Reference, Fact, TurnaroundProfile, DeterminationReason,
)  # fmt: skip
FEWEST = 10
"""Acts of one's own that the first page recalls."""


@dataclass(frozen=True, slots=True)
class Number:
    """``url`` leads to the rows that were counted; empty when there are none."""

    label: str
    count: int
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    title: str
    url: str
    numbers: tuple[Number, ...]


def content_dashboard(request: HttpRequest) -> dict[str, Any]:
    """One query for each kind of content, five more, however much content there is."""
    user: Any = request.user
    mine = AuditEvent.objects.filter(actor_id=user.pk).order_by("-id")[:FEWEST]
    context: dict[str, Any] = {"my_acts": [history_line(event) for event in mine]}
    readers = (Permission.EDIT_CONTENT, Permission.APPROVE_CONTENT, Permission.READ_AUDIT,
               Permission.MANAGE_USERS)  # fmt: skip
    if any(has_permission(user, permission) for permission in readers):
        counts = {model: _counts(model, user) for model in content_kinds(CONTENT)}
        context["content_kinds"] = [_kind(model, found) for model, found in counts.items()]
        context["my_turn"] = list(_my_turn(user, counts))
        context["source_checks"] = _source_checks()
    return context


def _source_checks() -> list[Number]:
    found = counts_by_level(kept_findings(today()))
    base = reverse("admin:certification_reference_checks")
    return [
        _number(f"{title}s", found[level], base, LEVEL_TAGS[level], level=level.value)
        for level, title in LEVEL_TITLES.items()
    ]


def _counts(model: type[EditorialModel], user: Any) -> dict[str, int]:
    living = ~Q(status=ContentStatus.RETIRED)
    wanted = {status.value: Count("pk", Q(status=status)) for status in ContentStatus}
    wanted["overdue"] = Count("pk", living & Q(next_review_on__lt=today()))
    wanted["demo"] = Count("pk", Q(status=ContentStatus.APPROVED, approved_by__is_demo=True))
    waiting = Q(status__in=[ContentStatus.SUBMITTED, ContentStatus.UNDER_REVIEW])
    own = Q(submitted_by=user)
    wanted["reviewable"] = Count("pk", waiting & (~own | Q(submitted_by=None)))
    wanted["returned_to_me"] = Count("pk", own & Q(status=ContentStatus.RETURNED))
    if _has_confidence(model):
        wanted["unverified"] = Count("pk", living & Q(verified__in=UNVERIFIED))
    found: dict[str, int] = model._default_manager.aggregate(**wanted)
    if model is CriteriaVersion:
        rows = CriteriaVersion.objects.exclude(status=ContentStatus.RETIRED).defer("document")
        marks = marks_of(rows, today(), criteria_marks).values()
        found["unverified"] = sum(mark.unverified for mark in marks)
    elif model.IS_VERSION:
        documents = model._default_manager.exclude(status=ContentStatus.RETIRED)
        found["unverified"] = sum(
            map(unverified_marks, documents.values_list("document", flat=True))
        )
    if model is Therapy:
        details = Therapy.objects.exclude(status=ContentStatus.RETIRED)
        found["unverified"] = sum(map(unverified_marks, details.values_list("details", flat=True)))
    return found


def _has_confidence(model: type[EditorialModel]) -> bool:
    return any(field.name == "verified" for field in model._meta.concrete_fields)


def _kind(model: type[EditorialModel], counts: dict[str, int]) -> Kind:
    base = _list_url(model)
    numbers = [
        _number(title, counts[status.value], base, status.value, status__exact=status.value)
        for status, title in CONTENT_STATUS_TITLES.items()
    ]
    numbers.append(_number("Review overdue", counts["overdue"], base, "overdue", review="overdue"))
    chosen = {"source": "unverified"} if _has_confidence(model) else {}
    count = counts.get("unverified", 0)
    numbers.append(_number("Unverified", count, base, "unverified", **chosen))
    numbers.append(_number("Demo approval", counts["demo"], base, "demo", approval="demo"))
    return Kind(str(model._meta.verbose_name_plural).capitalize(), base, tuple(numbers))


def _number(label: str, count: int, base: str, tone: str, **query: str) -> Number:
    url = (f"{base}?{urlencode(query)}" if query else base) if count else ""
    return Number(label, count, url, tone)


def _my_turn(user: Any, counts: dict[type[EditorialModel], dict[str, int]]) -> Iterator[str]:
    """What waits for this person, in sentences."""
    if has_permission(user, Permission.APPROVE_CONTENT):
        waiting = sum(found["reviewable"] for found in counts.values())
        waits = counted(waiting, "row of content waits", "rows of content wait")
        yield f"{waits if waiting else 'Nothing waits'} for a review that you may do."
    if has_permission(user, Permission.EDIT_CONTENT):
        returned = sum(found["returned_to_me"] for found in counts.values())
        yield (
            f"{counted(returned, 'row was', 'rows were')} returned to you with a reason."
            if returned
            else "Nothing was returned to you."
        )


def _list_url(model: type[EditorialModel]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


admin.site.add_to_index(content_dashboard)
