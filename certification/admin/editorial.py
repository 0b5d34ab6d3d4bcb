"""How is content edited, submitted, reviewed, approved, returned and retired in the admin?

Every press of a button calls the action that every other caller uses, and a refusal is shown as its
sentence. A button that would be refused is not offered: the sentence stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification import content_policies as policies
from certification.actions import editorial
from certification.actions.content_edits import save_content
from certification.admin.base import RoleAdmin, day_or, refusal_of, tag, today
from certification.admin.filters import ApprovalFilter, OwnFilter, ReviewDueFilter
from certification.admin.forms import ContentForm
from certification.admin.validity import ValidityPages, is_overdue
from certification.editing_policies import can_edit, check_as_seen, check_can_edit, seen_mark
from certification.models import UNVERIFIED, Citation, EditorialModel
from certification.policies import Refused
from certification.presenters.wording import day_words, moment_words
from certification.validity_policies import check_can_plan, check_can_read_again
from certification.workflow import CONTENT_TRANSITIONS, ContentStatus
from config.access import has_permission
from config.roles import Permission

LIST_FILTERS = ("status", ReviewDueFilter, ApprovalFilter, OwnFilter)


@dataclass(frozen=True, slots=True)
class Act:
    """A button, or the sentence that stands in its place. ``needs``: what has to be given.

    ``url``: the act has a page of its own."""

    key: str
    title: str
    needs: str = ""
    refusal: str = ""
    url: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a bulk act."""

    title: str
    url: str
    done: bool
    says: str


