"""Does reading a file keep every value and its line, and refuse what could hide something?"""

from __future__ import annotations

import os
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certification.packs import reading
from certification.packs.problems import PackError, Problem
from certification.packs.reading import MAX_DEPTH, MAX_FILE_BYTES, read_folder, read_text

from .conftest import Write

# Nine lists, each of nine times the one before: some 400 million values in 400 bytes.
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, now in zip("abcdefgh", "bcdefghi", strict=True)
)


def problems_of(text: str) -> tuple[Problem, ...]:
    with pytest.raises(PackError) as caught:
        read_text(text, file="pack.yaml")
    return caught.value.problems


def test_plain_values_and_their_lines() -> None:
    document = read_text(
        "facts:\n"
        "- key: edss\n"
        "  step: 0.50\n"
        "  minimum: -1\n"
        "  on: 2026-11-22\n"
        "  yes: true\n"
        "  group: ~\n"
        "  text: >-\n"
        "    folded\n"
        "    text\n"
        "  number: '12'\n",
        file="pack.yaml",
    )
    assert document.data == {
        "facts": [
            {
                "key": "edss",
                "step": Decimal("0.50"),
                "minimum": -1,
                "on": "2026-11-22",
                "yes": True,
                "group": None,
                "text": "folded text",
                "number": "12",
            }
        ]
    }
    assert str(document.data["facts"][0]["step"]) == "0.50"
    assert document.line_of(("facts", 0, "on")) == 5
    assert document.line_of(("facts", 0, "not there")) == 2
    assert document.display(("facts", 0, "on")) == "facts.edss.on"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        (BOMB, 1, "the anchor &a"),
        ("a: 1\nb: *a\n", 2, "the alias *a"),
        ("base: {a: 1}\nother:\n  <<: {a: 2}\n", 3, "the merge key <<"),
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' a second time (first on line 1)"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, "the tag"),
        ("a: !secret b\n", 1, "the tag !secret"),
        ("a: 1\nb: 1:30\n", 2, "1:30"),
        ("a: 010\n", 1, "010"),
        ("a: 0x1F\n", 1, "0x1F"),
        ("a: 1_000\n", 1, "1_000"),
        ("a: 1e9\n", 1, "1e9"),
        ("a: .inf\n", 1, ".inf"),
        ("a: .nan\n", 1, ".nan"),
        ("a: 5.\n", 1, "5."),
        ("a: " + "9" * 5000 + "\n", 1, "a number of 5000 characters"),
        ("? [a, b]\n: 1\n", 1, "a list or mapping as a key"),
        ("- 1\n---\n- 2\n", 2, "a second document"),
        ("a: [1, 2\nb: 3\n", 2, "text that is not YAML"),
        ("a: b: c\n", 1, "text that is not YAML"),
        ("a: é\nb: \x00\n", 2, "text that is not YAML"),
        ("", 1, "an empty file"),
        ("# only a comment\n", 1, "an empty file"),
        ("[" * 100_000, 1, f"more than {MAX_DEPTH} lists"),
        ("{a: " * 100_000, 1, f"more than {MAX_DEPTH} lists"),
    ],
)
def test_what_a_reader_could_misread_is_refused(text: str, line: int, found: str) -> None:
    first = problems_of(text)[0]
    assert found in first.found
    assert (first.file, first.line) == ("pack.yaml", line)
    assert first.allowed


def test_every_problem_of_a_file_is_told_at_once() -> None:
    problems = problems_of("a: 1\na: 2\nb: &x 3\nc: 1:30\n")
    assert [problem.line for problem in problems] == [2, 3, 4]


def test_a_file_of_nothing_but_mistakes_ends_soon() -> None:
    assert len(problems_of("".join(f"- &a{n} x\n" for n in range(100_000)))) <= 200


def test_a_bomb_of_nested_aliases_costs_nothing(write: Write) -> None:
    with pytest.raises(PackError) as caught:
        read_folder(write(BOMB))
    assert "aliases are not part of the format" in str(caught.value)


def test_fifty_megabytes_are_not_even_read(write: Write) -> None:
    folder = write("facts: []\n")
    with (folder / "big.yaml").open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(PackError) as caught:
        read_folder(folder)
    (problem,) = caught.value.problems
    assert problem.file.endswith("big.yaml")
    assert problem.found == "50,000,000 bytes"
    assert problem.allowed == f"at most {MAX_FILE_BYTES:,} bytes a file"


def test_a_pack_has_a_size_too(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_PACK_BYTES", 20)
    with pytest.raises(PackError, match="more than 20 bytes in all"):
        read_folder(write("facts: []\n", "facts: []\n", "facts: []\n"))


def test_a_pack_has_a_number_of_files(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILES", 2)
    with pytest.raises(PackError, match="3 files"):
        read_folder(write("facts: []\n", "facts: []\n", "facts: []\n"))


@pytest.mark.parametrize(
    ("raw", "line", "found"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", 1, "byte 0x89, which is not UTF-8 text"),
        ("facts: []\n# é\n".encode("latin-1"), 2, "byte 0xe9, which is not UTF-8 text"),
        ("facts: []\n".encode("utf-16"), 1, "byte 0xff, which is not UTF-8 text"),
        (b"\x00\x01\x02", 1, "text that is not YAML"),
    ],
)
def test_binary_files_and_other_encodings(write: Write, raw: bytes, line: int, found: str) -> None:
    with pytest.raises(PackError) as caught:
        read_folder(write(raw))
    (problem,) = caught.value.problems
    assert found in problem.found
    assert problem.line == line


def test_a_byte_order_mark_is_not_a_mistake(write: Write) -> None:
    (document,) = read_folder(write(b"\xef\xbb\xbffacts: []\n"))
    assert document.data == {"facts": []}


def test_folders_that_are_no_pack(tmp_path: Path, write: Write) -> None:
    with pytest.raises(PackError, match="no such folder"):
        read_folder(tmp_path / "nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(PackError, match=r"no \*\.yaml file in it"):
        read_folder(empty)
    with pytest.raises(PackError, match="the folder that holds it"):
        read_folder(write("facts: []\n") / "1.yaml")


def test_a_file_with_the_wrong_ending_is_not_left_out_silently(write: Write) -> None:
    folder = write("facts: []\n")
    (folder / "more.yml").write_text("facts: []\n")
    with pytest.raises(PackError, match=r"more\.yml: found the ending \.yml"):
        read_folder(folder)


def test_links_and_pipes_stay_outside(tmp_path: Path, write: Write) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("facts: []\n")
    folder = write("facts: []\n")
    (folder / "link.yaml").symlink_to(outside)
    os.mkfifo(folder / "pipe.yaml")
    with pytest.raises(PackError) as caught:
        read_folder(folder)
    assert [problem.found for problem in caught.value.problems] == [
        "a link that leaves the pack",
        "something that is not a file",
    ]


def test_files_below_the_folder_belong_to_it_hidden_ones_do_not(write: Write) -> None:
    folder = write("facts: []\n")
    (folder / "below").mkdir()
    (folder / "below" / "more.yaml").write_text("references: []\n")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.yaml").write_text("- broken: [\n")
    assert [document.data for document in read_folder(folder)] == [
        {"facts": []},
        {"references": []},
    ]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#,?% \n\t01.~"), max_size=60))
def test_any_text_is_read_or_refused_never_a_crash(text: str) -> None:
    with suppress(PackError):
        read_text(text, file="pack.yaml")
