"""Which cases answer the filters of the worklist, and in which order?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certification.models import Case, User
from certification.models.cases import CaseQuerySet
from certification.paging import SortKey
from certification.workflow import DETERMINED_STATUSES, OPEN_STATUSES, CaseStatus

CASES_A_PAGE = 25
CLOSED = (*DETERMINED_STATUSES, CaseStatus.WITHDRAWN)
# What is due first comes first; pended cases have no due time and come last.
BY_DUE = (SortKey("due_at", nullable=True), SortKey("id"))
NEWEST_FIRST = (SortKey("opened_at", descending=True), SortKey("id"))


def chosen_cases(user: User, chosen: Mapping[str, Any]) -> CaseQuerySet:
    """The cases of the person's sites that pass the filters, with all that a row shows."""
    cases = with_row_data(Case.objects.visible_to(user))
    if "number" in chosen:
        return cases.filter(number=chosen["number"].strip())
    cases = cases.filter(status__in=_statuses(chosen.get("status", "")))
    if "urgency" in chosen:
        cases = cases.filter(urgency=chosen["urgency"])
    if "therapy" in chosen:
        cases = cases.filter(therapy=chosen["therapy"])
    if chosen.get("mine"):
        cases = cases.filter(opened_by=user)
    return cases


def with_row_data(cases: CaseQuerySet) -> CaseQuerySet:
    related = ("site", "patient", "therapy", "turnaround_profile", "criteria_version")
    return cases.select_related(*related).defer("criteria_version__document", "therapy__details")


def order_for(chosen: Mapping[str, Any]) -> tuple[SortKey, ...]:
    return NEWEST_FIRST if set(_statuses(chosen.get("status", ""))) <= set(CLOSED) else BY_DUE


def _statuses(status: str) -> tuple[str, ...]:
    match status:
        case "":
            return OPEN_STATUSES
        case "closed":
            return CLOSED
        case _:
            return (status,)
