"""A small sound pack to break, one mistake at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SMALL = Path(__file__).parent / "small"
"""A small pack of our own with vignettes; also the example to copy for somebody's first pack."""
PAYER = Path(__file__).parent / "payer"
"""A second publisher's pack, which shares keys of questions with the small one and means others."""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the given texts as files of one pack and returns its folder."""

    def _write(*texts: str | bytes, name: str = "pack") -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for number, text in enumerate(texts, start=1):
            raw = text.encode() if isinstance(text, str) else text
            (folder / f"{number}.yaml").write_bytes(raw)
        return folder

    return _write
