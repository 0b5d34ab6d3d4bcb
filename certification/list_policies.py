"""Who may bring in lists of references and of notices about them?

References become content, so editors bring them. What publishers announce is no content of ours:
whoever edits content, or runs the installation, may bring the list.
"""

from __future__ import annotations

from certification.models import UploadedList, User
from certification.policies import Refused, check_allowed
from config.access import has_permission
from config.roles import Permission


def check_can_upload_list(user: User, purpose: str) -> None:
    notices = purpose == UploadedList.Purpose.NOTICES
    if notices and has_permission(user, Permission.MANAGE_USERS):
        return
    check_allowed(user, Permission.EDIT_CONTENT)


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
