"""How are the facts of many people, one JSON object a line, turned into answers, one a line?

Lines come in and go out one by one, so memory does not grow with their number. A line that cannot
be read gives a line with its number and the error, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import orjson

from certification.criteria.evaluation import Evaluation, Evaluator
from certification.criteria.explanation import evaluation_to_data, explanation_to_data
from certification.criteria.facts import (
    FactError,
    FactValue,
    Vocabulary,
    read_answer,
    unknown_fact,
)

_ANSWERS_KEPT = 50_000
_ENDINGS_KEPT = 20_000


def evaluate_lines(
    evaluator: Evaluator, lines: Iterable[bytes], as_of: date, explain: bool = False
) -> EvaluatedLines:
    """The answer lines, each ending in a newline, to be iterated over once.

    Each line in is ``{"id": ..., "facts": {...}}``; empty lines are passed over. ``explain`` adds
    the whole explanation. After the iteration ``failures`` says how many lines could not be read.
    """
    return EvaluatedLines(evaluator, lines, as_of, explain)


class EvaluatedLines:
    """Iterates over the answer lines and counts the ``failures`` on the way."""

    def __init__(
        self, evaluator: Evaluator, lines: Iterable[bytes], as_of: date, explain: bool
    ) -> None:
        self.failures = 0
        self._evaluator = evaluator
        self._lines = lines
        self._as_of = as_of
        self._explain = explain
        criteria_set = evaluator.criteria_set
        self._head = {
            "criteria_set": criteria_set.key,
            "version": criteria_set.version,
            "content_hash": evaluator.content_hash,
        }

    def __iter__(self) -> Iterator[bytes]:
        read = FactReader(self._evaluator.all_facts, self._as_of).read
        evaluate, as_of = self._evaluator.evaluate, self._as_of
        loads, dumps = orjson.loads, orjson.dumps
        endings: dict[Evaluation, bytes] = {}
        for number, line in enumerate(self._lines, start=1):
            identity = None
            try:
                person = loads(line)
                identity = person.get("id")
                facts = read(person["facts"])
            except (orjson.JSONDecodeError, FactError, AttributeError, KeyError) as error:
                if line.strip():
                    self.failures += 1
                    yield _failure(number, identity, error)
                continue
            if self._explain:
                yield self._explained(identity, facts)
                continue
            evaluation = evaluate(facts, as_of)
            if evaluation.conflicts or evaluation.contradictions:
                ending = self._ending(evaluation)
            else:
                known = endings.get(evaluation)
                if known is None:
                    if len(endings) >= _ENDINGS_KEPT:
                        endings.clear()
                    known = endings[evaluation] = self._ending(evaluation)
                ending = known
            yield b'{"id":' + dumps(identity) + ending

    def _ending(self, evaluation: Evaluation) -> bytes:
        """The answer from the second key on, which many people share."""
        data = {**self._head, **evaluation_to_data(evaluation)}
        return b"," + orjson.dumps(data)[1:] + b"\n"

    def _explained(self, identity: Any, facts: dict[str, FactValue]) -> bytes:
        explanation = self._evaluator.explain(facts, self._as_of)
        data = {
            "id": identity,
            **self._head,
            **evaluation_to_data(explanation.evaluation),
            "explanation": explanation_to_data(explanation),
        }
        return orjson.dumps(data) + b"\n"


def _failure(number: int, identity: Any, error: Exception) -> bytes:
    match error:
        case orjson.JSONDecodeError():
            message = f"this is not JSON: {error}"
        case KeyError():
            message = 'there are no facts; a line is {"id": ..., "facts": {...}}'
        case AttributeError():
            message = 'this is not an object; a line is {"id": ..., "facts": {...}}'
        case _:
            message = str(error)
    data = {"line": number, "error": message}
    if identity is not None:
        data = {"line": number, "id": identity, "error": message}
    return orjson.dumps(data) + b"\n"


class FactReader:
    """``facts.read_facts`` for many people on one day: answers seen before are read once."""

    def __init__(self, vocabulary: Vocabulary, as_of: date) -> None:
        self._vocabulary = vocabulary
        self._as_of = as_of
        self._seen: dict[tuple[str, type, Any], FactValue | None] = {}

    def read(self, raw: Mapping[str, Any]) -> dict[str, FactValue]:
        """The documented answers of one person. Raises ``FactError``."""
        if not isinstance(raw, dict):
            raise FactError("facts", "these are not an object of fact keys and answers")
        facts: dict[str, FactValue] = {}
        seen = self._seen
        for key, answer in raw.items():
            try:
                value = seen[key, answer.__class__, answer]
            except (KeyError, TypeError):
                value = self._read(key, answer)
            if value is not None:
                facts[key] = value
        return facts

    def _read(self, key: str, answer: Any) -> FactValue | None:
        definition = self._vocabulary.get(key)
        if definition is None:
            raise unknown_fact(key, self._vocabulary)
        value = read_answer(definition, answer, self._as_of)
        if not isinstance(answer, dict | list):
            if len(self._seen) >= _ANSWERS_KEPT:
                self._seen.clear()
            self._seen[key, answer.__class__, answer] = value
        return value
