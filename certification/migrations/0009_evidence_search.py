"""What a question can find, and the full-text index of the database itself."""

import django.db.models.deletion
from django.db import migrations, models

from certification.models.database_search import install, remove


class Migration(migrations.Migration):
    dependencies = [
        ("certification", "0008_uploaded_packs"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("statement", "Evidence statement"),
                            ("criterion", "Criterion"),
                            ("precaution", "Precaution"),
                        ],
                        max_length=10,
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=160)),
                ("cited_at", models.CharField(blank=True, max_length=160)),
                ("title", models.TextField(blank=True)),
                ("says", models.TextField()),
                ("plain", models.TextField(blank=True)),
                ("verified", models.CharField(blank=True, max_length=20)),
                ("stamp", models.CharField(db_index=True, max_length=64)),
                (
                    "statement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entries",
                        to="certification.statement",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entries",
                        to="certification.criteriaversion",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("statement__isnull", False), ("version__isnull", True)),
                            models.Q(("statement__isnull", True), ("version__isnull", False)),
                            _connector="OR",
                        ),
                        name="search_entry_of_one_thing",
                    )
                ],
            },
        ),
        migrations.RunPython(install, remove, elidable=False),
    ]
