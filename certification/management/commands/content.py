"""Is a reference pack sound, and how does it get into and out of the database?

``check`` and ``schema`` touch no database. ``load`` brings everything in as Submitted, ``export``
writes what is there as a pack, ``diff`` tells what loading would change. ``lint`` tells what is
wrong with the sources of a pack, or of the database.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certification.actions.packs import load_whole_pack
from certification.lint.findings import Level, find
from certification.lint.pack_material import material_of_pack
from certification.models import User
from certification.pack_travel import check_sound, stale_in, what_changes, written_pack
from certification.packs.pack import PROJECT, Pack, folders_of, read_pack
from certification.packs.problems import PackError
from certification.packs.schema import schema_text
from certification.policies import Refused
from certification.source_checks import all_findings

SCHEMA = PROJECT / "docs" / "reference-pack.schema.json"


class Command(BaseCommand):
    help = "Check, load, export or compare a reference pack."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        checks = acts.add_parser("check", help="read a pack and run its worked examples")
        loads = acts.add_parser("load", help="write a pack into the database, as Submitted")
        diffs = acts.add_parser("diff", help="tell what loading a pack would change")
        for act in (checks, loads, diffs):
            act.add_argument("folders", nargs="+", metavar="DIR", help="a folder, or 'shipped'")
        loads.add_argument("--by", metavar="USERNAME", help="the editor who submits it")
        loads.add_argument(
            "--keep", action="store_true", help="leave what is there already as it is"
        )
        lints = acts.add_parser("lint", help="tell what is wrong with the sources")
        lints.add_argument(
            "folders",
            nargs="*",
            metavar="DIR",
            help="a folder, or 'shipped'; none: the database",
        )
        lints.add_argument("--level", choices=list(Level), default=Level.NOTE, help="from this on")
        lints.add_argument("--format", choices=["text", "jsonl"], default="text")
        exports = acts.add_parser("export", help="write the content of the database as a pack")
        exports.add_argument("folder", type=Path, metavar="DIR", help="a new or empty folder")
        for act in (checks, exports, lints):
            act.add_argument("--as-of", type=date.fromisoformat, help="the day it is about (today)")
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
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None

    def _check(self, options: dict[str, Any]) -> None:
        pack = self._sound_pack(options)
        protocols = [found.entry for found in pack.entries.protocols.values()]
        examples = sum(len(criteria.examples) for criteria in pack.criteria_sets.values())
        examples += sum(len(protocol.examples) for protocol in protocols)
        self.stdout.write(
            f"{len(pack.criteria_sets)} criteria sets, {len(protocols)} protocols, "
            f"{len(pack.vocabulary)} facts, {len(pack.entries.references)} references: sound. "
            f"{examples} examples as expected."
        )

    def _sound_pack(self, options: dict[str, Any]) -> Pack:
        """The pack of the folders, its worked examples included."""
        pack = read_pack(*folders_of(options["folders"]))
        check_sound(pack, options.get("as_of") or timezone.localdate())
        return pack

    def _load(self, options: dict[str, Any]) -> None:
        by = None
        if options["by"]:
            by = User.objects.filter(username=options["by"], is_active=True).first()
            if by is None:
                raise CommandError(f"There is no active account {options['by']!r}.")
        pack = read_pack(*folders_of(options["folders"]))
        report = load_whole_pack(by=by, now=timezone.now(), pack=pack, keep=options["keep"])
        for section, states in report.items():
            if states:
                counts = ", ".join(f"{number} {state}" for state, number in states.items())
                self.stdout.write(f"{section}: {counts}")

    def _diff(self, options: dict[str, Any]) -> None:
        pack = read_pack(*folders_of(options["folders"]))
        changed = what_changes(pack)
        for change in changed:
            self.stdout.write(change.title)
            for line in change.lines:
                self.stdout.write(f"  {line}")
        if changed:
            raise SystemExit(1)
        self.stdout.write("The database has all of it already.")

    def _export(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(f"{folder} is not empty. Name a new or an empty folder.")
        as_of = options["as_of"] or timezone.localdate()
        files = written_pack(as_of)
        if not files:
            raise CommandError("There is no content yet. Load some first.")
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for stale in stale_in(read_pack(folder), as_of):
            self.stderr.write(
                f"{stale}: a question has changed since this version was written, so loading it "
                "elsewhere gives another content hash. Submit a new version first."
            )
        self.stdout.write(f"{len(files)} files in {folder}")

    def _lint(self, options: dict[str, Any]) -> None:
        as_of = options["as_of"] or timezone.localdate()
        if options["folders"]:
            material = material_of_pack(read_pack(*folders_of(options["folders"])))
            found = find(material, as_of=as_of)
        else:
            found = all_findings(as_of)
        levels = list(Level)
        shown = [one for one in found if levels.index(one.level) <= levels.index(options["level"])]
        for one in shown:
            self.stdout.write(
                json.dumps(asdict(one), ensure_ascii=False)
                if options["format"] == "jsonl"
                else f"{one.level}: {one.kind} {one.key} {one.place}: {one.says} [{one.rule}]"
            )
        if options["format"] == "text":
            counts = Counter(one.level for one in found)
            self.stdout.write(", ".join(f"{counts[level]} {level}s" for level in levels) + ".")
        if any(one.level is Level.ERROR for one in found):
            raise SystemExit(1)

    def _schema(self, options: dict[str, Any]) -> None:
        options["file"].write_text(schema_text(), encoding="utf-8")
        self.stdout.write(f"{options['file']} written")
