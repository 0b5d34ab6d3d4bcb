"""How does a result depend on several questions at once?

A decision diagram: each node asks one question and has one branch for each state of the answer;
at the ends stand results. Equal parts are stored once and a question that makes no difference is
left out, so a diagram holds exactly the questions that matter. Questions are asked in one fixed
order. State 0 of a question means "left as it is now".

Results are the three truths, and ``IMPOSSIBLE`` for answers that cannot stand together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

NOT_MET, UNKNOWN, MET, IMPOSSIBLE = range(4)
_FIRST = 4

Combine = Callable[[int, int], int | None]


class Diagram:
    """Nodes are numbers; those below 4 are results. One diagram holds many functions."""

    def __init__(self) -> None:
        self.question: list[int] = [-1] * _FIRST
        self.branches: list[tuple[int, ...]] = [()] * _FIRST
        self._numbers: dict[tuple[int, tuple[int, ...]], int] = {}
        self._certain: dict[int, int] = {}
        self._either: dict[tuple[int, int], int] = {}
        self._both: dict[tuple[int, int], int] = {}
        self._opposite = {NOT_MET: MET, UNKNOWN: UNKNOWN, MET: NOT_MET, IMPOSSIBLE: IMPOSSIBLE}

    def node(self, question: int, branches: tuple[int, ...]) -> int:
        """The node that asks ``question``; the branches ask only later ones."""
        first = branches[0]
        if all(branch == first for branch in branches):
            return first
        key = (question, branches)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.question)
            self.question.append(question)
            self.branches.append(branches)
        return number

    def opposite(self, node: int) -> int:
        """Met and not met exchanged."""
        found = self._opposite.get(node)
        if found is None:
            branches = tuple([self.opposite(branch) for branch in self.branches[node]])
            found = self._opposite[node] = self.node(self.question[node], branches)
            self._opposite[found] = node
        return found

    def certainly(self, node: int) -> int:
        """Met where the node is met, not met everywhere else."""
        if node < _FIRST:
            return MET if node == MET else NOT_MET
        found = self._certain.get(node)
        if found is None:
            branches = tuple([self.certainly(branch) for branch in self.branches[node]])
            found = self._certain[node] = self.node(self.question[node], branches)
        return found

    def both(self, first: int, second: int) -> int:
        """Met when both are met, not met when one is not met (Kleene's "and")."""
        if first > second:
            first, second = second, first
        if first in (NOT_MET, second):
            return first
        if first == MET:
            return second
        if second == MET:
            return first
        key = (first, second)
        found = self._both.get(key)
        if found is None:
            found = self._both[key] = self._split(self.both, first, second)
        return found

    def either(self, first: int, second: int) -> int:
        """Met when one is met, not met when both are not met (Kleene's "or")."""
        if first > second:
            first, second = second, first
        if first in (MET, second) or second == NOT_MET:
            return first
        if first == NOT_MET or second == MET:
            return second
        key = (first, second)
        found = self._either.get(key)
        if found is None:
            found = self._either[key] = self._split(self.either, first, second)
        return found

    def every(self, nodes: Iterable[int]) -> int:
        """Met when all are met."""
        result = MET
        for node in self._last_first(nodes):
            result = self.both(node, result)
        return result

    def some(self, nodes: Iterable[int]) -> int:
        """Met when one is met."""
        result = NOT_MET
        for node in self._last_first(nodes):
            result = self.either(node, result)
        return result

    def _last_first(self, nodes: Iterable[int]) -> list[int]:
        """Putting the latest questions together first keeps what is in between small."""
        return sorted(nodes, key=self.question.__getitem__, reverse=True)

    def at_least(self, count: int, nodes: Iterable[int]) -> int:
        """Met when ``count`` are met, not met when that can no longer be reached."""
        row = [MET] + [NOT_MET] * count
        for node in self._last_first(nodes):
            for needed in range(count, 0, -1):
                row[needed] = self.either(self.both(node, row[needed - 1]), row[needed])
        return row[count]

    def combine(self, table: Combine) -> Callable[[int, int], int]:
        """A function of two diagrams from a function of two results.

        ``table`` may answer None for two diagrams that it cannot settle at once.
        """
        memory: dict[tuple[int, int], int] = {}

        def combined(first: int, second: int) -> int:
            settled = table(first, second)
            if settled is not None:
                return settled
            key = (first, second)
            found = memory.get(key)
            if found is None:
                found = memory[key] = self._split(combined, first, second)
            return found

        return combined

    def _split(self, function: Callable[[int, int], int], first: int, second: int) -> int:
        one, other = self.question[first], self.question[second]
        if one == other:
            pairs = zip(self.branches[first], self.branches[second], strict=True)
            return self.node(one, tuple([function(a, b) for a, b in pairs]))
        if other == -1 or (one != -1 and one < other):
            return self.node(one, tuple([function(a, second) for a in self.branches[first]]))
        return self.node(other, tuple([function(first, b) for b in self.branches[second]]))

    def below(self, root: int) -> list[int]:
        """Every node that can be reached, parents before their branches (results left out)."""
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if node >= _FIRST and node not in seen:
                seen.add(node)
                waiting.extend(self.branches[node])
        return sorted(seen, key=self.question.__getitem__)

    def deciding(self, root: int) -> set[int]:
        """The questions whose answer can turn another result into met or not met.

        That is: for some answers to the other questions, all possible together.
        """
        deciding: set[int] = set()
        memory: dict[tuple[int, int], bool] = {}
        for node in self.below(root):
            if self.question[node] not in deciding:
                now, *answered = self.branches[node]
                if any(self._can_settle(now, then, memory) for then in answered):
                    deciding.add(self.question[node])
        return deciding

    def _can_settle(self, now: int, then: int, memory: dict[tuple[int, int], bool]) -> bool:
        """Do some answers to the later questions give a settled ``then`` unlike ``now``?"""
        if now in (then, IMPOSSIBLE) or then in (UNKNOWN, IMPOSSIBLE):
            return False
        if now < _FIRST and then < _FIRST:
            return True
        key = (now, then)
        found = memory.get(key)
        if found is None:
            one, other = self.question[now], self.question[then]
            later = min(question for question in (one, other) if question != -1)
            width = len(self.branches[now if one == later else then])
            nows = self.branches[now] if one == later else (now,) * width
            thens = self.branches[then] if other == later else (then,) * width
            found = memory[key] = any(
                self._can_settle(a, b, memory) for a, b in zip(nows, thens, strict=True)
            )
        return found

    def cheapest(self, root: int, result: int, costs: Sequence[int]) -> set[int] | None:
        """The questions to answer for ``result`` at the least total cost; None if unreachable."""
        best: dict[int, tuple[int, int] | None] = dict.fromkeys(range(_FIRST))
        best[result] = (0, -1)
        for node in reversed(self.below(root)):
            price = costs[self.question[node]]
            found: tuple[int, int] | None = None
            for state, branch in enumerate(self.branches[node]):
                after = best[branch]
                if after is not None:
                    total = after[0] + (price if state else 0)
                    if found is None or total < found[0]:
                        found = (total, state)
            best[node] = found
        if best[root] is None:
            return None
        chosen: set[int] = set()
        node = root
        while node >= _FIRST:
            step = best[node]
            if step is None:
                break
            if step[1]:
                chosen.add(self.question[node])
            node = self.branches[node][step[1]]
        return chosen
