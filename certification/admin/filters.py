"""By what do people narrow a list of content?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from certification.models import UNVERIFIED, AuditEvent

RECENT_EVENTS = 5_000
PERIODS = {"1": "Last 24 hours", "7": "Last 7 days", "30": "Last 30 days", "365": "Last year"}


class ReviewDueFilter(admin.SimpleListFilter):
    """Content whose review date has passed."""

    title = "review"
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("overdue", "Review overdue"), ("none", "No review date")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "overdue":
            return queryset.filter(next_review_on__lt=timezone.localdate()).exclude(
                status="retired"
            )
        if self.value() == "none":
            return queryset.filter(next_review_on__isnull=True)
        return queryset


class ConfidenceFilter(admin.SimpleListFilter):
    """Whether somebody read the source; what is retired needs no reading any more."""

    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unverified", "Unverified"), ("read", "Read in the source")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "unverified":
            return queryset.filter(verified__in=UNVERIFIED).exclude(status="retired")
        if self.value() == "read":
            return queryset.exclude(verified__in=UNVERIFIED).exclude(verified="")
        return queryset


class ApprovalFilter(admin.SimpleListFilter):
    """Whether an approval was made by a demonstration account."""

    title = "approval"
    parameter_name = "approval"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("demo", "By a demonstration account"), ("staff", "By a member of staff")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in {"demo", "staff"}:
            return queryset.filter(status="approved", approved_by__is_demo=self.value() == "demo")
        return queryset


class OwnFilter(admin.SimpleListFilter):
    """What I submitted, and what somebody else did: only that can I review."""

    title = "submitted"
    parameter_name = "submitted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", "By me"), ("others", "By somebody else")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "mine":
            return queryset.filter(submitted_by=request.user)
        if self.value() == "others":
            return queryset.exclude(submitted_by=request.user)
        return queryset


class RecentWordsFilter(admin.SimpleListFilter):
    """The words of one column, collected from the newest events: the whole trail is too long."""

    column = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        newest = AuditEvent.objects.order_by("-id").values_list(self.column, flat=True)
        words = set(newest[:RECENT_EVENTS])
        if self.used_parameters.get(self.parameter_name):
            words.add(str(self.used_parameters[self.parameter_name]))
        return [(word, word) for word in sorted(words)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class VerbFilter(RecentWordsFilter):
    title = "act"
    parameter_name = "verb"
    column = "verb"


class SubjectFilter(RecentWordsFilter):
    title = "subject"
    parameter_name = "object_type"
    column = "object_type"


class PeriodFilter(admin.SimpleListFilter):
    """How long ago. Numbers give the order of the events, so the newest come first cheaply."""

    title = "time"
    parameter_name = "days"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(PERIODS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in PERIODS:
            since = timezone.now() - timedelta(days=int(str(self.value())))
            return queryset.filter(at__gte=since)
        return queryset
