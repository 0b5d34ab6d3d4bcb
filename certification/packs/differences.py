"""In which places do two pieces of plain data differ?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from certification.packs.problems import shown


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """One line for each place: the path, what stood there, what stands there now."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            yield from differences(old.get(key), new.get(key), _below(path, key))
    elif isinstance(old, list) and isinstance(new, list):
        names = _names(old, new)
        if names is not None:
            yield from differences(_named(old), _named(new), path)
            if names[0] != names[1] and sorted(names[0]) == sorted(names[1]):
                yield f"{path}: in another order"
            return
        for index in range(max(len(old), len(new))):
            yield from differences(_at(old, index), _at(new, index), _below(path, str(index)))
    elif old != new:
        yield f"{path}: {shown(old)} -> {shown(new)}"


def _below(path: str, part: str) -> str:
    return f"{path}.{part}" if path else part


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _named(items: list[Any]) -> dict[str, Any]:
    return {_name(item): item for item in items}


def _name(item: Any) -> str:
    """What identifies an entry of a list, if anything does: its key, id, value or name."""
    if isinstance(item, dict):
        for key in ("key", "id", "value", "name"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return ""


def _names(old: list[Any], new: list[Any]) -> tuple[list[str], list[str]] | None:
    """The names of the entries of both lists, when every entry has one of its own."""
    names = [_name(item) for item in old], [_name(item) for item in new]
    for listed in names:
        if "" in listed or len(set(listed)) < len(listed):
            return None
    return names
