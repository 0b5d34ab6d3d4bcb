"""Is a file CSV in UTF-8 that can be read, and which cells stand on which of its lines?

Pure: bytes in, lines out. Whatever stands in the way is said with the line and how to mend it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

_MARKS = {
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"PK\x03\x04": "a spreadsheet (XLSX)",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (XLS)",
    b"%PDF": "a PDF",
}
_ADVICE = "Save it as CSV UTF-8 and try again."


class WrongError(ValueError):
    """What is wrong with one row, or with the file; in which column, if it is one."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(message)
        self.column = column


def csv_lines(content: bytes, *, largest: int, most_rows: int) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line with its number, without remarks (#) and empty lines. The first is
    the heading. Raises ``WrongError``."""
    if not content.strip():
        raise WrongError("The file is empty. Begin with the template.")
    if len(content) > largest:
        raise WrongError(f"The file is larger than {largest // 1_000_000} MB. Split it.")
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            raise WrongError(f"This is {name}, not CSV in UTF-8. {_ADVICE}")
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise WrongError(f"Line {line} has a NUL character; the file may be UTF-16. {_ADVICE}")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise WrongError(
            f"Line {line} is not UTF-8; the file may be Latin-1 or Windows-1252. {_ADVICE}"
        ) from None
    reader = csv.reader(_lines(content), delimiter=_delimiter(content), strict=True)
    found = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not _is_remark(cells[0]):
                found += 1
                yield reader.line_num, [cell.strip() for cell in cells]
            if found > most_rows + 1:
                raise WrongError(
                    f"The file has more than {most_rows:,} rows. Split it: nothing is lost when "
                    "the parts are imported one after the other."
                )
    except csv.Error as error:
        raise WrongError(
            f"Line {reader.line_num} is not CSV ({error}). Look for a quotation mark that is not "
            "closed."
        ) from None


def _lines(content: bytes) -> io.TextIOWrapper:
    """Decoded as they are read: a long list is never there twice."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")


def _delimiter(content: bytes) -> str:
    """A comma, or a semicolon where the heading has more of them."""
    first = next((line for line in _lines(content) if not _is_remark(line)), "")
    return ";" if first.count(";") > first.count(",") else ","


def _is_remark(text: str) -> bool:
    return text.lstrip().startswith("#")
