"""In which order should a diagram ask its questions?

A diagram stays small when questions that meet in a test, in a part of the tree or in a
contradiction are asked close together. Each such set pulls its members towards its middle until
the sets get no tighter. The order has no influence on any answer, only on the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

_ROUNDS = 30


def arrange(keys: Sequence[str], together: Iterable[Iterable[str]]) -> list[str]:
    """``keys`` in an order in which the members of each set stand close together."""
    place: dict[str, float] = {key: float(number) for number, key in enumerate(keys)}
    sets = [members for group in together if len(members := set(group) & place.keys()) > 1]
    best, best_length = list(keys), _length(place, sets)
    for _ in range(_ROUNDS):
        pulls: dict[str, list[float]] = {key: [] for key in best}
        for members in sets:
            middle = fmean(place[key] for key in members)
            for key in members:
                pulls[key].append(middle)
        wanted = {key: fmean(pulls[key]) if pulls[key] else place[key] for key in place}
        order = sorted(place, key=lambda key: (wanted[key], place[key]))
        place = {key: float(number) for number, key in enumerate(order)}
        length = _length(place, sets)
        if length < best_length:
            best, best_length = order, length
    return best


def _length(place: dict[str, float], sets: Sequence[set[str]]) -> float:
    return sum(
        max(place[key] for key in members) - min(place[key] for key in members) for members in sets
    )
