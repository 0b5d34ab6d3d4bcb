"""In whose words does a page speak: chosen for good in the profile, or here and now?"""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from certification.actions.readers import choose_reader
from certification.forms.readers import LanguageForm
from certification.readers import READERS
from certification.views.reach import StaffRequest, attempt, page
from config.access import requires
from config.roles import Permission

CHOSEN = "reader"


class ReaderLink(NamedTuple):
    title: str
    url: str
    chosen: bool


def reader_of(request: StaffRequest) -> str:
    """What was chosen on a page goes on until the person signs out; before it, their profile."""
    asked = request.GET.get(CHOSEN)
    if asked in READERS:
        request.session[CHOSEN] = asked
        return asked
    kept: str = request.session.get(CHOSEN, request.user.reader)
    return kept


def readers(request: StaffRequest) -> list[ReaderLink]:
    """The same page for each kind of reader: whatever else was asked for stays."""
    chosen, links = reader_of(request), []
    for key, title in READERS.items():
        query = request.GET.copy()
        query[CHOSEN] = key
        links.append(ReaderLink(title, f"?{query.urlencode()}", key == chosen))
    return links


@requires(Permission.VIEW_CONTENT)
@require_http_methods(["GET", "HEAD", "POST"])
def language(request: StaffRequest) -> HttpResponse:
    form = LanguageForm(request.POST or None, initial={"reader": request.user.reader})
    if request.method == "POST" and form.is_valid():
        reader = form.cleaned_data["reader"]
        now = timezone.now()
        attempt(form, lambda: choose_reader(by=request.user, now=now, reader=reader))
        if not form.errors:
            request.session.pop(CHOSEN, None)
            messages.success(request, "Saved. Evidence and criteria speak to you this way now.")
            return redirect("certification:language")
    context = {"form": form}
    return page(request, "certification/language.html", context, status=form.status)
