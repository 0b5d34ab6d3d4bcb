"""How does an item of CSL-JSON become the columns of a reference, and the other way round?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from certification.reference_files.authors import Author, author_of_name, csl_name
from certification.reference_files.places import Place, container_of, place_of
from certification.reference_files.words import one_line, without_marks

JOURNAL_KINDS = frozenset(
    {"guideline", "systematic_review", "review", "trial", "cohort", "article"}
)
KINDS = JOURNAL_KINDS | {"label", "regulator", "policy", "standard", "programme"}
LONGEST = {"title": 2_000, "container": 240, "doi": 120, "url": 500}
EARLIEST, LATEST = 1800, 2200
_OTHER_WORDS = {
    "practice guideline": "guideline",
    "consensus development conference": "guideline",
    "meta analysis": "systematic_review",
    "randomized controlled trial": "trial",
    "controlled clinical trial": "trial",
    "clinical trial": "trial",
    "cohort study": "cohort",
}
"""How indexes call what we call otherwise."""
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_YEAR = re.compile(r"(?<!\d)(?:1[89]|2[01])\d\d(?!\d)")
_PMID = re.compile(r"\d{1,9}")
_PMID_IN_NOTE = re.compile(r"\bPMID:?\s*(\d{1,9})\b", re.IGNORECASE)
_DAY = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")


class UnreadableError(ValueError):
    """Why a record cannot become a reference, and how to mend it."""


@dataclass(frozen=True, slots=True)
class Read:
    """The columns of a reference. ``remarks``: what of the record was left out, and why."""

    data: dict[str, Any]
    remarks: tuple[str, ...] = ()


def csl_item(data: Mapping[str, Any]) -> dict[str, Any]:
    """A reference as an item of CSL-JSON, as a reference list needs it."""
    place = place_of(data["container"])
    in_journal = data["kind"] in JOURNAL_KINDS and bool(data["doi"] or data["pmid"] or place)
    item: dict[str, Any] = {
        "id": data["key"],
        "type": "article-journal" if in_journal else "report",
        "title": data["title"],
        "author": [csl_name(author) for author in data["authors"]],
        "DOI": data["doi"],
        "PMID": data["pmid"],
    }
    if in_journal and place:
        item |= {"container-title": place.journal, "volume": place.volume}
        item |= {"issue": place.issue, "page": place.page}
    else:
        item["container-title" if in_journal else "publisher"] = data["container"]
    if data["year"]:
        item["issued"] = {"date-parts": [[data["year"]]]}
    if not in_journal and not data["doi"]:
        item |= _address(data)
    return {key: value for key, value in item.items() if value}


def exported_item(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same with all that another program can keep: kind and address, each on one line."""
    item = csl_item(data) | _address(data) | {"genre": data["kind"].replace("_", " ")}
    return {
        key: one_line(value) if isinstance(value, str) else value
        for key, value in item.items()
        if value
    }


def _address(data: Mapping[str, Any]) -> dict[str, Any]:
    address: dict[str, Any] = {"URL": data["url"]}
    if data["url"] and data["accessed_on"]:
        parts = [int(part) for part in data["accessed_on"].split("-")]
        address["accessed"] = {"date-parts": [parts]}
    return address


def read_item(item: Mapping[str, Any]) -> Read:
    """The columns of a reference. Raises ``UnreadableError``."""
    title = without_marks(item.get("title"))
    if not title:
        raise UnreadableError("It has no title. Add one.")
    remarks: list[str] = []
    note = one_line(item.get("note"))
    doi = _doi(item, remarks)
    pmid = one_line(item.get("PMID")).removeprefix("PMID:").strip()
    if not pmid:
        in_note = _PMID_IN_NOTE.search(note)
        pmid = in_note[1] if in_note else ""
    if pmid and not _PMID.fullmatch(pmid):
        remarks.append("Its PMID is not a number and was left out.")
        pmid = ""
    url = _url(item, remarks)
    data: dict[str, Any] = {
        "kind": _kind(item),
        "title": title,
        "authors": list(_authors(item)),
        "container": _container(item),
        "year": _year(item, remarks),
        "doi": doi,
        "pmid": pmid.lstrip("0"),
        "url": url,
        "accessed_on": _day(item.get("accessed")) if url else "",
    }
    for name, longest in LONGEST.items():
        if len(data[name]) > longest:
            called = "journal or publisher" if name == "container" else name
            raise UnreadableError(f"Its {called} has more than {longest:,} characters. Shorten it.")
    return Read(data, tuple(remarks))


def _kind(item: Mapping[str, Any]) -> str:
    """What the file says; an article where it says nothing that we know."""
    found = "article"
    genres = item.get("genre")
    for genre in genres if isinstance(genres, list) else [genres]:
        word = re.sub(r"[\s_-]+", " ", one_line(genre).lower())
        kind = _OTHER_WORDS.get(word, word.replace(" ", "_"))
        # "Review" stands beside "Systematic Review" in an index: the closer word counts.
        if kind in KINDS and found in {"article", "review"}:
            found = kind
    return found


def _authors(item: Mapping[str, Any]) -> Iterator[Author]:
    names = item.get("author")
    for name in names if isinstance(names, list) else []:
        if isinstance(name, Mapping):
            author = author_of_name({key: without_marks(part) for key, part in name.items()})
            if author:
                yield author


def _container(item: Mapping[str, Any]) -> str:
    journal = without_marks(item.get("container-title"))
    if not journal:
        return without_marks(item.get("publisher"))
    parts = (without_marks(item.get(name)) for name in ("volume", "issue", "page"))
    return container_of(Place(journal, *parts))


def _year(item: Mapping[str, Any], remarks: list[str]) -> int | None:
    issued = item.get("issued")
    texts: list[Any] = [issued]
    if isinstance(issued, Mapping):
        parts = issued.get("date-parts")
        first = parts[0] if isinstance(parts, list) and parts else []
        year = first[0] if isinstance(first, list) and first else None
        texts = [year, issued.get("raw"), issued.get("literal")]
    said = next((text for text in map(one_line, texts) if text), "")
    found = _YEAR.search(said)
    if said and not found:
        remarks.append(f"Its year “{said[:40]}” cannot be read and was left out.")
    return int(found[0]) if found else None


def _doi(item: Mapping[str, Any], remarks: list[str]) -> str:
    said = one_line(item.get("DOI"))
    address = one_line(item.get("URL"))
    found = _DOI.search(said) or ("doi.org/" in address and _DOI.search(address))
    if said and not found:
        remarks.append("Its DOI does not look like one and was left out.")
    return found[0].rstrip(".,;") if found else ""


def _url(item: Mapping[str, Any], remarks: list[str]) -> str:
    said = one_line(item.get("URL"))
    if not said:
        return ""
    try:
        parts = urlsplit(said)
        good = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or " " in said:
        remarks.append("Its address is not one of the web and was left out.")
        return ""
    return said


def _day(value: Any) -> str:
    """A day as ISO writes it; empty where a file says less."""
    parts: Any = None
    if isinstance(value, Mapping):
        listed = value.get("date-parts")
        parts = listed[0] if isinstance(listed, list) and listed else None
        value = value.get("raw")
    found = _DAY.search(one_line(value))
    try:
        return date(*(int(part) for part in (found.groups() if found else parts))).isoformat()
    except (TypeError, ValueError):
        return ""
