"""Drafts of protocols that are open hold their kept values and tables of risk as all other lines."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from certification.criteria.editing import opened


def reopen(apps: Any, schema_editor: Any) -> None:
    for draft in apps.get_model("monitoring", "ProtocolDraft").objects.all():
        content = draft.content
        content["keeps"] = content.get("keeps") or []
        risk = content["risk"] = content.get("risk") or {"tables": []}
        for table in risk["tables"]:
            for column in table["columns"]:
                if "kind" not in column["when"]:
                    column["when"] = opened(column["when"])
        draft.save(update_fields=["content"])


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0009_protocol_drafts")]
    operations = [migrations.RunPython(reopen, migrations.RunPython.noop)]
