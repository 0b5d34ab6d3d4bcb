"""How does an author try a draft on a sample person, and keep the person as a worked example?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from certification.admin.base import today
from certification.admin.draft_base import DraftPages
from certification.criteria.drafts import Content
from certification.criteria.needs import asked_facts
from certification.criteria.tree import CriteriaSet
from certification.drafting import DraftStanding
from certification.forms.try_out import HELD, ExpectForm, PersonForm
from certification.models import CriteriaDraft
from certification.presenters.draft_pages import draft_url
from certification.presenters.therapies import example_line
from certification.presenters.try_out import (
    TriedOut,
    dated_facts,
    entries_of,
    person_groups,
    tried_out,
)

USUALLY_HELD = ("unmet", "missing", "precautions")


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A worked example of a draft as it comes out now. ``problem``: why it was not run."""

    number: int
    name: str
    url: str
    expected: str
    found: str
    passed: bool
    differs: str
    problem: str
    facts: list[dict[str, str]]


class ExamplePages(DraftPages):
    def examples_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every worked example with what comes out now; removes one."""
        draft = self.draft_of(request, object_id)
        if request.method != "POST":
            return self._examples_page(request, draft)
        number = _number(request.POST.get("remove", ""), draft)
        again = partial(self._examples_page, request, draft, status=409)
        if number is None:
            messages.error(request, "This example is not there any more.")
            return again()
        kept = [e for at, e in enumerate(draft.content["examples"]) if at != number]
        content = {**draft.content, "examples": kept}
        to = draft_url(draft, "examples")
        return self.keep(request, draft, content, "The example was removed.", to, lambda _: again())

    def try_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """A sample person, from an example or typed; ``act`` keeps the person as an example."""
        draft = self.draft_of(request, object_id)
        standing = self.standing(draft)
        criteria_set = standing.criteria_set
        if criteria_set is None:
            return self.page(request, draft, standing, "try", "try", unreadable=True)
        number = _number(request.GET.get("example", ""), draft)
        example = draft.content["examples"][number] if number is not None else {}
        as_of = date.fromisoformat(example["as_of"]) if example.get("as_of") else today()
        given = {k: v for k, v in example.get("facts", {}).items() if k in standing.vocabulary}
        person = PersonForm(
            request.POST if request.method == "POST" else None,
            definitions=asked_facts(criteria_set, standing.vocabulary),
            given=given,
            as_of=as_of,
        )
        sound = not person.is_bound or person.is_valid()
        out = (
            tried_out(criteria_set, standing.vocabulary, person.facts, person.day)
            if sound
            else TriedOut(problem="Mend what is marked among the answers first.")
        )
        taken = frozenset(e["name"] for e in draft.content["examples"]) - {example.get("name")}
        act = request.POST.get("act", "try")
        show = partial(self._try_page, request, draft, standing, criteria_set, number, person, out)
        if act not in ("keep", "replace"):
            return show(self._expectation(example, out, taken), status=200 if sound else 422)
        if act == "keep" and example:
            taken = taken | {example["name"]}
        expect = ExpectForm(request.POST, taken=taken)
        if not expect.is_valid() or not sound or out.found is None:
            return show(expect, status=422)
        entry = _example(expect.cleaned_data, person, out, example)
        return self._keep_example(request, draft, number if act == "replace" else None, entry, show)

    def _keep_example(
        self, request: HttpRequest, draft: CriteriaDraft, number: int | None, entry: Any, show: Any
    ) -> HttpResponse:
        examples = list(draft.content["examples"])
        if number is None:
            examples.append(entry)
        else:
            examples[number] = entry
        content: Content = {**draft.content, "examples": examples}
        expect = ExpectForm(request.POST, taken=frozenset())
        to, said = draft_url(draft, "examples"), "The example is kept with the draft."
        return self.keep(request, draft, content, said, to, lambda _: show(expect, status=409))

    def _expectation(self, example: Any, out: TriedOut, taken: frozenset[str]) -> ExpectForm:
        expect = example.get("expect", {})
        held = [name for name, _ in HELD if name in expect] if expect else list(USUALLY_HELD)
        initial = {
            "name": example.get("name", ""),
            "recommendation": expect.get("recommendation") or out.recommendation,
            "held": held,
        }
        return ExpectForm(initial=initial, taken=taken)

    def _try_page(
        self,
        request: HttpRequest,
        draft: CriteriaDraft,
        standing: DraftStanding,
        criteria_set: CriteriaSet,
        number: int | None,
        person: PersonForm,
        out: TriedOut,
        expect: ExpectForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        typed = person.typed if person.is_bound else entries_of(person.given)
        dated = dated_facts(criteria_set, person.definitions)
        return self.page(
            request, draft, standing, "try", "try",
            status=status,
            examples=[(n, e["name"]) for n, e in enumerate(draft.content["examples"])],
            number=number,
            person=person,
            groups=person_groups(person.definitions, typed, dated, person),
            out=out,
            expect=expect,
        )  # fmt: skip

    def _examples_page(
        self, request: HttpRequest, draft: CriteriaDraft, status: int = 200
    ) -> HttpResponse:
        standing = self.standing(draft)
        rows = [
            self._row(draft, standing, number) for number in range(len(draft.content["examples"]))
        ]
        return self.page(request, draft, standing, "examples", "examples", status=status, rows=rows)

    def _row(self, draft: CriteriaDraft, standing: DraftStanding, number: int) -> ExampleRow:
        example, result = draft.content["examples"][number], standing.results.get(number)
        line = example_line(result, standing.vocabulary, today()) if result else None
        place = f"examples.{number}"
        says = next((m.says for m in standing.mistakes if m.place == place), "")
        return ExampleRow(
            number=number,
            name=example["name"],
            url=f"{draft_url(draft, 'try')}?example={number}",
            expected=line.expected if line else str(example["expect"].get("recommendation", "")),
            found=line.found if line else "",
            passed=bool(line and line.passed),
            differs=line.differs if line else "",
            problem=says if result is None else "",
            facts=line.facts if line else [],
        )


def _number(text: str, draft: CriteriaDraft) -> int | None:
    """The example that is meant; None when there is none of this number."""
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        return None
    return int(text) if int(text) < len(draft.content["examples"]) else None


def _example(typed: Any, person: PersonForm, out: TriedOut, before: Any) -> dict[str, Any]:
    """The person as a worked example, with the day on which the answers were true."""
    found = out.found or {}
    expect = {"recommendation": typed["recommendation"]}
    expect |= {name: found[name] for name, _ in HELD if name in typed["held"]}
    entry = {"name": typed["name"], "facts": person.facts, "expect": expect}
    if before.get("as_of") or person.day != today() or not before:
        entry["as_of"] = person.day.isoformat()
    return entry
