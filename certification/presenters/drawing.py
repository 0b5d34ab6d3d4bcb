"""What is drawn once and kept?

Rendering is most of the cost of a page. Some pieces look the same for everybody in the same state:
why a question is asked, a question without an answer or with one of those offered, a criterion that
is met. Whatever somebody has typed is drawn each time and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from certification.presenters.citations import Source
from certification.presenters.inputs import Option
from certification.presenters.questions import Question, Reasons
from certification.presenters.trees import Branch


def drawn_questions(questions: Iterable[Question]) -> SafeString:
    return mark_safe("".join(_common(q) if q.is_common else _question(q) for q in questions))


def drawn_branches(branches: Iterable[Branch]) -> SafeString:
    """The criteria of a tree that was made without sources: states and sentences, no answers."""
    return mark_safe("".join(_branch(branch) for branch in branches))


def drawn_references(sources: Iterable[Source]) -> SafeString:
    return mark_safe(_references(tuple(sources)))


@lru_cache(maxsize=512)
def _references(sources: tuple[Source, ...]) -> str:
    if not sources:
        return ""
    return get_template("components/references.html").render({"references": sources})


def _question(question: Question) -> str:
    return get_template("certification/wizard/question.html").render(
        {
            "q": question,
            "why": _reasons(question.reasons),
            "sources": _sources(question.sources),
        }
    )


@lru_cache(maxsize=4096)
def _common(question: Question) -> str:
    return _question(question)


@lru_cache(maxsize=2048)
def _reasons(reasons: Reasons) -> str:
    return get_template("certification/wizard/reasons.html").render({"reasons": reasons})


@lru_cache(maxsize=64)
def _sources(sources: tuple[Option, ...]) -> str:
    return get_template("certification/wizard/sources.html").render({"sources": sources})


@lru_cache(maxsize=4096)
def _branch(branch: Branch) -> str:
    return get_template("certification/wizard/branch.html").render({"b": branch})
