"""Due items hold the therapy of their course, for lists of one therapy in a large house."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def take_over(apps, schema_editor):
    courses = apps.get_model("monitoring", "InfusionCourse").objects.filter(pk=OuterRef("course"))
    items = apps.get_model("monitoring", "DueItem").objects
    items.update(therapy=Subquery(courses.values("therapy")))


def _therapy(**options):
    return models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+',
        to='certification.therapy', **options,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('certification', '0005_criteria_drafts'),
        ('monitoring', '0010_open_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField('dueitem', 'therapy', _therapy(null=True)),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.AlterField('dueitem', 'therapy', _therapy()),
        migrations.RemoveIndex('infusioncourse', 'course_of_patient'),
        migrations.AddIndex(
            'infusioncourse',
            models.Index(fields=['patient', '-start_on', 'therapy'], name='course_of_patient'),
        ),
        migrations.RemoveIndex('result', 'result_to_see'),
        migrations.AddIndex(
            'result',
            models.Index(condition=models.Q(('reported_on__isnull', False), ('seen_at__isnull', True)), fields=['site', 'reported_on', 'id', 'patient', 'test'], name='result_to_see'),
        ),
        migrations.RemoveIndex('dueitem', 'due_by_end_of_grace'),
        migrations.AddIndex(
            'dueitem',
            models.Index(condition=models.Q(('closed', False)), fields=['site', 'overdue_on', 'id', 'window_opens_on', 'test', 'level', 'course'], name='due_by_end_of_grace'),
        ),
        migrations.RemoveIndex('dueitem', 'due_by_opening'),
        migrations.AddIndex(
            'dueitem',
            models.Index(condition=models.Q(('closed', False)), fields=['site', 'window_opens_on', 'id', 'test', 'level', 'therapy', 'course'], name='due_by_opening'),
        ),
        migrations.AddIndex(
            'dueitem',
            models.Index(condition=models.Q(('closed', False)), fields=['site', 'therapy', 'overdue_on', 'id', 'window_opens_on', 'test', 'level'], name='due_of_therapy'),
        ),
        migrations.AddIndex(
            'dueitem',
            models.Index(condition=models.Q(('closed', False)), fields=['site', 'test', 'overdue_on', 'id', 'window_opens_on', 'level', 'therapy'], name='due_of_test'),
        ),
    ]
