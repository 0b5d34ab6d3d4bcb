"""At which secret address does a calendar programme read the schedule?"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST, require_safe

from certification.policies import Refused
from certification.seals import hash_of
from certification.views.reach import StaffRequest, attempt, page
from config.access import by_secret_address, requires
from config.roles import Permission
from monitoring.actions.feeds import create_feed, note_reading, revoke_feed
from monitoring.feeds import calendar_of, feed_at
from monitoring.forms.feeds import FeedForm
from monitoring.models import CalendarFeed
from monitoring.policies import can_read_feed
from monitoring.presenters.feeds import feed_lines

MOST_READINGS_AN_HOUR = 60
AN_HOUR = 3600


@requires(Permission.VIEW_MONITORING)
@require_GET
def calendars(request: StaffRequest) -> HttpResponse:
    return _page(request, FeedForm(sites=list(request.user.sites.all())))


@requires(Permission.MONITOR)
@require_POST
@sensitive_variables("secret")
def calendar_new(request: StaffRequest) -> HttpResponse:
    form = FeedForm(request.POST, sites=list(request.user.sites.all()))
    if not form.is_valid():
        return _page(request, form)
    site, whole = form.cleaned_data["site"], form.cleaned_data["reach"] == "site"
    now = timezone.now()
    made = attempt(form, lambda: create_feed(by=request.user, now=now, site=site, whole_site=whole))
    if made is None:
        return _page(request, form)
    feed, secret = made
    path = reverse("monitoring:calendar-feed", args=[secret])
    return _page(request, form, made=feed, address=request.build_absolute_uri(path))


@requires(Permission.MONITOR)
@require_POST
def calendar_revoke(request: StaffRequest, pk: int) -> HttpResponse:
    feed = get_object_or_404(CalendarFeed.objects.visible_to(request.user), pk=pk)
    try:
        revoke_feed(by=request.user, now=timezone.now(), feed=feed)
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "Revoked. The address opens nothing any more.")
    return redirect("monitoring:calendars")


@by_secret_address
@require_safe
@sensitive_variables("secret")
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar itself. An address that opens nothing is not there, whatever the reason."""
    feed, now = feed_at(secret), timezone.now()
    if feed is None or not can_read_feed(feed):
        raise Http404
    if not _within_rate(feed):
        return HttpResponse(
            "Too many readings. Try again later.",
            status=429,
            content_type="text/plain",
            headers={"Retry-After": str(AN_HOUR)},
        )
    note_reading(by=feed.owner, now=now, feed=feed)
    body = calendar_of(feed, now, request.build_absolute_uri)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["ETag"] = quote_etag(hash_of(body))
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    response["Content-Disposition"] = 'inline; filename="myelin.ics"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _within_rate(feed: CalendarFeed) -> bool:
    key = f"calendar-feed-{feed.pk}"
    if cache.add(key, 1, AN_HOUR):
        return True
    try:
        return cache.incr(key) <= MOST_READINGS_AN_HOUR
    except ValueError:  # the hour ended between the two lines
        return True


def _page(request: StaffRequest, form: FeedForm, **made: Any) -> HttpResponse:
    context = {"form": form, "lines": feed_lines(request.user), **made}
    return page(request, "monitoring/calendars.html", context, status=form.status)
