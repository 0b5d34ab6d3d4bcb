"""Which protocol is used: one from a reference pack, or the version in force in the database?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from certification.criteria.facts import Vocabulary
from certification.packs.pack import folders_of, read_pack
from certification.packs.problems import offered
from monitoring.schedule.examples import read_protocols, tests_of
from monitoring.schedule.generator import Planner


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
    """The approved version of a protocol that is in force on a day. Raises ``NoProtocolError``.

    Versions are not kept in the database: packs are the only source of protocols.
    """
    raise NoProtocolError(
        f"There is no protocol {key!r} in force on {on} in the database. "
        "Name a pack: --pack shipped, or --pack FOLDER."
    )
