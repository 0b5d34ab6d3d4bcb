"""At which secret addresses is the schedule read by calendar programmes?"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from certification.models import Site, User


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: User) -> Self:
        """Those of the person, and those of the person's sites."""
        mine = Q(user=user) | Q(user__isnull=True)
        return self.filter(mine, site_id__in=user.site_ids)

    def active(self) -> Self:
        return self.filter(revoked_at__isnull=True)


class CalendarFeed(models.Model):
    """A secret address at which a calendar programme reads due items and visits. Revocable.

    Only a hash of the secret is kept; a feed without ``user`` belongs to the whole site.
    ``last_read_on``: the last day on which somebody read it; one event a day is written down.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="calendar_feeds")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="calendar_feeds"
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    last_read_on = models.DateField(null=True, blank=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="revoked_by_and_at",
            )
        ]

    def __str__(self) -> str:
        return f"Calendar of {self.user or self.site}"

    @property
    def owner(self) -> User:
        """Whose permission the address rests on; for a whole site, the person who made it."""
        return self.user or self.created_by
