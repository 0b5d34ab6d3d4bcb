"""What does a file of a pack say, and on which line does each value stand?

A pack comes from somewhere else, so reading it is defensive: sizes and depth are limited before any
value is built, and everything in YAML that can hide something from a human reader is refused:
anchors and aliases (a few lines can mean gigabytes), tags, merge keys, duplicate keys, numbers that
only YAML 1.1 reads as numbers (``1:30``, ``010``). What remains is plain data: text, whole numbers,
``Decimal``, true, false, nothing, lists and mappings with text keys. Dates stay text here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from certification.packs.problems import PackError, Problem

MAX_FILE_BYTES = 5_000_000
MAX_PACK_BYTES = 20_000_000
MAX_FILES = 1_000
MAX_DEPTH = 80
"""Lists and mappings inside each other; a tree uses two or three for each of its levels."""
MAX_NUMBER_CHARACTERS = 30
MAX_PATH_PARTS = 30
MAX_PROBLEMS = 200
"""Reading stops after so many problems in one file: it is not a pack."""

Place = tuple[str | int, ...]
Marks = int | tuple[int, "dict[str, Marks] | list[Marks]"]

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"})
_FALSE = frozenset({"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"})
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ODD_NUMBER = re.compile(
    r"[-+]?(0[0-9_]+|0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*_[0-9_]*"
    r"|[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?|[0-9]*\.[0-9]*[eE][-+]?[0-9]+|[0-9]+[eE][-+]?[0-9]+"
    r"|[0-9]+\.|\.[0-9]+|\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"
)


@dataclass(frozen=True, slots=True)
class Document:
    """One file as plain data. ``line_of`` tells on which line a path of it stands."""

    file: str
    data: Any
    marks: Marks

    def line_of(self, path: Place) -> int:
        """The line of the deepest part of ``path`` that the file has."""
        mark = self.marks
        for part in path:
            if not isinstance(mark, tuple):
                break
            inner = mark[1]
            if isinstance(inner, dict) and part in inner:
                mark = inner[str(part)]
            elif isinstance(inner, list) and isinstance(part, int) and part < len(inner):
                mark = inner[part]
            else:
                break
        return mark if isinstance(mark, int) else mark[0]

    def display(self, path: Place) -> str:
        """The path for people: entries of the top-level lists are called by their key."""
        names: list[str] = []
        value = self.data
        for depth, part in enumerate(path):
            name = str(part)
            value = _step(value, part)
            if depth == 1 and isinstance(value, dict) and isinstance(value.get("key"), str):
                name = value["key"]
            names.append(name)
        return ".".join(names)

    def problem(self, path: Place, found: str, allowed: str) -> Problem:
        return Problem(self.file, self.line_of(path), self.display(path), found, allowed)


def _step(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def read_folder(folder: Path) -> list[Document]:
    """Every ``*.yaml`` file in the folder and below it, in the order of their names.

    Raises ``PackError`` with every problem of every file.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    total = 0
    for path in _yaml_files(folder):
        try:
            text = _read_text(path, folder)
            total += path.stat().st_size
            if total > MAX_PACK_BYTES:
                problems.append(
                    Problem(
                        str(folder),
                        0,
                        "",
                        f"more than {MAX_PACK_BYTES:,} bytes in all",
                        f"at most {MAX_PACK_BYTES:,} bytes in a pack",
                    )
                )
                break
            documents.append(read_text(text, file=str(path)))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(problems)
    return documents


def _yaml_files(folder: Path) -> list[Path]:
    if not folder.exists():
        raise PackError([_folder_problem(folder, "no such folder", "a folder of *.yaml files")])
    if not folder.is_dir():
        raise PackError([_folder_problem(folder, "a file", "the folder that holds it")])
    found: list[Path] = []
    problems: list[Problem] = []
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(where, name)
            if name.startswith("."):
                continue
            if path.suffix == ".yaml":
                found.append(path)
            elif path.suffix.lower() in {".yml", ".yaml"}:
                problems.append(_folder_problem(path, f"the ending {path.suffix}", "*.yaml"))
    if not found and not problems:
        problems.append(_folder_problem(folder, "no *.yaml file in it", "a folder of *.yaml files"))
    if len(found) > MAX_FILES:
        problems.append(
            _folder_problem(folder, f"{len(found):,} files", f"at most {MAX_FILES:,} files")
        )
    if problems:
        raise PackError(problems)
    return found


def _folder_problem(path: Path, found: str, allowed: str) -> Problem:
    return Problem(str(path), 0, "", found, allowed)


