"""Is a reference pack sound, and how does it get into and out of the database?"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from certification.packs.pack import folders_of, read_entries
from certification.packs.problems import PackError


class Command(BaseCommand):
    help = "Check, load, export or compare a reference pack."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        checks = acts.add_parser("check", help="read a pack and run its worked examples")
        checks.add_argument("folders", nargs="+", metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            entries = read_entries(*folders_of(options["folders"]))
        except PackError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            self.stderr.write(f"{len(error.problems)} problems")
            raise SystemExit(1) from None
        self.stdout.write(f"{len(entries.facts)} facts, {len(entries.criteria_sets)} sets: sound")
