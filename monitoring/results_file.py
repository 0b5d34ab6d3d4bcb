"""How large may a file of results be, and which cells stand on which of its lines?"""

from __future__ import annotations

from certification.csv_lines import csv_lines

LARGEST_FILE = 5_000_000
MOST_ROWS = 1_000
"""A person waits for the answer while each row works a schedule out anew: about ten seconds."""


def lines_of(content: bytes) -> list[tuple[int, list[str]]]:
    """The cells of each line with its number. The first is the heading."""
    return list(csv_lines(content, largest=LARGEST_FILE, most_rows=MOST_ROWS))
