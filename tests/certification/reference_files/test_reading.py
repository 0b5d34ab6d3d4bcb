"""Files of other programs, good and bad, and what is said of each record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from certification.reference_files.reading import LARGEST, MOST, FileError, read_file

RIS = """TY  - JOUR
AU  - Polman, Chris H.
AU  - O'Connor, Paul W.
TI  - A randomized trial of an infusion
JO  - N Engl J Med
VL  - 354
IS  - 9
SP  - 899
EP  - 910
PY  - 2006/03/02/
DO  - https://doi.org/10.1056/NEJMoa044397
AN  - 16510744
DB  - PubMed
UR  - https://example.org/a;b
ER  -
"""
BIBTEX = r"""@comment{made by hand}
@article{polman06,
  author = {Polman, Chris H. and O'Connor, Paul W.},
  title = {A randomized trial of an infusion},
  journal = {N Engl J Med},
  volume = 354, number = {9}, pages = {899--910}, year = 2006, month = mar,
  doi = {10.1056/NEJMoa044397}, pmid = {16510744},
  url = {https://example.org/a;b},
}
"""
CSL = json.dumps(
    {
        "id": "x", "type": "article-journal", "title": "A randomized trial of an infusion",
        "author": [{"family": "Polman", "given": "Chris H."},
                   {"family": "O'Connor", "given": "Paul W."}],
        "container-title": ["N Engl J Med"], "volume": 354, "issue": "9", "page": "899–910",
        "issued": {"date-parts": [[2006, 3, 2]]}, "DOI": "10.1056/NEJMoa044397",
        "note": "PMID: 16510744", "URL": "https://example.org/a;b",
    }
)  # fmt: skip
PUBMED = """
PMID- 16510744
OWN - NLM
VI  - 354
IP  - 9
DP  - 2006 Mar 2
TI  - A randomized trial
      of an infusion.
PG  - 899-910
LID - 10.1056/NEJMoa044397 [doi]
AU  - Polman CH
FAU - Polman, Chris H.
FAU - O'Connor, Paul W.
PT  - Journal Article
TA  - N Engl J Med
JT  - The New England journal of medicine
"""
FILES = {"RIS": RIS, "BibTeX": BIBTEX, "CSL-JSON": CSL, "PubMed": PUBMED}
POLMAN = {
    "kind": "article",
    "title": "A randomized trial of an infusion",
    "authors": [
        {"family": "Polman", "given": "Chris H."},
        {"family": "O'Connor", "given": "Paul W."},
    ],
    "container": "N Engl J Med 354(9):899-910",
    "year": 2006,
    "doi": "10.1056/NEJMoa044397",
    "pmid": "16510744",
    "url": "https://example.org/a;b",
    "accessed_on": "",
}


def only(content: str | bytes) -> Any:
    _, lines = read_file(content.encode() if isinstance(content, str) else content)
    (line,) = lines
    return line


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", FILES)
def test_the_same_paper_in_every_format(name: str, ends: str) -> None:
    content = FILES[name].replace("\n", ends).encode("utf-8-sig")
    found, (line,) = read_file(content)
    expected = POLMAN | ({"url": ""} if name == "PubMed" else {})
    assert (found, line.read.data, line.read.remarks) == (name, expected, ())


def test_records_keep_their_number_and_their_line() -> None:
    _, lines = read_file((RIS + "\n" + RIS).encode())
    assert [(line.number, line.line) for line in lines] == [(1, 1), (2, 17)]
    _, lines = read_file((BIBTEX + BIBTEX.replace("polman06", "b")).encode())
    assert [(line.number, line.line) for line in lines] == [(1, 2), (2, 11)]
    _, lines = read_file((PUBMED + PUBMED).encode())
    assert [(line.number, line.line) for line in lines] == [(1, 2), (2, 18)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b" \n\t\n", "The file is empty"),
        (b"x" * (LARGEST + 1), "larger than 2 MB"),
        ("TY  - JOUR\nTI  - Häufige\nER  -\n".encode("latin-1"), "Line 2 is not UTF-8"),
        (RIS.encode("utf-16"), "This is UTF-16"),
        (b"PK\x03\x04rest", "a spreadsheet, a word processor"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"TY  - JOUR\nTI  - a\0b\nER  -\n", "NUL"),
        (b"Dear colleague, please find enclosed", "No reference can be found in it"),
        (b"[]", "looks like CSL-JSON, but no reference stands in it"),
        (b"{", "looks like CSL-JSON, but"),
        (b"[" * 100_000, "looks like CSL-JSON, but"),
        (b"[1", "looks like CSL-JSON, but"),
        (RIS.encode() * (MOST + 1), f"more than {MOST} references"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says):
        read_file(content)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("TY  - JOUR\nAU  - Polman, C\nER  -\n", "It has no title"),
        ("TY  - JOUR\nTI  - A trial\n", "It has no end"),
        ("TY  - JOUR\nTI  - <b> </b>\nER  -\n", "It has no title"),
        ("TY  - JOUR\nTI  - " + "long " * 500 + "\nER  -\n", "more than 2,000 characters"),
        ("TY  - JOUR\nTI  - A\nJO  - " + "long " * 60 + "\nER  -\n", "journal or publisher has"),
        ("@article{a, title = {A trial}, year = {2006}", "missing brace or comma"),
        ("@article{a, author = {Polman, Chris}}", "It has no title"),
        ('[["no", "reference"]]', "It is not a reference"),
        ('[{"type": "article-journal"}]', "It has no title"),
        ('[{"title": {"a": 1}}]', "It has no title"),
        ("PMID- 123\nDP  - 2006\n", "It has no title"),
    ],
)
def test_a_record_that_cannot_be_read_says_why(content: str, problem: str) -> None:
    line = only(content)
    assert line.read is None
    assert problem in line.problem


def test_a_broken_record_spoils_no_other() -> None:
    _, lines = read_file(("TY  - JOUR\nTI  - No end\n\n" + RIS).encode())
    assert [bool(line.read) for line in lines] == [False, True]
    _, lines = read_file(("@article{a, title = {No end}\n\n" + BIBTEX).encode())
    assert [bool(line.read) for line in lines] == [False, True]
    _, lines = read_file(("PMID- 1\nstray text\n\n" + PUBMED).encode())
    assert lines[-1].read.data["pmid"] == "16510744"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("title", "<i>In vivo</i> &amp; <sub>2</sub>, p &lt; 0.05", "In vivo & 2, p < 0.05"),
        ("title", "<script>alert(1)</script> A trial", "alert(1) A trial"),
        ("title", "A  trial\nwith\tspaces\u202e", "A trial with spaces"),
        ("title", ["The first", "The second"], "The first"),
        ("DOI", "doi:10.1/x", ""),
        ("DOI", "https://doi.org/10.1000/x.", "10.1000/x"),
        ("DOI", "10.1002/(SICI)1097(1998)17:15<1661::AID-1>3.0.CO;2-2",
         "10.1002/(SICI)1097(1998)17:15<1661::AID-1>3.0.CO;2-2"),
        ("PMID", "007", "7"),
        ("PMID", "PMC123", ""),
        ("URL", "javascript:alert(1)", ""),
        ("URL", "https://[bad", ""),
        ("issued", {"raw": "Spring 2006"}, 2006),
        ("issued", {"date-parts": [["2006"]]}, 2006),
        ("issued", {"date-parts": "x"}, None),
        ("issued", {"literal": "in press"}, None),
        ("issued", "2006", 2006),
        ("genre", "Practice Guideline", "guideline"),
        ("genre", ["Journal Article", "Review", "Systematic Review"], "systematic_review"),
        ("genre", "Randomized Controlled Trial", "trial"),
        ("genre", "coverage", "article"),
        ("author", [{"literal": "and others"}], ["et al."]),
        ("author", [{"literal": "European Agency EMA"}], [{"literal": "European Agency EMA"}]),
        ("author", [{"family": "Berg", "given": "A", "non-dropping-particle": "van den"}],
         [{"family": "van den Berg", "given": "A"}]),
        ("author", ["text", 7, {}], []),
    ],
)  # fmt: skip
def test_what_becomes_of_a_field(field: str, value: Any, expected: Any) -> None:
    column = {"issued": "year", "genre": "kind", "author": "authors"}.get(field, field.lower())
    line = only(json.dumps([{"title": "A trial", field: value}]))
    assert line.read.data[column] == expected
    said = field in {"DOI", "PMID", "URL", "issued"} and not expected and value != {
        "date-parts": "x"
    }  # fmt: skip
    assert bool(line.read.remarks) == said


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"St{\"u}ve and Fr{\'e}nay, {\'E}tude", "Stüve and Frénay, Étude"),
        (r"50\% of cases \& 5 % more", "50% of cases & 5 % more"),
        (r"{B}race {MS} and $\beta$", "Brace MS and β"),
        ("Zürich – direct", "Zürich – direct"),
    ],
)
def test_commands_of_latex_are_read_as_letters(latex: str, text: str) -> None:
    assert only(f"@article{{a, title = {{{latex}}}}}").read.data["title"] == text


def test_authors_of_bibtex() -> None:
    names = r"{Agency for Health and Care} and van den Berg, Anna and Olaf St{\"u}ve and others"
    line = only(f"@misc{{a, title = {{A}}, author = {{{names}}}}}")
    assert line.read.data["authors"] == [
        "Agency for Health and Care",
        {"family": "van den Berg", "given": "Anna"},
        {"family": "Stüve", "given": "Olaf"},
        "et al.",
    ]


def test_short_names_and_bodies_of_pubmed() -> None:
    line = only("PMID- 1\nTI  - A trial\nAU  - Le Page E\nCN  - The Group\n")
    assert line.read.data["authors"] == [{"family": "Le Page", "given": "E"}, "The Group"]
