"""May this piece of content take its next editorial step, by this person?

Nobody reviews or approves what they submitted. A criteria version is approved only when all of its
worked examples come out as expected, and is never changed again; other approved content can be
revised, which takes the approval away.
"""

from __future__ import annotations

from datetime import date

from certification.criteria.codec import CriteriaError, content_hash, read_document
from certification.models import CriteriaVersion, EditorialModel, Reference, User
from certification.packs.examples import ExampleResult, run_examples
from certification.policies import Refused, check_allowed
from certification.source_checks import quarantined, version_findings
from certification.workflow import CONTENT_STATUS_TITLES, CONTENT_TRANSITIONS, ContentStatus
from config.access import has_permission
from config.roles import Permission

MAX_NAMED = 3
"""Failing examples that a refusal names before it says how many more there are."""


def check_can_submit(user: User, obj: EditorialModel) -> None:
    """To send returned content again."""
    check_allowed(user, Permission.EDIT_CONTENT)
    if obj.IS_VERSION and obj.status == ContentStatus.APPROVED:
        raise Refused("An approved version is sealed. Write a new version with a new number.")
    _check_step(obj, ContentStatus.SUBMITTED)


def check_can_start_review(user: User, obj: EditorialModel) -> None:
    check_allowed(user, Permission.APPROVE_CONTENT)
    _check_step(obj, ContentStatus.UNDER_REVIEW)
    check_not_own(user, obj)


def check_can_approve(user: User, obj: EditorialModel, as_of: date) -> None:
    """``as_of`` is the day for worked examples that name none."""
    check_allowed(user, Permission.APPROVE_CONTENT)
    _check_step(obj, ContentStatus.APPROVED)
    check_not_own(user, obj)
    if isinstance(obj, CriteriaVersion):
        _check_examples(obj, as_of)
    if sentence := obj.why_not_ready(as_of):
        raise Refused(sentence)
    if obj.IS_VERSION:
        _check_sources(obj, as_of)


def check_can_return(user: User, obj: EditorialModel, reason: str) -> None:
    check_allowed(user, Permission.APPROVE_CONTENT)
    _check_step(obj, ContentStatus.RETURNED)
    _check_reason(reason, "Say what the author should change.")


def check_can_retire(user: User, obj: EditorialModel, reason: str) -> None:
    check_allowed(user, Permission.APPROVE_CONTENT)
    _check_step(obj, ContentStatus.RETIRED)
    _check_reason(reason, "Say why this is retired.")


def check_can_supersede(user: User, obj: EditorialModel, successor: EditorialModel) -> None:
    """To put a newer approved version, or a newer reference, in the place of this one."""
    check_allowed(user, Permission.APPROVE_CONTENT)
    if type(obj) is not type(successor) or not (obj.IS_VERSION or isinstance(obj, Reference)):
        raise Refused(
            "Only criteria, protocols and references are superseded, each by one of its kind."
        )
    if obj.pk == successor.pk:
        raise Refused("Nothing supersedes itself.")
    if successor.status != ContentStatus.APPROVED:
        raise Refused(f"{successor} is not approved yet; approve it first.")
    if isinstance(obj, Reference) and isinstance(successor, Reference):
        _check_no_way_back(obj, successor)
        return
    _check_step(obj, ContentStatus.RETIRED)
    if _name_of(obj) != _name_of(successor):
        raise Refused(f"{successor} belongs to another set of criteria.")


def check_not_own(user: User, obj: EditorialModel) -> None:
    """Nobody reviews, approves, plans or confirms what they submitted. Raises ``Refused``."""
    if obj.submitted_by_id is not None and obj.submitted_by_id == user.pk:
        raise Refused("You submitted this yourself. Another content approver has to review it.")


def check_can_study_impact(user: User) -> None:
    """To find out whom other criteria would concern, before somebody approves them."""
    if not has_permission(user, Permission.APPROVE_CONTENT):
        check_allowed(user, Permission.EDIT_CONTENT)


def can_study_impact(user: User) -> bool:
    return _answers(check_can_study_impact, user)


def can_submit(user: User, obj: EditorialModel) -> bool:
    return _answers(check_can_submit, user, obj)


def can_start_review(user: User, obj: EditorialModel) -> bool:
    return _answers(check_can_start_review, user, obj)


def can_approve(user: User, obj: EditorialModel, as_of: date) -> bool:
    return _answers(check_can_approve, user, obj, as_of)


def can_return(user: User, obj: EditorialModel, reason: str) -> bool:
    return _answers(check_can_return, user, obj, reason)


def can_retire(user: User, obj: EditorialModel, reason: str) -> bool:
    return _answers(check_can_retire, user, obj, reason)


def can_supersede(user: User, obj: EditorialModel, successor: EditorialModel) -> bool:
    return _answers(check_can_supersede, user, obj, successor)


def example_results(version: CriteriaVersion, as_of: date) -> list[ExampleResult]:
    """How the worked examples of a version come out, from its stored document.

    Raises ``CriteriaError`` when the document cannot be read.
    """
    criteria_set, vocabulary = read_document(version.document)
    return run_examples(criteria_set, vocabulary, as_of)


def _name_of(version: EditorialModel) -> str:
    """What all versions of the same criteria, or of the same protocol, are called."""
    return getattr(version, "set_key", "") or getattr(version, "key", "")


def _answers(check: object, *args: object) -> bool:
    try:
        check(*args)  # type: ignore[operator]
    except Refused:
        return False
    return True


def _check_step(obj: EditorialModel, target: ContentStatus) -> None:
    if target not in CONTENT_TRANSITIONS[ContentStatus(obj.status)]:
        raise Refused(
            f"This is {CONTENT_STATUS_TITLES[ContentStatus(obj.status)].lower()}; "
            f"from there it cannot become {CONTENT_STATUS_TITLES[target].lower()}."
        )


def _check_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise Refused(sentence, field="reason")


def _check_examples(version: CriteriaVersion, as_of: date) -> None:
    if content_hash(version.document) != version.content_hash:
        raise Refused("The stored criteria are not what was submitted. Load them again.")
    try:
        failed = [result for result in example_results(version, as_of) if not result.passed]
    except CriteriaError as error:
        raise Refused(f"The criteria cannot be read: {error}.") from None
    if failed:
        named = "; ".join(
            f"“{result.example.name}” ({result.differences[0]})" for result in failed[:MAX_NAMED]
        )
        more = f"; and {len(failed) - MAX_NAMED} more" if len(failed) > MAX_NAMED else ""
        raise Refused(
            f"{len(failed)} of its worked examples do not come out as expected: {named}{more}. "
            "Return it to its author."
        )


def _check_sources(version: EditorialModel, as_of: date) -> None:
    """A criterion whose source cannot carry it is in quarantine: shown, and not approved."""
    wrong = quarantined(version_findings(version, as_of))
    if wrong:
        named = "; ".join(f"{one.place}: {one.says}" for one in wrong[:MAX_NAMED])
        more = f" And {len(wrong) - MAX_NAMED} more." if len(wrong) > MAX_NAMED else ""
        raise Refused(f"Its sources have to be mended first. {named}{more}")


def _check_no_way_back(obj: Reference, successor: Reference) -> None:
    seen: Reference | None = successor
    while seen is not None:
        if seen.pk == obj.pk:
            raise Refused(f"{successor} is itself superseded by this one.")
        seen = seen.superseded_by
