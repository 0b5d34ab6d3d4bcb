"""Where in which source does a sentence stand? Named, with its place, for those who check it."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from certification.criteria.tree import Citation
from certification.presenters.citations import Cite, Sources


class LocatedSources(Sources):
    """Citations by the key of their reference and the place in it, each linked to its admin page.

    An editor checks every place: two places in one source are two citations here.
    """

    def cites(self, citations: Iterable[Citation], *, named: int = 0) -> tuple[Cite, ...]:
        return tuple(self._located(citation) for citation in citations)

    def _located(self, citation: Citation) -> Cite:
        row = self.rows.get(citation.ref)
        name = f"{citation.ref}, {citation.at}" if citation.at else citation.ref
        href = reverse("admin:certification_reference_change", args=[row.pk]) if row else ""
        return Cite(
            number=self.numbers.get(citation.ref, 0),
            short=name if row else f"{name} (not in the reference library)",
            href=href,
            note=citation.note,
        )
