"""What should the reader of a case know about the content that the case rests on?

Which criteria are in quarantine, and which parts should have been read again by now: the banner
tells it of the criteria themselves, and this of what they cite and ask, and of the description of
the therapy. Each of these has a review date of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from certification import quarantine
from certification.case_facts import compiled
from certification.case_notices import Notice
from certification.models import Case, Fact, Reference, User
from certification.presenters.wording import day_words
from certification.workflow import ContentStatus


def notices(case: Case, user: User | None, on: date) -> Iterator[Notice]:
    """See ``certification.case_notices``. Two queries more for an open case."""
    yield from quarantine.notices(case, user, on)
    if not case.is_open:
        return
    lines = [f"{name}: was due on {day_words(due)}" for name, due in _overdue(case, on)]
    if lines:
        yield Notice(
            "warning",
            "The review of some content is overdue",
            "Nobody has confirmed since that this is still right. A content approver can.",
            tuple(lines),
        )


def _overdue(case: Case, on: date) -> Iterator[tuple[str, date]]:
    therapy = case.therapy
    if therapy.next_review_on and therapy.next_review_on < on:
        yield f"Description of {therapy}", therapy.next_review_on
    _, vocabulary, _ = compiled(case.criteria_version)
    cited = Reference.objects.filter(citations__criteria_version=case.criteria_version_id)
    asked = Fact.objects.filter(key__in=list(vocabulary))
    for kind, rows, label in (("Source", cited, "title"), ("Question", asked, "label")):
        due = rows.filter(next_review_on__lt=on).exclude(status=ContentStatus.RETIRED)
        for name, day in due.order_by(label).values_list(label, "next_review_on").distinct():
            yield f"{kind} “{name}”", day
