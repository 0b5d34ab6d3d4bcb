"""What does the admin show of versions of criteria?"""

from __future__ import annotations

from django.contrib import admin

from certification.admin.criteria_reading import reading_of
from certification.admin.history import in_words
from certification.admin.impact import ComparedVersions
from certification.admin.marks import criteria_marks
from certification.admin.packs import PackPages
from certification.admin.versions import VersionAdmin
from certification.models import CriteriaVersion


@admin.register(CriteriaVersion)
class CriteriaVersionAdmin(ComparedVersions, PackPages, VersionAdmin):
    key_field = "set_key"
    mark = staticmethod(criteria_marks)
    read = staticmethod(reading_of)
    change_list_template = "admin/certification/criteria_change_list.html"
    change_form_template = "admin/certification/criteria_change_form.html"
    list_display = (
        "set_key", "status_badge", "version", "therapy", "request_type", "examples_passed",
        "unverified", "review", "short_hash",
    )  # fmt: skip
    list_filter = (*VersionAdmin.list_filter, "therapy", "request_type", "policy_organisation")
    search_fields = (
        "set_key", "title", "version", "therapy__generic", "therapy__brands",
        "policy_organisation", "content_hash",
    )  # fmt: skip
    ordering = ("set_key", "-version")
    fieldsets = (
        (None, {"fields": ("title", "set_key", "version", "therapy", "request_type",
                           "policy_organisation", "signed_by", "certification_months",
                           "quantity")}),
        VersionAdmin.VALIDITY,
        VersionAdmin.REVIEW,
    )  # fmt: skip
    readonly_fields = ("signed_by", "quantity")

    @admin.display(description="signed by")
    def signed_by(self, obj: CriteriaVersion) -> str:
        if obj.needs_physician:
            return "A physician reviewer only"
        return "A nurse reviewer when the criteria are met, or a physician reviewer"

    @admin.display(description="quantity limit")
    def quantity(self, obj: CriteriaVersion) -> str:
        return in_words(obj.quantity_limit) if obj.quantity_limit else "None stated"
