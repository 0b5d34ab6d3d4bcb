
import certification.workflow
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('certification', '0002_seals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('file_name', models.CharField(max_length=120)),
                ('rows', models.PositiveIntegerField()),
                ('added', models.PositiveIntegerField()),
                ('imported_at', models.DateTimeField()),
                ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certification.site')),
            ],
            options={
                'ordering': ['-imported_at'],
            },
        ),
        migrations.CreateModel(
            name='ProtocolVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('submitted', 'Submitted'), ('under_review', 'Under review'), ('approved', 'Approved'), ('returned', 'Returned'), ('retired', 'Retired')], db_index=True, default=certification.workflow.ContentStatus['SUBMITTED'], editable=False, max_length=20)),
                ('submitted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('approved_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('return_reason', models.TextField(blank=True, editable=False)),
                ('next_review_on', models.DateField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('key', models.SlugField(max_length=100)),
                ('title', models.CharField(max_length=240)),
                ('version', models.CharField(max_length=40)),
                ('document', models.JSONField()),
                ('content_hash', models.CharField(db_index=True, max_length=64)),
                ('effective_on', models.DateField(blank=True, null=True)),
                ('expires_on', models.DateField(blank=True, null=True)),
                ('approved_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('therapy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='protocol_versions', to='certification.therapy')),
            ],
            options={
                'ordering': ['key', '-version'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='InfusionCourse',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('start_on', models.DateField(verbose_name='first infusion planned or given on')),
                ('stopped_on', models.DateField(blank=True, null=True)),
                ('stop_reason', models.CharField(blank=True, max_length=400)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('watch_until_on', models.DateField(blank=True, null=True)),
                ('facts', models.JSONField(blank=True, default=dict, help_text='What is known beside results, by fact key.')),
                ('planned_through_on', models.DateField(blank=True, help_text='The schedule has been worked out up to this day; later it is worked out anew.', null=True)),
                ('opened_at', models.DateTimeField()),
                ('revision', models.PositiveIntegerField(default=1)),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='certification.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='certification.site')),
                ('stopped_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('therapy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='certification.therapy')),
                ('protocol_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='monitoring.protocolversion')),
            ],
            options={
                'ordering': ['-start_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('test', models.CharField(max_length=60)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('requested_on', models.DateField(blank=True, null=True)),
                ('done_on', models.DateField(blank=True, null=True)),
                ('reported_on', models.DateField(blank=True, null=True)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=400)),
                ('correction_reason', models.CharField(blank=True, max_length=240)),
                ('import_key', models.CharField(blank=True, max_length=64)),
                ('entered_at', models.DateTimeField()),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='monitoring.importbatch')),
                ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='results', to='certification.patient')),
                ('seen_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certification.site')),
                ('supersedes', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='monitoring.result')),
            ],
            options={
                'ordering': ['-done_on', '-entered_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=400)),
                ('rule', models.CharField(blank=True, max_length=100)),
                ('cite', models.JSONField(blank=True, default=list)),
                ('placed_at', models.DateTimeField()),
                ('released_at', models.DateTimeField(blank=True, null=True)),
                ('release_reason', models.CharField(blank=True, max_length=400)),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='monitoring.infusioncourse')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='monitoring.result')),
            ],
            options={
                'ordering': ['-placed_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Alert',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=100)),
                ('says', models.TextField()),
                ('cite', models.JSONField(blank=True, default=list)),
                ('raised_at', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='certification.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certification.site')),
                ('course', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='monitoring.infusioncourse')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='alerts', to='monitoring.result')),
            ],
            options={
                'ordering': ['-raised_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('scheduled_on', models.DateField()),
                ('scheduled_time', models.TimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('scheduled', 'Scheduled'), ('infused', 'Infused'), ('not_infused', 'Not infused'), ('missed', 'Missed'), ('cancelled', 'Cancelled')], default='scheduled', max_length=12)),
                ('reason', models.CharField(blank=True, max_length=400)),
                ('infused_on', models.DateField(blank=True, null=True)),
                ('dose', models.CharField(blank=True, max_length=60)),
                ('batch', models.CharField(blank=True, max_length=60, verbose_name='batch or lot number')),
                ('batch_expires_on', models.DateField(blank=True, null=True)),
                ('rate', models.CharField(blank=True, max_length=120)),
                ('premedication', models.CharField(blank=True, max_length=240)),
                ('observed_minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('vitals', models.JSONField(blank=True, default=list)),
                ('note', models.TextField(blank=True)),
                ('checklist', models.JSONField(blank=True, default=dict)),
                ('checklist_at', models.DateTimeField(blank=True, null=True)),
                ('booked_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('booked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('checklist_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='visits', to='monitoring.infusioncourse')),
                ('recorded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['scheduled_on', 'scheduled_time', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grade', models.PositiveSmallIntegerField(verbose_name='CTCAE grade')),
                ('symptoms', models.CharField(max_length=240)),
                ('began_minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes after the start')),
                ('treatment', models.CharField(blank=True, max_length=400)),
                ('outcome', models.CharField(blank=True, max_length=240)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reactions', to='monitoring.visit')),
            ],
            options={
                'ordering': ['recorded_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='DueItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=100)),
                ('occurrence', models.CharField(max_length=60)),
                ('test', models.CharField(max_length=60)),
                ('level', models.CharField(choices=[('blocking', 'Blocks the next infusion'), ('advisory', 'Advisory')], max_length=10)),
                ('window_opens_on', models.DateField()),
                ('due_on', models.DateField()),
                ('overdue_on', models.DateField()),
                ('because', models.TextField()),
                ('cite', models.JSONField(blank=True, default=list)),
                ('closed', models.BooleanField(default=False)),
                ('end', models.CharField(blank=True, choices=[('done', 'Done'), ('waived', 'Waived'), ('superseded', 'Superseded')], max_length=12)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, max_length=400)),
                ('waived_at', models.DateTimeField(blank=True, null=True)),
                ('planned_at', models.DateTimeField()),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_items', to='certification.patient')),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certification.site')),
                ('waived_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='due_items', to='monitoring.infusioncourse')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_items', to='monitoring.result')),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='closed_items', to='monitoring.visit')),
            ],
            options={
                'ordering': ['due_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret_hash', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to='certification.site')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='revoked_by_and_at')],
            },
        ),
        migrations.CreateModel(
            name='CourseAuthorization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start_on', models.DateField()),
                ('end_on', models.DateField()),
                ('infusions', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('added_at', models.DateTimeField()),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('determination', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='course_authorization', to='certification.determination')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorizations', to='monitoring.infusioncourse')),
            ],
            options={
                'ordering': ['start_on', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('end_on__gt', models.F('start_on'))), name='authorization_ends_after_start')],
            },
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'approved'), _negated=True), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='protocolversion_approved_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at__isnull', True), ('approved_by__isnull', True)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='protocolversion_approval_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.CheckConstraint(condition=models.Q(('approved_by__isnull', True), ('submitted_by__isnull', True), models.Q(('approved_by', models.F('submitted_by')), _negated=True), _connector='OR'), name='protocolversion_not_approved_by_submitter'),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'returned'), _negated=True), models.Q(('return_reason', ''), _negated=True), _connector='OR'), name='protocolversion_returned_with_reason'),
        ),
        migrations.AddConstraint(
            model_name='protocolversion',
            constraint=models.UniqueConstraint(fields=('key', 'version'), name='one_row_a_protocol_version'),
        ),
        migrations.AddIndex(
            model_name='infusioncourse',
            index=models.Index(fields=['site', 'planned_through_on', 'id'], name='course_replan'),
        ),
        migrations.AddIndex(
            model_name='infusioncourse',
            index=models.Index(fields=['patient', '-start_on'], name='course_of_patient'),
        ),
        migrations.AddConstraint(
            model_name='infusioncourse',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stop_reason', ''), ('stopped_at__isnull', True), ('stopped_by__isnull', True), ('stopped_on__isnull', True)), models.Q(('stopped_at__isnull', False), ('stopped_by__isnull', False), ('stopped_on__isnull', False), models.Q(('stop_reason', ''), _negated=True)), _connector='OR'), name='stopped_by_at_and_why'),
        ),
        migrations.AddConstraint(
            model_name='infusioncourse',
            constraint=models.CheckConstraint(condition=models.Q(('watch_until_on__isnull', True), ('stopped_on__isnull', False), _connector='OR'), name='tail_only_after_stop'),
        ),
        migrations.AddConstraint(
            model_name='infusioncourse',
            constraint=models.UniqueConstraint(condition=models.Q(('stopped_on__isnull', True)), fields=('patient', 'therapy'), name='one_running_course_a_therapy'),
        ),
        migrations.AddIndex(
            model_name='result',
            index=models.Index(fields=['patient', 'test', '-done_on'], name='result_of_patient'),
        ),
        migrations.AddIndex(
            model_name='result',
            index=models.Index(condition=models.Q(('reported_on__isnull', False), ('seen_at__isnull', True)), fields=['site', 'reported_on'], name='result_to_see'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seen_at__isnull', True), ('seen_by__isnull', True)), models.Q(('reported_on__isnull', False), ('seen_at__isnull', False), ('seen_by__isnull', False)), _connector='OR'), name='seen_by_and_at_after_report'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('reported_on__isnull', True), ('done_on__isnull', False), _connector='OR'), name='reported_means_done'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('reported_on__isnull', True), ('reported_on__gte', models.F('done_on')), _connector='OR'), name='reported_after_done'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('requested_on__isnull', True), ('done_on__isnull', True), ('done_on__gte', models.F('requested_on')), _connector='OR'), name='done_after_requested'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('supersedes__isnull', True), models.Q(('correction_reason', ''), _negated=True), _connector='OR'), name='correction_says_why'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.UniqueConstraint(condition=models.Q(('import_key', ''), _negated=True), fields=('site', 'import_key'), name='imported_once'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hold_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('release_reason', ''), ('released_at__isnull', True), ('released_by__isnull', True)), models.Q(('released_at__isnull', False), ('released_by__isnull', False), models.Q(('release_reason', ''), _negated=True)), _connector='OR'), name='released_by_at_and_why'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('rule', ''), _negated=True), ('released_at__isnull', True)), fields=('course', 'rule', 'result'), name='one_hold_a_finding'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.UniqueConstraint(fields=('result', 'rule'), name='one_alert_a_finding'),
        ),
        migrations.AddConstraint(
            model_name='alert',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('acknowledged_at__isnull', True), ('acknowledged_by__isnull', True)), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='acknowledged_by_and_at'),
        ),
        migrations.AddIndex(
            model_name='visit',
            index=models.Index(fields=['scheduled_on', 'state'], name='visit_board'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'infused'), _negated=True), models.Q(('infused_on__isnull', False), models.Q(('dose', ''), _negated=True), models.Q(('batch', ''), _negated=True)), _connector='OR'), name='infused_has_day_dose_and_batch'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'infused'), ('infused_on__isnull', True), _connector='OR'), name='only_infused_has_a_day'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['not_infused', 'missed', 'cancelled']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='not_infused_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recorded_at__isnull', True), ('recorded_by__isnull', True), ('state', 'scheduled')), models.Q(models.Q(('state', 'scheduled'), _negated=True), ('recorded_at__isnull', False), ('recorded_by__isnull', False)), _connector='OR'), name='recorded_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checklist_at__isnull', True), ('checklist_by__isnull', True)), models.Q(('checklist_at__isnull', False), ('checklist_by__isnull', False)), _connector='OR'), name='checklist_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='visit',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'scheduled')), fields=('course', 'scheduled_on'), name='one_booking_a_day'),
        ),
        migrations.AddConstraint(
            model_name='reaction',
            constraint=models.CheckConstraint(condition=models.Q(('grade__gte', 1), ('grade__lte', 5)), name='ctcae_grade_1_to_5'),
        ),
        migrations.AddIndex(
            model_name='dueitem',
            index=models.Index(condition=models.Q(('closed', False)), fields=['site', 'due_on', 'id'], name='due_open_by_site'),
        ),
        migrations.AddIndex(
            model_name='dueitem',
            index=models.Index(fields=['course', 'closed', 'due_on'], name='due_of_course'),
        ),
        migrations.AddIndex(
            model_name='dueitem',
            index=models.Index(fields=['site', 'test', 'due_on'], name='due_audit'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.UniqueConstraint(condition=models.Q(('closed', False)), fields=('course', 'rule', 'occurrence'), name='one_open_item_an_occurrence'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed', False), ('end', ''), ('ended_on__isnull', True)), models.Q(('closed', True), ('ended_on__isnull', False), models.Q(('end', ''), _negated=True)), _connector='OR'), name='closed_item_has_an_end'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', 'waived'), _negated=True), models.Q(('waived_at__isnull', False), ('waived_by__isnull', False), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='waived_by_at_and_why'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('waived_at__isnull', True), ('waived_by__isnull', True)), models.Q(('waived_at__isnull', False), ('waived_by__isnull', False)), _connector='OR'), name='waived_by_and_at'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', 'done'), _negated=True), ('result__isnull', False), ('visit__isnull', False), _connector='OR'), name='done_by_a_result_or_visit'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end', 'superseded'), _negated=True), models.Q(('end_reason', ''), _negated=True), _connector='OR'), name='superseded_says_why'),
        ),
        migrations.AddConstraint(
            model_name='dueitem',
            constraint=models.CheckConstraint(condition=models.Q(('due_on__lte', models.F('overdue_on')), ('window_opens_on__lte', models.F('due_on'))), name='window_then_due_then_overdue'),
        ),
    ]
