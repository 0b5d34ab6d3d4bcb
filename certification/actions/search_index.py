"""How is what questions search kept as the content is?

Before a question is asked the stamps of the content are compared with those of its entries, and
only what has moved on is read again. So no other act has to know of the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from certification.case_facts import compiled
from certification.criteria.codec import CriteriaError
from certification.criteria.tree import FactTest, Node, children
from certification.criteria.tree_words import sentence
from certification.models import CriteriaVersion, SearchEntry, Statement, User
from certification.workflow import ContentStatus


def refresh_search(*, by: User | None) -> int:
    """Reads again what has changed; tells how many pieces of content did. Three queries when
    nothing has. ``by``: whoever asks; nothing is written but a reading of what everybody sees."""
    if not any(_moved_on()):
        return 0
    with transaction.atomic():
        new, old = _moved_on()
        for content in (new, old):
            SearchEntry.objects.filter(
                Q(statement__in=content.statements) | Q(version__in=content.versions)
            ).delete()
        SearchEntry.objects.bulk_create(_of_statements(new.statements))
        SearchEntry.objects.bulk_create(_of_versions(new.versions))
    return len(new.statements) + len(new.versions)


# A statement or a version, and the stamp of its state.
_Stamped = tuple[int | None, int | None, str]


class _Content(NamedTuple):
    statements: list[int]
    versions: list[int]

    def __bool__(self) -> bool:
        return bool(self.statements or self.versions)


def _moved_on() -> tuple[_Content, _Content]:
    """What has to be read, and what is not to be found any more."""
    statements = Statement.objects.exclude(status=ContentStatus.RETIRED)
    versions = CriteriaVersion.objects.exclude(status=ContentStatus.RETIRED)
    wanted: set[_Stamped] = {
        (pk, None, at.isoformat()) for pk, at in statements.values_list("pk", "updated_at")
    }
    wanted.update((None, pk, stamp) for pk, stamp in versions.values_list("pk", "content_hash"))
    held: set[_Stamped] = set(
        SearchEntry.objects.order_by().values_list("statement_id", "version_id", "stamp").distinct()
    )
    return _content(wanted - held), _content(held - wanted)


def _content(stamped: set[_Stamped]) -> _Content:
    return _Content(
        sorted(statement for statement, _, _ in stamped if statement is not None),
        sorted(version for _, version, _ in stamped if version is not None),
    )


def _of_statements(keys: list[int]) -> Iterator[SearchEntry]:
    for row in Statement.objects.filter(pk__in=keys):
        yield SearchEntry(
            kind=SearchEntry.Kind.STATEMENT, statement=row, title=row.topic, says=row.says,
            plain=row.plain, verified=row.verified, stamp=row.updated_at.isoformat(),
        )  # fmt: skip


def _of_versions(keys: list[int]) -> Iterator[SearchEntry]:
    """What says nothing, or cannot be read, has one empty entry: it is not read again each time."""
    for version in CriteriaVersion.objects.filter(pk__in=keys):
        entries = list(_of_version(version))
        yield from entries or [_entry(version, SearchEntry.Kind.CRITERION)]


def _of_version(version: CriteriaVersion) -> Iterator[SearchEntry]:
    try:
        criteria_set, vocabulary, _ = compiled(version)
    except CriteriaError:
        return
    criteria = criteria_set.criteria
    for tree in (criteria.indications, criteria.contraindications):
        for node, cited_at in _with_citations(tree):
            if node.says or isinstance(node, FactTest):
                yield _entry(
                    version, SearchEntry.Kind.CRITERION, place=node.id, cited_at=cited_at,
                    says=sentence(node, vocabulary), verified=node.verified,
                )  # fmt: skip
    for one in criteria.precautions:
        yield _entry(
            version, SearchEntry.Kind.PRECAUTION, place=one.id, cited_at=one.id, says=one.says,
            plain=one.plain, verified=one.verified,
        )  # fmt: skip


def _with_citations(node: Node, around: str = "") -> Iterator[tuple[Node, str]]:
    cited_at = node.id if node.cite else around
    yield node, cited_at
    for child in children(node):
        yield from _with_citations(child, cited_at)


def _entry(version: CriteriaVersion, kind: str, **values: str) -> SearchEntry:
    return SearchEntry(
        version=version, kind=kind, title=version.title, stamp=version.content_hash, **values
    )
