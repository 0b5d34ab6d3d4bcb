"""How do people get in and out of an evaluation of many: bounded lines, and answers as text?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import orjson

MAX_LINE_BYTES = 1_000_000
"""One person. Of a longer line only the beginning is kept, and it is answered by an error."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream, so that a file without line ends cannot fill the memory."""
    line = stream.readline(MAX_LINE_BYTES + 1).removeprefix(_BYTE_ORDER_MARK)
    while line:
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
        yield line
        line = stream.readline(MAX_LINE_BYTES + 1)


def as_text(answer: bytes) -> bytes:
    """An answer line for people: the recommendation, and what stands in its way."""
    said = orjson.loads(answer)
    name = "(no id)" if said.get("id") is None else said["id"]
    if "error" in said:
        return f"{name}: line {said['line']}: {said['error']}\n".encode()
    lines = [
        f"{name}: {said['recommendation']} (indications {_words(said['indications'])}, "
        f"contraindications {_words(said['contraindications'])})"
    ]
    lines += [
        f"  {what}: {', '.join(said[what])}"
        for what in ("unmet", "missing", "shortest", "precautions")
        if said[what]
    ]
    lines += [
        f"  conflict: {conflict['fact']} is given as {conflict['given']}, "
        f"worked out as {conflict['computed']}"
        for conflict in said.get("conflicts", ())
    ]
    lines += [f"  contradiction: {item['says']}" for item in said.get("contradictions", ())]
    if "explanation" in said:
        for tree in ("indications", "contraindications"):
            lines += [f"  {tree}", *_tree(said["explanation"]["trees"][tree], 2)]
    return ("\n".join(lines) + "\n").encode()


def _tree(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    why = f": {node['why_unknown']}" if node.get("why_unknown") else ""
    yield f"{'  ' * depth}[{_words(node['truth'])}{why}] {node['says']}"
    for child in node.get("children", ()):
        yield from _tree(child, depth + 1)


def _words(truth: str) -> str:
    return truth.replace("_", " ")
