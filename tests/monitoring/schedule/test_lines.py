"""Does ``plan_monitoring`` answer line by line, and say what is wrong with a bad line?"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[3]
GOOD = {
    "id": "p1",
    "start_on": "2026-01-15",
    "doses": ["2026-01-15"],
    "facts": {"jcv_antibody_status": "negative"},
    "results": [{"test": "jcv_antibody", "on": "2026-01-02"}],
}
ITEM_KEYS = {
    *("rule", "test", "occurrence", "window_opens_on", "due_on", "overdue_on", "state", "because"),
}


class Out:
    """Stands in for standard output."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()

    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.buffer.getvalue().splitlines()]


def answers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *lines: object, **options: Any
) -> tuple[list[dict[str, Any]], int]:
    """The answers and the exit code."""
    file = tmp_path / "people.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")
    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    given = {"pack": ["shipped"], "as_of": "2026-02-01", **options}
    arguments = ["natalizumab-monitoring", str(file), "--as-of", given["as_of"]]
    for folder in given["pack"]:
        arguments += ["--pack", folder]
    if "months" in given:
        arguments += ["--horizon-months", str(given["months"])]
    if given.get("explain"):
        arguments.append("--explain")
    code = 0
    try:
        call_command("plan_monitoring", *arguments)
    except SystemExit as end:
        code = int(end.code or 0)
    return out.answers(), code


