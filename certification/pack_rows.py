"""Which rows does a pack ask for, and how do they differ from the rows that are there?

An entry of a pack becomes one row: plain columns, links to other rows by key, and citations. The
comparison writes nothing; ``actions.packs`` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from certification.criteria.codec import content_hash, definition_to_data
from certification.criteria.plain import to_data
from certification.criteria.tree import Citation as TreeCitation
from certification.criteria.tree import CriteriaSet, Node, walk
from certification.models import (
    Citation,
    CriteriaVersion,
    DeterminationReason,
    Fact,
    FactGroup,
    Reference,
    Statement,
    Therapy,
    TurnaroundProfile,
)
from certification.models.editorial import Confidence
from certification.packs.entries import Found
from certification.packs.fact_rules import GENERAL
from certification.packs.pack import Pack
from certification.packs.tree_rules import as_written

HOURS_A_DAY = 24

# In the order in which rows can be written: each links only to what stands above it.
TABLES: dict[str, type[models.Model]] = {
    "references": Reference,
    "fact_groups": FactGroup,
    "facts": Fact,
    "therapies": Therapy,
    "statements": Statement,
    "turnaround_profiles": TurnaroundProfile,
    "determination_reasons": DeterminationReason,
    "criteria_sets": CriteriaVersion,
}
LINKS: dict[str, dict[str, str]] = {
    "references": {"superseded_by": "references", "identified_as": "references"},
    "facts": {"group": "fact_groups"},
    "criteria_sets": {"therapy": "therapies"},
}
CITED: dict[str, str] = {
    "therapies": "therapy",
    "statements": "statement",
    "turnaround_profiles": "turnaround_profile",
    "criteria_sets": "criteria_version",
}
"""Sections whose rows carry citations, and the column of ``Citation`` that points to them."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as a row keeps it: the place it supports, the reference, the place in it."""

    place: str
    ref: str
    at: str
    note: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One row as a pack asks for it. ``name`` finds it: (key,), or (set key, version)."""

    section: str
    name: tuple[str, ...]
    values: Mapping[str, Any]
    links: Mapping[str, str | None] = field(default_factory=dict)
    citations: tuple[Cited, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A wanted row beside the one that is there. ``changed`` names what differs."""

    wanted: Wanted
    row: models.Model | None
    changed: tuple[str, ...]

    @property
    def state(self) -> str:
        if self.row is None:
            return "new"
        return "changed" if self.changed else "same"

    @property
    def needs_review(self) -> bool:
        """Whether what is said changes; its place in a list, for example, needs no new approval."""
        sealed = getattr(TABLES[self.wanted.section], "SEALED_FIELDS", ())
        return self.row is None or any(
            name in sealed or f"{name}_id" in sealed or name == "citations" for name in self.changed
        )

    @property
    def title(self) -> str:
        return " ".join(self.wanted.name)


def compare(pack: Pack) -> list[Comparison]:
    """Every row that the pack asks for, beside the row that the database has."""
    there = {section: _rows(section) for section in TABLES}
    cited = {section: _cited(section) for section in CITED}
    comparisons = []
    for wanted in wanted_rows(pack):
        row = there[wanted.section].get(wanted.name)
        changed: list[str] = []
        if row is not None:
            changed += [
                name for name, value in wanted.values.items() if getattr(row, name) != value
            ]
            # The same document names the same day; another one in its row is a review that was
            # confirmed here since.
            if "next_review_on" in changed and "content_hash" not in changed:
                changed.remove("next_review_on")
            for name, key in wanted.links.items():
                link = getattr(row, name)
                if (link.key if link else None) != key:
                    changed.append(name)
            if wanted.section in CITED:
                there_cited = cited[wanted.section].get(row.pk, ())
                if _by_place(there_cited) != _by_place(wanted.citations):
                    changed.append("citations")
        comparisons.append(Comparison(wanted, row, tuple(changed)))
    return comparisons


def _by_place(citations: tuple[Cited, ...]) -> list[Cited]:
    """The order inside a place counts; a database may keep the places themselves in another."""
    return sorted(citations, key=lambda cited: cited.place)


def _rows(section: str) -> dict[tuple[str, ...], models.Model]:
    rows: Any = TABLES[section]._default_manager.select_related(*LINKS.get(section, {}))
    if section == "criteria_sets":
        return {(row.set_key, row.version): row for row in rows}
    return {(row.key,): row for row in rows}


def _cited(section: str) -> dict[Any, tuple[Cited, ...]]:
    column = f"{CITED[section]}_id"
    found: dict[Any, list[Cited]] = {}
    rows = Citation.objects.exclude(**{column: None}).select_related("reference")
    for row in rows:
        cited = Cited(row.place, row.reference.key, row.at, row.note)
        found.setdefault(getattr(row, column), []).append(cited)
    return {key: tuple(citations) for key, citations in found.items()}


def wanted_rows(pack: Pack) -> Iterator[Wanted]:
    """Every row that the pack asks for, in the order in which rows can be written."""
    entries = pack.entries
    for found in entries.references.values():
        yield _reference(found)
    groups = dict(entries.fact_groups)
    for group in [found.entry for found in groups.values()] + [GENERAL] * _needs_general(pack):
        values = {"title": group.title, "intro": group.intro or "", "order": group.order}
        yield Wanted("fact_groups", (group.key,), values)
    order: Counter[str] = Counter()
    for key, definition in pack.vocabulary.items():
        order[definition.group] += 1
        yield _fact(pack, key, order[definition.group])
    for therapy in entries.therapies.values():
        yield _therapy(therapy)
    for statement in entries.statements.values():
        yield _statement(statement)
    for profile in entries.turnaround_profiles.values():
        yield _profile(profile)
    for reason in entries.determination_reasons.values():
        written = as_written(reason.entry)
        values = {name: written.get(name) or "" for name in ("kind", "label", "says", "plain")}
        yield Wanted("determination_reasons", (reason.entry.key,), values)
    for key in pack.criteria_sets:
        yield wanted_version(pack.criteria_sets[key], pack.document(key))


