"""How an author is kept, typed and shown, and which key a reference gets."""

from __future__ import annotations

from typing import Any

import pytest

from certification.reference_files.authors import (
    author_name,
    csl_name,
    full_name,
    is_author,
    typed_author,
)
from certification.reference_files.keys import new_key
from certification.reference_files.places import Place, container_of, place_of


@pytest.mark.parametrize(
    ("author", "csl", "name", "typed"),
    [
        ("Polman CH", {"family": "Polman", "given": "C H"}, "Polman CH", "Polman CH"),
        ("NICE", {"literal": "NICE"}, "NICE", "NICE"),
        ("et al.", {"literal": "et al"}, "et al.", "et al."),
        ({"family": "Polman", "given": "Chris H."}, {"family": "Polman", "given": "Chris H."},
         "Polman CH", "Polman, Chris H."),
        ({"family": "Li", "given": "Jean-Luc"}, {"family": "Li", "given": "Jean-Luc"},
         "Li JL", "Li, Jean-Luc"),
        ({"family": "Madonna"}, {"family": "Madonna"}, "Madonna", "Madonna,"),
        ({"literal": "Office, A"}, {"literal": "Office, A"}, "Office, A", "{Office, A}"),
    ],
)  # fmt: skip
def test_one_author(author: Any, csl: dict[str, str], name: str, typed: str) -> None:
    assert (csl_name(author), author_name(author), full_name(author)) == (csl, name, typed)
    assert typed_author(typed) == author
    assert is_author(author)


@pytest.mark.parametrize(
    "wrong",
    ["", " ", None, 7, [], {}, {"given": "A"}, {"family": ""}, {"family": 1}, {"name": "A"},
     {"literal": "A", "family": "B"}, {"literal": "A", "given": "B"}, {"family": "A", "x": "B"}],
)  # fmt: skip
def test_what_is_no_author(wrong: Any) -> None:
    assert not is_author(wrong)


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"authors": ["Polman CH"], "year": 2006}, "polman_2006_randomized"),
        ({"authors": [{"family": "Lebrun-Frénay"}], "year": None}, "lebrun_frenay_randomized"),
        ({"authors": [{"family": "Sørensen"}], "year": 2010}, "sorensen_2010_randomized"),
        ({"authors": ["US Food and Drug Administration"], "year": 2024},
         "us_food_and_2024_randomized"),
        ({"authors": [], "year": 2006}, "randomized_trial_ms_2006"),
        ({"authors": [{"family": "王"}], "title": "试验", "year": None}, "reference"),
        ({"authors": ["O'Connor P"], "year": 2006, "title": "The end of it"}, "oconnor_2006_end"),
    ],
)  # fmt: skip
def test_keys_are_readable(data: dict[str, Any], key: str) -> None:
    assert new_key({"title": "A randomized trial in MS"} | data, set()) == key


def test_a_key_is_nobody_elses() -> None:
    data = {"authors": ["Polman CH"], "year": 2006, "title": "Trial"}
    assert new_key(data, {"polman_2006_trial", "polman_2006_trial_2"}) == "polman_2006_trial_3"


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("N Engl J Med 354(9):899-910", Place("N Engl J Med", "354", "9", "899-910")),
        ("Cochrane Database Syst Rev (12):CD006921",
         Place("Cochrane Database Syst Rev", "", "12", "CD006921")),
        ("Neurology 61:1332-1338", Place("Neurology", "61", "", "1332-1338")),
        ("Practical Neurology", None),
        ("NICE", None),
    ],
)  # fmt: skip
def test_a_place_in_one_line(line: str, place: Place | None) -> None:
    assert place_of(line) == place
    if place:
        assert container_of(place) == line
