"""What does a whole pack say? One or several folders, read, checked and ready for the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certification.criteria.codec import CriteriaError, criteria_set_from_data, document
from certification.criteria.facts import FactDefinition
from certification.criteria.tree import CriteriaSet
from certification.packs.checking import check
from certification.packs.entries import Entries, Found, collect
from certification.packs.fact_rules import read_vocabulary
from certification.packs.problems import PackError, Problem
from certification.packs.reading import Document, read_folder
from certification.packs.tree_rules import as_problem, as_written, read_date

PROJECT = Path(__file__).resolve().parent.parent.parent
SHIPPED = (PROJECT / "certification" / "content", PROJECT / "monitoring" / "content")


@dataclass(frozen=True, slots=True)
class Pack:
    """A sound pack. ``entries`` has everything as written, with file and line.

    ``vocabulary`` and ``criteria_sets`` are what the engine works with; the vocabulary is in the
    order in which the wizard asks.
    """

    entries: Entries
    vocabulary: Mapping[str, FactDefinition]
    criteria_sets: Mapping[str, CriteriaSet]

    def document(self, key: str) -> dict[str, Any]:
        """One criteria set with every definition it needs: what is stored and hashed."""
        return document(self.criteria_sets[key], self.vocabulary)


def read_pack(*folders: Path) -> Pack:
    """The pack in these folders, whole or not at all.

    Raises ``PackError`` with everything that is wrong in it.
    """
    return pack_of(_read(folders))


def pack_of(folders: list[list[Document]]) -> Pack:
    """The pack that the files of these folders make, whole or not at all. Raises ``PackError``."""
    entries = collect(folders)
    vocabulary, problems = read_vocabulary(entries)
    problems += check(entries, vocabulary)
    criteria_sets: dict[str, CriteriaSet] = {}
    if not problems:
        for key, found in entries.criteria_sets.items():
            try:
                data = criteria_set_data(found)
                criteria_sets[key] = criteria_set_from_data(data, "", vocabulary)
            except CriteriaError as error:
                problems.append(as_problem(found, (), error))
    if problems:
        raise PackError(problems)
    return Pack(entries, vocabulary, criteria_sets)


def _read(folders: Iterable[Path]) -> list[list[Document]]:
    read: list[list[Document]] = []
    problems: list[Problem] = []
    for folder in folders:
        try:
            read.append(read_folder(folder))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(problems)
    return read


def criteria_set_data(found: Found[Any]) -> dict[str, Any]:
    """A criteria set as the engine reads it.

    Two things that publishers write freely get one form here: a quantity limit in words, and a date
    of effect that is more than a date (it is kept in the note).
    """
    data = as_written(found.entry)
    quantity = data.get("quantity_limit")
    if isinstance(quantity, str):
        data["quantity_limit"] = {"says": quantity}
    effective_on = (data.get("policy") or {}).get("effective_on")
    if effective_on is not None and read_date(effective_on) is None:
        data["policy"] = {k: v for k, v in data["policy"].items() if k != "effective_on"}
        note = f"In effect, in the publisher's words: {effective_on}."
        data["note"] = f"{data['note']} {note}" if data.get("note") else note
    return data


def folders_of(names: Iterable[str]) -> tuple[Path, ...]:
    """The folders that are meant; the word ``shipped`` stands for the packs of this project."""
    folders: dict[Path, None] = {}
    for name in names:
        shipped = [folder for folder in SHIPPED if any(folder.rglob("*.yaml"))]
        for folder in shipped if name == "shipped" else [Path(name)]:
            folders[folder] = None
    return tuple(folders)
