"""What did somebody else change since this page was opened?

Every act that changes facts or fields writes its audit event with the new ``revision`` and, under
``changed``, the old and the new value of each key. The optimistic lock reads them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from certification.models import AuditEvent, Case
from certification.policies import Change, Stale

STALE_CASE = (
    "This case was changed in the meantime. Nothing was done; "
    "look at what changed and decide again."
)


def changed_data(revision: int, changed: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    """The audit data of an act that changed these keys from old to new."""
    return {
        "revision": revision,
        "changed": {key: {"old": old, "new": new} for key, (old, new) in changed.items()},
    }


def changes_since(obj: models.Model, revision: int) -> dict[str, Change]:
    """Every key that was changed after ``revision``: its value then, its value now, by whom."""
    events = AuditEvent.objects.filter(
        object_type=obj._meta.model_name, object_id=str(obj.pk), data__revision__gt=revision
    ).order_by("id")
    changes: dict[str, Change] = {}
    for actor, data in events.values_list("actor_name", "data"):
        for key, values in data.get("changed", {}).items():
            old = changes[key].old if key in changes else values["old"]
            changes[key] = Change(key, old, values["new"], actor)
    return {key: change for key, change in changes.items() if change.old != change.new}


def check_unchanged(obj: Any, revision: int, sentence: str) -> None:
    """Raises ``Stale`` with everything that changed, unless ``revision`` is still the newest."""
    if obj.revision != revision:
        changed = tuple(changes_since(obj, revision).values())
        raise Stale(sentence, changed=changed, revision=obj.revision)


def locked_case(case: Case) -> Case:
    """The case as it is now, locked until the end of the transaction."""
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("site", "patient", "therapy", "criteria_version", "turnaround_profile")
        .get(pk=case.pk)
    )
