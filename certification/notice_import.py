"""What would importing a list of retractions and corrections do, line by line?

Writes nothing. Two kinds of file are read: our own columns, and those of the public list of
Retraction Watch. A reinstatement ends a retraction that was announced before it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from certification.csv_lines import WrongError, csv_lines
from certification.lint.findings import NoticeKind, normal_doi
from certification.models import Reference, ReferenceNotice

LARGEST = 80_000_000
MOST_ROWS = 200_000
LONGEST_REASON = 400
REINSTATED = "reinstated"
OWN_COLUMNS = ("kind", "doi", "pmid", "announced on", "reason")
_COLUMNS = {
    "kind": "kind", "retractionnature": "kind",
    "doi": "doi", "originalpaperdoi": "doi",
    "pmid": "pmid", "originalpaperpubmedid": "pmid",
    "announcedon": "on", "retractiondate": "on",
    "reason": "reason",
}  # fmt: skip
KINDS: dict[str, str] = {
    "retracted": NoticeKind.RETRACTED, "retraction": NoticeKind.RETRACTED,
    "superseded": NoticeKind.SUPERSEDED,
    "corrected": NoticeKind.CORRECTED, "correction": NoticeKind.CORRECTED,
    "concern": NoticeKind.CONCERN, "expression of concern": NoticeKind.CONCERN,
    "reinstated": REINSTATED, "reinstatement": REINSTATED,
}  # fmt: skip
_NOTHING = frozenset({"", "0", "unavailable"})
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: \d{1,2}:\d{2})?")

Name = tuple[str, str, str]
"""Kind, DOI and PMID: what makes a notice one."""


class State(StrEnum):
    WRONG = "wrong"
    NEW = "new"
    CHANGED = "changed"
    ENDS = "ends"
    THERE = "there"
    TWICE = "twice"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line of the list. ``concerns``: the keys of our references that it is about."""

    line: int
    state: State
    says: str = ""
    kind: str = ""
    doi: str = ""
    pmid: str = ""
    on: date | None = None
    reason: str = ""
    concerns: tuple[str, ...] = ()

    @property
    def name(self) -> Name:
        return self.kind, self.doi, self.pmid


@dataclass(frozen=True, slots=True)
class NoticePlan:
    lines: tuple[NoticeLine, ...]

    def of(self, *states: State) -> list[NoticeLine]:
        return [line for line in self.lines if line.state in states]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.state for line in self.lines)
        return {state.value: found[state] for state in State}

    @property
    def concerning(self) -> list[NoticeLine]:
        """What would be new about references that are here."""
        return [one for one in self.of(State.NEW, State.CHANGED, State.ENDS) if one.concerns]

    @property
    def fingerprint(self) -> str:
        """Changes when anything else would happen than what was shown."""
        said = hashlib.sha256()
        for one in self.lines:
            said.update(f"{one.line} {one.state} {','.join(one.concerns)}\n".encode())
        return said.hexdigest()


class There(NamedTuple):
    """A notice that the database has."""

    on: date | None
    says: str
    withdrawn: bool


def plan_notices(content: bytes) -> NoticePlan:
    """Two queries. Raises ``WrongError`` when the file cannot be read at all."""
    lines = csv_lines(content, largest=LARGEST, most_rows=MOST_ROWS)
    _, heading = next(lines)
    columns = _columns(heading)
    read = [_read(number, cells, columns) for number, cells in lines]
    if not read:
        raise WrongError("The file has a heading and no line below it.")
    fields = ("kind", "doi", "pmid", "noticed_on", "says", "withdrawn_at")
    there = {
        (kind, doi, pmid): There(on, says, withdrawn_at is not None)
        for kind, doi, pmid, on, says, withdrawn_at in ReferenceNotice.objects.values_list(*fields)
    }
    return NoticePlan(tuple(_with_references(_planned(read, there))))


