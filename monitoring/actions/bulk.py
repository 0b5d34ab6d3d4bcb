"""How is the same thing done to several rows of the worklist?

Each row is an act of its own, by the action that does it to one: in its own transaction, with its
own audit event, and with its own refusal, which leaves the others done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from certification.models import Site, User
from certification.policies import Refused
from monitoring.actions.holds import acknowledge_alert
from monitoring.actions.plans import refresh_stale_plans, waive_item
from monitoring.actions.results import mark_seen
from monitoring.models import Alert, DueItem, Result

GONE = "It is not in your lists any more."


class Act(StrEnum):
    SEEN = "seen"
    WAIVE = "waive"
    ACKNOWLEDGE = "acknowledge"


@dataclass(slots=True)
class Tally:
    """How many rows were done, and the others by their keys with the reason why not."""

    done: int = 0
    refused: dict[str, str] = field(default_factory=dict)


_MODELS: dict[Act, type[Model]] = {
    Act.SEEN: Result,
    Act.WAIVE: DueItem,
    Act.ACKNOWLEDGE: Alert,
}


def act_on_each(
    *, by: User, now: datetime, act: Act, keys: Sequence[str], reason: str = ""
) -> Tally:
    """Does it to every chosen row that this person can reach, and tells each refusal."""
    doing: dict[Act, Callable[[Any], object]] = {
        Act.SEEN: lambda row: mark_seen(by=by, now=now, result=row),
        Act.WAIVE: lambda row: waive_item(by=by, now=now, item=row, reason=reason),
        Act.ACKNOWLEDGE: lambda row: acknowledge_alert(by=by, now=now, alert=row),
    }
    rows, tally = _rows(_MODELS[act], keys, by), Tally()
    for key in dict.fromkeys(keys):
        row = rows.get(key)
        if row is None:
            tally.refused[key] = GONE
            continue
        try:
            doing[act](row)
        except Refused as refused:
            tally.refused[key] = f"{row.patient}: {refused.sentence}"
        else:
            tally.done += 1
    return tally


def refresh_sites(*, by: User | None, now: datetime, sites: Sequence[Site], limit: int) -> int:
    """Works out what is stale at several sites, ``limit`` courses at most; tells how many."""
    done = 0
    for site in sites:
        if done < limit:
            done += refresh_stale_plans(by=by, now=now, site=site, limit=limit - done)
    return done


def _rows(model: type[Model], keys: Sequence[str], by: User) -> dict[str, Any]:
    known = [key for key in keys if _is_key(model, key)]
    visible = model._default_manager.visible_to(by)  # type: ignore[attr-defined]
    found = visible.filter(pk__in=known).select_related("patient")
    return {str(row.pk): row for row in found}


def _is_key(model: type[Model], key: str) -> bool:
    try:
        model._meta.pk.run_validators(model._meta.pk.to_python(key))
    except ValidationError:
        return False
    return True
