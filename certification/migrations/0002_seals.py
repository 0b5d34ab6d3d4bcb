"""Seals in the database: what is signed, written down or approved cannot be changed in SQL either."""

from django.db import migrations

from certification.models.database_seals import Seals

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

SEALS = Seals(sealed=SEALED, editorial=EDITORIAL, permanent=PERMANENT)


class Migration(migrations.Migration):
    dependencies = [("certification", "0001_initial")]
    operations = [migrations.RunPython(SEALS.install, SEALS.remove, elidable=False)]
