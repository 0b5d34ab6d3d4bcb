"""How a question is read, and in which order answers come: tables, without a database."""

from __future__ import annotations

import pytest

from certification.asked_words import (
    MOST_WORDS,
    Found,
    Question,
    Synonyms,
    marked_pieces,
    rank,
    read_question,
    words_held,
)


@pytest.fixture
def known() -> Synonyms:
    synonyms = Synonyms()
    synonyms.add(["natalizumab", "Tysabri", " Tyruko"])
    synonyms.add(["JC virus", "JCV", "anti-JCV"])
    synonyms.add(["relapse", "attack"])
    synonyms.add(["", "  "])
    return synonyms


DRUG = (("natalizumab",), ("tysabri",), ("tyruko",))
VIRUS = (("jc", "virus"), ("jcv",), ("anti", "jcv"))
ATTACK = (("relapse",), ("attack",))


def only(*words: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    return tuple(((word,),) for word in words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("   ", ()),
        ("?!… --- ***", ()),
        ("what is the", ()),
        ("AND OR NEAR NOT *", ()),
        ("PML", only("pml")),
        ("What is PML?", only("pml")),
        ("TYSABRI", (DRUG,)),
        ("tysabri natalizumab", (DRUG,)),
        ("jc virus", (VIRUS,)),
        ("anti-JCV", (VIRUS,)),
        ("virus", only("virus")),
        ("relapses and attacks", (ATTACK,)),
        ('"exact" (title:x) NEAR/3', only("exact", "title", "x", "3")),
        ("'; DROP TABLE x; --", only("drop", "table", "x")),
        ("pml pml pml", only("pml")),
        ("вирус ウイルス", only("вирус", "ウイルス")),
        ("ＰＭＬ", only("pml")),
        ("a_b", only("b")),
    ],
)
def test_what_is_looked_for(known: Synonyms, text: str, words: tuple[object, ...]) -> None:
    assert read_question(text, known).words == words


def test_a_question_has_an_end(known: Synonyms) -> None:
    text = " ".join(f"w{number}" for number in range(500))
    assert len(read_question(text, known).words) == MOST_WORDS


def test_names_that_share_one_mean_the_same() -> None:
    synonyms = Synonyms()
    synonyms.add(["one drug", "brand a"])
    synonyms.add(["one drug", "brand b"])
    names = (("one", "drug"), ("brand", "b"), ("brand", "a"))
    assert set(synonyms.groups) == set(names)
    assert all(set(group) == set(names) for group in synonyms.groups.values())


TWO = Question(("a", "b"), only("a", "b"))
NONE: frozenset[int] = frozenset()
IN_ORDER = [
    Found(True, True, frozenset({0, 1}), frozenset({0, 1})),
    Found(False, True, frozenset({0, 1}), frozenset({0, 1})),
    Found(False, True, NONE, frozenset({0, 1})),
    Found(False, False, frozenset({0, 1}), frozenset({0, 1})),
    Found(False, False, frozenset({0}), frozenset({0, 1})),
    Found(False, False, NONE, frozenset({0, 1})),
    Found(False, False, frozenset({0}), frozenset({0})),
    Found(False, False, NONE, frozenset({0})),
]


def test_phrase_over_all_over_some_and_title_over_text() -> None:
    ranks = [rank(found, TWO) for found in IN_ORDER]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@pytest.mark.parametrize(
    ("text", "asked", "marked"),
    [
        ("The risk of PML.", "pml", ["PML"]),
        ("Infusions and an infusion.", "infusion", ["Infusions", "infusion"]),
        ("An infusion.", "infusions", ["infusion"]),
        ("Natalizumab", "tysabri", ["Natalizumab"]),
        ("JC virus, virus", "jcv", ["JC", "virus"]),
        ("a pm is no pml", "pm", ["pm"]),
        ("Nothing", "pml", []),
        ("", "pml", []),
    ],
)
def test_what_stands_out(known: Synonyms, text: str, asked: str, marked: list[str]) -> None:
    question = read_question(asked, known)
    pieces = marked_pieces(text, question)
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, wanted in pieces if wanted] == marked
    assert words_held(text, question) == bool(marked)
