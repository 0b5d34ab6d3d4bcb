"""Does ``evaluate`` answer every line, from files without a database, and end as shells expect?"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from certification.actions.editorial import approve, start_review
from certification.actions.packs import load_pack
from certification.criteria.codec import content_hash
from certification.models import CriteriaVersion
from certification.packs import people
from certification.packs.pack import PROJECT, read_pack
from config.roles import Role
from tests.factories import UserFactory

from .conftest import SMALL, Write

SET = "examplimab-initial"
MET = {
    "course": "relapsing",
    "birth_date": "1990-05-01",
    "relapses": 2,
    "score": 3.5,
    "antibody": {"value": "negative", "observed_on": "2026-09-01"},
    "infection": False,
}


def lines(*people: Any) -> str:
    return "".join(p if isinstance(p, str) else json.dumps(p) + "\n" for p in people)


@pytest.fixture
def evaluate(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command in this process; gives the answers and the exit code."""

    def run(given: str, *args: str, key: str = SET, pack: Path | None = SMALL) -> Any:
        out = io.BytesIO()
        fake_in = SimpleNamespace(buffer=io.BytesIO(given.encode()))
        monkeypatch.setattr(sys, "stdin", fake_in)
        monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
        packs = ("--pack", str(pack)) if pack else ()
        code = 0
        try:
            call_command("evaluate", key, *packs, "--as-of", "2026-11-22", *args)
        except SystemExit as ended:
            code = int(str(ended.code))
        return SimpleNamespace(text=out.getvalue().decode(), code=code)

    return run


def answers(done: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.text.splitlines()]


def test_an_answer_has_what_the_interface_promises(evaluate: Any) -> None:
    done = evaluate(lines({"id": "a", "facts": MET}))
    assert done.code == 0
    assert answers(done) == [
        {
            "id": "a",
            "criteria_set": SET,
            "version": "1",
            "content_hash": content_hash(read_pack(SMALL).document(SET)),
            "indications": "met",
            "contraindications": "not_met",
            "recommendation": "certify",
            "unmet": [],
            "missing": [],
            "shortest": [],
            "precautions": [],
        }
    ]


def test_what_is_missing_and_what_would_be_enough(evaluate: Any) -> None:
    facts = {key: value for key, value in MET.items() if key not in {"infection", "score"}}
    (answer,) = answers(evaluate(lines({"id": 1, "facts": facts})))
    assert answer["recommendation"] == "pend"
    assert answer["missing"] == ["score", "earlier_drug_count", "longest_trial_months", "infection"]
    assert answer["shortest"] == ["score", "infection"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": 7, "facts": {"cours": "relapsing"}}', "did you mean course?"),
        ('{"id": 7, "facts": {"course": "remitting"}}', "choices are relapsing, progressive"),
        ('{"id": 7, "facts": {"score": 3.3}}', "3.3 is not a multiple of 0.5"),
        ('{"id": 7, "facts": {"score": 11}}', "11 is above the maximum of 10"),
        ('{"id": 7, "facts": {"birth_date": "2026-11-23"}}', "in the future"),
        ('{"id": 7, "facts": {"birth_date": "1899-12-31"}}', "below the minimum"),
        ('{"id": 7, "facts": {"infection": "yes"}}', "not true or false"),
        ('{"id": 7, "facts": [1]}', "not an object of fact keys and answers"),
        ('{"id": 7, "fact": {}}', "there are no facts"),
        ("nonsense", "not JSON"),
        ("[1, 2]", "not an object"),
        ('{"id": 7, "facts": {"score": NaN}}', "not JSON"),
        ("[" * 5000, "not JSON"),
    ],
)
def test_a_bad_line_gets_its_error_and_the_rest_goes_on(
    evaluate: Any, line: str, says: str
) -> None:
    good = {"id": "good", "facts": MET}
    done = evaluate(lines(good, line + "\n", good))
    first, bad, last = answers(done)
    assert first == last
    assert bad["line"] == 2
    assert says in bad["error"]
    assert bad.get("id") == (7 if '"id"' in line and "not JSON" not in says else None)
    assert done.code == 1


def test_bytes_that_are_no_text_are_one_bad_line() -> None:
    done = run_in_shell(b'{"id": 1, "facts": {}}\n\xff\xfe\n{"id": 3, "facts": {}}\n')
    assert [json.loads(line).get("id") for line in done.stdout.splitlines()] == [1, None, 3]
    assert done.returncode == 1


