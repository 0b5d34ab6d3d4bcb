"""How are references written for other programs?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from certification.reference_files import bibtex, csl_json, pubmed, ris
from certification.reference_files.items import exported_item


@dataclass(frozen=True, slots=True)
class Format:
    title: str
    extension: str
    media_type: str
    write: Callable[[Iterable[Mapping[str, Any]]], str]


FORMATS = {
    "ris": Format("RIS", "ris", "application/x-research-info-systems", ris.write),
    "bibtex": Format("BibTeX", "bib", "application/x-bibtex", bibtex.write),
    "csl-json": Format("CSL-JSON", "json", "application/vnd.citationstyles.csl+json",
                       csl_json.write),
    "pubmed": Format("PubMed", "nbib", "application/nbib", pubmed.write),
}  # fmt: skip


def write_file(name: str, references: Iterable[Mapping[str, Any]]) -> str:
    """Snapshots of references in one format. What has no title has nothing to hand on."""
    return FORMATS[name].write([exported_item(one) for one in references if one["title"]])
