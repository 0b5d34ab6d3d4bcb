"""What is due for whom, and when?

A due item is a row with dates and an end: done by a result, waived with a reason, or superseded by
a newer plan. Whether it is upcoming, due or overdue is a question to today's date and is never
stored. No item is ever deleted.
"""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from certification.models import Patient, Site, Therapy, User
from monitoring.models.courses import InfusionCourse, Visit
from monitoring.models.results import Result


class DueItemQuerySet(models.QuerySet["DueItem"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(site_id__in=user.site_ids)

    def open(self) -> Self:
        return self.filter(closed=False)

    def overdue(self, *, as_of: date) -> Self:
        """Past the last day of grace, as the schedule engine counts it."""
        return self.open().filter(overdue_on__lt=as_of)

    def due(self, *, as_of: date) -> Self:
        """The window is open, and it is not overdue."""
        return self.open().filter(window_opens_on__lte=as_of, overdue_on__gte=as_of)

    def upcoming(self, *, as_of: date, until: date) -> Self:
        return self.open().filter(window_opens_on__gt=as_of, window_opens_on__lte=until)


class DueItem(models.Model):
    """One thing to do for one person. ``rule`` and ``occurrence`` name it for good.

    Patient, site and therapy are those of the course, which never change; they stand here as well
    for the indexes that lists walk along.
    """

    class End(models.TextChoices):
        DONE = "done", "Done"
        WAIVED = "waived", "Waived"
        SUPERSEDED = "superseded", "Superseded"

    class Level(models.TextChoices):
        BLOCKING = "blocking", "Blocks the next infusion"
        ADVISORY = "advisory", "Advisory"

    course = models.ForeignKey(InfusionCourse, on_delete=models.PROTECT, related_name="due_items")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="due_items")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    # The indexes below begin with the site and hold the therapy; none of its own is asked.
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=100)
    occurrence = models.CharField(max_length=60)
    test = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level.choices)
    window_opens_on = models.DateField()
    due_on = models.DateField()
    overdue_on = models.DateField()
    because = models.TextField()
    cite = models.JSONField(default=list, blank=True)
    closed = models.BooleanField(default=False)
    end = models.CharField(max_length=12, choices=End.choices, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)
    result = models.ForeignKey(
        Result, on_delete=models.PROTECT, null=True, blank=True, related_name="closed_items"
    )
    visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, blank=True, related_name="closed_items"
    )
    waived_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    waived_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField()

    objects = DueItemQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["course", "rule", "occurrence"],
                condition=Q(closed=False),
                name="one_open_item_an_occurrence",
            ),
            models.CheckConstraint(
                condition=Q(closed=False, end="", ended_on__isnull=True)
                | (Q(closed=True, ended_on__isnull=False) & ~Q(end="")),
                name="closed_item_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(end="waived")
                | (Q(waived_by__isnull=False, waived_at__isnull=False) & ~Q(end_reason="")),
                name="waived_by_at_and_why",
            ),
            models.CheckConstraint(
                condition=Q(waived_by__isnull=True, waived_at__isnull=True)
                | Q(waived_by__isnull=False, waived_at__isnull=False),
                name="waived_by_and_at",
            ),
            models.CheckConstraint(
                condition=~Q(end="done") | Q(result__isnull=False) | Q(visit__isnull=False),
                name="done_by_a_result_or_visit",
            ),
            models.CheckConstraint(
                condition=~Q(end="superseded") | ~Q(end_reason=""), name="superseded_says_why"
            ),
            models.CheckConstraint(
                condition=Q(window_opens_on__lte=F("due_on"), due_on__lte=F("overdue_on")),
                name="window_then_due_then_overdue",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "due_on", "id"], condition=Q(closed=False), name="due_open_by_site"
            ),
            # The worklist walks along these, so what its filters ask for stands in them too.
            models.Index(
                fields=["site", "overdue_on", "id", "window_opens_on", "test", "level", "course"],
                condition=Q(closed=False),
                name="due_by_end_of_grace",
            ),
            models.Index(
                fields=["site", "window_opens_on", "id", "test", "level", "therapy", "course"],
                condition=Q(closed=False),
                name="due_by_opening",
            ),
            # A rare test or therapy is found without walking past all the others.
            models.Index(
                fields=["site", "therapy", "overdue_on", "id", "window_opens_on", "test", "level"],
                condition=Q(closed=False),
                name="due_of_therapy",
            ),
            models.Index(
                fields=["site", "test", "overdue_on", "id", "window_opens_on", "level", "therapy"],
                condition=Q(closed=False),
                name="due_of_test",
            ),
            models.Index(fields=["course", "closed", "due_on"], name="due_of_course"),
            # The audit of tests on time reads nothing but this index, in its order.
            models.Index(
                fields=["site", "test", "due_on", "closed", "end", "ended_on", "overdue_on"],
                name="due_on_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.test} due {self.due_on:%Y-%m-%d}"

    def state_on(self, day: date) -> str:
        """``done``, ``waived``, ``superseded``, ``overdue``, ``due`` or ``upcoming`` on a day."""
        if self.closed:
            return self.end
        if self.overdue_on < day:
            return "overdue"
        return "due" if self.window_opens_on <= day else "upcoming"
