"""The addresses of monitoring. Records are addressed by id, never by name or number."""

from django.urls import path

from monitoring.views import (
    board,
    calendars,
    courses,
    holds,
    imports,
    on_time,
    people,
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
    path("visits/<uuid:pk>/", visits.visit, name="visit"),
    # Results, holds, waivers
    path("patients/<uuid:pk>/results/new/", results.result_new, name="result-new"),
    path("results/<uuid:pk>/", results.result, name="result"),
    path("courses/<uuid:pk>/hold/", holds.hold_place, name="hold-place"),
    path("holds/<int:pk>/release/", holds.hold_release, name="hold-release"),
    path("due-items/<int:pk>/waive/", holds.item_waive, name="item-waive"),
    path("import/", imports.results_import, name="results-import"),
    # Calendars, and the audit that clinics publish
    path("calendars/", calendars.calendars, name="calendars"),
    path("on-time/", on_time.on_time, name="on-time"),
]
