"""How do the protocols of the database become part of a reference pack again?

Loading the export gives the same content hashes, as long as no question has changed since a
protocol was written; ``stale_protocols`` names the others. ``protocol_changes`` tells what loading
a pack would change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from certification.criteria.codec import content_hash
from certification.packs.pack import Pack
from certification.packs.tree_rules import as_written
from certification.workflow import ContentStatus
from monitoring.models import ProtocolVersion
from monitoring.schedule.changes import changes_in_words
from monitoring.schedule.codec import document

Files = Mapping[str, dict[str, list[dict[str, Any]]]]


def export_protocols(as_of: date) -> Files:
    """Of each protocol the version in force on ``as_of``, else the newest one."""
    return {
        f"protocols/{version.key}.yaml": {"protocols": [version.document["protocol"]]}
        for version in versions_to_export(as_of)
    }


def versions_to_export(as_of: date) -> list[ProtocolVersion]:
    chosen: dict[str, ProtocolVersion] = {}
    for version in ProtocolVersion.objects.in_force(as_of):
        chosen.setdefault(version.key, version)
    for version in ProtocolVersion.objects.exclude(status=ContentStatus.RETIRED).order_by("-id"):
        chosen.setdefault(version.key, version)
    return [chosen[key] for key in sorted(chosen)]


def stale_protocols(pack: Pack, as_of: date) -> list[str]:
    """The exported versions that would get another content hash, read back as ``pack``."""
    return [
        f"{version.key} {version.version}"
        for version in versions_to_export(as_of)
        if content_hash(document_in(pack, version.key)) != version.content_hash
    ]


def protocol_changes(pack: Pack) -> Iterator[tuple[str, str, str, list[str]]]:
    """What loading a pack would do to each protocol that it changes: new or changed, the section,
    the name, and the changes in words."""
    rows = {(row.key, row.version): row for row in ProtocolVersion.objects.all()}
    for key, found in pack.entries.protocols.items():
        name = (key, str(found.entry.version))
        row, wanted = rows.get(name), document_in(pack, key)
        if row is None:
            yield "new", "protocols", " ".join(name), []
        elif row.content_hash != content_hash(wanted):
            said = list(changes_in_words(row.document, wanted))
            yield "changed", "protocols", " ".join(name), said


def document_in(pack: Pack, key: str) -> dict[str, Any]:
    """What would be stored and hashed of a protocol of a pack."""
    return document(as_written(pack.entries.protocols[key].entry), pack.vocabulary)
