"""What do one set of criteria say of many people? JSON Lines in, JSON Lines out.

``evaluate SET_KEY [--pack DIR]... [--as-of DATE] [--format jsonl|text] [--explain] [FILE|-]``

With ``--pack`` the criteria come straight from files and no database is touched; without it the
version in force in the database answers. A line that cannot be read gives an error object with its
number, the rest goes on, and the exit code is 1. People stream through: memory stays constant.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from certification.criteria.codec import read_document
from certification.criteria.evaluation import Evaluator
from certification.criteria.lines import evaluate_lines
from certification.management.lines import LinesCommand, opened, write
from certification.models import CriteriaVersion
from certification.packs.pack import folders_of, read_pack
from certification.packs.people import as_text, bounded_lines
from certification.packs.problems import PackError, offered


class Command(LinesCommand):
    help = "Evaluate people (JSON Lines) under a set of criteria."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("set_key", metavar="SET_KEY", help="the key of a set of criteria")
        self.add_shared_arguments(parser)
        add("--format", choices=["jsonl", "text"], default="jsonl")
        add("--explain", action="store_true", help="with the whole explanation")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or timezone.localdate()
        if options["pack"]:
            evaluator = _from_files(options["pack"], options["set_key"])
        else:
            evaluator = _from_database(options["set_key"], as_of)
        with opened(options["file"]) as people:
            answers = evaluate_lines(
                evaluator, bounded_lines(people), as_of, explain=options["explain"]
            )
            write(map(as_text, answers) if options["format"] == "text" else answers)
        if answers.failures:
            sys.exit(1)


def _from_files(names: list[str], set_key: str) -> Evaluator:
    try:
        pack = read_pack(*folders_of(names))
    except PackError as error:
        raise CommandError(f"The pack cannot be used:\n{error}") from None
    if set_key not in pack.criteria_sets:
        raise CommandError(_unknown(set_key, pack.criteria_sets, "in this pack"))
    return Evaluator(pack.criteria_sets[set_key], pack.vocabulary)


def _from_database(set_key: str, as_of: date) -> Evaluator:
    version = CriteriaVersion.objects.current(set_key, as_of)
    if version is None:
        in_force = CriteriaVersion.objects.in_force(as_of).values_list("set_key", flat=True)
        raise CommandError(_unknown(set_key, dict.fromkeys(in_force), f"in force on {as_of}"))
    return Evaluator(*read_document(version.document))


def _unknown(set_key: str, known: Mapping[str, Any], where: str) -> str:
    if not known:
        return f"There are no criteria {where}."
    return f"There are no criteria {set_key!r} {where}. There are: {offered(known, set_key)}."
