"""Does a pack travel in one file with the same bytes, and is everything else refused in words?"""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from certification.packs import archive
from certification.packs.archive import read_archive, write_archive
from certification.packs.problems import PackError

GOOD = "references: []\n"


def zipped(*entries: tuple[str | zipfile.ZipInfo, str | bytes], method: int = 8) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", method) as made:
        for name, text in entries:
            made.writestr(name, text)
    return whole.getvalue()


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.yaml")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def with_password(content: bytes) -> bytes:
    """Says that its only entry needs one: the flag stands in both of its headers."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def lying(content: bytes, size: int) -> bytes:
    """Says that its only entry unpacks to less than it does."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + size.to_bytes(4, "little") + content[at + 4 :]


def test_the_same_files_give_the_same_bytes() -> None:
    files = {"b.yaml": GOOD, "a/c.yaml": "facts: []\n"}
    content = write_archive(files)
    assert content == write_archive(dict(reversed(files.items())))
    assert [document.file for document in read_archive(content, "x.zip")] == ["a/c.yaml", "b.yaml"]


def test_a_single_file_and_what_systems_leave_behind() -> None:
    (document,) = read_archive(b"\xef\xbb\xbf" + GOOD.encode(), "pack.yaml")
    assert (document.file, document.data) == ("pack.yaml", {"references": []})
    left = zipped(("__MACOSX/._a.yaml", "x"), (".DS_Store", b"\x00"), ("d/", ""), ("a.yaml", GOOD))
    assert [document.file for document in read_archive(left, "x.zip")] == ["a.yaml"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x01", "p.zip:1: found byte 0x89, which is not UTF-8 text"),
        (b"%PDF-1.7 {[\n", "text that is not YAML"),
        (b"", "an empty file"),
        (b"PK\x03\x04broken", "a zip that cannot be unpacked"),
        (zipped(), "no *.yaml file in it"),
        (zipped(("readme.txt", "x")), "found the ending .txt; allowed: *.yaml"),
        (zipped(("inner.zip", zipped(("a.yaml", GOOD)))), "found the ending .zip"),
        (zipped(("../a.yaml", GOOD)), "a name that leads out of the pack"),
        (zipped(("/etc/a.yaml", GOOD)), "a name that leads out of the pack"),
        (zipped(("..\\a.yaml", GOOD)), "a name that leads out of the pack"),
        (zipped(("C:/a.yaml", GOOD)), "a name that leads out of the pack"),
        (zipped((link(), "/etc/passwd")), "found a link; allowed: a regular file"),
        (zipped(("a.yaml", GOOD), method=zipfile.ZIP_LZMA), "another way of packing"),
        (with_password(zipped(("a.yaml", GOOD))), "a file with a password"),
        (zipped(("a.yaml", "a: [\n")), "text that is not YAML"),
        (zipped(("a.yaml", b"\xff\xfe")), "which is not UTF-8 text"),
    ],
)
def test_what_is_refused(content: bytes, says: str) -> None:
    with pytest.raises(PackError) as refused:
        read_archive(content, "p.zip")
    assert says in str(refused.value)


def test_a_name_that_comes_twice() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped(("a.yaml", GOOD), ("a.yaml", GOOD))
    with pytest.raises(PackError, match="the same name a second time"):
        read_archive(content, "p.zip")


def test_a_bomb_is_stopped_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = "#" * 200_000
    bomb = zipped(*((f"{number}.yaml", zeros) for number in range(6)))
    assert len(bomb) < 5_000
    monkeypatch.setattr(archive, "MAX_PACK_BYTES", 1_000_000)
    with pytest.raises(PackError, match="a larger pack"):
        read_archive(bomb, "p.zip")
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 100_000)
    with pytest.raises(PackError, match=r"found a larger file|cannot be unpacked"):
        read_archive(lying(zipped(("a.yaml", zeros)), 10), "p.zip")
    with pytest.raises(PackError, match="at most 100,000 bytes"):
        read_archive(zipped(("a.yaml", zeros)), "p.zip")
    monkeypatch.setattr(archive, "MAX_FILES", 5)
    with pytest.raises(PackError, match="6 files"):
        read_archive(bomb, "p.zip")
    monkeypatch.setattr(archive, "MAX_UPLOAD_BYTES", 100)
    with pytest.raises(PackError, match="at most 100 bytes"):
        read_archive(bomb, "p.zip")
