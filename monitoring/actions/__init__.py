"""Everything that changes rows of monitoring. Each action is one transaction with an audit event.

The rules are those of ``certification.actions``: keyword-only, ``by=`` first; permission, site and
policy are checked before anything is written; the audit event is written last. Whatever changes
what a schedule rests on works the schedule out anew in the same transaction.
"""
