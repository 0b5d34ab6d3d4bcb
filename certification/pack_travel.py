"""What goes out with a reference pack, is it sound, and what would loading it change?

A pack has parts of several apps. Certification asks and does not know whom: each app names in its
configuration what it does with its own part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.utils.module_loading import import_string

from certification.pack_export import export_pack, stale_sets
from certification.pack_rows import Comparison, compare
from certification.packs.differences import differences
from certification.packs.examples import check_examples
from certification.packs.pack import Pack
from certification.packs.problems import PackError, Problem
from certification.packs.writing import write_text


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry of a pack that is not in the database, or not like this."""

    state: str
    section: str
    name: str
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        return f"{self.state}: {self.section} {self.name}"


def written_pack(as_of: date) -> dict[str, str]:
    """The content of the database as the files of a pack, by name. Empty without content."""
    files = dict(export_pack(as_of))
    for export in of_other_apps("pack_exporter"):
        files |= export(as_of)
    return {name: write_text(data) for name, data in files.items()}


def stale_in(pack: Pack, as_of: date) -> list[str]:
    """What would get another content hash, of an export that was read back as ``pack``."""
    found = stale_sets(pack, as_of)
    for stale_of in of_other_apps("pack_stale"):
        found += stale_of(pack, as_of)
    return found


def check_sound(pack: Pack, as_of: date) -> None:
    """Runs every worked example. Raises ``PackError`` when one does not come out as expected."""
    problems: list[Problem] = check_examples(pack, as_of)
    for app in apps.get_app_configs():
        problems += getattr(app, "check_pack", _nothing_more)(pack)
    if problems:
        raise PackError(problems)


def what_changes(pack: Pack) -> list[Changed]:
    """Everything that loading the pack would bring or change."""
    found = []
    for comparison in compare(pack):
        if comparison.state != "same":
            state = comparison.state if comparison.needs_review else "moved"
            section, lines = comparison.wanted.section, tuple(_detail(comparison))
            found.append(Changed(state, section, comparison.title, lines))
    for tell in of_other_apps("pack_changes"):
        found += [
            Changed(state, section, name, tuple(lines))
            for state, section, name, lines in tell(pack)
        ]
    return found


def of_other_apps(hook: str) -> list[Callable[..., Any]]:
    """What other apps do with their part of a pack: the dotted path that their configuration names.

    ``pack_loader`` writes it and reports, ``pack_exporter`` gives its files for a day,
    ``pack_stale`` names what would get another hash, ``pack_changes`` tells what loading changes.
    """
    paths = (getattr(app, hook, "") for app in apps.get_app_configs())
    return [import_string(path) for path in paths if path]


def _nothing_more(pack: Pack) -> list[Problem]:
    """Most apps know nothing about packs; one that does says so by ``check_pack``."""
    return []


def _detail(comparison: Comparison) -> Iterator[str]:
    """What differs inside a changed row, old and new."""
    for name in comparison.changed:
        if name in comparison.wanted.values and name != "content_hash":
            old, new = getattr(comparison.row, name), comparison.wanted.values[name]
            yield from differences(old, new, name)
        elif name in comparison.wanted.links or name == "citations":
            yield name
