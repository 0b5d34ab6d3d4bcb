"""Which format has a file of references, and what does each of its records say?

The content decides, never the name of the file. Whatever stands in the way of one record is said of
that record; the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from certification.reference_files import bibtex, csl_json, pubmed, ris
from certification.reference_files.items import Read, UnreadableError, read_item
from certification.reference_files.records import Record

LARGEST = 2_000_000
MOST = 500
"""Each record becomes a row with an event of its own, and all of them come in one request."""
_OTHER_FILES = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a spreadsheet, a word processor's file or an archive",
    b"\xd0\xcf\x11\xe0": "a file of an older office programme",
    b"%PDF": "a PDF",
}
_FORMATS = "RIS, BibTeX, CSL-JSON or PubMed"
_BIBTEX = re.compile(r"^\s*@\s*\w+\s*[{(]", re.MULTILINE)
_RIS = re.compile(r"^TY  -", re.MULTILINE)
_PUBMED = re.compile(r"^(?:PMID|TI  |AU  |FAU |DP  |JT  |TA  )- ", re.MULTILINE)


class FileError(ValueError):
    """Why a file cannot be read at all, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record: its number in the file, where it begins, and what it says or why it cannot."""

    number: int
    line: int
    read: Read | None
    problem: str = ""


def read_file(content: bytes) -> tuple[str, list[Line]]:
    """The name of the format, and every record. Raises ``FileError``."""
    text = _decoded(content)
    name, read = _format(text)
    try:
        lines = list(_lines(read(text)))
    except ValueError as error:
        raise FileError(f"This looks like {name}, but {_lower(str(error))}.") from None
    if not lines:
        raise FileError(f"This looks like {name}, but no reference stands in it.")
    return name, lines


def _lines(records: Iterable[Record]) -> Iterator[Line]:
    for number, record in enumerate(records, 1):
        if number > MOST:
            raise ValueError(f"it holds more than {MOST} references: split it")
        if record.problem:
            yield Line(number, record.line, None, record.problem)
            continue
        try:
            yield Line(number, record.line, read_item(record.item))
        except UnreadableError as error:
            yield Line(number, record.line, None, str(error))


def _decoded(content: bytes) -> str:
    if not content.strip():
        raise FileError("The file is empty.")
    if len(content) > LARGEST:
        raise FileError(f"The file is larger than {LARGEST // 1_000_000} MB. Split it.")
    for mark, what in _OTHER_FILES.items():
        if content.startswith(mark):
            raise FileError(f"This is {what}. Export the references as {_FORMATS}, in UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileError(
            f"Line {line} is not UTF-8; the file may be Latin-1 or Windows-1252. Export it again "
            "as UTF-8."
        ) from None
    if "\0" in text:
        raise FileError("The file has a NUL character. Export it again as UTF-8.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _format(text: str) -> tuple[str, Callable[[str], Iterator[Record]]]:
    if text.lstrip()[:1] in {"[", "{"}:
        return "CSL-JSON", csl_json.read
    if _RIS.search(text):
        return "RIS", ris.read
    if _BIBTEX.search(text):
        return "BibTeX", bibtex.read
    if _PUBMED.search(text):
        return "PubMed", pubmed.read
    raise FileError(f"No reference can be found in it. Export the references as {_FORMATS}.")


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:].rstrip(".")
