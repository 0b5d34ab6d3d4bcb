"""What would importing a file of references do, record by record?

Writes nothing. A record is the same as a reference that is there when both have the same DOI or the
same PMID; where one of them has neither, the same title and year.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from certification.lint.findings import normal_doi
from certification.models import Reference
from certification.reference_files.keys import new_key
from certification.reference_files.reading import Line, read_file


class State(StrEnum):
    NEW = "new"
    THERE = "there"
    TWICE = "twice"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RecordLine:
    """What becomes of one record. ``key``: the one it gets, or that of the reference that is
    there already, whose number is ``pk``."""

    number: int
    line: int
    state: State
    says: str
    key: str = ""
    pk: int | None = None
    remarks: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    format: str
    lines: tuple[RecordLine, ...]

    @property
    def new(self) -> list[RecordLine]:
        return [line for line in self.lines if line.state is State.NEW]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.state for line in self.lines)
        return {state.value: found[state] for state in State}

    @property
    def fingerprint(self) -> str:
        """Changes when anything else would happen than what was shown."""
        said = "\n".join(f"{one.number} {one.state} {one.key}" for one in self.lines)
        return hashlib.sha256(said.encode()).hexdigest()


Identity = tuple[str, str]


def plan_references(content: bytes) -> ReferencePlan:
    """One query. Raises ``FileError`` when the file cannot be read at all."""
    name, lines = read_file(content)
    return ReferencePlan(name, tuple(_Planner().plan(lines)))


class _Planner:
    """Knows what is there, and what the records before this one bring."""

    def __init__(self) -> None:
        rows: Any = Reference.objects.values("pk", "key", "doi", "pmid", "title", "year")
        self.taken = {row["key"] for row in rows}
        self.known: dict[Identity, dict[str, Any]] = {}
        self.seen: dict[Identity, dict[str, Any]] = {}
        for row in rows:
            _remember(self.known, row)

    def plan(self, lines: list[Line]) -> Iterator[RecordLine]:
        for one in lines:
            if one.read is None:
                yield RecordLine(one.number, one.line, State.WRONG, one.problem)
                continue
            data, place = one.read.data, (one.number, one.line)
            more: dict[str, Any] = {"remarks": one.read.remarks, "data": data}
            there, same = _found(self.known, data)
            if there:
                says = f"The same {same} as {there['key']}, which is there."
                yield RecordLine(
                    *place, State.THERE, says, key=there["key"], pk=there["pk"], **more
                )
                continue
            before, same = _found(self.seen, data)
            if before:
                says = f"The same {same} as record {before['number']} of this file."
                yield RecordLine(*place, State.TWICE, says, **more)
                continue
            key = new_key(data, self.taken)
            self.taken.add(key)
            _remember(self.seen, data | {"number": one.number})
            yield RecordLine(*place, State.NEW, "", key=key, **more)


def _remember(known: dict[Identity, dict[str, Any]], row: dict[str, Any]) -> None:
    for identity in _identities(row):
        known.setdefault(identity, row)


def _identities(row: Mapping[str, Any]) -> Iterator[Identity]:
    if row["doi"]:
        yield "DOI", normal_doi(row["doi"])
    if row["pmid"]:
        yield "PMID", row["pmid"]
    title = "".join(filter(str.isalnum, row["title"].casefold()))
    if title:
        yield "title and year", f"{title} {row['year'] or ''}"


def _found(
    known: Mapping[Identity, dict[str, Any]], data: Mapping[str, Any]
) -> tuple[dict[str, Any] | None, str]:
    for identity in _identities(data):
        row = known.get(identity)
        if row is not None and not _differ(row, data):
            return row, identity[0]
    return None, ""


def _differ(row: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    """Whether both have a DOI and these are not the same: two papers can have one title."""
    return bool(row["doi"] and data["doi"]) and normal_doi(row["doi"]) != normal_doi(data["doi"])
