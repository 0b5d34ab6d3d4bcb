"""PubMed's own format (MEDLINE, ``.nbib``): a tag of four letters, a hyphen, the value.

No maintained library reads it; the format is a page long and has not changed in twenty years.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from certification.reference_files.authors import initials
from certification.reference_files.records import Record

TAG = re.compile(r"^([A-Z][A-Z0-9]{0,3}) *- ?(.*)$")
_DOI = re.compile(r"(\S+) \[doi\]", re.IGNORECASE)


def read(text: str) -> Iterator[Record]:
    """Records stand apart by an empty line, and each begins with its PMID where it has one."""
    fields: list[tuple[str, str]] = []
    began = 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        found = TAG.match(line) if line[4:5] == "-" else None
        again = found and found[1] == "PMID" and any(tag == "PMID" for tag, _ in fields)
        if fields and (again or not line.strip()):
            yield Record(began, _item(fields))
            fields = []
        if found:
            began = began if fields else number
            fields.append((found[1], found[2].strip()))
        elif line.strip() and fields:
            tag, value = fields[-1]
            fields[-1] = tag, f"{value} {line.strip()}"
        elif line.strip():
            yield Record(number, problem="This line has no tag such as “TI  - ”.")


def _item(fields: Sequence[tuple[str, str]]) -> dict[str, Any]:
    def first(*tags: str) -> str:
        return next((value for tag in tags for name, value in fields if name == tag), "")

    dois = (
        found[1] for tag, value in fields if tag in {"LID", "AID"} if (found := _DOI.search(value))
    )
    return {
        "title": _without_stop(first("TI", "BTI", "VTI")),
        "author": list(_names(fields)),
        "container-title": first("TA", "JT"),
        "publisher": first("PB"),
        "volume": first("VI"),
        "issue": first("IP"),
        "page": first("PG"),
        "issued": {"raw": first("DP", "DEP")},
        "DOI": next(dois, ""),
        "PMID": first("PMID"),
        "genre": [value for tag, value in fields if tag == "PT"],
    }


def _names(fields: Sequence[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """People and bodies in their order; short names only where there are no full ones."""
    people = "FAU" if any(tag == "FAU" for tag, _ in fields) else "AU"
    for tag, value in fields:
        if tag == "CN":
            yield {"literal": value}
        elif tag == people:
            yield _full_name(value) if tag == "FAU" else _short_name(value)


def _without_stop(title: str) -> str:
    """PubMed ends a title with a full stop, which is not part of it."""
    return title.removesuffix(".")


def _full_name(text: str) -> dict[str, str]:
    family, _, given = (part.strip() for part in text.partition(","))
    return {"family": family, "given": given} if given else {"literal": family}


def _short_name(text: str) -> dict[str, str]:
    family, _, given = text.rpartition(" ")
    if family and given.isupper():
        return {"family": family, "given": " ".join(given)}
    return {"literal": text}


def write(items: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join("".join(f"{line}\n" for line in _lines(item)) for item in items)


def _lines(item: Mapping[str, Any]) -> Iterator[str]:
    year = item.get("issued", {}).get("date-parts", [[""]])[0][0]
    doi = item.get("DOI")
    values = [
        ("PMID", item.get("PMID")),
        ("VI", item.get("volume")),
        ("IP", item.get("issue")),
        ("DP", str(year)),
        ("TI", f"{item['title']}."),
        ("PG", item.get("page")),
        ("LID", f"{doi} [doi]" if doi else ""),
    ]
    for name in item.get("author", ()):
        if "literal" in name:
            values.append(("CN", name["literal"]))
        else:
            given = name.get("given", "")
            values.append(("FAU", f"{name['family']}, {given}".rstrip(", ")))
            values.append(("AU", f"{name['family']} {initials(given)}".strip()))
    values += [
        ("PT", item.get("genre")),
        ("PB", item.get("publisher")),
        ("TA", item.get("container-title")),
        ("JT", item.get("container-title")),
    ]
    yield from (f"{tag:<4}- {value}" for tag, value in values if value)
