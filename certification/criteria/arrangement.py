"""In which order should a diagram ask its questions?

A diagram stays small when questions that meet in a test, in a part of the tree or in a
contradiction are asked close together. Each such set pulls its members towards its middle, small
sets more than large ones, until they get no tighter. The order has no influence on any answer,
only on the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ROUNDS = 40
_PATIENCE = 4


def arrange(keys: Sequence[str], together: Iterable[Iterable[str]]) -> list[str]:
    """``keys`` in an order in which the members of each set stand close together."""
    sets = []
    for group in together:
        wanted = set(group)
        members = [key for key in keys if key in wanted]
        if len(members) > 1:
            sets.append(members)
    tightest = [_tighten(start, sets) for start in (keys, [*keys[::2], *keys[1::2]])]
    return min(tightest)[1]


def _tighten(start: Sequence[str], sets: Sequence[Sequence[str]]) -> tuple[float, list[str]]:
    """The tightest order that is found from ``start``, and how wide its sets lie."""
    order = list(start)
    best, best_width, patience = order, float("inf"), _PATIENCE
    for _ in range(_ROUNDS):
        place = {key: float(number) for number, key in enumerate(order)}
        pull, weight = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0.0)
        width = 0.0
        for members in sets:
            places, share = [place[key] for key in members], 1 / len(members)
            width += (max(places) - min(places)) * share
            middle = sum(places) * share
            for key in members:
                pull[key] += middle * share
                weight[key] += share
        if width < best_width:
            best, best_width, patience = order, width, _PATIENCE
        elif not (patience := patience - 1):
            break
        goal = {key: pull[key] / weight[key] if weight[key] else place[key] for key in order}
        order = sorted(order, key=goal.__getitem__)
    return best_width, best