class EditorialAdmin(ValidityPages):
    """A page of content with its editorial buttons."""

    view_permissions = (
        Permission.EDIT_CONTENT,
        Permission.APPROVE_CONTENT,
        Permission.READ_AUDIT,
        Permission.MANAGE_USERS,
    )
    edit_permission = Permission.EDIT_CONTENT
    form = ContentForm
    change_form_template = "admin/certification/editorial_change_form.html"
    list_filter: Any = LIST_FILTERS
    formfield_overrides = RoleAdmin.formfield_overrides | {
        models.TextField: {"widget": AdminTextareaWidget({"rows": 4})}
    }
    actions = ("start_review_of_selected", "approve_selected")
    read_back: dict[str, str] = {}
    """For a reader: the method that shows a field which an editor types."""
    LIFE_FIELDS = ("status_badge", "submitted", "reviewed", "approved", "updated")

    # Reading ------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .select_related("submitted_by", "reviewed_by", "approved_by")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        # What was typed meets its refusal in the form, where it is not lost.
        if obj is None or request.method == "POST":
            return allowed
        return allowed and can_edit(request.user, obj)  # type: ignore[arg-type]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # A key is how other content names this row: it is chosen once.
        fixed = ("key",) if obj is not None and hasattr(obj, "key") else ()
        return (*super().get_readonly_fields(request, obj), *self.LIFE_FIELDS, *fixed)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields in groups; a reader sees lists as lists, and what is empty not at all."""
        fieldsets = [(name, dict(options)) for name, options in super().get_fieldsets(request, obj)]
        if obj is None:
            return [f for f in fieldsets if f[0] != "Review"]
        if not self.has_change_permission(request, obj):
            for _name, options in fieldsets:
                shown = (name for name in options["fields"] if _says_something(obj, name))
                options["fields"] = tuple(self.read_back.get(name, name) for name in shown)
        return [fieldset for fieldset in fieldsets if fieldset[1]["fields"]]

    @admin.display(description="status", ordering="status")
    def status_badge(self, obj: EditorialModel) -> SafeString:
        badge = tag(obj.status, obj.status_title)
        if not obj.approved_in_demo:
            return badge
        return format_html("{} {}", badge, tag("demo", "Demo approval"))

    @admin.display(description="confidence", ordering="verified")
    def confidence(self, obj: Any) -> SafeString | str:
        title = obj.get_verified_display() if obj.verified else "Not stated"
        return tag("unverified", f"Unverified: {title}") if obj.verified in UNVERIFIED else title

    @admin.display(description="next review", ordering="next_review_on")
    def review(self, obj: EditorialModel) -> SafeString | str:
        if obj.next_review_on and is_overdue(obj):
            return tag("overdue", f"Overdue since {day_words(obj.next_review_on)}")
        return day_or(obj.next_review_on, "No date")

    @admin.display(description="submitted")
    def submitted(self, obj: EditorialModel) -> str:
        return _by_and_at(obj.submitted_by, obj.submitted_at) or "Came with a reference pack"

    @admin.display(description="reviewed by")
    def reviewed(self, obj: EditorialModel) -> str:
        return str(obj.reviewed_by or "Nobody yet")

    @admin.display(description="last change", ordering="updated_at")
    def updated(self, obj: EditorialModel) -> str:
        return moment_words(obj.updated_at, settings.TIME_ZONE)

    @admin.display(description="approved")
    def approved(self, obj: EditorialModel) -> str:
        demo = " (a demonstration account, not a clinical approval)" if obj.approved_in_demo else ""
        return (_by_and_at(obj.approved_by, obj.approved_at) or "Not approved") + demo

    # Writing ------------------------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Written by ``save_related``, together with its citations."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        citations, removed = edited_citations(formsets)
        if change and not (form.changed_data or citations or removed):
            request.nothing_changed = True  # type: ignore[attr-defined]
            return
        save_content(
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
            obj=form.instance,
            citations=citations,
            removed=removed,
        )

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if getattr(request, "nothing_changed", False):
            messages.info(request, "Nothing was changed, so its status stays as it is.")
            if "_continue" in request.POST or "_addanother" in request.POST:
                return HttpResponseRedirect(request.path)
            return self.response_post_save_change(request, obj)
        return super().response_change(request, obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            stored = self.get_object(request, str(obj.pk)) or obj
            context |= {
                "seen": seen_mark(obj),
                "stored": stored,
                "editorial_acts": list(self.acts(request, stored)),
                "editorial_url": self._url("editorial", obj.pk),
                "edit_refusal": self._edit_refusal(request, stored),
                "answering": self.answering(stored),
                "review_overdue": is_overdue(stored),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def _edit_refusal(self, request: HttpRequest, obj: EditorialModel) -> str:
        """Why an editor cannot edit this row now; nothing for people who never edit."""
        if not self._may_edit(request):
            return ""
        return refusal_of(check_can_edit, request.user, obj)

    def _url(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    # The review ---------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.editorial_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_editorial"
        return [path("<path:object_id>/editorial/", view, name=name), *super().get_urls()]

    def acts(self, request: HttpRequest, obj: EditorialModel) -> Iterator[Act]:
        """What this person could do next, and why not where they cannot."""
        user: Any = request.user
        following = CONTENT_TRANSITIONS[ContentStatus(obj.status)]
        if has_permission(user, Permission.EDIT_CONTENT) and obj.status == ContentStatus.RETURNED:
            yield Act("submit", "Submit again")
        if not has_permission(user, Permission.APPROVE_CONTENT):
            return
        if ContentStatus.UNDER_REVIEW in following:
            refusal = refusal_of(policies.check_can_start_review, user, obj)
            yield Act("review", "Start review", refusal=refusal)
        if ContentStatus.APPROVED in following:
            refusal = refusal_of(policies.check_can_approve, user, obj, today())
            yield Act("approve", "Approve", refusal=refusal)
        yield from self._validity_acts(user, obj)
        if ContentStatus.RETURNED in following:
            yield Act("return", "Return to its author", "reason")
        if ContentStatus.RETIRED in following:
            yield Act("retire", "Retire", "reason")
            successors = tuple(self.successors(obj))
            if successors:
                yield Act("supersede", "Supersede", "successor", choices=successors)

    def _validity_acts(self, user: Any, obj: EditorialModel) -> Iterator[Act]:
        url = self._url("validity", obj.pk)
        if obj.is_approved:
            refusal = refusal_of(check_can_read_again, user, obj)
            yield Act("confirm", "Confirm its review", refusal=refusal, url=url)
        if obj.IS_VERSION and not refusal_of(check_can_plan, user, obj):
            yield Act("schedule", "Plan its days", url=url)

    def successors(self, obj: Any) -> Iterator[tuple[str, str]]:
        """What could take the place of ``obj``, as key and title. Most content has no successor."""
        return iter(())

    def editorial_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Takes a press of an editorial button."""
        obj = self.get_object(request, object_id)
        if request.method != "POST" or obj is None or not self.has_view_permission(request, obj):
            raise PermissionDenied("Editorial acts are sent by the buttons of a content page.")
        try:
            with transaction.atomic():
                check_as_seen(obj, request.POST.get("seen", ""))
                self._do(request, obj)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, f"“{obj}” is now: {obj.status_title.lower()}.")
        return HttpResponseRedirect(self._url("change", obj.pk))

    def _do(self, request: HttpRequest, obj: EditorialModel) -> None:
        reason = request.POST.get("reason", "")
        order: dict[str, Any] = {"by": request.user, "now": timezone.now(), "obj": obj}
        match request.POST.get("act"):
            case "submit":
                editorial.submit(**order)
            case "review":
                editorial.start_review(**order)
            case "approve":
                editorial.approve(**order)
            case "return":
                editorial.return_to_author(**order, reason=reason)
            case "retire":
                editorial.retire(**order, reason=reason)
            case "supersede":
                editorial.supersede(**order, successor=self._successor(request, obj))
            case _:
                raise Refused("There is no such editorial act.")

    def _successor(self, request: HttpRequest, obj: EditorialModel) -> EditorialModel:
        chosen = request.POST.get("successor", "")
        if chosen not in dict(self.successors(obj)):
            raise Refused("Choose the approved successor.", field="successor")
        found: EditorialModel = self.model._default_manager.get(pk=chosen)
        return found

    # Many at once -------------------------------------------------------------------------------

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return has_permission(request.user, Permission.APPROVE_CONTENT)

    @admin.action(description="Start the review of the selected", permissions=["approve"])
    def start_review_of_selected(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> HttpResponse:
        return self._in_bulk(request, queryset, editorial.start_review, "Start review")

    @admin.action(description="Approve the selected", permissions=["approve"])
    def approve_selected(
        self, request: HttpRequest, queryset: models.QuerySet[Any]
    ) -> HttpResponse:
        return self._in_bulk(request, queryset, editorial.approve, "Approve")

    def _in_bulk(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Any],
        act: Callable[..., EditorialModel],
        title: str,
    ) -> HttpResponse:
        """Each row is an act of its own; the page that follows tells what became of each."""
        outcomes = []
        for obj in queryset:
            try:
                act(by=request.user, now=timezone.now(), obj=obj)
            except Refused as refusal:
                done, says = False, refusal.sentence
            else:
                done, says = True, obj.status_title
            outcomes.append(Outcome(str(obj), self._url("change", obj.pk), done, says))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{title}: {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "refused": [outcome for outcome in outcomes if not outcome.done],
            "done": [outcome for outcome in outcomes if outcome.done],
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/certification/editorial_report.html", context)


def edited_citations(formsets: Any) -> tuple[list[Citation], list[Citation]]:
    """The new or changed citations of the forms below a row, and those to remove."""
    changed: list[Citation] = []
    removed: list[Citation] = []
    for formset in formsets:
        for form in formset.forms:
            if form in formset.deleted_forms:
                removed += [form.instance] if form.instance.pk else []
            elif form.has_changed():
                changed.append(form.instance)
    return changed, removed


def _says_something(obj: Any, name: str) -> bool:
    return getattr(obj, name, "a method") not in (None, "", [], {})


def _by_and_at(person: Any, moment: Any) -> str:
    if person is None:
        return ""
    return f"{person}, {day_words(timezone.localdate(moment))}" if moment else str(person)
