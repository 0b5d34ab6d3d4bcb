"""What do the criteria say of each person of a stream?

One person a line in, one answer a line out; a line that cannot be read is answered by an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

import orjson

from certification.criteria.evaluation import Evaluator
from certification.criteria.explanation import evaluation_to_data, explanation_to_data
from certification.criteria.facts import FactError, Vocabulary, read_facts

MAX_LINE_BYTES = 1_000_000
_KEYS = ("id", "facts")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Criteria:
    """What answers: the compiled criteria, every fact that may be named, the content hash."""

    evaluator: Evaluator
    vocabulary: Vocabulary
    content_hash: str


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream. Of one that is too long only the beginning is kept, so that a file
    without line ends cannot fill the memory."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        rest = line
        while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE_BYTES + 1)
        yield line


class LineError(ValueError):
    """A line that is not one person."""


def evaluate_people(
    criteria: Criteria,
    lines: Iterable[bytes],
    *,
    as_of: date,
    explain: bool = False,
    as_text: bool = False,
) -> Iterator[tuple[bool, bytes]]:
    """For each line whether it could be answered, and the answer with its line end."""
    criteria_set = criteria.evaluator.criteria_set
    about = {
        "criteria_set": criteria_set.key,
        "version": criteria_set.version,
        "content_hash": criteria.content_hash,
    }
    for number, line in enumerate(lines, start=1):
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line.strip():
            continue
        person: Any = None
        try:
            person = _read(line)
            facts = read_facts(criteria.vocabulary, _facts(person), as_of)
            if explain:
                data = explanation_to_data(criteria.evaluator.explain(facts, as_of))
            else:
                data = evaluation_to_data(criteria.evaluator.evaluate(facts, as_of))
            answer, good = {"id": person.get("id")} | about | data, True
        except (LineError, FactError) as error:
            answer, good = _error(number, person, error), False
        yield good, _text(answer) if as_text else orjson.dumps(answer) + b"\n"


def _read(line: bytes) -> Any:
    if len(line) > MAX_LINE_BYTES:
        raise LineError(f"a line of more than {MAX_LINE_BYTES:,} bytes")
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise LineError(f"not JSON: {error}") from None


def _facts(person: Any) -> Mapping[str, Any]:
    if not isinstance(person, dict):
        raise LineError('not a person: {"id": ..., "facts": {...}} is expected')
    for key in person:
        if key not in _KEYS:
            raise LineError(f"unknown key {key!r}; allowed are {', '.join(_KEYS)}")
    facts = person.get("facts")
    if facts is not None and not isinstance(facts, dict):
        raise LineError("facts is not a mapping of fact keys to answers")
    return facts or {}


def _error(number: int, person: Any, error: ValueError) -> dict[str, Any]:
    answer = {"line": number, "error": str(error)}
    if isinstance(person, dict) and person.get("id") is not None:
        answer = {"id": person["id"]} | answer
    return answer


def _text(answer: Mapping[str, Any]) -> bytes:
    """An answer for people: the recommendation, and what stands in its way."""
    name = answer.get("id")
    lines = [f"{'(no id)' if name is None else name}:"]
    if "error" in answer:
        lines[0] += f" line {answer['line']}: {answer['error']}"
    else:
        lines[0] += (
            f" {answer['recommendation']} (indications {_words(answer['indications'])}, "
            f"contraindications {_words(answer['contraindications'])})"
        )
        lines += [
            f"  {what}: {', '.join(answer[what])}"
            for what in ("unmet", "missing", "shortest", "precautions")
            if answer[what]
        ]
        lines += [
            f"  conflict: {conflict['fact']} is given as {conflict['given']}, "
            f"worked out as {conflict['computed']}"
            for conflict in answer.get("conflicts", ())
        ]
        lines += [f"  contradiction: {item['says']}" for item in answer.get("contradictions", ())]
        for tree in ("indications", "contraindications"):
            if "trees" in answer:
                lines += [f"  {tree}", *_tree(answer["trees"][tree], 2)]
    return ("\n".join(lines) + "\n").encode()


def _tree(node: Mapping[str, Any], depth: int) -> Iterator[str]:
    why = f": {node['why_unknown']}" if node.get("why_unknown") else ""
    yield f"{'  ' * depth}[{_words(node['truth'])}{why}] {node['says']}"
    for child in node.get("children", ()):
        yield from _tree(child, depth + 1)


def _words(truth: str) -> str:
    return truth.replace("_", " ")
