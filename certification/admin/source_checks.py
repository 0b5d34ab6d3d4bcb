"""What is wrong with the sources of the content, and where is it mended?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.http import urlencode

from certification.admin.base import today
from certification.admin.findings import (
    LEVEL_TAGS,
    LEVEL_TITLES,
    RULE_TITLES,
    content_urls,
    finding_line,
    kept_findings,
)
from certification.lint.findings import Finding

PAGE = 100
FILTERS = ("level", "rule", "kind")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, with how many findings it leaves under the other filters."""

    title: str
    count: int
    url: str
    chosen: bool
    tag: str = ""


class SourceChecks:
    """Adds the page to the admin of references."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.checks_view)
        name = "certification_reference_checks"
        return [path("checks/", view, name=name), *super().get_urls()]

    def checks_view(self, request: HttpRequest) -> HttpResponse:
        self._check_view(request)
        found = kept_findings(today())
        wanted = {
            name: request.GET[name] for name in FILTERS if request.GET.get(name)
        }  # fmt: skip
        chosen = [one for one in found if _fits(one, wanted)]
        number = request.GET.get("page", "")
        page = (
            max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1
        )
        shown = chosen[(page - 1) * PAGE : page * PAGE]
        urls = content_urls() if shown else {}
        context = {
            **self.admin_site.each_context(request),
            "title": "Source checks",
            "opts": self.opts,
            "levels": _choices("level", dict(LEVEL_TITLES), found, wanted, LEVEL_TAGS),
            "rules": _choices("rule", dict(RULE_TITLES), found, wanted),
            "kinds": _choices("kind", _kind_titles(found), found, wanted),
            "filtered": bool(wanted),
            "total": len(chosen),
            "everything": len(found),
            "lines": [finding_line(one, urls) for one in shown],
            "before": _query(wanted, page=page - 1) if page > 1 else "",
            "after": _query(wanted, page=page + 1) if len(chosen) > page * PAGE else "",
            "first": (page - 1) * PAGE + 1,
            "last": (page - 1) * PAGE + len(shown),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/certification/source_checks.html", context)


def _fits(finding: Finding, wanted: Mapping[str, str]) -> bool:
    return all(str(getattr(finding, name)) == value for name, value in wanted.items())


def _kind_titles(found: Iterable[Finding]) -> dict[str, str]:
    return {kind: kind.capitalize() for kind in sorted({one.kind for one in found})}


def _choices(
    name: str,
    titles: Mapping[Any, str],
    found: Iterable[Finding],
    wanted: Mapping[str, str],
    tags: Mapping[Any, str] | None = None,
) -> list[Choice]:
    others = {key: value for key, value in wanted.items() if key != name}
    counts = Counter(str(getattr(one, name)) for one in found if _fits(one, others))
    here = wanted.get(name, "")
    choices = [Choice("All", sum(counts.values()), _query(others), not here)]
    for value, title in titles.items():
        count, chosen = counts[str(value)], here == str(value)
        if count or chosen:
            url = _query(others | {name: str(value)})
            choices.append(Choice(title, count, url, chosen, (tags or {}).get(value, "")))
    return choices


def _query(wanted: Mapping[str, str], **more: Any) -> str:
    return "?" + urlencode({**wanted, **more})
