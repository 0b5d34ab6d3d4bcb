"""A step of the wizard as a browser would send it back."""

from __future__ import annotations

from typing import Any

from certification.models import Answer, Case
from tests.certification.views.conftest import case_url


def sent(case: Case, **typed: Any) -> dict[str, Any]:
    """A form as the page would send it: every question named was on the page."""
    case.refresh_from_db()
    data: dict[str, Any] = {"revision": case.revision, "save": "1"}
    for key, value in typed.items():
        name = f"a-{key.partition('__')[0]}"
        data[f"{name}-asked"] = "1"
        suffix = key.partition("__")[2].replace("__", "-")
        data[f"{name}-{suffix}" if suffix else name] = value
    return data


def first(case: Case) -> str:
    return case_url("-step", case, "questions-1")


def second(case: Case) -> str:
    return case_url("-step", case, "questions-2")


def answer_to(case: Case, key: str) -> Answer | None:
    return case.answers.filter(fact_key=key).first()
