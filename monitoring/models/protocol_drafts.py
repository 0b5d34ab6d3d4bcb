"""Which protocols are being written, by whom, and how far are they?

One draft of a protocol is open at a time. ``content`` is the protocol as it is edited:
``schedule.drafts``.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from certification.models import Therapy
from certification.models.drafts import CLOSED_BY_AND_AT, CLOSED_WHEN_SUBMITTED, VersionDraft
from monitoring.models.protocols import ProtocolVersion


class ProtocolDraft(VersionDraft):
    key = models.SlugField(max_length=100, editable=False)
    therapy = models.ForeignKey(Therapy, on_delete=models.PROTECT, related_name="protocol_drafts")
    based_on = models.ForeignKey(
        ProtocolVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    became = models.OneToOneField(
        ProtocolVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="draft"
    )

    class Meta(VersionDraft.Meta):
        verbose_name = "draft of a protocol"
        verbose_name_plural = "drafts of protocols"
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(closed_at__isnull=True),
                name="one_open_draft_a_protocol",
            ),
            models.CheckConstraint(
                condition=CLOSED_BY_AND_AT, name="protocol_draft_closed_by_and_at"
            ),
            models.CheckConstraint(
                condition=CLOSED_WHEN_SUBMITTED, name="protocol_draft_is_closed_when_submitted"
            ),
        ]
