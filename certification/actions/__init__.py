"""Everything that changes domain rows. Each action is one transaction and writes one audit event.

Keyword-only functions, ``by=`` first; permission and policy are checked before anything is
written; the audit event is written last. Nothing else in the project writes domain rows.
"""
