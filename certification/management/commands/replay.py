"""Do signed determinations still compute, and is nothing of them changed? ``manage.py replay``"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from certification.models import Determination
from certification.replaying import replay


class Command(BaseCommand):
    help = (
        "Recomputes determinations from their sealed records: seal, criteria hash, explanation, "
        "columns and letters. Exit code 1 when anything differs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "determination",
            nargs="?",
            help="The id of a determination or the number of its case; all without it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options["determination"])
        looked_at = differing = 0
        for determination in chosen.iterator(chunk_size=50):
            looked_at += 1
            result = replay(determination)
            if result.matches:
                self.stdout.write(f"{determination.case.number} matches", self.style.SUCCESS)
                continue
            differing += 1
            self.stdout.write(f"{determination.case.number} DIFFERS", self.style.ERROR)
            for difference in result.differences:
                self.stdout.write(f"  {difference}")
        if options["determination"] and not looked_at:
            raise CommandError("There is no such determination.")
        self.stdout.write(f"{looked_at} looked at, {differing} differ.")
        if differing:
            raise SystemExit(1)

    def _chosen(self, wanted: str | None) -> Any:
        everything = (
            Determination.objects.select_related("case")
            .prefetch_related("letters")
            .order_by("signed_at", "id")
        )
        if not wanted:
            return everything
        try:
            return everything.filter(pk=uuid.UUID(wanted))
        except ValueError:
            return everything.filter(case__number=wanted)
