"""What does an app find when it plays its own part in the demonstration, and what does it bring?

An app names the function that makes its part in ``demo_cast`` of its configuration. Its stories and
acts then happen among those of everybody else, in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from certification.criteria.facts import Vocabulary
from certification.demo.people import Lore
from certification.demo.stories import Story
from certification.models import CriteriaVersion, Site, User


@dataclass(frozen=True, slots=True)
class Stage:
    """``versions``: the criteria in force. ``stories``: the cases that are told anyway. ``size``:
    how many people the part may add; None: all that it has."""

    users: Mapping[str, User]
    sites: Sequence[Site]
    versions: Sequence[CriteriaVersion]
    vocabulary: Vocabulary
    lore: Lore
    stories: Sequence[Story]
    now: datetime
    seed: int
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """``acts``: each yields the moment of its next act before doing it."""

    stories: Sequence[Story] = ()
    acts: Sequence[Iterator[datetime]] = ()
