"""Summaries are marked, and announcements of retractions have a table.

The seal of references is made anew: it covers the new column, and SQLite has lost it on the way.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from certification.models.database_seals import Seals

COLUMNS = ("key", "kind", "title", "authors", "container", "year", "doi", "pmid", "url", "note")
BEFORE = Seals(editorial={"certification_reference": COLUMNS})
AFTER = Seals(editorial={"certification_reference": (*COLUMNS, "secondary")})


class Migration(migrations.Migration):

    dependencies = [
        ('certification', '0002_seals'),
    ]

    operations = [
        migrations.RunPython(BEFORE.remove, BEFORE.install, elidable=False),
        migrations.AddField(
            model_name='reference',
            name='secondary',
            field=models.BooleanField(default=False, help_text='A summary cannot be the only support of a criterion.', verbose_name='a summary of other sources'),
        ),
        migrations.RunPython(AFTER.install, AFTER.remove, elidable=False),
        migrations.CreateModel(
            name='ReferenceNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('retracted', 'Retracted'), ('superseded', 'Superseded'), ('corrected', 'Corrected'), ('concern', 'Expression of concern')], max_length=12)),
                ('doi', models.CharField(blank=True, db_index=True, max_length=120, verbose_name='DOI')),
                ('pmid', models.CharField(blank=True, db_index=True, max_length=20, verbose_name='PMID')),
                ('noticed_on', models.DateField(blank=True, null=True, verbose_name='announced on')),
                ('says', models.CharField(blank=True, max_length=400, verbose_name='reason')),
                ('imported_at', models.DateTimeField()),
                ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-noticed_on', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('doi', ''), ('pmid', ''), _negated=True), name='notice_names_a_paper'), models.UniqueConstraint(fields=('kind', 'doi', 'pmid'), name='one_notice_a_kind')],
            },
        ),
    ]
