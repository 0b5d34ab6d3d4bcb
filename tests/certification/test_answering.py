"""Which version answers on which day: against asking the database day by day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product

import pytest

from certification.answering import spans
from certification.models import CriteriaVersion
from tests.factories import CriteriaVersionFactory
from tests.factories.monitoring import ProtocolVersionFactory

TODAY = date(2027, 1, 11)
PLANS = (None, -30, 0, 5)
ENDS = (None, 3, 9)


def day(offset: int | None) -> date | None:
    return None if offset is None else TODAY + timedelta(days=offset)


@pytest.mark.django_db
@pytest.mark.parametrize("factory", [CriteriaVersionFactory, ProtocolVersionFactory])
def test_every_day_is_answered_as_the_database_answers_it(factory: type) -> None:
    model = factory._meta.model  # type: ignore[attr-defined]
    for first, second, end in product(PLANS, PLANS, ENDS):
        made = [
            factory(
                version=f"{first}-{second}-{end}-{number}",
                effective_on=day(start),
                expires_on=day(end) if number else None,
                approved_at=datetime(2026, 12, 1 + number, 18, tzinfo=UTC),
            )
            for number, start in enumerate((first, second))
        ]
        rows = model.objects.filter(pk__in=[version.pk for version in made])
        found = spans(rows, TODAY)
        assert found[0].from_on == TODAY
        assert found[-1].until_on is None
        for before, after in pairwise(found):
            assert before.until_on == after.from_on - timedelta(days=1)
            assert before.version != after.version
        for offset in range(15):
            on = TODAY + timedelta(days=offset)
            span = next(s for s in found if s.from_on <= on and (s.until_on or on) >= on)
            assert span.version == rows.in_force(on).first(), (first, second, end, on)


@pytest.mark.django_db
def test_a_version_without_a_first_day_starts_when_it_is_approved() -> None:
    """Approved later, it answers instead of an older one that was planned for a day."""
    old = CriteriaVersionFactory(version="1", effective_on=date(2026, 1, 1))
    new = CriteriaVersionFactory(version="2", approved_at=datetime(2026, 6, 1, 18, tzinfo=UTC))
    assert CriteriaVersion.objects.current(new.set_key, TODAY) == new
    assert old in CriteriaVersion.objects.in_force(TODAY)
    assert [span.version for span in spans([old, new], TODAY)] == [new]


def test_nothing_approved_answers_nothing() -> None:
    (span,) = spans([], TODAY)
    assert (span.version, span.from_on, span.until_on) == (None, TODAY, None)
