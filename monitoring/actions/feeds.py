"""How does a calendar get its secret address, lose it, and tell that somebody read it?"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from certification.actions.events import record_event
from certification.models import Site, User
from certification.policies import Refused
from certification.turnaround import local_date
from monitoring.feeds import fingerprint, new_secret
from monitoring.models import CalendarFeed
from monitoring.policies import check_can_create_feed, check_can_revoke_feed

MOST_FEEDS = 10
"""So many addresses one person can have made that are still open, at one site."""


@transaction.atomic
def create_feed(
    *, by: User, now: datetime, site: Site, whole_site: bool
) -> tuple[CalendarFeed, str]:
    """Makes a calendar and its secret, which is told this once and not kept. Raises ``Refused``."""
    site = Site.objects.select_for_update().get(pk=site.pk)
    check_can_create_feed(by, site)
    if CalendarFeed.objects.active().filter(created_by=by, site=site).count() >= MOST_FEEDS:
        raise Refused(f"You have {MOST_FEEDS} calendars here already. Revoke one first.")
    secret = new_secret()
    feed = CalendarFeed.objects.create(
        site=site,
        user=None if whole_site else by,
        secret_hash=fingerprint(secret),
        created_by=by,
        created_at=now,
    )
    data = {"whole_site": whole_site}
    record_event(by=by, verb="created calendar", obj=feed, at=now, data=data)
    return feed, secret


@transaction.atomic
def revoke_feed(*, by: User, now: datetime, feed: CalendarFeed) -> CalendarFeed:
    """Closes the address for good. Raises ``Refused``."""
    feed = (
        CalendarFeed.objects.select_for_update(of=("self",))
        .select_related("site", "user", "created_by", "revoked_by")
        .get(pk=feed.pk)
    )
    check_can_revoke_feed(by, feed)
    feed.revoked_by, feed.revoked_at = by, now
    feed.save(update_fields=["revoked_by", "revoked_at"])
    data = {"whole_site": feed.user_id is None}
    record_event(by=by, verb="revoked calendar", obj=feed, at=now, data=data)
    return feed


@transaction.atomic
def note_reading(*, by: User, now: datetime, feed: CalendarFeed) -> bool:
    """Writes down that a calendar is read at its address: once a day, not at every poll.

    ``by``: its owner, on whose permission the address rests. Tells whether it wrote something.
    """
    today = local_date(now, feed.site.time_zone)
    unread = Q(last_read_on__isnull=True) | Q(last_read_on__lt=today)
    first = CalendarFeed.objects.filter(unread, pk=feed.pk).update(last_read_on=today)
    if first:
        record_event(by=by, verb="calendar read at its address", obj=feed, at=now)
    return bool(first)
