"""Which criteria of a case rest on a source that cannot carry them?

A criterion in quarantine shows and warns, and its version could not be approved today. It still
counts: whether a person is treated is not for a list of retractions to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.core.cache import cache
from django.urls import reverse

from certification.case_notices import Notice
from certification.content_stamp import stamp_of
from certification.criteria.codec import CriteriaError
from certification.lint.findings import Finding
from certification.models import Case, CriteriaVersion, Reference, ReferenceNotice, User
from certification.presenters.wording import counted
from certification.source_checks import quarantine_of

KEPT_SECONDS = 24 * 3600


def notices(case: Case, user: User | None, on: date) -> Iterator[Notice]:
    """See ``certification.case_notices``. One small query, and four more after a change."""
    wrong = _kept(case.criteria_version, on)
    if not wrong:
        return
    count = counted(len({place for place, _, _ in wrong}), "criterion is", "criteria are")
    yield Notice(
        kind="warning",
        title=f"{count} in quarantine",
        says="Its source cannot carry it. It still counts here, and it could not be approved "
        "today: check it against another source before you decide.",
        lines=tuple(dict.fromkeys(f"“{says}”: {why}" for _, says, why in wrong)),
        sealed=True,
        url=f"{reverse('certification:case-recommendation', args=[case.pk])}#node-{wrong[0][0]}",
        label="Find it in the explanation",
        marks=tuple(dict.fromkeys(place for place, _, _ in wrong)),
    )


def _kept(version: CriteriaVersion, on: date) -> list[tuple[str, str, str]]:
    """The place, the criterion, and what is wrong, with sources by their titles.

    Kept until a reference or a notice changes; the document never does under its hash.
    """
    key = f"quarantine:{version.content_hash}:{stamp_of([Reference, ReferenceNotice])}"
    found: list[tuple[str, str, str]] | None = cache.get(key)
    if found is None:
        try:
            found = list(_titled(quarantine_of(version, on)))
        except CriteriaError:
            found = []  # The page of the case tells that its criteria cannot be read.
        cache.set(key, found, KEPT_SECONDS)
    return found


def _titled(wrong: list[tuple[str, Finding]]) -> Iterator[tuple[str, str, str]]:
    """A reader of a case knows titles, not keys."""
    keys = {one.ref for _, one in wrong if one.ref}
    titles = dict(Reference.objects.filter(key__in=keys).values_list("key", "title"))
    for says, one in wrong:
        title = titles.get(one.ref, "")
        why = one.says.replace(one.ref, f"The source “{title}”", 1) if title else one.says
        yield one.place, says.rstrip("."), why