def test_one_person(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (answer,), code = answers(monkeypatch, tmp_path, GOOD)
    assert code == 0
    assert answer["id"] == "p1"
    assert all(set(item) == ITEM_KEYS for item in answer["due_items"])
    assert {
        "rule": "nat_jcv_negative_6m",
        "test": "jcv_antibody",
        "occurrence": 1,
        "window_opens_on": "2026-06-02",
        "due_on": "2026-07-02",
        "overdue_on": "2026-07-16",
        "state": "upcoming",
        "because": "6 months after the last anti-JCV antibody test on 2 Jan 2026. While negative, "
        "test again every 6 months. Source: smpc_tysabri (section 4.4), ema_2016_pml, "
        "mcguigan_2016, seed_1 (article statement M2).",
    } in answer["due_items"]
    assert answer["clear_to_infuse"]["answer"] == "no"
    assert all(isinstance(reason, str) for reason in answer["clear_to_infuse"]["reasons"])
    assert answer["notes"]


def test_explain_adds_what_a_program_wants(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (answer,), _ = answers(monkeypatch, tmp_path, GOOD, explain=True)
    first = answer["due_items"][0]
    assert set(first) - ITEM_KEYS == {
        *("key", "level", "projected", "done_on", "cite", "verified"),
    }
    assert answer["clear_to_infuse"]["obstacles"][0]["kind"] == "not_documented"


def test_the_horizon_is_in_months(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for months, last in ((5, "2026-07-01"), (6, "2026-08-01"), (0, "2026-02-01")):
        (answer,), _ = answers(monkeypatch, tmp_path, GOOD, months=months)
        assert max(i["due_on"] for i in answer["due_items"] if i["state"] != "done") <= last


BAD = [
    ("rubbish", "this is not JSON"),
    ("[1]", "[1] is not an object"),
    ({"id": "p"}, "start_on: a date is required"),
    ({**GOOD, "start_on": "2026-02-30"}, "start_on: '2026-02-30' is not a date"),
    ({**GOOD, "start_on": "9999-12-31"}, "start_on: 9999-12-31 is above the maximum"),
    ({**GOOD, "doses": "2026-01-15"}, "doses: '2026-01-15' is not a list"),
    ({**GOOD, "doses": ["2026-02-02"]}, "doses.0: 2026-02-02 is in the future"),
    ({**GOOD, "doses": [None]}, "doses.0: a date is required"),
    ({**GOOD, "stopped_on": "2026-01-01"}, "stopped_on: 2026-01-01 is before the start"),
    ({**GOOD, "stopped_on": "2026-03-01"}, "stopped_on: 2026-03-01 is in the future"),
    ({**GOOD, "next_infusion": "2026-03-01"}, "did you mean next_infusion_on?"),
    ({**GOOD, "facts": ["x"]}, "facts: ['x'] is not a mapping"),
    ({**GOOD, "facts": {"jcv_indexx": 1}}, "did you mean jcv_index?"),
    ({**GOOD, "facts": {"jcv_index": 11}}, "facts.jcv_index: 11 is above the maximum of 10"),
    ({**GOOD, "results": [{"test": "jcv"}]}, "results.0.test: there is no test 'jcv'"),
    ({**GOOD, "results": [{"test": ["x"], "on": "2026-01-01"}]}, "results.0.test: there is no"),
    ({**GOOD, "results": [{"test": "cbc"}]}, "results.0.on: a date is required"),
    ({**GOOD, "results": [{"test": "cbc", "on": "2026-02-02"}]}, "results.0.on: 2026-02-02 is in"),
    (
        {**GOOD, "results": [{"test": "cbc", "on": "2026-01-02", "facts": {"sex": "x"}}]},
        "results.0.facts.sex: 'x' is not offered",
    ),
    ({**GOOD, "results": ["cbc"]}, "results.0: 'cbc' is not an object"),
]


@pytest.mark.parametrize(("line", "message"), BAD)
def test_a_bad_line_is_told_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: object, message: str
) -> None:
    (first, wrong, last), code = answers(monkeypatch, tmp_path, GOOD, line, {**GOOD, "id": "p3"})
    assert code == 1
    assert (first["id"], last["id"]) == ("p1", "p3")
    assert wrong["line"] == 2
    assert message in wrong["error"]
    assert wrong.get("id") == (line.get("id") if isinstance(line, dict) else None)


def test_empty_lines_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found, code = answers(monkeypatch, tmp_path, GOOD, "", "  ", {**GOOD, "id": "p2"})
    assert [answer["id"] for answer in found] == ["p1", "p2"]
    assert code == 0


def test_results_of_other_protocols_tests_are_no_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    person = {**GOOD, "results": [{"test": "lvef", "on": "2026-01-02"}]}
    (answer,), code = answers(monkeypatch, tmp_path, person)
    assert code == 0
    assert "lvef" not in {item["test"] for item in answer["due_items"]}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["natalizumab", "--pack", "shipped"], "natalizumab-monitoring"),
        (["natalizumab-monitoring", "--pack", "/nowhere"], "no such folder"),
        (["natalizumab-monitoring", "--pack", "shipped", "/nowhere.jsonl"], "No such file"),
        (["natalizumab-monitoring", "--pack", "shipped", "--as-of", "soon"], "not a date"),
        (["natalizumab-monitoring", "--pack", "shipped", "--horizon-months", "-1"], "months"),
        (["natalizumab-monitoring", "--pack", "shipped", "--horizon-months", "9999"], "1200"),
    ],
)
def test_what_the_command_refuses(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("plan_monitoring", *arguments)


def test_from_standard_input_without_a_database(tmp_path: Path) -> None:
    """As other people's scripts call it; with --pack no database is opened."""
    environment = {
        **os.environ,
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/absent/none.sqlite3",
    }
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "plan_monitoring", "alemtuzumab-monitoring"),
            *("--as-of", "2026-02-01", "--pack", "certification/content"),
            *("--pack", "monitoring/content", "-"),
        ],
        input=json.dumps({"id": 7, "start_on": "2026-01-31"}).encode(),
        capture_output=True,
        cwd=ROOT,
        env=environment,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["id"] == 7
    dates = [i["due_on"] for i in answer["due_items"] if i["rule"] == "alem_cbc_monthly"]
    assert dates[:3] == ["2026-02-28", "2026-03-31", "2026-04-30"]
