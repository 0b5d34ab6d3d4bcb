"""How does a value leave as a cell that no spreadsheet takes for a formula?

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@`` or a control character. Such a
cell is written with an apostrophe in front, which makes it plain text.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
APOSTROPHE = "'"
BYTE_ORDER_MARK = "\ufeff"
"""Without it some spreadsheets do not read the file as UTF-8."""


def safe_cell(value: Any) -> str:
    """A value as the text of a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    risky = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    return APOSTROPHE + text if risky else text


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A whole file, every cell safe."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(heads)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return BYTE_ORDER_MARK + written.getvalue()
