"""Has any content changed since something was worked out from it?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Count, Max, Value
from django.db.models.functions import Coalesce, Greatest

from certification.models import ReferenceNotice


def stamp_of(kinds: Iterable[type[models.Model]]) -> str:
    """Changes with every change of a row of these kinds: content, or notices. One query."""
    first, *others = (
        model._default_manager.order_by()
        .annotate(table=Value(str(model._meta.label)))
        .values("table")
        .annotate(rows=Count("pk"), changed=Max(_changed(model)))
        .values_list("table", "rows", "changed")
        for model in kinds
    )
    found = sorted(first.union(*others, all=True), key=lambda row: str(row[0]))
    return ".".join(f"{n}-{at.timestamp() if at else 0:.6f}" for _, n, at in found)


def _changed(model: type[models.Model]) -> Any:
    if model is not ReferenceNotice:
        return "updated_at"
    return Greatest("imported_at", Coalesce("withdrawn_at", "imported_at"))
