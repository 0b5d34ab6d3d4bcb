"""What does a whole pack say? One or several folders, read, checked and ready for the engine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from certification.packs.checking import check
from certification.packs.entries import Entries, collect
from certification.packs.problems import PackError, Problem
from certification.packs.reading import Document, read_folder

PROJECT = Path(__file__).resolve().parent.parent.parent
SHIPPED = (PROJECT / "certification" / "content", PROJECT / "monitoring" / "content")


def read_entries(*folders: Path) -> Entries:
    """Every entry of the folders, checked. Raises ``PackError`` with everything that is wrong."""
    read: list[list[Document]] = []
    problems: list[Problem] = []
    for folder in folders:
        try:
            read.append(read_folder(folder))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(problems)
    entries = collect(read)
    problems = check(entries)
    if problems:
        raise PackError(problems)
    return entries


def folders_of(names: Iterable[str]) -> tuple[Path, ...]:
    """The folders that are meant; the word ``shipped`` stands for the packs of this project."""
    folders: dict[Path, None] = {}
    for name in names:
        shipped = [folder for folder in SHIPPED if folder.is_dir()]
        for folder in shipped if name == "shipped" else [Path(name)]:
            folders[folder] = None
    return tuple(folders)
