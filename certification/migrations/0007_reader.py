"""In whose words a person wants to read."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("certification", "0006_uploaded_lists")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="reader",
            field=models.CharField(
                blank=True,
                choices=[
                    ("clinician", "A clinician"),
                    ("nurse", "A nurse"),
                    ("patient", "A patient or relative"),
                ],
                default="",
                editable=False,
                max_length=20,
                verbose_name="how to speak to them",
            ),
        ),
    ]
