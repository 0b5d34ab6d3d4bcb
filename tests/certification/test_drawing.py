"""Is what is kept of a page free of persons, and drawn anew when anything it says changes?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from certification.presenters import drawing
from certification.presenters.drawing import (
    drawn_answers,
    drawn_content_status,
    drawn_known,
    drawn_links,
    drawn_navigation,
    drawn_steps,
    drawn_user_menu,
)
from certification.presenters.inputs import Cell, Option, TableRow
from certification.presenters.links import FactLink, StepLink
from certification.presenters.questions import KnownFact, Offer, Question, Reasons

TYPED = '<b>Mrs "O" & son</b>'
SAFE = "&lt;b&gt;Mrs &quot;O&quot; &amp; son&lt;/b&gt;"


def question(**fields: Any) -> Question:
    made: dict[str, Any] = {
        "key": "edss",
        "name": "a-edss",
        "label": "EDSS",
        "help": "",
        "reasons": Reasons("Why it is asked", (), ()),
        "kind": "number",
    }
    return Question(**made | fields)


def table(value: str, kind: str) -> Question:
    options = tuple(Option(o, o, o == value) for o in ("yes", "no")) if kind == "select" else ()
    cell = Cell("a-drugs-0-dose", "Dose", kind, value, options)
    row = TableRow("a-drugs-0", 1, (cell,), filled=True)
    return question(kind="rows", key="drugs", name="a-drugs", rows=(row,))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every drawing that could be kept, as it would be kept."""
    drawn: list[str] = []

    def render(template: str, **values: Any) -> str:
        text = original(template, **values)
        drawn.append(text)
        return text

    original = drawing._render
    monkeypatch.setattr(drawing, "_render", render)
    return drawn


@pytest.mark.parametrize(
    "fields",
    [
        {"value": TYPED},
        {"note": TYPED},
        {"typed_on": TYPED, "takes_date": True},
        {"worked_out": TYPED},
        {"offer": Offer(TYPED, "2026-000001", "today", too_old=False)},
        {"offer": Offer("4", TYPED, "today", too_old=False)},
        {"offer": Offer("4", "2026-000001", TYPED, too_old=True)},
        {"value": TYPED, "note": TYPED, "kind": "text"},
    ],
)
def test_what_a_person_typed_is_shown_escaped_and_not_kept(
    fields: dict[str, Any], kept: list[str]
) -> None:
    shown = drawn_answers([question(label=repr(sorted(fields)), **fields)], ())
    assert SAFE in shown
    assert "\ue000" not in shown
    assert kept
    assert not any("Mrs" in text for text in kept)


def test_one_answer_never_shows_for_another() -> None:
    pages = [
        drawn_answers([question(value=value, note=note)], ())
        for value, note in (("4", ""), ("5", ""), ("", ""), ("4", "n"), ("4", "m"))
    ]
    assert len(set(pages)) == len(pages)
    assert pages[0] == drawn_answers([question(value="4")], ())


def test_an_answer_that_looks_like_a_blank_stays_text() -> None:
    shown = drawn_answers([question(value="\ue000note\ue001", note="secret", kind="text")], ())
    assert shown.count("secret") == drawn_answers([question(note="secret")], ()).count("secret")


def test_rows_are_shown_escaped_and_not_kept(kept: list[str]) -> None:
    shown = drawn_answers([table(TYPED, "text"), table(TYPED, "date")], ())
    assert shown.count(SAFE) == 2
    assert shown.count('name="a-drugs-rows" value="1"') == 2
    assert "\ue000" not in shown
    assert kept
    assert not any("Mrs" in text for text in kept)


def test_one_row_never_shows_for_another() -> None:
    cells = [("4", "number"), ("5", "number"), ("", "number"), ("yes", "select"), ("no", "select")]
    pages = [drawn_answers([table(value, kind)], ()) for value, kind in cells]
    assert len(set(pages)) == len(pages)
    assert pages[0] == drawn_answers([table("4", "number")], ())


def test_a_row_that_looks_like_a_blank_stays_text() -> None:
    shown = drawn_answers([replace(table("\ue000note\ue001", "text"), note="secret")], ())
    assert shown.count("secret") == drawn_answers([question(note="secret")], ()).count("secret")


def test_what_is_known_belongs_to_its_page(kept: list[str]) -> None:
    def known(text: str, url: str) -> str:
        return drawn_known([KnownFact("edss", "EDSS", text, "", url)], "Answer differently")

    assert SAFE in known(TYPED, "/a/")
    assert 'href="/b/"' in known("4", "/b/")
    assert "href" not in drawn_known([KnownFact("edss", "EDSS", "4", "", "/b/")], "")
    assert not any("Mrs" in text or "/a/" in text for text in kept)


def test_a_choice_is_drawn_with_what_is_chosen() -> None:
    options = (Option("yes", "Yes", chosen=True), Option("no", "No"))
    chosen = drawn_answers([question(kind="radios", options=options, value="yes")], ())
    assert chosen.count("checked") == 1
    none = tuple(Option(o.value, o.label) for o in options)
    assert "checked" not in drawn_answers([question(kind="radios", options=none)], ())


def test_addresses_are_filled_in() -> None:
    first, second = (drawn_links([FactLink("edss", "EDSS", url)]) for url in ("/a/?x&y", "/b/"))
    assert (first.count('href="/a/?x&amp;y"'), second.count('href="/b/"')) == (1, 1)
    steps = drawn_steps([StepLink("History", "/a/", "done"), StepLink("History", "/b/", "todo")])
    assert [steps.count(f'href="{url}"') for url in ("/a/", "/b/")] == [1, 1]
    assert steps.index(", done") < steps.index(", not started")


def test_the_navigation_follows_permissions_and_place() -> None:
    one = drawn_navigation(["view_cases"], "", "/cases/")
    assert drawn_navigation(["view_cases", "read_audit"], "", "/cases/") != one
    record = "/patients/6fab61e1-2d93-449b-a087-68d5a2946a70/"
    marked = drawn_navigation(["view_patients"], "", record)
    assert 'aria-current="true"' in marked
    assert 'aria-current="page"' in drawn_navigation(["view_patients"], "", "/patients/")
    assert "6fab61e1" not in marked


def test_the_menu_carries_the_name_and_token_of_its_own_page(kept: list[str]) -> None:
    signed_in = (("A", "t1"), ("B", "t2"))
    menus = [drawn_user_menu([], ["Nurse"], name, token) for name, token in signed_in]
    assert ["t1" in menu and ">A<" in menu for menu in menus] == [True, False]
    assert ["t2" in menu and ">B<" in menu for menu in menus] == [False, True]
    assert not any("t1" in text or "t2" in text for text in kept)
    assert drawn_user_menu(["view_monitoring"], ["Nurse"], "A", "t1") != menus[0]


def test_the_status_of_content_is_dated_in_the_zone_of_the_page(now: Any) -> None:
    content = {"status": "approved", "word": "Approved", "updated_on": now.replace(hour=3)}
    dates = []
    for zone in ("Asia/Tokyo", "America/Los_Angeles"):
        with timezone.override(zone):
            dates.append(drawn_content_status(content))
    assert dates[0] != dates[1]
    assert drawn_content_status(content | {"status": "retired"}) not in dates


def test_while_developing_everything_is_drawn_anew(kept: list[str], settings: Any) -> None:
    for debug, times in ((False, 1), (True, 3)):
        settings.DEBUG = debug
        kept.clear()
        for _ in range(3):
            drawn_links([FactLink("key", f"Only in this test, {debug}", "/a/")])
        assert len(kept) == times
