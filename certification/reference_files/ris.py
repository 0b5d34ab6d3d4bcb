"""RIS: how EndNote, Zotero and most databases hand references on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import rispy

from certification.reference_files.records import Record, iso_day

_STARTS = re.compile(r"^TY  -", re.MULTILINE)
_ENDS = re.compile(r"^ER  -", re.MULTILINE)
_PMID_BASE = re.compile(r"pubmed|medline", re.IGNORECASE)
_JOURNALS = (
    "journal_name", "secondary_title", "alternate_title3", "alternate_title2", "alternate_title1",
)  # fmt: skip
_OPTIONS: dict[str, Any] = {"delimiter_tags_mapping": {}}
"""An address may hold a semicolon."""


def read(text: str) -> Iterator[Record]:
    """Each record by itself, so that a broken one spoils no other."""
    starts = [found.start() for found in _STARTS.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line, record = text.count("\n", 0, start) + 1, text[start:end]
        if not _ENDS.search(record):
            yield Record(line, problem="It has no end. Add a line “ER  -” after it.")
            continue
        found = rispy.loads(record, **_OPTIONS)
        yield Record(line, _item(found[0]))


def _item(record: Mapping[str, Any]) -> dict[str, Any]:
    authors = record.get("authors") or record.get("first_authors") or []
    pages = [record.get(name, "") for name in ("start_page", "end_page")]
    base = _PMID_BASE.search(record.get("name_of_database", ""))
    return {
        "title": record.get("title") or record.get("primary_title"),
        "author": [_name(author) for author in authors],
        "container-title": next((record[name] for name in _JOURNALS if record.get(name)), ""),
        "publisher": record.get("publisher"),
        "volume": record.get("volume"),
        "issue": record.get("number"),
        "page": "-".join(page for page in pages if page),
        "issued": {"raw": record.get("year") or record.get("publication_year")
                   or record.get("date")},
        "accessed": {"raw": record.get("access_date")},
        "DOI": record.get("doi"),
        "PMID": record.get("accession_number") if base else "",
        "URL": next(iter(record.get("urls", [])), ""),
        "genre": record.get("type_of_work"),
        "note": " ".join(record.get("notes", [])),
    }  # fmt: skip


def _name(text: str) -> dict[str, str]:
    """A comma at the end marks a body; EndNote writes them so."""
    if text.endswith(","):
        return {"literal": text[:-1]}
    family, _, given = (part.strip() for part in text.partition(","))
    return {"family": family, "given": given} if given else {"literal": family}


def write(items: Iterable[Mapping[str, Any]]) -> str:
    text: str = rispy.dumps([_record(item) for item in items], **_OPTIONS)
    return text


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    start, _, end = item.get("page", "").partition("-")
    year = item.get("issued", {}).get("date-parts", [[""]])[0][0]
    record = {
        "type_of_reference": "JOUR" if item["type"] == "article-journal" else "RPRT",
        "id": item["id"],
        "title": item["title"],
        "authors": [_written_name(name) for name in item.get("author", ())],
        "journal_name": item.get("container-title"),
        "publisher": item.get("publisher"),
        "volume": item.get("volume"),
        "number": item.get("issue"),
        "start_page": start,
        "end_page": end,
        "year": str(year),
        "doi": item.get("DOI"),
        "accession_number": item.get("PMID"),
        "name_of_database": "PubMed" if item.get("PMID") else "",
        "urls": [item["URL"]] if item.get("URL") else [],
        "access_date": iso_day(item, "accessed").replace("-", "/"),
        "type_of_work": item.get("genre"),
    }
    return {name: value for name, value in record.items() if value}


def _written_name(name: Mapping[str, str]) -> str:
    """A comma parts a person's name; a body is written with one at its end."""
    if "literal" in name:
        return f"{name['literal']}," if "," in name["literal"] else name["literal"]
    return f"{name['family']}, {name.get('given', '')}".strip()
