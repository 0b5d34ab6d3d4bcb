"""What do the pages of a draft of a protocol show: its lines in words, and what is wrong where?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from certification.criteria.mistakes import Mistake
from certification.criteria.reading import read_aloud
from certification.presenters.draft_pages import (
    DraftHead,
    Tab,
    Trouble,
    draft_url,
    head_of,
    where_at,
)
from certification.presenters.tree_editor import at_of
from certification.presenters.wording import capitalised, counted
from monitoring.drafting import ProtocolStanding
from monitoring.models import ProtocolDraft
from monitoring.presenters.protocol_values import keep_reads, question_words, test_reads
from monitoring.schedule.drafts import STOPPED, TREES, place_of, says_nothing
from monitoring.schedule.risk_drafts import RISK, tables_of
from monitoring.schedule.sentences import CONDITIONS, condition_reads, rule_reads


@dataclass(frozen=True, slots=True)
class Section:
    """A list of lines of a protocol. ``one``: a single line of it."""

    key: str
    title: str
    one: str
    lede: str
    add: str


SECTIONS = {
    section.key: section
    for section in (
        Section("rules", "Rules", "Rule", "What is due, and when.", "Add a rule"),
        Section(
            "clearance", "Against an infusion", "Against an infusion",
            "Each one of these that is met stands against the next infusion.", "Add one",
        ),
        Section(
            "interpretations", "What results mean", "Meaning of a result",
            "What is told, and what follows, when a result comes in.", "Add a meaning",
        ),
        Section(
            "keeps", "Kept values", "Kept value",
            "A value that stays for good, whatever later results say.", "Add a kept value",
        ),
        Section(
            "tests", "Tests", "Test",
            "What rules can ask for, and the values that a result brings. A test of another "
            "protocol comes in when a rule asks for it.", "Add a test",
        ),
    )
}  # fmt: skip
STOPPED_TITLE = "Treatment counts as stopped when"
STOPPED_LEDE = "Only needed where another question tells it. A course is stopped by its own act."


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line in a list. ``reads``: what the planner will do. ``up``, ``down``: its buttons."""

    number: int
    title: str
    says: str
    reads: str
    verified: str
    cites: tuple[str, ...]
    url: str
    mistakes: tuple[str, ...]
    up: str
    down: str


@dataclass(frozen=True, slots=True)
class TreeLink:
    """A condition of a line. ``reads``: empty when nothing is said."""

    word: str
    reads: str
    url: str
    act: str
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleRow:
    number: int
    name: str
    url: str
    passed: bool
    differs: str
    expected: tuple[str, ...]


def protocol_head(
    draft: ProtocolDraft, standing: ProtocolStanding, current: str, *, may_edit: bool
) -> DraftHead:
    return head_of(
        draft,
        kind=f"{draft.therapy}, monitoring",
        tabs=tuple(_tabs(draft, standing, current)),
        troubles=tuple(_trouble(draft, mistake) for mistake in standing.mistakes),
        examples=_examples_words(draft, standing),
        failing=standing.failing,
        may_edit=may_edit,
    )


def line_rows(
    draft: ProtocolDraft, standing: ProtocolStanding, section: str
) -> tuple[LineRow, ...]:
    return tuple(
        LineRow(
            number=number,
            title=line_title(section, entry, standing),
            says=entry.get("says", ""),
            reads=line_reads(section, entry, standing),
            verified=entry.get("verified", ""),
            cites=tuple(
                ", ".join(filter(None, (c["ref"], c.get("at", "")))) for c in entry.get("cite", ())
            ),
            url=draft_url(draft, "line", section, number),
            mistakes=tuple(m.says for m in mistakes_of(standing, f"{section}.{number}")),
            up=f"up {number}",
            down=f"down {number}",
        )
        for number, entry in enumerate(draft.content[section])
    )


def line_title(section: str, entry: Mapping[str, Any], standing: ProtocolStanding) -> str:
    if section == "clearance":
        return entry.get("says") or "Nothing said yet"
    if section == "tests":
        return capitalised(entry["label"]) or "Nothing said yet"
    if section == "keeps":
        return question_words(entry.get("fact", ""), standing.vocabulary) or "Nothing chosen yet"
    if section == "rules" and entry.get("title"):
        return str(entry["title"])
    return test_words(entry.get("test", ""), standing)


def test_words(key: str, standing: ProtocolStanding) -> str:
    if key in standing.tests:
        return capitalised(str(standing.tests[key]["label"]))
    return "The infusion" if key else "Nothing chosen yet"


def mistakes_of(standing: ProtocolStanding, place: str) -> list[Mistake]:
    """Those of a line and of its trees."""
    return [m for m in standing.mistakes if m.place == place or m.place.startswith(f"{place}.")]


def tree_links(
    draft: ProtocolDraft, standing: ProtocolStanding, section: str, number: int
) -> tuple[TreeLink, ...]:
    entry = draft.content[section][number]
    return tuple(
        TreeLink(
            word=CONDITIONS[name],
            reads="" if says_nothing(entry[name]) else read_aloud(entry[name], standing.vocabulary),
            url=draft_url(draft, "tree", f"{section}.{number}.{name}"),
            act="Say when" if says_nothing(entry[name]) else "Edit",
            mistakes=tuple(
                m.says for m in standing.mistakes if m.place == f"{section}.{number}.{name}"
            ),
        )
        for name in TREES[section]
        if _suits(name, entry)
    )


