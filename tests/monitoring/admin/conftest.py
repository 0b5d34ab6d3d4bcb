"""The people of the admin's other tests."""

from tests.certification.admin.conftest import approver, auditor, editor, sign_in

__all__ = ["approver", "auditor", "editor", "sign_in"]