def test_a_line_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MAX_LINE_BYTES", 10)
    stream = io.BytesIO(
        b"\xef\xbb\xbfshort\n" + b"x" * 95 + b"\n" + b"exactly 10" + b"\n" + b"y" * 35
    )
    kept = list(people.bounded_lines(stream))
    assert kept == [b"short\n", b"x" * 11, b"exactly 10\n", b"y" * 11]


def test_given_and_computed_disagree(evaluate: Any) -> None:
    (answer,) = answers(evaluate(lines({"id": 1, "facts": MET | {"age_years": 40}})))
    assert answer["recommendation"] == "certify"
    assert answer["conflicts"] == [{"fact": "age_years", "given": 40, "computed": 36}]


def test_contradictory_facts_are_flagged_and_not_used(evaluate: Any) -> None:
    (answer,) = answers(evaluate(lines({"id": 1, "facts": MET | {"antibody_index": 2.1}})))
    assert answer["recommendation"] == "pend"
    assert answer["contradictions"][0]["says"] == "The antibody is negative, but the index is not."


def test_the_explanation_on_request(evaluate: Any) -> None:
    (answer,) = answers(evaluate(lines({"id": 1, "facts": MET}), "--explain"))
    adult = answer["explanation"]["trees"]["indications"]["children"][1]
    assert (adult["id"], adult["truth"]) == ("adult", "met")
    assert adult["cite"] == [{"ref": "example-guideline", "at": "p. 2"}]
    assert adult["facts"][0]["value"] == 36


def test_the_answer_as_text(evaluate: Any) -> None:
    refused = {"id": "b", "facts": MET | {"infection": True}}
    done = evaluate(lines(refused, "nonsense\n"), "--format", "text", "--explain")
    head, *rest = done.text.splitlines()
    assert head == "b: refer (indications met, contraindications met)"
    assert "  unmet: infected" in rest
    assert "      [met] There is an active infection." in rest
    assert rest[-1].startswith("(no id): line 2: this is not JSON")


def test_an_unknown_set_names_the_closest(evaluate: Any) -> None:
    with pytest.raises(CommandError, match="There are: examplimab-initial"):
        evaluate("", key="examplimab-intial")


def test_a_broken_pack_is_told_with_its_lines(evaluate: Any, write: Write) -> None:
    folder = write("facts:\n- {key: a, label: A, type: bool}\n")
    with pytest.raises(CommandError, match=r"1\.yaml:2: facts\.a\.type: found 'bool'"):
        evaluate("", pack=folder)


def test_a_file_that_is_not_there(evaluate: Any, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        evaluate("", str(tmp_path / "nobody.jsonl"))


@pytest.mark.django_db
def test_without_a_pack_the_version_in_force_answers(evaluate: Any, now: datetime) -> None:
    load_pack(by=None, now=now, pack=read_pack(SMALL))
    with pytest.raises(CommandError, match="no criteria in force on 2026-11-22"):
        evaluate("", pack=None)
    approver, version = UserFactory(roles=[Role.CONTENT_APPROVER]), CriteriaVersion.objects.get()
    start_review(by=approver, now=now, obj=version)
    approve(by=approver, now=now, obj=version)
    given = lines({"id": "a", "facts": MET})
    assert evaluate(given, pack=None).text == evaluate(given).text
    with pytest.raises(CommandError, match="There are: examplimab-initial"):
        evaluate("", pack=None, key="examplimab")


def run_in_shell(given: bytes) -> Any:
    """The command as another program runs it, where no database can be reached."""
    url = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    return subprocess.run(
        [sys.executable, "manage.py", "evaluate", SET, "--pack", str(SMALL), "-"],
        cwd=PROJECT,
        input=given,
        capture_output=True,
        check=False,
        env={**os.environ, "DEBUG": "1", **url},
    )


def test_a_closed_pipe_ends_it_without_a_word() -> None:
    person = json.dumps({"id": "a", "facts": MET})
    command = (
        f"yes '{person}' | {sys.executable} manage.py evaluate {SET} --pack {SMALL} - | head -1; "
        'echo "${PIPESTATUS[1]}"'
    )
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DEBUG": "1"},
    )
    answer, code = done.stdout.splitlines()
    assert json.loads(answer)["id"] == "a"
    assert code == "141"
    assert done.stderr == ""
