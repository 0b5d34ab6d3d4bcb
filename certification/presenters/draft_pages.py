"""What does every page of a draft show: where it stands, and what is wrong where?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from certification.criteria.drafts import MAIN_TREES
from certification.criteria.editing import walk
from certification.criteria.mistakes import Mistake
from certification.drafting import DraftStanding
from certification.models import CriteriaDraft, Draft, RequestType
from certification.presenters.tree_editor import at_of
from certification.presenters.wording import counted, moment_words

TITLES = {"indications": "Indications", "contraindications": "Contraindications"}
LEDES = {
    "indications": "All of this must be met before a request can be certified.",
    "contraindications": "Each one of these that is met blocks the request.",
}


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    url: str
    note: str
    is_current: bool
    mistakes: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mistake and the page on which it is mended."""

    where: str
    says: str
    url: str


@dataclass(frozen=True, slots=True)
class DraftHead:
    """``tag``: the key of the state's colour. ``listed``: the list of such drafts."""

    listed: str
    list_url: str
    overview_url: str
    close_url: str
    title: str
    kind: str
    state: str
    tag: str
    changed: str
    based_on: str
    based_on_url: str
    became_url: str
    revision: int
    tabs: tuple[Tab, ...]
    troubles: tuple[Trouble, ...]
    examples: str
    failing: int
    may_edit: bool


def draft_head(
    draft: CriteriaDraft, standing: DraftStanding, current: str, *, may_edit: bool
) -> DraftHead:
    return head_of(
        draft,
        kind=f"{draft.therapy}, {RequestType(draft.request_type).label.lower()} request",
        tabs=tuple(_tabs(draft, standing, current)),
        troubles=tuple(trouble(draft, mistake) for mistake in standing.mistakes),
        examples=examples_words(draft, standing),
        failing=standing.failing,
        may_edit=may_edit,
    )


def head_of(draft: Any, **more: Any) -> DraftHead:
    """What every kind of draft has, with what only one kind has (``more``)."""
    states = {"open": "Draft", "submitted": "Submitted", "discarded": "Discarded"}
    tags = {"open": "draft", "submitted": "submitted", "discarded": "discarded"}
    base, became, meta = draft.based_on, draft.became, draft._meta
    return DraftHead(
        listed=str(meta.verbose_name_plural).capitalize(),
        list_url=reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
        overview_url=draft_url(draft, "change"),
        close_url=draft_url(draft, "close"),
        title=draft.title,
        state=states[draft.state],
        tag=tags[draft.state],
        changed=f"{draft.changed_by}, {moment_words(draft.changed_at, settings.TIME_ZONE)}",
        based_on=_named(base),
        based_on_url=_version_url(base) if base else "",
        became_url=_version_url(became) if became else "",
        revision=draft.revision,
        **more,
    )


def draft_url(draft: Draft, page: str, *args: object) -> str:
    meta = draft._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[draft.pk, *args])


def trouble(draft: CriteriaDraft, mistake: Mistake) -> Trouble:
    place, _, number = mistake.place.partition(".")
    if place == "examples":
        example = draft.content["examples"][int(number)]
        url = f"{draft_url(draft, 'try')}?example={number}"
        return Trouble(f"Example “{example['name']}”", mistake.says, url)
    if not place:
        return Trouble("The criteria", mistake.says, draft_url(draft, "change"))
    where = TITLES.get(place) or f"Precaution {int(number) + 1}"
    return Trouble(where, mistake.says, where_at(draft, mistake))


def where_at(draft: Draft, mistake: Mistake) -> str:
    """The address of the input at which a mistake of a tree is mended."""
    url = draft_url(draft, "tree", mistake.place)
    if mistake.path is None:
        return url
    return f"{url}?at={at_of(mistake.path)}&focus={mistake.field}"


def examples_words(draft: CriteriaDraft, standing: DraftStanding) -> str:
    count = len(draft.content["examples"])
    if not count:
        return "No worked examples yet"
    if standing.criteria_set is None:
        return f"{counted(count, 'worked example')}, run when the mistakes are mended"
    passed = sum(result.passed for result in standing.results.values())
    return f"{passed} of {counted(count, 'worked example')} as expected"


def _tabs(draft: CriteriaDraft, standing: DraftStanding, current: str) -> Iterator[Tab]:
    wrong = [mistake.place.partition(".")[0] for mistake in standing.mistakes]
    yield Tab("Overview", draft_url(draft, "change"), "", current == "change")
    for name in MAIN_TREES:
        tests = sum(node["kind"] == "test" for _, node in walk(draft.content[name]))
        url = draft_url(draft, "tree", name)
        note = counted(tests, "test")
        yield Tab(TITLES[name], url, note, current == name, wrong.count(name))
    precautions = len(draft.content["precautions"])
    url = draft_url(draft, "precautions")
    is_current = current.startswith("precautions")
    yield Tab("Precautions", url, str(precautions), is_current, wrong.count("precautions"))
    examples = len(draft.content["examples"])
    url, bad = draft_url(draft, "examples"), wrong.count("examples") + standing.failing
    yield Tab("Worked examples", url, str(examples), current == "examples", bad)
    yield Tab("Try it", draft_url(draft, "try"), "", current == "try")


def _named(base: Any) -> str:
    if base is None:
        return ""
    return f"version {base.version}" if hasattr(base, "version") else str(base)


def _version_url(version: Any) -> str:
    meta = version._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[version.pk])
