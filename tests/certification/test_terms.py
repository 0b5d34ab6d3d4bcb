"""Which words of a text are explained, and where? Longest first, whole words, once a page."""

from __future__ import annotations

import pytest

from certification.presenters.glossary import Explained, entries, terms
from certification.readers import told
from certification.terms import Mention, Term, Terms


def term(word: str, *names: str) -> Term:
    return Term(word.casefold().replace(" ", "-"), word, f"what {word} means", (word, *names))


TERMS = Terms(
    [
        term("PML"),
        term("JC virus", "JCV"),
        term("lesion"),
        term("enhancing lesion", "enhancing"),
        term("relapse", "attack"),
        term("clinically isolated syndrome", "first attack"),
    ]
)


def found(text: str, seen: set[str] | None = None) -> list[tuple[str, str]]:
    pieces = list(TERMS.pieces(text, set() if seen is None else seen))
    assert "".join(p.text if isinstance(p, Mention) else p for p in pieces) == text
    return [(p.text, p.term.word) for p in pieces if isinstance(p, Mention)]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("", []),
        ("Nothing to explain.", []),
        ("PML", [("PML", "PML")]),
        ("A risk of PML.", [("PML", "PML")]),
        ("pml is not how it is written", []),
        ("PMLs", []),
        ("XPML PMLX PML2", []),
        ("JCV-positive", []),
        ("the JC virus (JCV)", [("JC virus", "JC virus")]),
        ("RELAPSE, relapses", [("RELAPSE", "relapse")]),
        ("two relapses", [("relapses", "relapse")]),
        ("a relapsed course", []),
        ("an enhancing lesion and a lesion", [("enhancing lesion", "enhancing lesion"),
                                              ("lesion", "lesion")]),
        ("after a first attack only", [("first attack", "clinically isolated syndrome")]),
        ("attack after attack", [("attack", "relapse")]),
        ("PML and PML", [("PML", "PML")]),
    ],
)  # fmt: skip
def test_what_is_marked(text: str, marked: list[tuple[str, str]]) -> None:
    assert found(text) == marked


def test_what_was_explained_is_not_explained_again() -> None:
    seen: set[str] = set()
    assert found("PML and a relapse", seen) == [("PML", "PML"), ("relapse", "relapse")]
    assert found("PML, a lesion", seen) == [("lesion", "lesion")]


def test_without_terms_a_text_stays_as_it_is() -> None:
    assert list(Terms([]).pieces("PML", set())) == ["PML"]


def test_a_marked_text_is_escaped_and_opens_its_own_explanation() -> None:
    html = Explained().marked('<b>PML</b> & "relapse"')
    assert html.startswith("&lt;b&gt;<button")
    assert "&amp; &quot;<button" in html
    assert 'popovertarget="explained-pml"' in html
    assert 'id="explained-pml" popover' in html
    assert html.count("<b>") == 0


def test_the_glossary_holds_words_of_both_kinds_once() -> None:
    words = [term.word for term in terms().terms]
    assert "PML" in words
    assert len(words) == len(set(words))
    assert not set(words) & {word for word, _ in entries()}
    names = [name.casefold() for term in terms().terms for name in term.names]
    assert len(names) == len(set(names)), "one name for two words"


@pytest.mark.parametrize(
    ("plain", "reader", "expected"),
    [
        ("Plainly.", "patient", ("Plainly.", "Clinically.", "As clinicians say it")),
        ("Plainly.", "nurse", ("Clinically.", "Plainly.", "In plain words")),
        ("Plainly.", "", ("Clinically.", "Plainly.", "In plain words")),
        ("", "patient", ("Clinically.", "", "")),
        ("", "clinician", ("Clinically.", "", "")),
    ],
)
def test_which_words_come_first(plain: str, reader: str, expected: tuple[str, ...]) -> None:
    assert told("Clinically.", plain, reader) == expected