def _needs_general(pack: Pack) -> bool:
    used = any(definition.group == GENERAL.key for definition in pack.vocabulary.values())
    return used and GENERAL.key not in pack.entries.fact_groups


def _reference(found: Found[Any]) -> Wanted:
    entry = found.entry
    texts = ("title", "container", "doi", "pmid", "url", "note", "caution", "verified")
    values = {name: getattr(entry, name) or "" for name in texts}
    values |= {name: getattr(entry, name) for name in ("year", "accessed_on", "seed_number")}
    values |= {"kind": entry.kind or Reference.Kind.UNLISTED, "authors": list(entry.authors)}
    values |= {"listed_in_seed": entry.listed_in_seed, "secondary": entry.secondary}
    links = {"superseded_by": entry.superseded_by, "identified_as": entry.identified_as}
    return Wanted("references", (entry.key,), values, links)


def _fact(pack: Pack, key: str, order: int) -> Wanted:
    data = definition_to_data(pack.vocabulary[key])
    values: dict[str, Any] = {"label": data.pop("label"), "type": data.pop("type"), "order": order}
    for name in ("unit", "help", "why", "verified"):
        values[name] = data.pop(name, "")
    for name in ("minimum", "maximum", "step"):
        values[name] = str(data.pop(name, ""))
    values["choices"] = data.pop("choices", [])
    group = data.pop("group")
    del data["key"]
    values["rules"] = data
    return Wanted("facts", (key,), values, {"group": group})


def _therapy(found: Found[Any]) -> Wanted:
    entry = found.entry
    written = to_data(as_written(entry))
    columns = {"key", "generic", "class", "brands", "route", "efficacy", "off_label", "cite"}
    values = {
        "generic": entry.generic,
        "brands": ", ".join(entry.brands),
        "therapy_class": entry.class_ or "",
        "route": entry.route or "",
        "efficacy": entry.efficacy,
        "off_label": entry.off_label,
        "details": {name: value for name, value in written.items() if name not in columns},
    }
    citations = (*_listed(entry.cite, ""), *_nested(values["details"], ""))
    return Wanted("therapies", (entry.key,), values, citations=citations)


def _statement(found: Found[Any]) -> Wanted:
    entry = found.entry
    texts = ("says", "plain", "topic", "seed", "note", "verified")
    values: dict[str, Any] = {name: getattr(entry, name) or "" for name in texts}
    values["audience"] = list(entry.audience)
    citations = tuple(_listed(entry.cite, ""))
    return Wanted("statements", (entry.key,), values, citations=citations)


def _profile(found: Found[Any]) -> Wanted:
    entry = found.entry
    values = {
        "title": entry.title,
        "urgency": entry.urgency,
        "hours": entry.hours or entry.days * HOURS_A_DAY,
        "calendar": entry.calendar,
        "note": entry.note or "",
        "verified": entry.verified or Confidence.PROPOSED.value,
    }
    citations = tuple(_listed(entry.cite, ""))
    return Wanted("turnaround_profiles", (entry.key,), values, citations=citations)


def wanted_version(criteria_set: CriteriaSet, document: Mapping[str, Any]) -> Wanted:
    """The row of one version of criteria, whether it comes with a pack or from an author."""
    values = {
        "request_type": criteria_set.request_type,
        "title": criteria_set.title,
        "policy_organisation": criteria_set.policy.organisation if criteria_set.policy else "",
        "signer": criteria_set.signer,
        "certification_months": criteria_set.certification_months,
        "quantity_limit": criteria_set.quantity_limit,
        "next_review_on": criteria_set.next_review_on,
        "document": document,
        "content_hash": content_hash(document),
    }
    criteria = criteria_set.criteria
    cited = [*_of_tree(criteria.indications), *_of_tree(criteria.contraindications)]
    for precaution in criteria.precautions:
        cited += [*_listed(precaution.cite, precaution.id), *_of_tree(precaution.when)]
    name = (criteria_set.key, criteria_set.version)
    links = {"therapy": criteria_set.therapy}
    return Wanted("criteria_sets", name, values, links, tuple(cited))


def _of_tree(tree: Node) -> Iterator[Cited]:
    for node in walk(tree):
        yield from _listed(node.cite, node.id)


def _listed(citations: Any, place: str) -> Iterator[Cited]:
    citation: TreeCitation
    for citation in citations:
        yield Cited(place, citation.ref, citation.at or "", citation.note or "")


def _nested(value: Any, place: str) -> Iterator[Cited]:
    """Citations inside the free-form details of a therapy, with the place they support."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _nested(item, f"{place}.{index}".strip("."))
    elif isinstance(value, dict):
        for name, item in value.items():
            if name != "cite":
                yield from _nested(item, f"{place}.{name}".strip("."))
                continue
            for cited in item:
                yield Cited(place, cited["ref"], cited.get("at", ""), cited.get("note", ""))
