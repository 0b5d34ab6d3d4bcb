"""What does an author see of a draft of a question's rules, and of what is wrong in it?"""

from __future__ import annotations

from collections.abc import Iterator

from certification.criteria.editing import walk
from certification.criteria.mistakes import Mistake
from certification.criteria.rule_drafts import APPLIES, CASES
from certification.models import QuestionDraft
from certification.presenters.draft_pages import (
    DraftHead,
    Tab,
    Trouble,
    draft_url,
    head_of,
    where_at,
)
from certification.presenters.wording import counted
from certification.question_drafting import QuestionStanding

APPLIES_TITLE = "Applies when"
APPLIES_LEDE = (
    "Where this is not met the question is not asked and its tests are not met. Without tests it "
    "always applies."
)
LIST_TITLES = {"contradictions": "Contradiction", CASES: "Case"}


def question_head(
    draft: QuestionDraft, standing: QuestionStanding, current: str, *, may_edit: bool
) -> DraftHead:
    return head_of(
        draft,
        kind="Rules of a question. Approved criteria keep the question as it was",
        tabs=tuple(_tabs(draft, standing, current)),
        troubles=tuple(_trouble(draft, mistake) for mistake in standing.mistakes),
        examples="Not finished" if standing.mistakes else "The engine can read it",
        failing=0,
        may_edit=may_edit,
    )


def _trouble(draft: QuestionDraft, mistake: Mistake) -> Trouble:
    section, _, number = mistake.place.partition(".")
    if not section:
        return Trouble("Overview", mistake.says, draft_url(draft, "change"))
    if section == CASES and not number:
        return Trouble("Cases", mistake.says, draft_url(draft, CASES))
    where = f"{LIST_TITLES[section]} {int(number) + 1}" if number else APPLIES_TITLE
    return Trouble(where, mistake.says, where_at(draft, mistake))


def _tabs(draft: QuestionDraft, standing: QuestionStanding, current: str) -> Iterator[Tab]:
    wrong = [mistake.place.partition(".")[0] for mistake in standing.mistakes]
    current = current.partition(".")[0]
    yield Tab("Overview", draft_url(draft, "change"), "", current == "change", wrong.count(""))
    tests = sum(node["kind"] == "test" for _, node in walk(draft.content[APPLIES]))
    note = counted(tests, "test") if tests else "always"
    url = draft_url(draft, "tree", APPLIES)
    yield Tab(APPLIES_TITLE, url, note, current == APPLIES, wrong.count(APPLIES))
    for section, title in (("contradictions", "Contradictions"), (CASES, "Cases")):
        if section == CASES and draft.content["derived"].get("kind") != CASES:
            continue
        count = str(len(draft.content[section]))
        url = draft_url(draft, section)
        yield Tab(title, url, count, current == section, wrong.count(section))
