"""The addresses of monitoring. Records are addressed by id, never by name or number."""

from django.urls import path

from monitoring.views import (
    board,
    calendars,
    certifying,
    courses,
    holds,
    imports,
    infusions,
    on_time,
    people,
    protocols,
    results,
    visits,
    worklist,
)

app_name = "monitoring"

urlpatterns = [
    # Lists for a day and a week
    path("", worklist.worklist, name="worklist"),
    path("board/", board.board, name="board"),
    # One person
    path("patients/<uuid:pk>/", people.person, name="person"),
    # Courses and visits
    path("determinations/<uuid:pk>/course/", courses.course_new, name="course-new"),
    path("courses/<uuid:pk>/", courses.course, name="course"),
    path("courses/<uuid:pk>/book/", visits.course_book, name="course-book"),
    path("courses/<uuid:pk>/facts/", courses.course_facts, name="course-facts"),
    path("courses/<uuid:pk>/protocol/", courses.course_protocol, name="course-protocol"),
    path("courses/<uuid:pk>/stop/", courses.course_stop, name="course-stop"),
    path(
        "courses/<uuid:pk>/certification/",
        certifying.course_certification,
        name="course-certification",
    ),
    path("courses/<uuid:pk>/renew/", certifying.course_renew, name="course-renew"),
    path("courses/<uuid:pk>/relapse/", certifying.course_relapse, name="course-relapse"),
    path(
        "courses/<uuid:pk>/relapse/case/",
        certifying.course_relapse_case,
        name="course-relapse-case",
    ),
    path("visits/<uuid:pk>/", visits.visit, name="visit"),
    path("visits/<uuid:pk>/checklist/", infusions.visit_checklist, name="visit-checklist"),
    path("visits/<uuid:pk>/infuse/", infusions.visit_infuse, name="visit-infuse"),
    path("visits/<uuid:pk>/reaction/", infusions.visit_reaction, name="visit-reaction"),
    path("visits/<uuid:pk>/not-infused/", visits.visit_not_infused, name="visit-not-infused"),
    path("visits/<uuid:pk>/missed/", visits.visit_missed, name="visit-missed"),
    path("visits/<uuid:pk>/move/", visits.visit_move, name="visit-move"),
    path("visits/<uuid:pk>/cancel/", visits.visit_cancel, name="visit-cancel"),
    # Results, holds, waivers
    path("patients/<uuid:pk>/results/new/", results.result_new, name="result-new"),
    path("results/<uuid:pk>/", results.result, name="result"),
    path("results/<uuid:pk>/report/", results.result_report, name="result-report"),
    path("results/<uuid:pk>/correct/", results.result_correct, name="result-correct"),
    path("results/<uuid:pk>/strike-out/", results.result_strike_out, name="result-strike-out"),
    path("results/<uuid:pk>/seen/", results.result_seen, name="result-seen"),
    path("courses/<uuid:pk>/hold/", holds.hold_place, name="hold-place"),
    path("holds/<int:pk>/release/", holds.hold_release, name="hold-release"),
    path("alerts/<int:pk>/acknowledge/", holds.alert_acknowledge, name="alert-acknowledge"),
    path("due-items/<int:pk>/waive/", holds.item_waive, name="item-waive"),
    path("import/", imports.results_import, name="results-import"),
    path("import/template.csv", imports.results_template, name="results-template"),
    path("import/checked/<uuid:pk>/", imports.import_checked_file, name="import-checked"),
    path(
        "import/checked/<uuid:pk>/report.csv",
        imports.import_checked_report,
        name="import-checked-report",
    ),
    path("import/batches/<int:pk>/", imports.import_batch, name="import-batch"),
    path(
        "import/batches/<int:pk>/report.csv",
        imports.import_batch_report,
        name="import-batch-report",
    ),
    # Calendars, and the audit that clinics publish
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/new/", calendars.calendar_new, name="calendar-new"),
    path("calendars/<int:pk>/revoke/", calendars.calendar_revoke, name="calendar-revoke"),
    path("calendars/feed/<str:secret>", calendars.calendar_feed, name="calendar-feed"),
    path("protocols/<int:pk>/", protocols.protocol_version, name="protocol-version"),
    path("on-time/", on_time.on_time, name="on-time"),
    path("on-time/csv/", on_time.on_time_csv, name="on-time-csv"),
]
