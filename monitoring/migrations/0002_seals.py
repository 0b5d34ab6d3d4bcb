"""Seals in the database: an approved protocol version cannot be changed in SQL either."""

from django.db import migrations

from certification.models.database_seals import Seals

PERMANENT = {
    "monitoring_protocolversion": (
        "key", "therapy_id", "title", "version", "document", "content_hash",
    ),
}  # fmt: skip

SEALS = Seals(permanent=PERMANENT)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]
    operations = [migrations.RunPython(SEALS.install, SEALS.remove, elidable=False)]
