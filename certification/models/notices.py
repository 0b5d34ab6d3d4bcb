"""What have publishers and indexes announced of papers: retractions, corrections, newer editions?

A list of its own, found by DOI or PMID, so that a sealed reference stays as it was approved and is
still known to be retracted.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from certification.lint.findings import NoticeKind
from certification.models.people import User

TITLES = {
    NoticeKind.RETRACTED: "Retracted",
    NoticeKind.SUPERSEDED: "Superseded",
    NoticeKind.CORRECTED: "Corrected",
    NoticeKind.CONCERN: "Expression of concern",
}


class NoticeQuerySet(models.QuerySet["ReferenceNotice"]):
    def standing(self) -> Self:
        """Without those that were withdrawn here."""
        return self.filter(withdrawn_at__isnull=True)


class ReferenceNotice(models.Model):
    """One announcement. ``doi`` is kept as it is compared: lower case, without an address.

    A withdrawn one stays, so that the same list cannot bring it back.
    """

    kind = models.CharField(max_length=12, choices=[(k.value, t) for k, t in TITLES.items()])
    doi = models.CharField("DOI", max_length=120, blank=True, db_index=True)
    pmid = models.CharField("PMID", max_length=20, blank=True, db_index=True)
    noticed_on = models.DateField("announced on", null=True, blank=True)
    says = models.CharField("reason", max_length=400, blank=True)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=400, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-noticed_on", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(doi="", pmid=""), name="notice_names_a_paper"),
            models.UniqueConstraint(fields=["kind", "doi", "pmid"], name="one_notice_a_kind"),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawn_because=""),
                name="notice_withdrawn_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.doi or self.pmid}"
