"""Are tables of risk written cell by cell, each mistake in place, and unchanged ones the same?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from certification.criteria.editing import CannotEdit
from certification.criteria.facts import FactDefinition, FactType
from monitoring.schedule import drafts, risk_drafts
from monitoring.schedule.draft_changes import changes_between
from monitoring.schedule.risk_drafts import RISK, closed_risk, opened_risk, risk_mistakes

POSITIVE = {"fact": "antibody", "op": "eq", "value": "positive"}
DATA: dict[str, Any] = {
    "fact": "stratum",
    "tables": [
        {"key": "t", "title": "A table", "unit": "in 1,000", "verified": "stored",
         "cite": [{"ref": "label_a"}],
         "columns": [{"key": "yes", "label": "Positive", "when": POSITIVE},
                     {"key": "else", "label": "Not known", "when": {"any": []}}],
         "rows": [{"first": 1, "last": 12, "values": {"yes": 0.1, "else": "below 1"}},
                  {"first": 13, "last": 24, "values": {"yes": 2}}]},
    ],
}  # fmt: skip
VOCABULARY = {"stratum": FactDefinition("stratum", "Group of risk", FactType.CHOICE)}
PLAIN: dict[str, Any] = {"rules": [], "clearance": [], "interpretations": [], "keeps": [],
                         "tests": [], "examples": []}  # fmt: skip
Change = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def content() -> dict[str, Any]:
    return drafts.opened_protocol({**PLAIN, RISK: DATA})


def test_what_is_not_changed_comes_back_as_it_was(content: dict[str, Any]) -> None:
    assert closed_risk(content[RISK]) == DATA
    assert closed_risk(opened_risk(None)) is None
    assert list(risk_mistakes(content, VOCABULARY)) == []
    assert list(risk_mistakes({RISK: opened_risk(None)}, VOCABULARY)) == []


def test_a_column_is_a_tree_by_name(content: dict[str, Any]) -> None:
    assert drafts.tree_named(content, "risk.0.0")["fact"] == "antibody"
    assert drafts.says_nothing(drafts.tree_named(content, "risk.0.1"))
    changed = drafts.with_tree(content, "risk.0.1", drafts.tree_named(content, "risk.0.0"))
    assert closed_risk(changed[RISK])["tables"][0]["columns"][1]["when"] == POSITIVE
    for gone in ("risk.1.0", "risk.0.2", "risk.0", "risk"):
        with pytest.raises(CannotEdit):
            drafts.tree_named(content, gone)


def test_tables_columns_and_rows_are_added(content: dict[str, Any]) -> None:
    more = risk_drafts.with_new_table(risk_drafts.with_new_table(content))
    assert [table["key"] for table in more[RISK]["tables"]] == ["t", "table_1", "table_2"]
    table = risk_drafts.with_new_column(more[RISK]["tables"][0])
    assert table["columns"][2]["key"] == "column_1"
    assert risk_drafts.with_new_row(table)["rows"][2] == {"first": 25, "last": 36, "values": {}}
    first = risk_drafts.with_new_row(more[RISK]["tables"][1])["rows"][0]
    assert (first["first"], first["last"]) == (1, 12)


def test_a_column_goes_with_its_figures(content: dict[str, Any]) -> None:
    table = risk_drafts.without_column(content[RISK]["tables"][0], 0)
    assert [column["key"] for column in table["columns"]] == ["else"]
    assert [row["values"] for row in table["rows"]] == [{"else": "below 1"}, {}]


def _table(**changes: Any) -> Change:
    return lambda content: risk_drafts.with_table(
        content, 0, {**content[RISK]["tables"][0], **changes}
    )


def _rows(*rows: tuple[int, int, dict[str, str]]) -> Change:
    return _table(rows=[{"first": a, "last": b, "values": v} for a, b, v in rows])


FIGURE = {"yes": "1"}


@pytest.mark.parametrize(
    ("change", "place", "field", "says"),
    [
        (lambda c: {**c, RISK: {**c[RISK], "fact": ""}}, "risk", "fact", "names the group"),
        (lambda c: {**c, RISK: {**c[RISK], "fact": "gone"}}, "risk", "fact", "“gone” any more"),
        (_table(title=""), "risk.0", "title", "a title"),
        (_table(unit=""), "risk.0", "unit", "in what"),
        (_table(verified=""), "risk.0", "verified", "how surely"),
        (_table(cite=[]), "risk.0", "cite", "has a source"),
        (_rows(), "risk.0", "rows", "figures of a period"),
        (_rows((5, 4, FIGURE)), "risk.0", "rows", "Row 1 ends before"),
        (_rows((1, 12, FIGURE), (12, 20, FIGURE)), "risk.0", "rows", "Row 2 begins before"),
        (_rows((1, 12, {})), "risk.0", "rows", "Row 1 has no figures"),
    ],
)
def test_what_is_missing_is_told_at_its_table(
    content: dict[str, Any], change: Change, place: str, field: str, says: str
) -> None:
    (mistake,) = risk_mistakes(change(content), VOCABULARY)
    assert (mistake.place, mistake.field) == (place, field)
    assert says in mistake.says


def test_a_heading_is_asked_for(content: dict[str, Any]) -> None:
    table = risk_drafts.with_new_column(content[RISK]["tables"][0])
    (mistake,) = risk_mistakes(risk_drafts.with_table(content, 0, table), VOCABULARY)
    assert mistake.says == "Column 3 has no heading."


def test_the_trail_names_the_figure_that_changed(content: dict[str, Any]) -> None:
    changed = _rows((1, 12, {"yes": "0.2", "else": "below 1"}), (13, 24, {"yes": "2"}))(content)
    assert changes_between(content, changed) == {"table t yes, months 1 to 12": ["0.1", "0.2"]}
    assert changes_between(content, content) == {}
