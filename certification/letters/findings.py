"""How does each criterion appear in a letter, with its finding, its facts and its citations?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from certification.criteria.explanation import DOES_NOT_APPLY
from certification.letters.wording import day, is_unverified, source_text

INDICATION_WORDS = {"met": "Met", "not_met": "Not met", "unknown": "Not documented"}
BAR_WORDS = {"met": "Present", "not_met": "Not present", "unknown": "Not excluded"}
BAR_TONES = {"met": "not_met", "not_met": "met", "unknown": "unknown"}
OTHER_WAYS = "Other ways to meet this were not needed: {}."


class Numbering:
    """Numbers references in the order in which the letter first cites them."""

    def __init__(self, references: Mapping[str, Mapping[str, Any]]) -> None:
        self._references = references
        self._numbers: dict[str, int] = {}

    def cite(self, citations: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Each citation as its number and the place in it."""
        return [
            {
                "number": self._numbers.setdefault(cite["ref"], len(self._numbers) + 1),
                "at": cite.get("at", ""),
                "note": cite.get("note", ""),
            }
            for cite in citations
        ]

    def entries(self) -> list[dict[str, Any]]:
        """The reference list. A reference that is not on record is said not to be."""
        return [
            {
                "number": number,
                "text": self._references[key]["text"]
                if key in self._references
                else f"Reference “{key}”: no details were on record.",
                "caution": self._references.get(key, {}).get("caution", ""),
                "unverified": is_unverified(self._references.get(key, {})),
            }
            for key, number in self._numbers.items()
        ]


def indication_rows(root: Mapping[str, Any], numbering: Numbering) -> list[dict[str, Any]]:
    """The criteria that must be met, top down, each with its finding."""
    return list(_rows(root, numbering, 0, INDICATION_WORDS, {}))


def bar_rows(root: Mapping[str, Any], numbering: Numbering) -> list[dict[str, Any]]:
    """What would stand against treatment, each with its finding."""
    rows = []
    for bar in root.get("children", ()) if root["kind"] == "any" else [root]:
        row = _row(bar, numbering, 0, BAR_WORDS, BAR_TONES)
        row["facts"] = _facts_below(bar)
        rows.append(row)
    return rows


def find(tree: Mapping[str, Any], node_id: str) -> Mapping[str, Any] | None:
    """The node of a plain explanation tree with this id."""
    if tree["id"] == node_id:
        return tree
    return next(
        (found for child in tree.get("children", ()) if (found := find(child, node_id))), None
    )


def named_criterion(
    explanation: Mapping[str, Any], node_id: str, numbering: Numbering
) -> dict[str, Any]:
    """One criterion that a determination names, with its finding and all the facts it used."""
    trees = explanation["trees"]
    node = find(trees["indications"], node_id)
    is_bar = node is None
    if node is not None:
        row = _row(node, numbering, 0, INDICATION_WORDS, {})
    else:
        node = find(trees["contraindications"], node_id)
        if node is None:
            raise KeyError(node_id)
        row = _row(node, numbering, 0, BAR_WORDS, BAR_TONES)
    facts = _facts_below(node)
    return row | {
        "is_bar": is_bar,
        "facts": [fact for fact in facts if fact["documented"]],
        "lacking": [fact["label"] for fact in facts if not fact["documented"]],
    }


def _rows(
    node: Mapping[str, Any],
    numbering: Numbering,
    depth: int,
    words: Mapping[str, str],
    tones: Mapping[str, str],
) -> Iterator[dict[str, Any]]:
    children = list(node.get("children", ()))
    if depth == 0 and node["kind"] == "all" and children:
        # The whole itself is the outcome, which the letter states above.
        for child in children:
            yield from _rows(child, numbering, 1, words, tones)
        return
    row = _row(node, numbering, max(0, depth - 1), words, tones)
    if node["kind"] == "not":
        row["facts"] = _facts_below(node)
        children = []
    shown = children
    if node["kind"] in {"any", "at_least"} and node["truth"] == "met":
        shown = [child for child in children if child["truth"] == "met"]
        others = [child["says"].rstrip(".") for child in children if child["truth"] != "met"]
        row["others"] = OTHER_WAYS.format("; ".join(others)) if others else ""
    yield row
    for child in shown:
        yield from _rows(child, numbering, depth + 1, words, tones)


def _row(
    node: Mapping[str, Any],
    numbering: Numbering,
    depth: int,
    words: Mapping[str, str],
    tones: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "id": node["id"],
        "depth": depth,
        "says": node["says"],
        "finding": words[node["truth"]],
        "tone": tones.get(node["truth"], node["truth"]),
        "why": node.get("why_unknown", ""),
        "facts": [_fact(fact) for fact in node.get("facts", ())],
        "cites": numbering.cite(node.get("cite", [])),
        "unverified": is_unverified(node),
        "others": "",
        "lacking": [],
    }


def _facts_below(node: Mapping[str, Any]) -> list[dict[str, Any]]:
    facts = {fact["key"]: _fact(fact) for fact in node.get("facts", ())}
    for child in node.get("children", ()):
        facts |= {fact["key"]: fact for fact in _facts_below(child)}
    return list(facts.values())


def _fact(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": fact["key"],
        "label": fact["label"],
        "text": fact["text"],
        "documented": fact["value"] is not None or fact["text"].lower() == DOES_NOT_APPLY,
        "source": source_text(fact["source"]) if fact.get("source") else "",
        "observed_on": day(fact.get("observed_on")),
    }
