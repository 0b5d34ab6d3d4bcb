"""How does a pack travel in one file? A zip of its YAML files, or a single YAML file.

What is written has the same bytes whenever it holds the same content. What is read comes from
somewhere else: sizes are limited before and while anything is unpacked, nothing is written to a
disk, and a name that leads out of the pack is refused.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import PurePosixPath

from certification.packs.problems import PackError, Problem
from certification.packs.reading import (
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_PACK_BYTES,
    Document,
    read_text,
)

MAX_UPLOAD_BYTES = 5_000_000
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest day that a zip can name: the same in every export."""
READABLE = 0o644 << 16
ON_UNIX = 3
ENCRYPTED = 0x1
PACKED_AS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
LEFT_BY_SYSTEMS = "__MACOSX"


def write_archive(files: Mapping[str, str]) -> bytes:
    """The files of a pack, by name, as one zip."""
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system, info.external_attr = ON_UNIX, READABLE
            archive.writestr(info, files[name].encode())
    return whole.getvalue()


def read_archive(content: bytes, file_name: str) -> list[Document]:
    """Every file of an uploaded pack. Raises ``PackError`` with everything that is wrong."""
    if len(content) > MAX_UPLOAD_BYTES:
        raise _refused(file_name, "a larger file", f"at most {MAX_UPLOAD_BYTES:,} bytes")
    if not content.startswith(ZIP_STARTS):
        return [_document(content, file_name)]
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _read_all(archive, file_name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        raise _refused(file_name, "a zip that cannot be unpacked", "a whole zip") from None


def _read_all(archive: zipfile.ZipFile, file_name: str) -> list[Document]:
    entries = [entry for entry in archive.infolist() if not _is_left_over(entry)]
    problems = list(_problems(entries, file_name))
    if problems:
        raise PackError(problems)
    documents: list[Document] = []
    total = 0
    for entry in sorted(entries, key=lambda one: one.filename):
        # What an entry says of its size is not believed: reading itself stops at the limit.
        with archive.open(entry) as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        total += len(raw)
        if len(raw) > MAX_FILE_BYTES:
            raise _refused(entry.filename, "a larger file", f"at most {MAX_FILE_BYTES:,} bytes")
        if total > MAX_PACK_BYTES:
            raise _refused(file_name, "a larger pack", f"at most {MAX_PACK_BYTES:,} bytes in all")
        try:
            documents.append(_document(raw, entry.filename))
        except PackError as error:
            problems.extend(error.problems)
    if problems:
        raise PackError(problems)
    return documents


def _problems(entries: list[zipfile.ZipInfo], file_name: str) -> Iterator[Problem]:
    """What can be told from the names and the sizes that the entries give."""
    if not entries:
        yield Problem(file_name, 0, "", "no *.yaml file in it", "a zip of *.yaml files")
    if len(entries) > MAX_FILES:
        yield Problem(file_name, 0, "", f"{len(entries):,} files", f"at most {MAX_FILES:,} files")
        return
    if sum(entry.file_size for entry in entries) > MAX_PACK_BYTES:
        yield Problem(file_name, 0, "", "a larger pack", f"at most {MAX_PACK_BYTES:,} bytes in all")
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            yield Problem(name, 0, "", "a name that leads out of the pack", "a name inside it")
        elif stat.S_ISLNK(entry.external_attr >> 16):
            yield Problem(name, 0, "", "a link", "a regular file")
        elif path.suffix != ".yaml":
            yield Problem(name, 0, "", f"the ending {path.suffix or '(none)'}", "*.yaml")
        elif entry.flag_bits & ENCRYPTED:
            yield Problem(name, 0, "", "a file with a password", "a file without one")
        elif entry.compress_type not in PACKED_AS:
            yield Problem(name, 0, "", "another way of packing", "an ordinary zip")
        elif name in seen:
            yield Problem(name, 0, "", "the same name a second time", "each name once")
        seen.add(name)


def _is_left_over(entry: zipfile.ZipInfo) -> bool:
    """Folders, and what operating systems leave beside the files."""
    parts = entry.filename.split("/")
    hidden = any(part.startswith(".") and not part.startswith("..") for part in parts)
    return entry.is_dir() or hidden or parts[0] == LEFT_BY_SYSTEMS


def _document(raw: bytes, name: str) -> Document:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{raw[error.start]:02x}, which is not UTF-8 text"
        problem = Problem(name, line, "", byte, "YAML in UTF-8, or a zip of such files")
        raise PackError([problem]) from None
    return read_text(text, file=name)


def _refused(name: str, found: str, allowed: str) -> PackError:
    return PackError([Problem(name, 0, "", found, allowed)])
