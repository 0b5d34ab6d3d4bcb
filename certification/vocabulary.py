"""Which questions are there today, as the engine reads them?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from certification.criteria.codec import vocabulary_from_data
from certification.criteria.facts import Vocabulary
from certification.models import Fact


def current_vocabulary(
    instead: Fact | None = None, besides: Iterable[dict[str, Any]] = ()
) -> Vocabulary:
    """Every question of the database. Raises ``CriteriaError``.

    ``instead`` stands in the place of the row that it is (or beside the others). ``besides``:
    questions of a document, where the database has none of the same key.
    """
    rows = Fact.objects.select_related("group").order_by("group__order", "order", "key")
    kept = [row for row in rows if instead is None or row.pk != instead.pk]
    listed = [row.definition_data() for row in (*kept, *filter(None, [instead]))]
    known = {data["key"] for data in listed}
    return vocabulary_from_data([*listed, *(d for d in besides if d["key"] not in known)])
