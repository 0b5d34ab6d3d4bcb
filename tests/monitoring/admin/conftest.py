"""The people of the admin's other tests."""

from tests.certification.admin.conftest import approver, editor, sign_in

__all__ = ["approver", "editor", "sign_in"]
