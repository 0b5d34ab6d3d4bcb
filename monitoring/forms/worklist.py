"""By what are the worklist and the infusion day filtered, and what is done to several rows?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict

from certification.forms.base import DayField, ListForm, PageForm
from certification.models import Site, User
from monitoring.actions.bulk import Act
from monitoring.models import DueItem
from monitoring.worklist import Filters, Group, few_courses

Choices = Iterable[tuple[str, str]]
MOST_KEYS = 100
MINE = "mine"
# Every day has a day before and one after.
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)


class SiteForm(ListForm):
    """A list of the reader's sites, of one of them if there are several."""

    site = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, sites: Sequence[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        named = [(key, site.name) for key, site in self.sites.items()]
        self.fields["site"].choices = [("", "All my sites"), *named]  # type: ignore[attr-defined]
        if len(named) < 2:
            del self.fields["site"]

    def chosen_sites(self) -> list[Site]:
        chosen = self.chosen().get("site", "")
        return [self.sites[chosen]] if chosen in self.sites else list(self.sites.values())


class WorklistForm(SiteForm):
    """The filters. A group whose rows do not know what is asked for is left out."""

    show = forms.ChoiceField(
        choices=[(g.value, g.value) for g in Group], required=False, widget=forms.HiddenInput
    )
    test = forms.ChoiceField(required=False)
    level = forms.ChoiceField(choices=[("", "Any"), *DueItem.Level.choices], required=False)
    therapy = forms.ChoiceField(required=False)
    whose = forms.ChoiceField(
        label="People", choices=[("", "Everybody"), (MINE, "My people")], required=False
    )

    def offer(self, tests: Choices, therapies: Choices) -> None:
        self.fields["test"].choices = [("", "Any"), *tests]  # type: ignore[attr-defined]
        self.fields["therapy"].choices = [("", "Any"), *therapies]  # type: ignore[attr-defined]

    def filters(self, user: User) -> Filters:
        chosen = self.chosen()
        nurse = user if chosen.get("whose") == MINE else None
        return Filters(
            test=chosen.get("test", ""),
            level=chosen.get("level", ""),
            therapy=chosen.get("therapy", ""),
            nurse=nurse,
            courses=few_courses(nurse) if nurse else None,
        )


class BulkForm(PageForm):
    """The rows that were chosen in one group, and what is done to each of them."""

    group = forms.ChoiceField(choices=[(g.value, g.value) for g in Group], required=False)
    act = forms.ChoiceField(choices=[(act.value, act.value) for act in Act])
    key = forms.MultipleChoiceField(label="Rows")
    reason = forms.CharField(max_length=400, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sent = self.data.getlist("key") if isinstance(self.data, QueryDict) else []
        self.keys: list[str] = sent[:MOST_KEYS]
        self.fields["key"].choices = [(key, key) for key in self.keys]  # type: ignore[attr-defined]
        self.fields["key"].error_messages["required"] = "Choose at least one row."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("act") == Act.WAIVE and not cleaned.get("reason", "").strip():
            self.add_error("reason", "Give the reason for which the items are waived.")
        return cleaned

    def mistakes(self) -> list[dict[str, str]]:
        """Every error, with the place on the page where it is mended."""
        group = self.data.get("group", "") if self.is_bound else ""
        places = {"reason": f"#reason-{group}", "key": f"#group-{group}"}
        return [
            {"says": str(sentence), "href": places.get(name, "") if group else ""}
            for name, found in self.errors.items()
            for sentence in found
        ]

    def refuse_each(self, refused: Mapping[str, str]) -> None:
        """Shows which rows were left as they are, and why; only they stay chosen."""
        for sentence in refused.values():
            self.add_error(None, sentence)
            self.status = 409
        self.keys = list(refused)


class BoardForm(SiteForm):
    """The day of the board. Without one it is today at each site."""

    day = DayField(
        required=False, validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
    )
