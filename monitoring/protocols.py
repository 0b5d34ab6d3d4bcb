"""Which protocol is used: one from a reference pack, or the version in force in the database?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from certification.criteria.facts import FactDefinition, Vocabulary
from certification.models import Therapy
from certification.packs.pack import folders_of, read_pack
from certification.packs.problems import offered
from monitoring.models import ProtocolVersion
from monitoring.schedule.codec import read_document
from monitoring.schedule.examples import read_protocols, tests_of
from monitoring.schedule.generator import Planner

# Read documents by content hash. A document never changes under its hash, so nothing goes stale.
_READ: dict[str, ProtocolInUse] = {}
_READ_LIMIT = 256


class NoProtocolError(LookupError):
    """There is no such protocol. The message says which there are, or what to do."""


@dataclass(frozen=True, slots=True)
class ProtocolInUse:
    """A protocol that is ready to plan with.

    ``vocabulary`` and ``tests`` hold every fact and test that a person's record may name; the
    protocol itself may use fewer.
    """

    planner: Planner
    vocabulary: Vocabulary
    tests: Collection[str]


def protocol_from_packs(key: str, names: Iterable[str]) -> ProtocolInUse:
    """A protocol straight from folders (or the word ``shipped``), with no database.

    Raises ``NoProtocolError``, and ``PackError`` when a pack is not sound.
    """
    pack = read_pack(*folders_of(names))
    protocols = read_protocols(pack)
    if key not in protocols:
        known = f"There are: {offered(protocols, key)}." if protocols else "There are none."
        raise NoProtocolError(f"There is no protocol {key!r} in this pack. {known}")
    return ProtocolInUse(Planner(protocols[key]), pack.vocabulary, tests_of(protocols.values()))


def protocol_in_force(key: str, on: date) -> ProtocolInUse:
    """The approved version of a protocol that is in force on a day. Raises ``NoProtocolError``."""
    known: dict[str, ProtocolInUse] = {}
    for version in ProtocolVersion.objects.in_force(on):
        known.setdefault(version.key, compiled(version))
    if key not in known:
        listed = f" In force are: {offered(known, key)}." if known else ""
        raise NoProtocolError(
            f"There is no protocol {key!r} in force on {on} in the database.{listed} A content "
            "approver approves a version first; or name a pack: --pack shipped, or --pack FOLDER."
        )
    vocabulary: dict[str, FactDefinition] = {}
    for protocol in (*known.values(), known[key]):
        vocabulary |= protocol.vocabulary
    tests = frozenset(test for protocol in known.values() for test in protocol.tests)
    return ProtocolInUse(known[key].planner, vocabulary, tests)


def compiled(version: ProtocolVersion) -> ProtocolInUse:
    """The rules of a stored version, ready to plan with; kept by content hash."""
    found = _READ.get(version.content_hash)
    if found is None:
        protocol, vocabulary = read_document(version.document)
        found = ProtocolInUse(Planner(protocol), vocabulary, frozenset(protocol.tests))
        if len(_READ) >= _READ_LIMIT:
            _READ.clear()
        _READ[version.content_hash] = found
    return found


def version_in_force(therapy: Therapy, on: date) -> ProtocolVersion | None:
    """The version by which courses of a therapy are monitored from a day on."""
    return ProtocolVersion.objects.in_force(on).filter(therapy=therapy).first()
