"""Which details of a therapy does an editor type, and which only come with a reference pack?

The details of a pack can have any shape, each point with its own sources. A part that has such a
shape is read, never typed over; a part that is not there, or was typed here, has plain inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from certification.admin.fields import LinesField
from certification.models import Confidence

LINE = "A line for each."


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the details. ``inputs``: its texts and numbers by key; ``lines``: the key under
    which each line of a list stands."""

    key: str
    label: str
    inputs: tuple[tuple[str, str], ...] = ()
    lines: str = ""
    numbers: tuple[str, ...] = ()


PARTS = (
    Part("note", "Note to readers"),
    Part("indications", "What it is used for", lines="says"),
    Part("dosing", "Dosing", (("dose", "Dose"), ("loading", "Loading"),
                              ("maintenance", "Maintenance"))),
    Part("infusion", "Infusion", (("minutes", "Minutes of the infusion"),
                                  ("observation_minutes", "Minutes of observation after it"),
                                  ("says", "How it is given")),
         numbers=("minutes", "observation_minutes")),
    Part("premedication", "Premedication", (("says", "Premedication"),)),
    Part("boxed_warnings", "Boxed warnings", lines="says"),
    Part("contraindications", "Contraindications", lines="says"),
    Part("warnings", "Warnings", lines="says"),
    Part("screening", "Screening before the first dose", lines="test"),
    Part("missed_dose", "A missed dose", (("says", "What is done when a dose is missed"),)),
    Part("hcpcs", "Billing codes", lines="code"),
)  # fmt: skip


def typed_parts(details: Mapping[str, Any]) -> tuple[Part, ...]:
    """The parts that have plain inputs."""
    return tuple(part for part in PARTS if _is_plain(part, details.get(part.key)))


def detail_fields(details: Mapping[str, Any]) -> dict[str, forms.Field]:
    """The inputs of the parts, filled with what stands there."""
    found: dict[str, forms.Field] = {}
    for part in typed_parts(details):
        value = details.get(part.key)
        if part.lines:
            listed = [item[part.lines] for item in value or ()]
            found[f"detail_{part.key}"] = LinesField(
                label=part.label, required=False, initial=listed, help_text=LINE
            )
        elif not part.inputs:
            found[f"detail_{part.key}"] = forms.CharField(
                label=part.label, required=False, max_length=20_000, initial=value or "",
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip
        for key, label in part.inputs:
            given = (value or {}).get(key)
            if key in part.numbers:
                field: forms.Field = forms.IntegerField(
                    label=label, required=False, min_value=0, max_value=10_000, initial=given
                )
            else:
                field = forms.CharField(
                    label=label, required=False, max_length=2000, initial=given,
                    widget=forms.TextInput(attrs={"class": "vTextField"}),
                )  # fmt: skip
            found[f"detail_{part.key}_{key}"] = field
    found["detail_verified"] = forms.ChoiceField(
        label="How the details were read",
        required=False,
        choices=[("", "Not stated"), *Confidence.choices],
        initial=details.get("verified", "" if details else Confidence.PROPOSED),
    )
    return found


def details_typed(details: Mapping[str, Any], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The details with what was typed; parts that come with a pack stay as they are."""
    kept = dict(details)
    for key, value in _typed(details, cleaned):
        if value:
            kept[key] = value
        elif details.get(key):
            del kept[key]
    says_nothing = set(kept) == {"verified"} and not details
    return {} if says_nothing else kept


def _typed(details: Mapping[str, Any], cleaned: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for part in typed_parts(details):
        name = f"detail_{part.key}"
        if part.lines:
            yield part.key, [{part.lines: line} for line in cleaned.get(name) or ()]
        elif not part.inputs:
            yield part.key, cleaned.get(name)
        else:
            values = {key: cleaned.get(f"{name}_{key}") for key, _ in part.inputs}
            yield part.key, {k: v for k, v in values.items() if v not in (None, "")}
    yield "verified", cleaned.get("detail_verified")


def _is_plain(part: Part, value: Any) -> bool:
    """Whether the inputs can show all of it."""
    if value is None:
        return True
    if part.lines:
        return isinstance(value, list) and all(
            isinstance(item, dict) and set(item) == {part.lines} for item in value
        )
    if not part.inputs:
        return isinstance(value, str)
    known = {key for key, _ in part.inputs}
    return isinstance(value, dict) and all(
        key in known and isinstance(one, int if key in part.numbers else str)
        for key, one in value.items()
    )
