"""What is due for many people under one protocol? JSON Lines in, JSON Lines out.

``plan_monitoring PROTOCOL_KEY [--pack DIR]... [--as-of DATE] [--horizon-months N] [--explain]
[FILE|-]``

With ``--pack`` the protocol comes straight from files and no database is touched; without it the
version in force in the database answers. A line that cannot be read gives an error object with its
number, the rest goes on, and the exit code is 1. People stream through: memory stays constant.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from certification.management.lines import LinesCommand, opened, write
from certification.packs.people import bounded_lines
from certification.packs.problems import PackError
from monitoring.protocols import NoProtocolError, protocol_from_packs, protocol_in_force
from monitoring.schedule.lines import PlannedLines

LONGEST_HORIZON = 1200
"""Months; a longer plan than a life is a slip of the hand."""


class Command(LinesCommand):
    help = "Plan the monitoring of people (JSON Lines) under a protocol."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("protocol_key", metavar="PROTOCOL_KEY", help="such as THERAPY-monitoring")
        self.add_shared_arguments(parser)
        add(
            "--horizon-months",
            type=_months,
            default=12,
            metavar="N",
            help="how far the plan looks ahead (12)",
        )
        add("--explain", action="store_true", help="with level, sources and what was done when")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = options["as_of"] or timezone.localdate()
        key = options["protocol_key"]
        try:
            if options["pack"]:
                protocol = protocol_from_packs(key, options["pack"])
            else:
                protocol = protocol_in_force(key, as_of)
        except PackError as error:
            raise CommandError(f"The pack cannot be used:\n{error}") from None
        except NoProtocolError as error:
            raise CommandError(str(error)) from None
        with opened(options["file"]) as people:
            plans = PlannedLines(
                protocol.planner,
                protocol.vocabulary,
                protocol.tests,
                bounded_lines(people),
                as_of=as_of,
                horizon_months=options["horizon_months"],
                explain=options["explain"],
            )
            write(plans)
        if plans.failures:
            sys.exit(1)


def _months(text: str) -> int:
    if text.isdecimal() and int(text) <= LONGEST_HORIZON:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a number of months from 0 to {LONGEST_HORIZON}")
