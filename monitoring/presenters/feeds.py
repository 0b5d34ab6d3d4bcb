"""Which calendars are there, who made them, and do they still open?"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from certification.models import User
from certification.presenters.wording import day_words, moment_words
from monitoring.models import CalendarFeed
from monitoring.policies import can_read_feed, can_revoke_feed

FEEDS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class FeedLine:
    """``state``: yes, no or retired, with its word."""

    reach: str
    site: str
    made: str
    read: str
    state: str
    word: str
    says: str
    revoke_url: str


def feed_lines(user: User) -> list[FeedLine]:
    """Open ones first. Two queries more than none, however many there are."""
    found = (
        CalendarFeed.objects.visible_to(user)
        .select_related("site", "user", "created_by", "revoked_by")
        .prefetch_related(
            "user__role_grants", "user__sites", "created_by__role_grants", "created_by__sites"
        )
    )
    ordered = found.order_by("revoked_at", "-created_at")[:FEEDS_SHOWN]
    return sorted((_line(feed, user) for feed in ordered), key=lambda line: line.state == "retired")


def _line(feed: CalendarFeed, user: User) -> FeedLine:
    zone = feed.site.time_zone
    state, word, says = "yes", "Open", ""
    if feed.revoked_at is not None:
        state, word = "retired", "Revoked"
        says = f"{moment_words(feed.revoked_at, zone)}, by {feed.revoked_by}"
    elif not can_read_feed(feed):
        state, word = "no", "Closed"
        says = f"{feed.owner} may no longer see this site. Make another one if it is needed."
    return FeedLine(
        reach="Whole site" if feed.user_id is None else "My people",
        site=feed.site.name,
        made=f"{moment_words(feed.created_at, zone)}, by {feed.created_by}",
        read=day_words(feed.last_read_on) or "not yet",
        state=state,
        word=word,
        says=says,
        revoke_url=reverse("monitoring:calendar-revoke", args=[feed.pk])
        if can_revoke_feed(user, feed)
        else "",
    )