def _columns(heading: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, title in enumerate(heading):
        name = _COLUMNS.get(re.sub(r"[\s_]", "", title).lower())
        if name:
            found.setdefault(name, index)
    missing = [column for column in ("kind", "doi") if column not in found]
    if missing and not ("kind" in found and "pmid" in found):
        raise WrongError(
            f"The heading has no column {' and no column '.join(missing)}. It needs: "
            f"{', '.join(OWN_COLUMNS)}; or the columns of the Retraction Watch list."
        )
    return found


def _read(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> NoticeLine:
    def cell(name: str) -> str:
        index = columns.get(name, len(cells))
        return cells[index] if index < len(cells) else ""

    kind = KINDS.get(cell("kind").lower(), "")
    doi, pmid = (
        "" if value.lower() in _NOTHING else value
        for value in (normal_doi(cell("doi")), cell("pmid"))
    )
    try:
        if not kind:
            known = "retracted, superseded, corrected, concern or reinstated"
            raise WrongError(f"“{cell('kind')[:40]}” is no kind. Write {known}.")
        if doi and not (_DOI.fullmatch(doi) and len(doi) <= 120):
            raise WrongError(f"“{doi[:60]}” is no DOI.")
        if pmid and not (pmid.isascii() and pmid.isdigit() and len(pmid) <= 9):
            raise WrongError(f"“{pmid[:40]}” is no PMID.")
        on = _day(cell("on"))
    except WrongError as error:
        return NoticeLine(number, State.WRONG, str(error))
    if not doi and not pmid:
        return NoticeLine(number, State.NOTHING, "It names no paper by DOI or PMID.", kind)
    reason = "; ".join(part.strip(" +") for part in cell("reason").split(";") if part.strip(" +"))
    if len(reason) > LONGEST_REASON:
        reason = reason[: LONGEST_REASON - 1].rstrip() + "…"
    return NoticeLine(number, State.NEW, "", kind, doi, pmid.lstrip("0"), on, reason)


def _day(text: str) -> date | None:
    """2027-05-01, or as Retraction Watch writes it, 5/1/2027 0:00."""
    if not text:
        return None
    american = _AMERICAN.fullmatch(text)
    try:
        if american:
            month, day, year = (int(part) for part in american.groups())
            return date(year, month, day)
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a date has no zone)
    except ValueError:
        raise WrongError(f"“{text[:40]}” is no date. Write it like 2027-05-01.") from None


def _planned(lines: Sequence[NoticeLine], there: Mapping[Name, There]) -> Iterator[NoticeLine]:
    ended: dict[str, date] = {}
    for one in lines:
        if one.kind == REINSTATED and one.state is State.NEW:
            for identity in _identities(one):
                ended[identity] = max(ended.get(identity, date.min), one.on or date.max)
    retracted = {
        identity
        for kind, doi, pmid in there
        if kind == NoticeKind.RETRACTED
        for identity in (doi, pmid)
        if identity
    }
    seen: dict[Name, int] = {}
    for one in lines:
        if one.state is not State.NEW:
            yield one
        elif one.name in seen:
            says = f"The same as line {seen[one.name]}."
            yield replace(one, state=State.TWICE, says=says)
        else:
            seen[one.name] = one.line
            yield _one(one, there, ended, retracted)


def _one(
    one: NoticeLine,
    there: Mapping[Name, There],
    ended: Mapping[str, date],
    retracted: set[str],
) -> NoticeLine:
    if one.kind == REINSTATED:
        if any(identity in retracted for identity in _identities(one)):
            return replace(one, state=State.ENDS, says="It ends the retraction that is there.")
        return replace(one, state=State.NOTHING, says="No retraction of it is here to end.")
    if one.kind == NoticeKind.RETRACTED and any(
        (one.on or date.min) <= ended[identity]
        for identity in _identities(one)
        if identity in ended
    ):
        says = "This list says further on that the paper was reinstated."
        return replace(one, state=State.NOTHING, says=says)
    if one.name not in there:
        return one
    known = there[one.name]
    if (known.on, known.says) == (one.on, one.reason):
        says = "It was withdrawn here, and stays so." if known.withdrawn else "It is there already."
        return replace(one, state=State.THERE, says=says)
    says = "It is there with another date or reason."
    if known.withdrawn:
        says = "It was withdrawn here. What it says now is new, so it counts again."
    return replace(one, state=State.CHANGED, says=says)


def _identities(one: NoticeLine) -> list[str]:
    return [identity for identity in (one.doi, one.pmid) if identity]


def _with_references(lines: Iterator[NoticeLine]) -> Iterator[NoticeLine]:
    """Each line with the references that it is about."""
    ours: dict[str, list[str]] = {}
    for key, doi, pmid in Reference.objects.values_list("key", "doi", "pmid"):
        for identity in (normal_doi(doi), pmid):
            if identity:
                ours.setdefault(identity, []).append(key)
    for one in lines:
        keys = dict.fromkeys(key for identity in _identities(one) for key in ours.get(identity, ()))
        yield replace(one, concerns=tuple(keys)) if keys else one
