"""What the worklist needs to be read: reasons and renewals by course, indexes to walk along."""

from django.conf import settings
from django.db import migrations, models


def work_out_anew(apps, schema_editor):
    """Reasons and renewals are written with the schedule: every course is worked out once more."""
    apps.get_model("monitoring", "InfusionCourse").objects.update(planned_through_on=None)


class Migration(migrations.Migration):

    dependencies = [
        ('certification', '0002_seals'),
        ('monitoring', '0002_seals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='infusioncourse',
            name='course_replan',
        ),
        migrations.RemoveIndex(
            model_name='result',
            name='result_to_see',
        ),
        migrations.AddField(
            model_name='infusioncourse',
            name='nothing_due_because',
            field=models.CharField(blank=True, help_text='Why the schedule holds no open item, if it does not.', max_length=400),
        ),
        migrations.AddField(
            model_name='infusioncourse',
            name='renew_from_on',
            field=models.DateField(blank=True, help_text='From this day on a renewal is prompted.', null=True),
        ),
        migrations.AddIndex(
            model_name='alert',
            index=models.Index(condition=models.Q(('acknowledged_at__isnull', True)), fields=['site', 'raised_at', 'id'], name='alert_open'),
        ),
        migrations.AddIndex(
            model_name='dueitem',
            index=models.Index(condition=models.Q(('closed', False)), fields=['site', 'overdue_on', 'id', 'window_opens_on', 'test', 'level'], name='due_by_end_of_grace'),
        ),
        migrations.AddIndex(
            model_name='dueitem',
            index=models.Index(condition=models.Q(('closed', False)), fields=['site', 'window_opens_on', 'id', 'test', 'level'], name='due_by_opening'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(condition=models.Q(('released_at__isnull', True)), fields=['placed_at', 'id'], name='hold_active'),
        ),
        migrations.AddIndex(
            model_name='infusioncourse',
            index=models.Index(fields=['site', 'planned_through_on', 'watch_until_on', 'id'], name='course_replan'),
        ),
        migrations.AddIndex(
            model_name='infusioncourse',
            index=models.Index(fields=['site', 'nothing_due_because', 'id'], name='course_without_items'),
        ),
        migrations.AddIndex(
            model_name='infusioncourse',
            index=models.Index(condition=models.Q(('stopped_on__isnull', True)), fields=['site', 'renew_from_on', 'id'], name='course_renewing'),
        ),
        migrations.AddIndex(
            model_name='result',
            index=models.Index(condition=models.Q(('reported_on__isnull', False), ('seen_at__isnull', True)), fields=['site', 'reported_on', 'id'], name='result_to_see'),
        ),
        migrations.RunPython(work_out_anew, migrations.RunPython.noop),
    ]
