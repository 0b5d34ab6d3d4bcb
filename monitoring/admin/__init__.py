"""The admin: protocols are read, reviewed and approved here; auditors read what was monitored."""

from monitoring.admin import protocols, records

__all__ = ["protocols", "records"]