def tree_heading(draft: ProtocolDraft, standing: ProtocolStanding, name: str) -> dict[str, Any]:
    """What stands around the tree: to which line it belongs, and the way back there."""
    if name == STOPPED:
        return {"lede": STOPPED_LEDE, "back": "Overview", "back_url": draft_url(draft, "change")}
    section, number, column = place_of(name)
    if section == RISK:
        table = tables_of(draft.content)[number]
        heading = table["columns"][int(column)]["label"] or f"column {int(column) + 1}"
        return {
            "lede": f"{table['title'] or 'Table'}, {heading}. Without tests it concerns nobody and "
            "is only shown.",
            "back": f"Back to table {number + 1}",
            "back_url": draft_url(draft, "table", number),
        }
    title = line_title(section, draft.content[section][number], standing)
    return {
        "lede": f"{SECTIONS[section].one} {number + 1}: {title}",
        "back": f"Back to {SECTIONS[section].one.lower()} {number + 1}",
        "back_url": draft_url(draft, "line", section, number),
    }


def example_rows(draft: ProtocolDraft, standing: ProtocolStanding) -> tuple[ExampleRow, ...]:
    results = dict(enumerate(standing.results))
    return tuple(
        ExampleRow(
            number=number,
            name=example["name"],
            url=f"{draft_url(draft, 'preview')}?example={number}",
            passed=number in results and results[number].passed,
            differs="; ".join(results[number].differences) if number in results else "",
            expected=tuple(_expected(example, standing)),
        )
        for number, example in enumerate(draft.content["examples"])
    )


def _expected(example: Mapping[str, Any], standing: ProtocolStanding) -> Iterator[str]:
    for wanted in example.get("expect") or ():
        yield ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in wanted.items())
    for test in example.get("nothing_for") or ():
        yield f"nothing open for {test_words(test, standing).lower()}"
    if example.get("clear_to_infuse"):
        yield f"clear to infuse: {example['clear_to_infuse']}"


def line_reads(section: str, entry: Mapping[str, Any], standing: ProtocolStanding) -> str:
    """What the planner makes of a line; of one with a tree, when it holds."""
    if section == "rules":
        return rule_reads(entry, standing.vocabulary)
    if section == "tests":
        return test_reads(entry, standing.vocabulary)
    if section == "keeps":
        return keep_reads(entry, standing.vocabulary)
    return " ".join(condition_reads(entry, standing.vocabulary))


def _suits(tree: str, entry: Mapping[str, Any]) -> bool:
    """Whether such a condition means anything here; what is said already is always shown."""
    if not says_nothing(entry[tree]):
        return True
    kind = entry.get("kind", "")
    if tree == "distrust":
        return bool(kind == "blackout")
    return tree != "satisfied_when" or kind not in ("blackout", "validation")


def _examples_words(draft: ProtocolDraft, standing: ProtocolStanding) -> str:
    count = len(draft.content["examples"])
    if not count:
        return "No worked examples yet"
    if standing.planner is None:
        return f"{counted(count, 'worked example')}, run when the mistakes are mended"
    passed = sum(result.passed for result in standing.results)
    return f"{passed} of {counted(count, 'worked example')} as expected"


def _tabs(draft: ProtocolDraft, standing: ProtocolStanding, current: str) -> Iterator[Tab]:
    wrong = [place_of(mistake.place)[0] for mistake in standing.mistakes]
    yield Tab("Overview", draft_url(draft, "change"), "", current in ("change", STOPPED))
    url = draft_url(draft, "infusions")
    yield Tab("Infusions", url, "", current == "infusions", wrong.count("infusions"))
    for key, section in SECTIONS.items():
        count = str(len(draft.content[key]))
        here = place_of(current)[0] == key
        yield Tab(section.title, draft_url(draft, "list", key), count, here, wrong.count(key))
    count, here = str(len(tables_of(draft.content))), place_of(current)[0] == RISK
    yield Tab("Tables of risk", draft_url(draft, RISK), count, here, wrong.count(RISK))
    yield Tab("Five years", draft_url(draft, "preview"), "", current == "preview")
    kept, bad = str(len(draft.content["examples"])), standing.failing
    yield Tab("Worked examples", draft_url(draft, "examples"), kept, current == "examples", bad)


def _trouble(draft: ProtocolDraft, mistake: Mistake) -> Trouble:
    section, number, which = place_of(mistake.place)
    if section == RISK:
        return _risk_trouble(draft, mistake)
    if section == STOPPED:
        url = draft_url(draft, "tree", STOPPED)
        return Trouble(STOPPED_TITLE, mistake.says, f"{url}?at={at_of(mistake.path or ())}")
    if section == "infusions":
        return Trouble("Infusions", mistake.says, draft_url(draft, "infusions"))
    if section not in SECTIONS:
        return Trouble("The protocol", mistake.says, f"{draft_url(draft, 'change')}#details")
    where = f"{SECTIONS[section].one} {number + 1}"
    if which and mistake.path is not None:
        url = draft_url(draft, "tree", mistake.place)
        return Trouble(where, mistake.says, f"{url}?at={at_of(mistake.path)}&focus={mistake.field}")
    url = draft_url(draft, "line", section, number)
    return Trouble(where, mistake.says, f"{url}#id_{mistake.field}" if mistake.field else url)


def _risk_trouble(draft: ProtocolDraft, mistake: Mistake) -> Trouble:
    _, _, place = mistake.place.partition(".")
    number, _, column = place.partition(".")
    if not number:
        return Trouble("Tables of risk", mistake.says, draft_url(draft, RISK))
    where = f"Table {int(number) + 1}"
    if column:
        return Trouble(where, mistake.says, where_at(draft, mistake))
    return Trouble(where, mistake.says, draft_url(draft, "table", int(number)))
