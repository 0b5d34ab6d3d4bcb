"""How are the rules of a question drafted, and how do they get into the question?

Submitting writes the rules into the question, which is then Submitted by its author and waits for
its review. Approved criteria keep the question as it was when they were written.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from certification.actions.content_edits import save_content
from certification.actions.drafts import begin_draft, close_draft, keep_content, locked_draft
from certification.actions.events import record_event
from certification.criteria.codec import definition_to_data
from certification.criteria.rule_drafts import (
    DRAFTED,
    Content,
    changes_between,
    drafted,
    opened_rules,
)
from certification.draft_policies import (
    check_can_change_draft,
    check_no_mistakes,
    check_none_is_open,
)
from certification.editing_policies import check_can_edit
from certification.models import Fact, QuestionDraft, User
from certification.policies import Refused, check_allowed
from certification.question_drafting import standing_of_question
from config.roles import Permission


@transaction.atomic
def start_question_draft(*, by: User, now: datetime, question: Fact) -> QuestionDraft:
    """A draft that says what the question says. Raises ``Refused``."""
    check_none_is_open(by, QuestionDraft.objects.filter(based_on=question), "these rules")
    check_can_edit(by, question)
    rules = drafted(question.rules)
    draft = QuestionDraft(
        based_on=question,
        title=question.label,
        content=opened_rules(rules),
        began_with=rules,
    )
    return begin_draft(draft, by, now)


@transaction.atomic
def change_question_draft(
    *, by: User, now: datetime, draft: QuestionDraft, revision: int, content: Content
) -> QuestionDraft:
    """Keeps what the author wrote, mistakes included. Raises ``Refused``, or ``Stale``."""
    return keep_content(draft, by, now, revision=revision, content=content, compare=changes_between)


@transaction.atomic
def submit_question_draft(*, by: User, now: datetime, draft: QuestionDraft, revision: int) -> Fact:
    """Writes the rules into the question, Submitted by ``by``. Raises ``Refused``."""
    draft = locked_draft(draft)
    check_allowed(by, Permission.EDIT_CONTENT)
    question = Fact.objects.select_for_update().get(pk=draft.based_on_id)
    standing = standing_of_question(question, draft.content)
    check_can_change_draft(by, draft, revision)
    check_can_edit(by, question)
    check_no_mistakes(len(standing.mistakes))
    if drafted(question.rules) != draft.began_with:
        raise Refused(
            "The rules of this question were changed after this draft began, so it would undo "
            "them. Discard it and begin again."
        )
    rules = drafted(definition_to_data(standing.definition))
    if rules == draft.began_with:
        raise Refused("This draft changes nothing. Discard it, and the question stays as it is.")
    question.rules = {k: v for k, v in question.rules.items() if k not in DRAFTED} | rules
    save_content(by=by, now=now, obj=question)
    close_draft(draft, by, now, became=question)
    changes = changes_between(opened_rules(draft.began_with), draft.content)
    record_event(by=by, verb="submitted", obj=draft, at=now, data={"changes": changes})
    return question
