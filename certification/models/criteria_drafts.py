"""Which criteria are being written, by whom, and how far are they?

One draft of a set is open at a time. ``content`` is the set as it is edited: ``criteria.drafts``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from certification.models.criteria import CriteriaVersion, RequestType
from certification.models.drafts import CLOSED_BY_AND_AT, CLOSED_WHEN_SUBMITTED, VersionDraft
from certification.models.therapies import Therapy


class CriteriaDraft(VersionDraft):
    set_key = models.SlugField(max_length=100, editable=False)
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="criteria_drafts")
    request_type = models.CharField(max_length=20, choices=RequestType.choices)
    based_on = models.ForeignKey(
        CriteriaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    became = models.OneToOneField(
        CriteriaVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )

    class Meta(VersionDraft.Meta):
        verbose_name = "draft of criteria"
        verbose_name_plural = "drafts of criteria"
        constraints = [
            models.UniqueConstraint(
                fields=["set_key"],
                condition=Q(closed_at__isnull=True),
                name="one_open_draft_a_set",
            ),
            models.CheckConstraint(condition=CLOSED_BY_AND_AT, name="draft_closed_by_and_at"),
            models.CheckConstraint(
                condition=CLOSED_WHEN_SUBMITTED, name="draft_is_closed_when_submitted"
            ),
        ]
