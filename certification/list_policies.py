"""Who may bring in lists of references and of notices about them?

References become content, so editors bring them. What publishers announce is no content of ours:
whoever edits content, or runs the installation, may bring the list.
"""

from __future__ import annotations

from certification.lint.findings import NoticeKind
from certification.models import ReferenceNotice, UploadedList, User
from certification.policies import Refused, check_allowed
from config.access import has_permission
from config.roles import Permission


def check_can_upload_list(user: User, purpose: str) -> None:
    notices = purpose == UploadedList.Purpose.NOTICES
    if notices and has_permission(user, Permission.MANAGE_USERS):
        return
    check_allowed(user, Permission.EDIT_CONTENT)


def check_can_withdraw(user: User, notice: ReferenceNotice, reason: str = "given") -> None:
    """To say that an announcement is not about what it was taken for. A retraction is not taken
    back by us: whoever announced it announces the end of it."""
    check_can_upload_list(user, UploadedList.Purpose.NOTICES)
    if notice.withdrawn_at is not None:
        raise Refused("This notice was withdrawn already.")
    if notice.kind == NoticeKind.RETRACTED:
        raise Refused(
            "A retraction is not withdrawn here. It ends with a notice of reinstatement: import it."
        )
    if not reason.strip():
        raise Refused("Say why this notice is withdrawn.", field="reason")


def can_upload_list(user: User, purpose: str) -> bool:
    try:
        check_can_upload_list(user, purpose)
    except Refused:
        return False
    return True


def check_can_finish_list(user: User, kept: UploadedList) -> None:
    """To import a list, or to put it aside: by whoever uploaded and read it."""
    check_can_upload_list(user, kept.purpose)
    if kept.uploaded_by_id != user.pk:
        raise Refused("Whoever uploaded a list imports it. Upload it yourself.")
    if kept.finished_at is not None:
        raise Refused("This list was imported or put aside already. Upload it again.")
