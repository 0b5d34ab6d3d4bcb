"""The admin: content is edited, reviewed and approved here, and accounts are administered."""

from certification.admin import criteria, dashboard, events, evidence, people, therapies

__all__ = ["criteria", "dashboard", "events", "evidence", "people", "therapies"]
