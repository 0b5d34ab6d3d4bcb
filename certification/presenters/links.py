"""Where do the steps and the questions of a case stand, and what are they called?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse

from certification.models import Case, FactGroup
from certification.models.prepared import Prepared
from certification.wizard import Standing, Step, open_keys, state_of, troubled_keys

STATE_WORDS = {"done": ", done", "attention": ", needs attention", "todo": ", not started"}


@dataclass(frozen=True, slots=True)
class StepLink:
    """One line of the step list. ``state``: done, current, attention, todo."""

    title: str
    url: str
    state: str
    note: str = ""

    @property
    def is_current(self) -> bool:
        return self.state == "current"

    @property
    def state_words(self) -> str:
        """The state for those who do not see the icon."""
        return STATE_WORDS.get(self.state, "")


@dataclass(frozen=True, slots=True)
class FactLink:
    """A fact that is needed, with the way to its question."""

    key: str
    label: str
    url: str


_GROUPS: Prepared[tuple[str, str, str]] = Prepared(
    lambda: FactGroup.objects.values_list("key", "title", "intro")
)


class Titles:
    """The titles of the steps. One query."""

    def __init__(self) -> None:
        self.groups = {key: (title, intro) for key, title, intro in _GROUPS.rows()}

    def title(self, step: Step) -> str:
        unnamed = step.group.replace("_", " ").capitalize()
        title, _ = self.groups.get(step.group, (unnamed, ""))
        return title if step.parts == 1 else f"{title} ({step.part} of {step.parts})"

    def intro(self, step: Step) -> str:
        _, intro = self.groups.get(step.group, ("", ""))
        return intro if step.part == 1 else ""


def step_url(case: Case, step: Step, fact_key: str = "") -> str:
    url = record_url("certification:case-step", case.pk, step.slug)
    return f"{url}#q-{fact_key}" if fact_key else url


# A record with no number of its own, to make an address once for all records.
_NOBODY = UUID(int=0)
_NO_NUMBER = str(_NOBODY)


def record_url(name: str, pk: UUID, *further: str) -> str:
    """The address of a page of a record, made once for all records of a kind."""
    return _path(name, *further).replace(_NO_NUMBER, str(pk))


@lru_cache(maxsize=2048)
def _path(name: str, *further: str) -> str:
    return reverse(name, args=[_NOBODY, *further])


def step_links(
    case: Case, standing: Standing, titles: Titles, current: Step | None = None
) -> list[StepLink]:
    """The steps, then the two pages that every case ends with."""
    links = []
    for step in standing.plan.steps:
        state = "current" if step is current else state_of(step, standing)
        links.append(
            StepLink(titles.title(step), step_url(case, step), state, _step_note(step, standing))
        )
    return links


def _step_note(step: Step, standing: Standing) -> str:
    if troubled := troubled_keys(step, standing):
        return f"{len(troubled)} to put right"
    if still_open := open_keys(step, standing):
        return f"{len(still_open)} can still decide"
    return ""


def fact_links(case: Case, standing: Standing, keys: Iterable[str]) -> Iterable[FactLink]:
    for key in keys:
        step = standing.plan.step_of(key)
        if step is not None:
            label = standing.plan.vocabulary[key].label
            yield FactLink(key, label, step_url(case, step, key))
