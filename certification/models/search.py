"""Which sentences of the content can a question find?

A reading of statements and criteria, never a source: whether an answer is approved is asked of the
content itself. ``stamp`` says from which state of it an entry was read.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from certification.models.criteria import CriteriaVersion
from certification.models.evidence import Statement


class SearchEntry(models.Model):
    """One evidence statement, or one criterion or precaution of a version.

    ``cited_at``: the place whose citations hold for it; a criterion without its own leans on those
    of the criterion around it.
    """

    class Kind(models.TextChoices):
        STATEMENT = "statement", "Evidence statement"
        CRITERION = "criterion", "Criterion"
        PRECAUTION = "precaution", "Precaution"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, null=True, related_name="search_entries"
    )
    version = models.ForeignKey(
        CriteriaVersion, on_delete=models.CASCADE, null=True, related_name="search_entries"
    )
    place = models.CharField(max_length=160, blank=True)
    cited_at = models.CharField(max_length=160, blank=True)
    title = models.TextField(blank=True)
    says = models.TextField()
    plain = models.TextField(blank=True)
    verified = models.CharField(max_length=20, blank=True)
    stamp = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(statement__isnull=False, version__isnull=True)
                | Q(statement__isnull=True, version__isnull=False),
                name="search_entry_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return self.says[:80]
