"""The admin: protocols are written, reviewed and approved; auditors read what was monitored."""

from monitoring.admin import protocol_drafts, protocols, records

__all__ = ["protocol_drafts", "protocols", "records"]
