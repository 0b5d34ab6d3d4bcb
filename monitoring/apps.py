from django.apps import AppConfig

from certification.packs.pack import Pack
from certification.packs.problems import Problem
from monitoring.schedule.examples import check_protocols


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Monitoring"
    pack_loader = "monitoring.actions.protocols.load_protocols"
    """``content load`` calls it with ``by, now, pack, keep``, in the transaction of the pack."""
    pack_exporter = "monitoring.pack_export.export_protocols"
    pack_stale = "monitoring.pack_export.stale_protocols"
    pack_changes = "monitoring.pack_export.protocol_changes"
    """``content export`` and ``content diff`` ask these for the part of a pack that is ours."""
    prefill_source = "monitoring.renewal_facts.offers"
    """Asked by ``case_facts.prefill`` for what monitoring knows of a person."""
    home_sections = "monitoring.presenters.today.sections"
    """Called by the home page with the person and the moment, for what monitoring has to tell."""
    notice_source = "monitoring.case_notices.notices"
    """Asked by ``case_notices`` for what the reader of a case should know."""
    monitored_source = "monitoring.renewal_facts.monitored"
    monitored_count = "monitoring.renewal_facts.count_monitored"
    """Asked by impact studies for the people who receive a therapy now."""
    demo_cast = "monitoring.demo.cohort.play"
    """``demo`` calls it with a ``Stage``: the people who are treated, and what happens to them."""
    demo_part = "monitoring.demo.prepare"
    """``demo`` calls it with ``users, now`` once the accounts are there."""

    def check_pack(self, pack: Pack) -> list[Problem]:
        """What is wrong with the protocols of a pack: ``content check`` asks every app."""
        return check_protocols(pack)
