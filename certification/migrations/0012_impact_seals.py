"""An impact study that has ended is sealed with its list: an approval may rest on it."""

from django.db import migrations

from certification.models.database_seals import Ended, Seals

SEALS = Seals(
    ended={
        "certification_impactstudy": Ended(
            "state", ("finished", "cancelled"), {"certification_impactchange": "study_id"}
        )
    }
)


class Migration(migrations.Migration):
    dependencies = [("certification", "0011_withdrawn_notices")]
    operations = [migrations.RunPython(SEALS.install, SEALS.remove, elidable=False)]
