"""When does a piece of content answer, and when was it read again? A page beside each row.

The days of a version are planned here and approved content is confirmed, both by an approver; what
is sealed stays as it is. The page says which version answers on which day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from certification.actions import validity
from certification.admin.base import RoleAdmin, day_or, refusal_of, today
from certification.answering import spans
from certification.editing_policies import check_as_seen, seen_mark
from certification.forms.base import DayField, PageForm
from certification.models import EditorialModel
from certification.policies import Refused
from certification.presenters.wording import day_words
from certification.validity_policies import check_can_plan, check_can_read_again
from config.access import has_permission
from config.roles import Permission


class DaysForm(PageForm):
    effective_on = DayField(
        label="First day", required=False,
        help_text="Left empty, it answers from the day of its approval.",
    )  # fmt: skip
    expires_on = DayField(
        label="Last day", required=False, help_text="Left empty, it does not expire."
    )


class ReadAgainForm(PageForm):
    next_review_on = DayField(label="Next review on")
    note = forms.CharField(
        label="What was read", max_length=400, required=False,
        help_text="For example the edition of the label. It stands in the history.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnsweringLine:
    """Days on which one version of a set answers; ``url`` empty where none does."""

    days: str
    version: str
    url: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the two forms of the page, with the check that opens it and the act that it sends."""

    form: type[PageForm]
    check: Callable[..., None]
    act: Callable[..., EditorialModel]
    done: str


PARTS = {
    "schedule": _Part(DaysForm, check_can_plan, validity.schedule, "Its days are planned."),
    "confirm": _Part(
        ReadAgainForm, check_can_read_again, validity.confirm_review, "Its review is confirmed."
    ),
}


class ValidityPages(RoleAdmin):
    """Adds the page to the admin of a kind of content."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.validity_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_validity"
        return [path("<path:object_id>/validity/", view, name=name), *super().get_urls()]

    def validity_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self._check_view(request)
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404("There is no such content.")
        if not has_permission(request.user, Permission.APPROVE_CONTENT):
            raise PermissionDenied("Content approvers plan days and confirm reviews.")
        forms_of = {
            name: part.form(initial=_initial(obj), auto_id=f"{name}_%s")
            for name, part in PARTS.items()
        }
        if request.method == "POST":
            name = request.POST.get("act", "")
            if name not in PARTS:
                raise PermissionDenied("This address takes the buttons of its page only.")
            form = PARTS[name].form(request.POST, auto_id=f"{name}_%s")
            if form.is_valid() and self._done(request, obj, PARTS[name], form):
                messages.success(request, PARTS[name].done)
                return HttpResponseRedirect(self._url("change", obj.pk))
            forms_of[name] = form
        return self._validity_page(request, obj, forms_of)

    def _done(self, request: HttpRequest, obj: EditorialModel, part: _Part, form: PageForm) -> bool:
        try:
            with transaction.atomic():
                check_as_seen(obj, request.POST.get("seen", ""))
                part.act(by=request.user, now=timezone.now(), obj=obj, **form.cleaned_data)
        except Refused as refusal:
            form.refuse(refusal)
            return False
        return True

    def _validity_page(
        self, request: HttpRequest, obj: EditorialModel, forms_of: dict[str, PageForm]
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"Days and review: {obj}",
            "subtitle": None,
            "opts": self.opts,
            "original": obj,
            "seen": seen_mark(obj),
            "parts": [
                {
                    "act": name,
                    "form": form,
                    "refusal": refusal_of(PARTS[name].check, request.user, obj),
                }
                for name, form in forms_of.items()
                if name != "schedule" or obj.IS_VERSION
            ],
            "answering": self.answering(obj),
            "review": day_or(obj.next_review_on, "No date"),
            "review_overdue": is_overdue(obj),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        status = max(form.status for form in forms_of.values())
        return TemplateResponse(
            request, "admin/certification/validity.html", context, status=status
        )

    def answering(self, obj: EditorialModel) -> list[AnsweringLine]:
        """Which version of its set answers from today on; nothing for content without versions."""
        if not obj.IS_VERSION:
            return []
        name = "set_key" if hasattr(obj, "set_key") else "key"
        rows = self.model._default_manager.filter(status="approved", **{name: getattr(obj, name)})
        return [
            AnsweringLine(
                days=f"{day_words(span.from_on)} to {day_words(span.until_on)}"
                if span.until_on
                else f"From {day_words(span.from_on)}",
                version=f"Version {span.version.version}" if span.version else "No version",
                url=self._url("change", span.version.pk) if span.version else "",
                is_this=span.version is not None and span.version.pk == obj.pk,
            )
            for span in spans(rows.defer("document"), today())
        ]


def is_overdue(obj: EditorialModel) -> bool:
    """Whether its review was due before today; nobody reviews what is retired."""
    due = obj.next_review_on
    return due is not None and due < today() and obj.status != "retired"


def _initial(obj: EditorialModel) -> dict[str, Any]:
    return {name: getattr(obj, name, None) for name in ("effective_on", "expires_on")}
