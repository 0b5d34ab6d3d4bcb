"""How many of the tests are done on time in a month of the demonstration?

It begins near what audits published before there was a system and climbs to what they published
with one. The share is dealt out evenly and not by chance, so that every seed shows the same climb.
"""

from __future__ import annotations

from datetime import date

from monitoring.demo.script import Climb, Pace

MONTH = 30.44


class Punctuality:
    """Decides one test after the other. ``today``: the day on which the demonstration plays."""

    def __init__(self, pace: Pace, today: date) -> None:
        self.pace = pace
        self.today = today
        self._owed = [0.5] * len(pace.climbs)

    def is_on_time(self, test: str, due_on: date) -> bool:
        climbs = enumerate(self.pace.climbs)
        place, climb = next(pair for pair in climbs if test in pair[1].tests or not pair[1].tests)
        self._owed[place] += self._share(climb, due_on)
        if self._owed[place] < 1:
            return False
        self._owed[place] -= 1
        return True

    def _share(self, climb: Climb, due_on: date) -> float:
        months_ago = (self.today - due_on).days / MONTH
        first, last = self.pace.begins_months_ago, self.pace.ends_months_ago
        way = min(1.0, max(0.0, (first - months_ago) / (first - last)))
        return climb.baseline + way * (climb.reached - climb.baseline)
