"""Which rules of a question are being written, by whom, and how far are they?

One draft of a question is open at a time. ``content``: ``criteria.rule_drafts``. A question has no
versions: what is submitted is the question itself, which then waits for its review.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from certification.models.drafts import CLOSED_BY_AND_AT, CLOSED_WHEN_SUBMITTED, Draft
from certification.models.evidence import Fact


class QuestionDraft(Draft):
    """``began_with``: the rules that the question had, so that nobody submits over what came in
    since."""

    based_on = models.ForeignKey(
        Fact, on_delete=models.PROTECT, related_name="drafts", verbose_name="question"
    )
    began_with = models.JSONField(default=dict)
    became = models.ForeignKey(
        Fact, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(Draft.Meta):
        verbose_name = "draft of a question's rules"
        verbose_name_plural = "drafts of questions' rules"
        constraints = [
            models.UniqueConstraint(
                fields=["based_on"],
                condition=Q(closed_at__isnull=True),
                name="one_open_draft_a_question",
            ),
            models.CheckConstraint(
                condition=CLOSED_BY_AND_AT, name="question_draft_closed_by_and_at"
            ),
            models.CheckConstraint(
                condition=CLOSED_WHEN_SUBMITTED, name="question_draft_is_closed_when_submitted"
            ),
        ]
