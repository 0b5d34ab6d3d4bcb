"""Who may enter the admin, and under which name does it appear?"""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from config.access import has_permission
from config.roles import Permission

ENTRANCE = (
    Permission.EDIT_CONTENT,
    Permission.APPROVE_CONTENT,
    Permission.MANAGE_USERS,
    Permission.READ_AUDIT,
)


class MyelinAdminSite(AdminSite):
    site_header = "Myelin reference content and administration"
    site_title = "Myelin admin"
    index_title = "Content, people and records"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Editors, approvers, administrators and auditors come in; each sees what they may."""
        return any(has_permission(request.user, permission) for permission in ENTRANCE)

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Sign in on the one sign-in page, where the second factor and rate limits are."""
        if request.user.is_authenticated:
            raise PermissionDenied("Your roles do not include the administration pages.")
        return redirect_to_login(request.get_full_path())
