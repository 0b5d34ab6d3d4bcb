"""Which admin site is used? Ours: its login goes through the same door as every other page."""

from django.contrib.admin.apps import AdminConfig


class MyelinAdminConfig(AdminConfig):
    default_site = "config.admin_site.MyelinAdminSite"
