"""BibTeX: how LaTeX users keep references, accents written as commands included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import bibtexparser
from bibtexparser.library import Library
from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import Entry, Field
from pylatexenc.latex2text import LatexNodes2Text

from certification.reference_files.records import Record, iso_day

_READER = LatexNodes2Text(math_mode="text", keep_comments=True)
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_ESCAPED = re.compile(r"\\([_%&#$~])")
_MEANT = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_PAIRS = re.compile(r"(?<=[-'`,<>?!])(?=[-'`,<>])")
"""Between two characters that LaTeX would join, as it makes a dash of two hyphens."""
_RAW = frozenset({"doi", "url", "pmid", "eprint", "urldate"})
"""Fields that are no text: a command would be a part of an address."""


def read(text: str) -> Iterator[Record]:
    library = bibtexparser.parse_string(text)
    for block in sorted(
        [*library.entries, *library.failed_blocks], key=lambda one: one.start_line or 0
    ):
        line = (block.start_line or 0) + 1
        entry = block if isinstance(block, Entry) else getattr(block, "ignore_error_block", None)
        if not isinstance(entry, Entry):
            yield Record(line, problem="It cannot be read. Look for a missing brace or comma.")
            continue
        try:
            yield Record(line, _item({f.key.lower(): str(f.value) for f in entry.fields}))
        except InvalidNameError:
            yield Record(line, problem="Its authors cannot be told apart. Part them by “and”.")
        except (ValueError, IndexError, RecursionError):
            yield Record(line, problem="A command of LaTeX in it cannot be read. Write it out.")


def _item(fields: Mapping[str, str]) -> dict[str, Any]:
    plain = {
        key: _ESCAPED.sub(r"\1", value).strip("{}") if key in _RAW else _text(value)
        for key, value in fields.items()
        if key != "author"
    }
    return {
        "title": plain.get("title"),
        "author": [_name(n) for n in split_multiple_persons_names(fields.get("author", ""))],
        "container-title": plain.get("journal") or plain.get("journaltitle")
        or plain.get("booktitle"),
        "publisher": plain.get("publisher") or plain.get("institution")
        or plain.get("organization") or plain.get("howpublished"),
        "volume": plain.get("volume"),
        "issue": plain.get("number"),
        "page": plain.get("pages", "").replace("--", "-"),
        "issued": {"raw": plain.get("year") or plain.get("date")},
        "accessed": {"raw": plain.get("urldate")},
        "DOI": plain.get("doi"),
        "PMID": plain.get("pmid") or (
            plain.get("eprint") if plain.get("eprinttype", "").lower() == "pubmed" else ""
        ),
        "URL": plain.get("url"),
        "genre": plain.get("type"),
        "note": plain.get("note"),
    }  # fmt: skip


def _text(value: str) -> str:
    """Commands as the letters that they mean."""
    signs = _BARE_PERCENT.sub(r"\\%", value).replace(_MEANT["^"], "{^}")
    text: str = _READER.latex_to_text(signs)
    return text


def _name(written: str) -> dict[str, str]:
    name = written.strip()
    if name.startswith("{") and name.endswith("}") and "}" not in name[1:-1]:
        return {"literal": _text(name)}
    parts = parse_single_name_into_parts(name)
    family = _text(" ".join([*parts.von, *parts.last, *parts.jr]))
    given = _text(" ".join(parts.first))
    return {"family": family, "given": given} if given else {"literal": family}


def write(items: Iterable[Mapping[str, Any]]) -> str:
    text: str = bibtexparser.write_string(Library([_entry(item) for item in items]))
    return text


def _entry(item: Mapping[str, Any]) -> Entry:
    in_journal = item["type"] == "article-journal"
    year = item.get("issued", {}).get("date-parts", [[""]])[0][0]
    texts = {
        "title": item["title"],
        "journal": item.get("container-title"),
        "institution": item.get("publisher"),
        "volume": item.get("volume"),
        "number": item.get("issue"),
        "pages": item.get("page", "").replace("-", "--"),
        "year": str(year),
        "type": item.get("genre"),
    }
    raw = {
        "author": " and ".join(_written_name(name) for name in item.get("author", ())),
        "doi": item.get("DOI"),
        "pmid": item.get("PMID"),
        "url": item.get("URL", "").replace("{", "%7B").replace("}", "%7D"),
        "urldate": iso_day(item, "accessed"),
    }
    fields = {key: _escaped(value) for key, value in texts.items() if value}
    fields |= {key: value for key, value in raw.items() if value}
    kind = "article" if in_journal else "techreport"
    return Entry(kind, item["id"], [Field(key, value) for key, value in fields.items()])


def _escaped(text: str) -> str:
    """Letters stay as they are; what is a command to LaTeX is written as the sign."""
    parted = _PAIRS.sub("\0", text)
    return "".join(_MEANT.get(sign, sign) for sign in parted).replace("\0", "{}")


def _written_name(name: Mapping[str, str]) -> str:
    if "literal" in name:
        others = name["literal"] == "et al"
        return "others" if others else f"{{{_escaped(name['literal'])}}}"
    family, given = (_escaped(name.get(part, "")) for part in ("family", "given"))
    return f"{family}, {given}".rstrip(", ")
