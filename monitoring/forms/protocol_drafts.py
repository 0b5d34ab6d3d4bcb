"""What did an author type about a protocol as a whole, and about a sample person?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from certification.criteria.facts import FactType, Vocabulary
from certification.forms.base import DayField, PageForm
from certification.forms.criteria_drafts import StartDraftForm
from certification.forms.try_out import PersonForm
from certification.models import Confidence
from monitoring.forms.protocol_lines import TWO_LINES, days_field, test_choices
from monitoring.schedule.drafts import Content

SUPPLIED = ("first_dose", "last_dose", "dose_count")
WINDOWS = ("opens_before_days", "overdue_after_days", "monthly_overdue_after_days")
SPARE_DOSES, SPARE_RESULTS, MOST_ROWS = 3, 2, 80


class StartForm(StartDraftForm):
    """What a new protocol is for. What it is called inside follows from it."""


class DetailsForm(PageForm):
    """Everything of a protocol that is no line, no tree and no example."""

    title = forms.CharField(max_length=240)
    version = forms.CharField(max_length=40, help_text="Every version has a number of its own.")
    next_review_on = DayField(label="Next review", required=False)
    opens_before_days = days_field("Due from so many days before")
    overdue_after_days = days_field("Overdue so many days after")
    monthly_overdue_after_days = days_field("Overdue so many days after, when monthly")
    windows_verified = forms.ChoiceField(
        label="How the source of these was read", required=False,
        choices=[("", "Not stated"), *Confidence.choices],
    )  # fmt: skip
    windows_note = forms.CharField(
        label="Note to these", required=False, max_length=4000, widget=TWO_LINES
    )
    first_dose = forms.ChoiceField(label="Day of the first infusion", required=False)
    last_dose = forms.ChoiceField(label="Day of the last infusion", required=False)
    dose_count = forms.ChoiceField(label="Number of infusions", required=False)
    note = forms.CharField(
        label="Note to readers", max_length=20_000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip

    GROUPS = (
        ("", ("title", "version", "next_review_on")),
        ("Where a rule says nothing else", (*WINDOWS, "windows_verified", "windows_note")),
        ("Questions that the infusions answer", SUPPLIED),
        ("Note", ("note",)),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        content: Mapping[str, Any],
        vocabulary: Vocabulary,
        **kwargs: Any,
    ) -> None:
        windows, supplies = content.get("window_defaults") or {}, content.get("supplies") or {}
        initial = {name: content.get(name) for name in ("title", "version", "next_review_on",
                                                        "note")}  # fmt: skip
        initial |= {name: windows.get(name) for name in WINDOWS}
        initial |= {f"windows_{name}": windows.get(name) for name in ("verified", "note")}
        initial |= {name: supplies.get(name) for name in SUPPLIED}
        super().__init__(data, initial=initial, **kwargs)
        self.content = content
        for name in SUPPLIED:
            kind = FactType.INTEGER if name == "dose_count" else FactType.DATE
            self.fields[name].choices = [  # type: ignore[attr-defined]
                ("", "None"),
                *((key, d.label) for key, d in vocabulary.items() if d.type is kind),
            ]

    def groups(self) -> list[tuple[str, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in self.GROUPS]

    def edited(self) -> Content:
        typed, content = self.cleaned_data, dict(self.content)
        for name in ("title", "version", "note"):
            content[name] = typed[name]
        day = typed["next_review_on"]
        content["next_review_on"] = day.isoformat() if day else None
        windows = {name: typed[name] for name in WINDOWS}
        windows |= {name: typed[f"windows_{name}"] for name in ("note", "verified")}
        supplies = {**(self.content.get("supplies") or {})}
        supplies |= {name: typed[name] for name in SUPPLIED}
        for name, values in (("window_defaults", windows), ("supplies", supplies)):
            content[name] = {k: v for k, v in values.items() if v not in (None, "", [])}
        optional = ("note", "next_review_on", "supplies")
        return {k: v for k, v in content.items() if k not in optional or v not in (None, "", {})}


class CourseForm(PersonForm):
    """A sample person under treatment. The rows of infusions and results grow as they are filled;
    what a result of an example showed stays with it."""

    start_on = DayField(label="First infusion, planned or given")
    stopped_on = DayField(label="Treatment stopped on", required=False)
    next_infusion_on = DayField(label="Next infusion booked on", required=False)

    def __init__(
        self, data: Any = None, *, person: Mapping[str, Any],
        tests: Mapping[str, Mapping[str, Any]], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, given=person.get("facts") or {}, **kwargs)
        self.person = person
        for name in ("start_on", "stopped_on", "next_infusion_on"):
            self.initial[name] = person.get(name)
        doses, results = person.get("doses") or [], person.get("results") or []
        self.doses = _rows(data, "doses", len(doses) + SPARE_DOSES)
        self.results = _rows(data, "results", len(results) + SPARE_RESULTS)
        for n in range(self.doses):
            self.fields[f"dose_{n}"] = DayField(label=f"Infusion {n + 1}", required=False)
            self.initial[f"dose_{n}"] = doses[n] if n < len(doses) else None
        for n in range(self.results):
            self.fields[f"test_{n}"] = forms.ChoiceField(
                label=f"Test {n + 1}", required=False, choices=test_choices(tests)
            )
            self.fields[f"on_{n}"] = DayField(label=f"done on (test {n + 1})", required=False)
            if n < len(results):
                self.initial[f"test_{n}"] = results[n]["test"]
                self.initial[f"on_{n}"] = results[n]["on"]

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in ("as_of", "start_on", "stopped_on", "next_infusion_on")]

    @property
    def dose_fields(self) -> list[Any]:
        return [self[f"dose_{n}"] for n in range(self.doses)]

    @property
    def result_fields(self) -> list[tuple[Any, Any, bool]]:
        """Each test with its day, and whether it brings what an example says that it showed."""
        there = self.person.get("results") or []
        return [
            (self[f"test_{n}"], self[f"on_{n}"], n < len(there) and bool(there[n].get("facts")))
            for n in range(self.results)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for n in range(self.results):
            if bool(cleaned.get(f"test_{n}")) is not bool(cleaned.get(f"on_{n}")):
                self.add_error(f"on_{n}", "Give the test and its day, or neither.")
        return cleaned

    def described(self) -> dict[str, Any]:
        """The person as a worked example keeps one."""
        if not self.is_bound:
            return dict(self.person)
        typed = self.cleaned_data
        found: dict[str, Any] = {
            name: typed[name].isoformat()
            for name in ("start_on", "stopped_on", "next_infusion_on")
            if typed.get(name)
        }
        doses = [typed[f"dose_{n}"] for n in range(self.doses) if typed.get(f"dose_{n}")]
        results = [self._result(n) for n in range(self.results) if typed.get(f"test_{n}")]
        found |= {"doses": [day.isoformat() for day in sorted(doses)]} if doses else {}
        found |= {"results": results} if results else {}
        return found | ({"facts": self.facts} if self.facts else {})

    def _result(self, number: int) -> dict[str, Any]:
        typed = self.cleaned_data
        made = {"test": typed[f"test_{number}"], "on": typed[f"on_{number}"].isoformat()}
        there = self.person.get("results") or []
        same = number < len(there) and there[number]["test"] == made["test"]
        facts = there[number].get("facts") if same else None
        return made | ({"facts": facts} if facts else {})


class KeepForm(PageForm):
    """What a worked example is called and what the plan must say of it."""

    HELD = (
        ("dates", "the next date of everything that is open"),
        ("clear", "whether the next infusion may be given"),
    )

    name = forms.CharField(label="Name of the example", max_length=500)
    held = forms.MultipleChoiceField(
        label="The plan must say, as it does now,", choices=HELD,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one, or the example can never fail."},
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, taken: frozenset[str], example: str = "", **kwargs: Any
    ) -> None:
        """``example``: the name of the one that is shown, which can be changed in place."""
        initial: dict[str, Any] = {"held": [name for name, _ in self.HELD]}
        if example:
            initial = {"held": ["same"], "name": example}
        super().__init__(data, initial=initial, **kwargs)
        self.taken = taken
        if example:
            same = ("same", "what this example expects already")
            self.fields["held"].choices = (same, *self.HELD)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if name in self.taken:
            raise forms.ValidationError("Another example has this name. Give this one its own.")
        return name


def _rows(data: Any, name: str, least: int) -> int:
    text = str((data or {}).get(f"{name}-rows", ""))
    count = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return min(max(count, least if data is None else count), MOST_ROWS)
