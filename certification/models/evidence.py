"""On what does the content rest? References, citations, statements and the questions asked."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from certification.models.editorial import UNVERIFIED, Confidence, EditorialModel, EditorialQuerySet


class Reference(EditorialModel):
    """A source: a label, a guideline, a trial. ``key`` is how packs and letters name it."""

    SEALED_FIELDS = (
        "key", "kind", "title", "authors", "container", "year", "doi", "pmid", "url", "note",
        "secondary",
    )  # fmt: skip

    class Kind(models.TextChoices):
        GUIDELINE = "guideline", "Guideline"
        SYSTEMATIC_REVIEW = "systematic_review", "Systematic review"
        REVIEW = "review", "Review"
        TRIAL = "trial", "Trial"
        COHORT = "cohort", "Cohort study"
        LABEL = "label", "Drug label"
        REGULATOR = "regulator", "Regulator"
        POLICY = "policy", "Coverage policy"
        STANDARD = "standard", "Standard or code system"
        ARTICLE = "article", "Article"
        PROGRAMME = "programme", "Safety programme"
        UNLISTED = "unlisted", "Cited, not listed in the source"

    key = models.SlugField(unique=True, max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    title = models.TextField(blank=True)
    authors = models.JSONField(default=list, blank=True, help_text="A list of names.")
    container = models.CharField("journal or publisher", max_length=240, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    doi = models.CharField("DOI", max_length=120, blank=True)
    pmid = models.CharField("PMID", max_length=20, blank=True)
    url = models.URLField("address", max_length=500, blank=True)
    accessed_on = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    caution = models.TextField(blank=True)
    secondary = models.BooleanField(
        "a summary of other sources",
        default=False,
        help_text="A summary cannot be the only support of a criterion.",
    )
    verified = models.CharField(max_length=20, choices=Confidence.choices, blank=True)
    seed_number = models.PositiveSmallIntegerField(
        "number in the founding article", null=True, blank=True
    )
    listed_in_seed = models.BooleanField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="supersedes"
    )
    identified_as = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="same_as"
    )

    objects = EditorialQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["key"]

    def __str__(self) -> str:
        return self.title or f"Reference {self.seed_number} (cited, not listed in the source)"

    @property
    def is_unverified(self) -> bool:
        return self.verified in UNVERIFIED


class Statement(EditorialModel):
    """One evidence statement: a sentence that rests on its citations."""

    SEALED_FIELDS = ("key", "says", "plain", "audience", "topic", "note", "verified")

    key = models.SlugField(unique=True, max_length=80)
    says = models.TextField()
    plain = models.TextField(blank=True, help_text="The same in plain words, for patients.")
    audience = models.JSONField(default=list, blank=True)
    topic = models.CharField(max_length=60, blank=True, db_index=True)
    seed = models.CharField(
        "statement of the founding article", max_length=10, blank=True, db_index=True
    )
    note = models.TextField(blank=True)
    verified = models.CharField(max_length=20, choices=Confidence.choices, blank=True)

    objects = EditorialQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["topic", "key"]

    def __str__(self) -> str:
        return self.says[:80]

    def get_absolute_url(self) -> str:
        return f"{reverse('certification:evidence')}#statement-{self.key}"

    @property
    def is_difference(self) -> bool:
        """Whether it tells where the founding article and another source differ."""
        return self.key.startswith("conflict")

    @property
    def is_unverified(self) -> bool:
        return self.verified in UNVERIFIED


class Citation(models.Model):
    """A place in a reference that supports a statement, a therapy or a node of criteria.

    Rows of a criteria version are written from its sealed document, so that they can be searched.
    """

    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="citations")
    statement = models.ForeignKey(
        Statement, on_delete=models.CASCADE, null=True, blank=True, related_name="citations"
    )
    criteria_version = models.ForeignKey(
        "certification.CriteriaVersion",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
    )
    therapy = models.ForeignKey(
        "certification.Therapy",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
    )
    turnaround_profile = models.ForeignKey(
        "certification.TurnaroundProfile",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="citations",
    )
    place = models.CharField(
        max_length=160, blank=True, help_text="The node or field that it supports."
    )
    at = models.CharField("locator", max_length=160, blank=True)
    note = models.CharField(max_length=400, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(statement__isnull=False, criteria_version__isnull=True,
                      therapy__isnull=True, turnaround_profile__isnull=True)
                    | Q(statement__isnull=True, criteria_version__isnull=False,
                        therapy__isnull=True, turnaround_profile__isnull=True)
                    | Q(statement__isnull=True, criteria_version__isnull=True,
                        therapy__isnull=False, turnaround_profile__isnull=True)
                    | Q(statement__isnull=True, criteria_version__isnull=True,
                        therapy__isnull=True, turnaround_profile__isnull=False)
                ),
                name="citation_supports_one_thing",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.reference.key}, {self.at}" if self.at else self.reference.key


class FactGroup(models.Model):
    """A step of the wizard: questions that belong together."""

    key = models.SlugField(unique=True, max_length=60)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.title


class Fact(EditorialModel):
    """A question about a person. ``rules`` holds what only the engine reads: when it applies, how
    it is derived, what contradicts it, which date fact dates it, codes, row fields."""

    SEALED_FIELDS = (
        "key", "label", "type", "unit", "help", "why", "minimum", "maximum", "step", "choices",
        "rules", "verified",
    )  # fmt: skip

    class Type(models.TextChoices):
        BOOLEAN = "boolean", "Yes or no"
        CHOICE = "choice", "One of several"
        INTEGER = "integer", "Whole number"
        DECIMAL = "decimal", "Number"
        DATE = "date", "Date"
        TEXT = "text", "Text"
        ROWS = "rows", "Table"

    key = models.SlugField(unique=True, max_length=80)
    label = models.CharField(max_length=160)
    type = models.CharField(max_length=10, choices=Type.choices)
    group = models.ForeignKey(FactGroup, on_delete=models.PROTECT, related_name="facts")
    order = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=40, blank=True)
    help = models.TextField(blank=True)
    why = models.TextField("reason for asking", blank=True)
    minimum = models.CharField(max_length=20, blank=True)
    maximum = models.CharField(max_length=20, blank=True)
    step = models.CharField(max_length=10, blank=True)
    choices = models.JSONField(default=list, blank=True)
    rules = models.JSONField(default=dict, blank=True)
    verified = models.CharField(max_length=20, choices=Confidence.choices, blank=True)

    objects = EditorialQuerySet.as_manager()

    class Meta(EditorialModel.Meta):
        ordering = ["group__order", "order", "key"]

    def __str__(self) -> str:
        return self.label

    def definition_data(self) -> dict[str, Any]:
        """This question as an entry of a reference pack (the codec's plain form)."""
        data: dict[str, Any] = {
            "key": self.key, "label": self.label, "type": self.type, "group": self.group.key,
        }  # fmt: skip
        for name in ("unit", "help", "why", "verified"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        for name in ("minimum", "maximum", "step"):
            limit = getattr(self, name)
            if limit:
                whole = self.type == self.Type.INTEGER and limit.removeprefix("-").isdecimal()
                data[name] = int(limit) if whole else limit
        if self.choices:
            data["choices"] = self.choices
        data.update(self.rules)
        return data
