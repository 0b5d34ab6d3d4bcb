"""Is a reference pack sound, and how does it get into and out of the database?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localdate

from certification.packs.examples import check_examples
from certification.packs.pack import PROJECT, folders_of, read_pack
from certification.packs.problems import PackError
from certification.packs.schema import json_schema

SCHEMA = PROJECT / "docs" / "reference-pack.schema.json"


class Command(BaseCommand):
    help = "Check, load, export or compare a reference pack."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        checks = acts.add_parser("check", help="read a pack and run its worked examples")
        checks.add_argument("folders", nargs="+", metavar="DIR", help="a folder, or 'shipped'")
        checks.add_argument(
            "--as-of", type=date.fromisoformat, help="the day for examples without one"
        )
        schema = acts.add_parser("schema", help="write the format as JSON Schema, for editors")
        schema.add_argument("file", nargs="?", type=Path, default=SCHEMA)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except PackError as error:
            for problem in error.problems:
                self.stderr.write(str(problem))
            count = len(error.problems)
            self.stderr.write(f"{count} problem{'s' if count > 1 else ''}; nothing was done.")
            raise SystemExit(1) from None

    def _check(self, options: dict[str, Any]) -> None:
        pack = read_pack(*folders_of(options["folders"]))
        as_of = options["as_of"] or localdate()
        problems = check_examples(pack, as_of)
        if problems:
            raise PackError(problems)
        examples = sum(len(s.examples) for s in pack.criteria_sets.values())
        self.stdout.write(
            f"{len(pack.criteria_sets)} criteria sets, {len(pack.vocabulary)} facts, "
            f"{len(pack.entries.references)} references: sound. {examples} examples as expected."
        )

    def _schema(self, options: dict[str, Any]) -> None:
        options["file"].write_text(schema_text(), encoding="utf-8")
        self.stdout.write(f"{options['file']} written")


def schema_text() -> str:
    """The JSON Schema as the file in ``docs/`` holds it."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
