from django.apps import AppConfig

from certification.packs.pack import Pack
from certification.packs.problems import Problem
from monitoring.schedule.examples import check_protocols


class MonitoringConfig(AppConfig):
    name = "monitoring"
    verbose_name = "Monitoring"

    def check_pack(self, pack: Pack) -> list[Problem]:
        """What is wrong with the protocols of a pack: ``content check`` asks every app."""
        return check_protocols(pack)
