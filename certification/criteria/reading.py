"""How does a rule that is being written read, as one plain sentence?

Made from the questions and values alone, never from the author's own words: it shows what the
engine will run, so that an author sees whether it is what they meant.
"""

from __future__ import annotations

from certification.criteria.codec_nodes import node_from_data
from certification.criteria.editing import Tree, closed, is_group
from certification.criteria.facts import Vocabulary
from certification.criteria.plain import CriteriaError
from certification.criteria.tree_words import sentence

UNFINISHED = "a test that is not finished"


def read_aloud(node: Tree, vocabulary: Vocabulary) -> str:
    """The node and everything below it, as one sentence."""
    text = _read(node, vocabulary)
    return f"{text[:1].upper()}{text[1:]}."


def test_words(node: Tree, vocabulary: Vocabulary) -> str:
    """One test in words; empty as long as the engine cannot read it."""
    try:
        read = node_from_data(closed({**node, "says": "", "cite": []}), "", vocabulary)
    except CriteriaError:
        return ""
    return sentence(read, vocabulary)


def group_words(node: Tree) -> str:
    """What a group asks of its parts: "At least 2 of these"."""
    match node["kind"]:
        case "all":
            return "All of these"
        case "any":
            return "At least one of these"
        case "at_least":
            return f"At least {node.get('n', 1)} of these"
        case _:
            return "Not this" if len(node["parts"]) == 1 else "None of these"


def _read(node: Tree, vocabulary: Vocabulary, *, inside: bool = False) -> str:
    if not is_group(node):
        return test_words(node, vocabulary) or UNFINISHED
    parts = [_read(part, vocabulary, inside=True) for part in node["parts"]]
    if not parts:
        return "nothing yet"
    match node["kind"]:
        case "all":
            text = " and ".join(parts)
        case "any":
            text = f"{'either ' if len(parts) > 1 else ''}{' or '.join(parts)}"
        case "at_least":
            return f"at least {node.get('n', 1)} of these: ({'; '.join(parts)})"
        case _:
            return f"{'not' if len(parts) == 1 else 'none of these'}: ({'; '.join(parts)})"
    return f"({text})" if inside and len(parts) > 1 else text
