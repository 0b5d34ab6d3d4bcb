"""Which cases answer the filters of the worklist, and in which order?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from certification.models import Case, User
from certification.models.cases import CaseQuerySet
from certification.paging import SortKey, page_of
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


def pieces(user: User, chosen: Mapping[str, Any]) -> list[Q]:
    """The cases of a site in a status are what an index holds in order of their due time; those of
    a site what it holds by the day they were opened."""
    if "number" in chosen:
        return []
    statuses = _statuses(chosen.get("status", ""))
    sites = sorted(user.site_ids)
    if set(statuses) <= set(CLOSED):
        return [Q(site_id=site) for site in sites]
    return [Q(site_id=site, status=status) for site in sites for status in statuses]


def first_cases(user: User, chosen: Mapping[str, Any], size: int) -> list[Case]:
    """The first cases of the worklist under these filters."""
    cases = chosen_cases(user, chosen)
    return page_of(cases, order_for(chosen), size=size, parts=pieces(user, chosen)).rows


def with_row_data(cases: CaseQuerySet) -> CaseQuerySet:
    related = ("site", "patient", "therapy", "turnaround_profile", "criteria_version")
    return cases.select_related(*related).only(
        *("number", "status", "request_type", "urgency", "due_at", "time_left", "closed_at"),
        *("opened_at", "site__time_zone", "therapy__generic", "turnaround_profile__calendar"),
        *("patient__given_name", "patient__family_name", "patient__birth_date"),
        "criteria_version__policy_organisation",
    )


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
