"""CSL-JSON: how Zotero, Pandoc and Crossref write references."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from certification.reference_files.records import Record


def read(text: str) -> Iterator[Record]:
    """Raises ``ValueError`` when it is not JSON at all."""
    try:
        data = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if isinstance(data, Mapping):
        listed = data.get("items")
        data = listed if isinstance(listed, list) else [data]
    if not isinstance(data, list):
        raise ValueError("a list of references is expected")
    for item in data:
        if isinstance(item, Mapping):
            yield Record(0, item)
        else:
            yield Record(0, problem="It is not a reference: names and values are expected.")


def write(items: Iterable[Mapping[str, Any]]) -> str:
    return json.dumps(list(items), ensure_ascii=False, indent=1) + "\n"
