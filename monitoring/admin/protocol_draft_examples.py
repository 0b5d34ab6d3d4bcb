"""How does an author see what a draft plans for a person, and keep the person as an example?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from certification.admin.base import today
from certification.admin.draft_base import DraftPages
from certification.criteria.entries import with_added, with_entry
from certification.criteria.facts import FactType
from certification.presenters.draft_pages import draft_url
from certification.presenters.try_out import entries_of, person_groups
from monitoring.drafting import ProtocolStanding
from monitoring.forms.protocol_drafts import CourseForm, KeepForm
from monitoring.models import ProtocolDraft
from monitoring.presenters.protocol_drafts import example_rows
from monitoring.presenters.protocol_preview import YEARS, Preview, preview_of

MONTHS = 12 * YEARS
EXPECTED = ("horizon_months", "expect", "nothing_for", "clear_to_infuse", "reasons")
"""What an example says of its plan."""


class ProtocolExamplePages(DraftPages):
    def examples_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Every worked example with what comes out now; removes one."""
        draft = self.draft_of(request, object_id)
        again = partial(self._examples_page, request, draft)
        if request.method != "POST":
            return again()
        number = _number(request.POST.get("remove", ""), draft)
        if number is None:
            messages.error(request, "This example is not there any more.")
            return again(status=409)
        kept = [e for at, e in enumerate(draft.content["examples"]) if at != number]
        content = {**draft.content, "examples": kept}
        to = draft_url(draft, "examples")
        return self.keep(
            request, draft, content, "The example was removed.", to, lambda _: again(status=409)
        )

    def _examples_page(
        self, request: HttpRequest, draft: ProtocolDraft, status: int = 200
    ) -> HttpResponse:
        standing = self.standing(draft)
        rows = example_rows(draft, standing)
        return self.page(
            request, draft, standing, "examples", "examples",
            status=status, rows=rows, readable=standing.planner is not None,
        )  # fmt: skip

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Five years of a sample person; ``act`` keeps the person as a worked example."""
        draft = self.draft_of(request, object_id)
        standing = self.standing(draft)
        if standing.planner is None:
            return self.page(request, draft, standing, "preview", "preview", unreadable=True)
        number = _number(request.GET.get("example", ""), draft)
        example = draft.content["examples"][number] if number is not None else {}
        person = example.get("input") or {"start_on": today().isoformat()}
        form = CourseForm(
            request.POST if request.method == "POST" else None,
            person=person,
            tests=standing.tests,
            definitions=_asked(draft, standing),
            as_of=date.fromisoformat(example["as_of"]) if example.get("as_of") else today(),
        )
        sound = not form.is_bound or form.is_valid()
        out = (
            preview_of(standing, form.described(), form.day)
            if sound
            else Preview("Mend what is marked among the answers first.")
        )
        act, kept = request.POST.get("act"), draft.content["examples"]
        changes = act == "change"
        others = [e for at, e in enumerate(kept) if not changes or at != number]
        taken, shown = frozenset(e["name"] for e in others), example.get("name", "")
        show = partial(self._preview_page, request, draft, standing, number, form, out)
        if act not in ("keep", "change"):
            return show(KeepForm(taken=taken, example=shown), status=200 if sound else 422)
        keep = KeepForm(request.POST, taken=taken, example=shown)
        if not keep.is_valid() or not sound or out.expect is None:
            return show(keep, status=422)
        entry = _example(keep.cleaned_data, form, out, example)
        if changes and number is not None:
            content, said = with_entry(draft.content, "examples", number, entry), "Saved."
        else:
            content = with_added(draft.content, "examples", entry)
            said = "The example is kept with the draft."
        to = draft_url(draft, "examples")
        return self.keep(request, draft, content, said, to, lambda _: show(keep, status=409))

    def _preview_page(
        self,
        request: HttpRequest,
        draft: ProtocolDraft,
        standing: ProtocolStanding,
        number: int | None,
        form: CourseForm,
        out: Preview,
        keep: KeepForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        typed = form.typed if form.is_bound else entries_of(form.given)
        return self.page(
            request, draft, standing, "preview", "preview",
            status=status,
            examples=[(n, e["name"]) for n, e in enumerate(draft.content["examples"])],
            number=number,
            person=form,
            groups=person_groups(form.definitions, typed, _dated(form), form),
            out=out,
            keep=keep,
        )  # fmt: skip


def _asked(draft: ProtocolDraft, standing: ProtocolStanding) -> Any:
    """The questions of the conditions; what follows from the infusions themselves is not asked."""
    supplies = draft.content.get("supplies") or {}
    supplied = {one for one in supplies.values() if isinstance(one, str)}
    return {
        key: definition
        for key, definition in standing.facts.items()
        if key not in supplied and definition.derived is None
    }


def _dated(form: CourseForm) -> frozenset[str]:
    """A plan looks at the day of every answer; a date has its own."""
    dates = (FactType.DATE, FactType.ROWS)
    return frozenset(key for key, d in form.definitions.items() if d.type not in dates)


def _number(text: str, draft: ProtocolDraft) -> int | None:
    """The example that is meant; None when there is none of this number."""
    if not (text.isascii() and text.isdigit() and len(text) < 5):
        return None
    return int(text) if int(text) < len(draft.content["examples"]) else None


def _example(
    typed: Any, form: CourseForm, out: Preview, before: Mapping[str, Any]
) -> dict[str, Any]:
    """The person as a worked example, with what the plan says now, or what the example that was
    shown (``before``) expects already."""
    found, held = out.expect or {}, typed["held"]
    entry: dict[str, Any] = {
        "name": typed["name"],
        "as_of": form.day.isoformat(),
        "horizon_months": MONTHS,
        "input": form.described(),
    }
    if "same" in held:
        entry |= {name: before[name] for name in EXPECTED if name in before}
    if "dates" in held and found["dates"]:
        entry["expect"] = found["dates"]
    if "clear" in held:
        entry["clear_to_infuse"] = found["clear"]
    return entry
