"""What do approved statements and criteria answer to a question?"""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from certification.actions.search_index import refresh_search
from certification.forms.asking import QuestionForm
from certification.presenters.asking import asked_page
from certification.views.reach import StaffRequest, page
from certification.views.readers import reader_of, readers
from config.access import has_permission, requires
from config.roles import Permission


@requires(Permission.VIEW_CONTENT)
@require_GET
def ask_evidence(request: StaffRequest) -> HttpResponse:
    form = QuestionForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    if asked:
        refresh_search(by=request.user)
    edits = any(
        has_permission(request.user, one)
        for one in (Permission.EDIT_CONTENT, Permission.APPROVE_CONTENT)
    )
    today = timezone.localdate()
    shown = asked_page(asked, today, reader=reader_of(request), edits=edits)
    context = {"page": shown, "form": form, "readers": readers(request), "nav": "evidence"}
    return page(request, "certification/ask.html", context, status=form.status)
