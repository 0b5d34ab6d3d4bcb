"""Do protocols go out of the database as a pack and come back the same, and is a change told?"""

from __future__ import annotations

import io
from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from certification.actions.packs import load_pack
from certification.criteria.codec import vocabulary_from_data
from certification.packs.pack import folders_of, read_pack
from monitoring.actions.protocols import load_protocols
from monitoring.models import ProtocolVersion
from monitoring.schedule.changes import changes_in_words
from monitoring.schedule.codec import document
from tests.factories.monitoring import FACTS, PROTOCOL


@pytest.mark.django_db
def test_export_then_load_gives_the_same_protocols(tmp_path: Path, now: datetime) -> None:
    shipped = read_pack(*folders_of(["shipped"]))
    for load in (load_pack, load_protocols):
        load(by=None, now=now, pack=shipped)
    before = dict(ProtocolVersion.objects.values_list("key", "content_hash"))
    out, told = tmp_path / "out", io.StringIO()
    call_command("content", "export", str(out), stdout=io.StringIO(), stderr=told)
    assert told.getvalue() == ""
    assert sorted(path.stem for path in (out / "protocols").iterdir()) == sorted(before)
    exported = read_pack(out)
    assert load_protocols(by=None, now=now, pack=exported)["protocols"] == {"same": len(before)}
    ProtocolVersion.objects.all().delete()
    load_protocols(by=None, now=now, pack=exported)
    assert dict(ProtocolVersion.objects.values_list("key", "content_hash")) == before

    same = io.StringIO()
    call_command("content", "diff", str(out), stdout=same)
    assert same.getvalue() == "The database has all of it already.\n"
    key = sorted(before)[0]
    file = out / "protocols" / f"{key}.yaml"
    version = ProtocolVersion.objects.get(key=key).version
    file.write_text(
        file.read_text(encoding="utf-8").replace("level: blocking", "level: advisory", 1),
        encoding="utf-8",
    )
    differs = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("content", "diff", str(out), stdout=differs)
    title, *lines = differs.getvalue().splitlines()
    assert title == f"changed: protocols {key} {version}"
    assert [line.partition(", ")[2] for line in lines] == ["level: “blocking” -> “advisory”"]

    ProtocolVersion.objects.filter(key=key).delete()
    with pytest.raises(SystemExit):
        call_command("content", "diff", str(out), stdout=differs)
    assert f"new: protocols {key} {version}\n" in differs.getvalue()


@pytest.mark.django_db
def test_export_says_which_protocol_asks_what_has_changed(tmp_path: Path, now: datetime) -> None:
    shipped = read_pack(*folders_of(["shipped"]))
    for load in (load_pack, load_protocols):
        load(by=None, now=now, pack=shipped)
    row = ProtocolVersion.objects.order_by("key").first()
    assert row is not None
    ProtocolVersion.objects.filter(pk=row.pk).update(content_hash="another")
    told = io.StringIO()
    call_command("content", "export", str(tmp_path / "out"), stdout=io.StringIO(), stderr=told)
    assert told.getvalue().startswith(f"{row.key} {row.version}: a question has changed")
    assert told.getvalue().count("\n") == 1


def changed(change: Callable[[Any], None]) -> list[str]:
    """What is said of a change to the protocol of the made-up therapy and its questions."""
    data = deepcopy({"protocol": PROTOCOL, "facts": FACTS})
    change(data)
    old = document(PROTOCOL, vocabulary_from_data(FACTS))
    new = document(data["protocol"], vocabulary_from_data(data["facts"]))
    return list(changes_in_words(old, new))


def rule(data: Any, key: str) -> Any:
    return next(one for one in data["protocol"]["rules"] if one["id"] == key)


CHANGES: list[tuple[Callable[[Any], Any], str]] = [
    (lambda d: d["protocol"].update(title="Other"),
     "Title: “Exemplumab, monitoring” -> “Other”"),
    (lambda d: rule(d, "antibody_6m").update(interval={"weeks": 1}),
     "Rule antibody_6m, interval: 6 months -> 1 week"),
    (lambda d: rule(d, "count_6m").update(level="blocking"),
     "Rule count_6m, level: nothing -> “blocking”"),
    (lambda d: rule(d, "scan_yearly").update(
        applies_when={"fact": "months_treated", "op": "gte", "value": 12}),
     "Rule scan_yearly, applies when: always -> “Months of treatment is at least 12”"),
    (lambda d: rule(d, "antibody_3m")["applies_when"].update(value="negative"),
     "Rule antibody_3m, applies when, value: 'positive' -> 'negative'"),
    (lambda d: d["protocol"]["rules"].pop(),
     "Rule checklist is left out: Ask before each infusion."),
    (lambda d: d["protocol"]["rules"].append(
        {"id": "more", "test": "cbc", "kind": "event", "says": "More.",
         "applies_when": {"fact": "suspected", "op": "is_true"}}),
     "Rule more is new: More."),
    (lambda d: d["protocol"]["rules"].reverse(), "Rules stand in another order."),
    (lambda d: d["protocol"]["infusions"]["interval"].update(weeks=6),
     "Infusions, interval.weeks: 4 -> 6"),
    (lambda d: d["facts"][4].update(label="Antibodies"),
     "Question antibody, label: 'Antibody test' -> 'Antibodies'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), CHANGES, ids=[says for _, says in CHANGES])
def test_each_change_is_told_in_one_line(change: Callable[[Any], None], says: str) -> None:
    assert changed(change) == [says]


def test_no_change_says_nothing() -> None:
    assert changed(lambda data: None) == []
