"""Seals in the database: what is signed, written down or approved cannot be changed in SQL either.

``SEALED``: rows are added, never changed or deleted.
``EDITORIAL``: the listed columns of an approved row cannot change while it stays approved, and an
approved row cannot be deleted.
``PERMANENT``: once approved, also when retired later, the listed columns never change again.
"""

from django.db import migrations

SEALED = (
    "certification_determination",
    "certification_letter",
    "certification_auditevent",
)
EDITORIAL = {
    "certification_therapy": (
        "key", "generic", "therapy_class", "route", "efficacy", "off_label", "details",
    ),
    "certification_turnaroundprofile": (
        "key", "title", "urgency", "hours", "calendar", "note", "verified",
    ),
    "certification_determinationreason": ("key", "kind", "label", "says", "plain"),
    "certification_reference": (
        "key", "kind", "title", "authors", "container", "year", "doi", "pmid", "url", "note",
    ),
    "certification_statement": (
        "key", "says", "plain", "audience", "topic", "note", "verified",
    ),
    "certification_fact": (
        "key", "label", "type", "unit", "help", "why", "minimum", "maximum", "step", "choices",
        "rules", "verified",
    ),
}  # fmt: skip
PERMANENT = {
    "certification_criteriaversion": (
        "set_key", "therapy_id", "request_type", "title", "version", "document", "content_hash",
        "signer", "certification_months", "quantity_limit", "policy_organisation",
    ),
}  # fmt: skip


def rules():
    """Every refusal as (name, table, event, condition or None, sentence)."""
    for table in SEALED:
        yield f"{table}_no_update", table, "UPDATE", None, "sealed records are never changed"
        yield f"{table}_no_delete", table, "DELETE", None, "sealed records are never deleted"
    for table, columns in EDITORIAL.items():
        changed = " OR ".join(f'OLD."{c}" {{differs}} NEW."{c}"' for c in columns)
        yield (
            f"{table}_approved", table, "UPDATE",
            f"OLD.status = 'approved' AND NEW.status = 'approved' AND ({changed})",
            "approved content is sealed; submit a revision",
        )  # fmt: skip
        yield (
            f"{table}_approved_delete", table, "DELETE", "OLD.status = 'approved'",
            "approved content is never deleted; retire it",
        )  # fmt: skip
    for table, columns in PERMANENT.items():
        changed = " OR ".join(f'OLD."{c}" {{differs}} NEW."{c}"' for c in columns)
        yield (
            f"{table}_approved", table, "UPDATE",
            "OLD.status IN ('approved', 'retired') AND "
            f"(NEW.status NOT IN ('approved', 'retired') OR {changed})",
            "an approved version is sealed for good; write a new version",
        )  # fmt: skip
        yield (
            f"{table}_approved_delete", table, "DELETE", "OLD.status IN ('approved', 'retired')",
            "an approved version is never deleted; retire it",
        )  # fmt: skip


def install(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, table, event, condition, sentence in rules():
        if vendor == "sqlite":
            when = f"WHEN {condition.format(differs='IS NOT')}" if condition else ""
            schema_editor.execute(
                f'CREATE TRIGGER "seal_{name}" BEFORE {event} ON "{table}" FOR EACH ROW {when} '
                f"BEGIN SELECT RAISE(ABORT, '{sentence}'); END"
            )
        else:
            when = f"WHEN ({condition.format(differs='IS DISTINCT FROM')})" if condition else ""
            schema_editor.execute(
                f'CREATE FUNCTION "seal_{name}"() RETURNS trigger LANGUAGE plpgsql AS '
                f"$$ BEGIN RAISE EXCEPTION '{sentence}' USING ERRCODE = '23514'; END $$"
            )
            schema_editor.execute(
                f'CREATE TRIGGER "seal_{name}" BEFORE {event} ON "{table}" FOR EACH ROW {when} '
                f'EXECUTE FUNCTION "seal_{name}"()'
            )


def remove(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for name, table, *_rest in rules():
        if vendor == "sqlite":
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "seal_{name}"')
        else:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "seal_{name}" ON "{table}"')
            schema_editor.execute(f'DROP FUNCTION IF EXISTS "seal_{name}"()')


class Migration(migrations.Migration):
    dependencies = [("certification", "0001_initial")]
    operations = [migrations.RunPython(install, remove, elidable=False)]
