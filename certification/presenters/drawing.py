"""What is drawn once and kept?

Rendering is most of the cost of a page. Some pieces look the same for everybody in the same state:
the navigation of a role, why a question is asked, a question with its answer left out, a criterion
that is met. They are drawn once for a process and kept by all that they are drawn from.

Nothing kept goes stale and nothing belongs to anybody. A drawing depends on its arguments alone:
they are its key, they are compared by value, and its template sees nothing else, so changed content
or another permission asks for another drawing. What belongs to a person or a case (an answer, a
note, an address with an id) is left blank in what is kept and filled in for each page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from django.conf import settings
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from certification.criteria.states import States, explained_by
from certification.criteria.tree import Node
from certification.presenters.citations import Source
from certification.presenters.inputs import Option, TableRow
from certification.presenters.links import FactLink, StepLink
from certification.presenters.questions import (
    KnownFact,
    Offer,
    Question,
    Reasons,
    Warned,
    page_sources,
)
from certification.presenters.trees import branch_of
from certification.wizard import Plan

Drawn = ParamSpec("Drawn")

# Two characters for private use: no keyboard types them, and escaping leaves them alone.
_BLANK = re.compile("\ue000([a-z_0-9]+)\ue001")
# The id of a record in an address.
_RECORD = re.compile(r"(?<=/)(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+)(?=/)")


def kept(most: int) -> Callable[[Callable[Drawn, str]], Callable[Drawn, str]]:
    """Keeps the newest ``most`` drawings of a function. While developing everything is drawn anew,
    so that an edited template shows."""

    def decorate(draw: Callable[Drawn, str]) -> Callable[Drawn, str]:
        remembered: Any = lru_cache(maxsize=most, typed=True)(draw)

        @wraps(draw)
        def drawn(*args: Drawn.args, **kwargs: Drawn.kwargs) -> str:
            found: str = (draw if settings.DEBUG else remembered)(*args, **kwargs)
            return found

        return drawn

    return decorate


def _render(template: str, **values: Any) -> str:
    return get_template(template).render(values)


def _inline(template: str, **values: Any) -> str:
    """A piece that stands within a line: without the end of line that a file has."""
    return _render(template, **values).removesuffix("\n")


def _blank(name: str, words: str) -> str:
    """A place for words that are filled in later; nothing where there are none."""
    return f"\ue000{name}\ue001" if words else ""


def _filled(drawn: str, **words: str) -> str:
    return _BLANK.sub(lambda blank: conditional_escape(words[blank[1]]), drawn)


_URL = _blank("url", "somewhere")


# What surrounds every page -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """Where a page stands, as far as the navigation marks it: without the ids of records."""

    path: str


@kept(64)
def drawn_once(template: str) -> str:
    """A template that needs no values."""
    return _inline(template)


def drawn_navigation(permissions: Iterable[str], section: str, path: str) -> SafeString:
    address = Address(_RECORD.sub("-", path))
    return mark_safe(_navigation(frozenset(permissions), section, address))


@kept(512)
def _navigation(permissions: frozenset[str], section: str, address: Address) -> str:
    may = dict.fromkeys(permissions, True)
    return _render("components/nav.html", may=may, nav=section, request=address)


def drawn_user_menu(
    permissions: Iterable[str], roles: Iterable[str], name: str, token: str
) -> SafeString:
    drawn = _user_menu(frozenset(permissions), tuple(roles))
    return mark_safe(_filled(drawn, name=name, token=token))


@kept(128)
def _user_menu(permissions: frozenset[str], roles: tuple[str, ...]) -> str:
    return _render(
        "components/user_menu.html",
        may=dict.fromkeys(permissions, True),
        role_titles=roles,
        name=_blank("name", "somebody"),
        csrf_token=_blank("token", "a token"),
    )


def drawn_footer(*, signed_in: bool) -> SafeString:
    return mark_safe(_footer(signed_in))


@kept(2)
def _footer(signed_in: bool) -> str:
    return _render("components/footer.html", signed_in=signed_in)


def drawn_content_status(content: dict[str, Any]) -> SafeString:
    """Its instants are written as days, so the zone of the page is one of its values."""
    return mark_safe(_content_status(tuple(content.items()), timezone.get_current_timezone_name()))


@kept(512)
def _content_status(content: tuple[tuple[str, Any], ...], zone: str) -> str:
    return _render("components/content_status.html", **dict(content))


# The wizard --------------------------------------------------------------------------------------


def drawn_steps(links: Iterable[StepLink]) -> SafeString:
    drawn = (_filled(_step(link.title, link.state, link.note), url=link.url) for link in links)
    return mark_safe("".join(drawn))


@kept(2048)
def _step(title: str, state: str, note: str) -> str:
    link = StepLink(title, _URL, state, note)
    return _render("certification/wizard/rail_step.html", step=link)


def drawn_links(links: Iterable[FactLink]) -> SafeString:
    return mark_safe("".join(_filled(_link(link.label), url=link.url) for link in links))


@kept(2048)
def _link(label: str) -> str:
    return _inline("certification/wizard/link.html", url=_URL, label=label)


def drawn_answers(questions: Iterable[Question], optional: Sequence[Question]) -> SafeString:
    """The questions of a step: those that matter, and the others folded away."""
    folded = _render(
        "certification/wizard/optional.html",
        count=len(optional),
        drawn=mark_safe("".join(map(_question, optional))),
    )
    return mark_safe("".join((*map(_question, questions), folded)))


def _question(q: Question) -> str:
    """The kept drawing with what a person typed filled in; a drawing of its own for a question
    that has to be put right."""
    if q.clash or q.error or q.warnings:
        return _drawn_question(q, _drawn_rows(q))
    words = {"typed_on": q.typed_on, "note": q.note, "worked_out": q.worked_out}
    if q.takes_typing:
        words["value"] = q.value
    blanks: dict[str, Any] = {name: _blank(name, text) for name, text in words.items() if text}
    if q.offer:
        offered = {"offer": q.offer.text, "offer_case": q.offer.case, "offer_says": q.offer.says}
        text, case, says = (_blank(name, text) for name, text in offered.items())
        blanks["offer"] = Offer(text, case, says, q.offer.too_old)
        words |= offered
    if q.rows:
        words["rows"] = _drawn_rows(q)
        blanks["rows"] = ()
    if not blanks:
        return _blank_question(q)
    return _filled(_blank_question(replace(q, **blanks)), **words)


@kept(4096)
def _blank_question(question: Question) -> str:
    return _drawn_question(question, _blank("rows", "a table"))


def _drawn_question(question: Question, rows: str) -> str:
    return _render(
        "certification/wizard/question.html",
        q=question,
        why=mark_safe(_reasons(question.reasons)),
        sources=mark_safe(_sources(question.sources)),
        rows=rows,
    )


def _drawn_rows(question: Question) -> SafeString:
    """The number of rows that the form sends, and the rows."""
    count = _inline("certification/wizard/row_count.html", name=question.name, rows=question.rows)
    return mark_safe("".join((count, *map(_row, question.rows))))


def drawn_reading_from() -> SafeString:
    """Where the answers of a page are read from, chosen once for all of them."""
    return mark_safe(_reading_from(page_sources()))


@kept(2)
def _reading_from(sources: tuple[Option, ...]) -> str:
    return _inline("certification/wizard/reading_from.html", sources=sources)


def drawn_known(facts: Iterable[KnownFact], answer: str) -> SafeString:
    """Facts that nobody is asked for. ``answer``: what the link says that asks for one all the
    same; empty where the reader may not answer."""
    drawn = (
        _filled(
            _known(fact.key, fact.label, fact.says, bool(fact.text), answer),
            text=fact.text,
            url=fact.url,
        )
        for fact in facts
    )
    return mark_safe("".join(drawn))


@kept(2048)
def _known(key: str, label: str, says: str, has_text: bool, answer: str) -> str:
    text = _blank("text", "a value") if has_text else ""
    fact = KnownFact(key, label, text, says, _URL if answer else "")
    return _inline("certification/wizard/known.html", fact=fact, answer=answer)


def _row(row: TableRow) -> str:
    """The kept drawing of a row with what was typed filled in; what is chosen is part of it."""
    typed = {f"cell_{number}": cell.value for number, cell in enumerate(row.cells) if cell.typed}
    cells = (
        replace(cell, value=_blank(f"cell_{number}", cell.value)) if cell.typed else cell
        for number, cell in enumerate(row.cells)
    )
    return _filled(_blank_row(replace(row, cells=tuple(cells))), **typed)


@kept(1024)
def _blank_row(row: TableRow) -> str:
    return _inline("certification/wizard/row.html", row=row)


@kept(2048)
def _reasons(reasons: Reasons) -> str:
    return _render("certification/wizard/reasons.html", reasons=reasons)


@kept(64)
def _sources(sources: tuple[Option, ...]) -> str:
    return _render("certification/wizard/sources.html", sources=sources)


class _Criterion:
    """Carries a criterion past the key of its drawing, which knows it by hash and id alone."""

    def __init__(self, plan: Plan, node: Node) -> None:
        self.vocabulary, self.node = plan.evaluator.vocabulary, node
        self.key = (plan.content_hash, node.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Criterion) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def drawn_branches(
    plan: Plan, parts: Iterable[Node], states: Iterable[States], *, bars: bool
) -> SafeString:
    """Criteria by how they stand, without sources and without answers."""
    drawn = (
        _branch(_Criterion(plan, part), stand, bars)
        for part, stand in zip(parts, states, strict=True)
    )
    return mark_safe("".join(drawn))


@kept(4096)
def _branch(criterion: _Criterion, states: States, bars: bool) -> str:
    explained = explained_by(criterion.node, states, criterion.vocabulary)
    branch = branch_of(explained, None, bars=bars)
    return _render("certification/wizard/branch.html", b=branch)


def drawn_precautions(warned: Iterable[Warned]) -> SafeString:
    return mark_safe("".join(map(_precaution, warned)))


@kept(2048)
def _precaution(warned: Warned) -> str:
    return _inline("certification/wizard/precaution.html", p=warned)


def drawn_references(sources: Iterable[Source]) -> SafeString:
    return mark_safe(_references(tuple(sources)))


@kept(512)
def _references(sources: tuple[Source, ...]) -> str:
    return _render("components/references.html", references=sources) if sources else ""
