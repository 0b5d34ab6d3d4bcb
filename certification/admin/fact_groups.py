"""How are the steps of the wizard named, ordered and added?"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from certification.actions.fact_groups import WRITTEN, move_fact_group, save_fact_group
from certification.admin.base import RoleAdmin
from certification.admin.editorial import EditorialAdmin
from certification.admin.forms import KeyedByName
from certification.editing_policies import check_is_new_step
from certification.models import FactGroup
from certification.policies import Refused
from config.roles import Permission


class FactGroupForm(KeyedByName):
    named_by = "title"

    class Meta:
        labels = {"intro": "Introduction"}
        help_texts = {"intro": "What the wizard says above the questions of this step."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & set(WRITTEN):
            self.fields[name].show_hidden_initial = bool(self.instance.pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        stored = FactGroup.objects.filter(pk=self.instance.pk).first()
        for name in WRITTEN:
            seen = str(self.data.get(f"initial-{name}", "")).replace("\r\n", "\n")
            if stored is not None and seen != getattr(stored, name):
                raise ValidationError(
                    "Somebody changed this step after you opened the page. Nothing was "
                    "overwritten. Open it again."
                )
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            try:
                check_is_new_step(self.instance)
            except Refused as refusal:
                self.add_error("title", refusal.sentence)


@admin.register(FactGroup)
class FactGroupAdmin(RoleAdmin):
    view_permissions = EditorialAdmin.view_permissions
    edit_permission = Permission.EDIT_CONTENT
    form = FactGroupForm
    change_list_template = "admin/certification/fact_group_change_list.html"
    list_display = ("title", "place", "question_count", "key")
    search_fields = ("key", "title")
    fields = ("title", "key", "intro")
    ordering = ("order", "key")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(questions=Count("facts"))

    def get_list_display(self, request: HttpRequest) -> Any:
        title, *rest = self.list_display
        return (title, *(["moves"] if self._may_edit(request) else []), *rest)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj is not None else ()

    @admin.display(description="questions", ordering="questions")
    def question_count(self, obj: Any) -> int:
        return int(obj.questions)

    @admin.display(description="place", ordering="order")
    def place(self, obj: FactGroup) -> int:
        return obj.order

    @admin.display(description="move")
    def moves(self, obj: FactGroup) -> SafeString:
        """Buttons of the list's own form, so that they work without scripts."""
        url = reverse("admin:certification_factgroup_move", args=[obj.pk])
        return format_html(
            '<button class="step" name="places" value="-1" formaction="{url}"'
            ' aria-label="Up: {title}">Up</button> '
            '<button class="step" name="places" value="1" formaction="{url}"'
            ' aria-label="Down: {title}">Down</button>',
            url=url, title=obj.title,
        )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.move_view)
        return [
            path("<int:pk>/move/", view, name="certification_factgroup_move"),
            *super().get_urls(),
        ]

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        group = FactGroup.objects.filter(pk=pk).first()
        if request.method != "POST" or group is None or not self._may_edit(request):
            raise PermissionDenied("Steps are moved by the buttons of their list.")
        places = -1 if request.POST.get("places") == "-1" else 1
        try:
            move_fact_group(by=request.user, now=timezone.now(), group=group, places=places)  # type: ignore[arg-type]
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, f"“{group}” was moved {'up' if places < 0 else 'down'}.")
        return HttpResponseRedirect(reverse("admin:certification_factgroup_changelist"))

    def save_model(self, request: HttpRequest, obj: FactGroup, form: Any, change: bool) -> None:
        save_fact_group(by=request.user, now=timezone.now(), group=obj)  # type: ignore[arg-type]