def _read_text(path: Path, folder: Path) -> str:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PackError(
            [_folder_problem(path, "a link that leaves the pack", "files inside the folder")]
        )
    if not path.is_file():
        raise PackError([_folder_problem(path, "something that is not a file", "a regular file")])
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise PackError(
            [_folder_problem(path, error.strerror or "an unreadable file", "a readable file")]
        ) from None
    if len(raw) > MAX_FILE_BYTES:
        size = f"{path.stat().st_size:,} bytes"
        raise PackError([_folder_problem(path, size, f"at most {MAX_FILE_BYTES:,} bytes a file")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{raw[error.start]:02x}, which is not UTF-8 text"
        raise PackError([Problem(str(path), line, "", byte, "text in UTF-8")]) from None


def read_text(text: str, file: str) -> Document:
    """One YAML document as plain data. Raises ``PackError`` with every problem found in it."""
    builder = _Builder(file)
    try:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        data, marks = builder.build(events)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        said = " ".join(part for part in (error.context, error.problem) if part)
        builder.refuse(line, "", f"text that is not YAML ({said})", "valid YAML")
    except yaml.YAMLError as error:
        said = " ".join(str(getattr(error, "reason", "") or error).split())
        line = text.encode().count(b"\n", 0, getattr(error, "position", 0) or 0) + 1
        builder.refuse(line, "", f"text that is not YAML ({said})", "valid YAML")
    if builder.problems:
        raise PackError(builder.problems)
    return Document(file, data, marks)


def means_itself(text: str) -> bool:
    """Whether a text written without quotes is read as this text, and not as something else."""
    if text in _NULL or text in _TRUE or text in _FALSE:
        return False
    return not (_INTEGER.match(text) or _DECIMAL.match(text) or _ODD_NUMBER.match(text))


class _Open:
    """A list or mapping that is still being read."""

    __slots__ = ("key", "line", "marks", "value")

    def __init__(self, value: dict[str, Any] | list[Any], line: int) -> None:
        self.value = value
        self.marks: dict[str, Marks] | list[Marks] = [] if isinstance(value, list) else {}
        self.line = line
        self.key: str | None = None


class _Builder:
    """Builds plain data from YAML events without recursion, so that depth cannot hurt it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.root: tuple[Any, Marks] | None = None

    def refuse(self, line: int, path: str, found: str, allowed: str) -> None:
        self.problems.append(Problem(self.file, line, path, found, allowed))

    def build(self, events: Iterator[Any]) -> tuple[Any, Marks]:
        documents = 0
        for event in events:
            if len(self.problems) >= MAX_PROBLEMS:
                break
            line = event.start_mark.line + 1
            match event:
                case yaml.ScalarEvent():
                    self._check_plain(event, line)
                    self._scalar(event, line)
                case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                    self._check_plain(event, line)
                    if len(self.stack) >= MAX_DEPTH:
                        self.refuse(
                            line,
                            self._path(),
                            f"more than {MAX_DEPTH} lists and mappings inside each other",
                            f"at most {MAX_DEPTH}",
                        )
                        break
                    if self._awaits_key():
                        self.refuse(line, self._path(), "a list or mapping as a key", "text")
                        break
                    sequence = isinstance(event, yaml.SequenceStartEvent)
                    opened: dict[str, Any] | list[Any] = [] if sequence else {}
                    self.stack.append(_Open(opened, line))
                case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                    closed = self.stack.pop()
                    self._put(closed.value, (closed.line, closed.marks))
                case yaml.AliasEvent():
                    self.refuse(
                        line,
                        self._path(),
                        f"the alias *{event.anchor}",
                        "the value itself, written out: aliases are not part of the format",
                    )
                    self._put(None, line)
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self.refuse(line, "", "a second document (---)", "one document in a file")
                        break
        if self.root is None and not self.problems:
            self.refuse(1, "", "an empty file", "at least one list, such as facts")
        return self.root or (None, 1)

    def _check_plain(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self.refuse(
                line,
                self._path(),
                f"the anchor &{event.anchor}",
                "values written out: anchors and aliases are not part of the format",
            )
        if event.tag is not None:
            self.refuse(
                line, self._path(), f"the tag {event.tag}", "plain values: tags are not allowed"
            )

    def _scalar(self, event: Any, line: int) -> None:
        if _CONTROL.search(event.value):
            self.refuse(line, self._path(), "a control character", "visible characters")
        plain = event.style is None or event.style == ""
        if self._awaits_key():
            self._key(event.value, line)
        else:
            self._put(self._plain(event.value, line) if plain else event.value, line)

    def _awaits_key(self) -> bool:
        return (
            bool(self.stack)
            and isinstance(self.stack[-1].value, dict)
            and (self.stack[-1].key is None)
        )

    def _key(self, key: str, line: int) -> None:
        top = self.stack[-1]
        if key == "<<":
            self.refuse(line, self._path(), "the merge key <<", "the values themselves")
        elif key in top.value:
            first = top.marks[key]  # type: ignore[call-overload]
            first_line = first if isinstance(first, int) else first[0]
            self.refuse(
                line,
                self._path(key),
                f"the key {key!r} a second time (first on line {first_line})",
                "each key once",
            )
        top.key = key

    def _put(self, value: Any, mark: Marks) -> None:
        if not self.stack:
            self.root = (value, mark)
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            top.marks.append(mark)  # type: ignore[union-attr]
        elif top.key is None:  # an alias in the place of a key; already refused
            top.key = ""
        else:
            top.value[top.key] = value
            top.marks[top.key] = mark  # type: ignore[call-overload]
            top.key = None

    def _plain(self, text: str, line: int) -> Any:
        if text in _NULL:
            return None
        if text in _TRUE:
            return True
        if text in _FALSE:
            return False
        if len(text) <= MAX_NUMBER_CHARACTERS:
            if _INTEGER.match(text):
                return int(text)
            if _DECIMAL.match(text):
                return Decimal(text)
        elif _INTEGER.match(text) or _DECIMAL.match(text):
            self.refuse(
                line,
                self._path(),
                f"a number of {len(text)} characters",
                f"numbers of at most {MAX_NUMBER_CHARACTERS} characters, or text in quotes",
            )
            return None
        if len(text) <= MAX_NUMBER_CHARACTERS and _ODD_NUMBER.match(text):
            self.refuse(
                line,
                self._path(),
                f"{text}, which YAML readers disagree about",
                "a plain decimal number, or the text in quotes",
            )
            return None
        return text

    def _path(self, last: str = "") -> str:
        parts: list[str] = []
        for place in self.stack:
            if isinstance(place.value, list):
                parts.append(str(len(place.value)))
            elif place.key is not None:
                parts.append(place.key)
        if last:
            parts.append(last)
        return ".".join(parts[:MAX_PATH_PARTS]) + (".…" if len(parts) > MAX_PATH_PARTS else "")
