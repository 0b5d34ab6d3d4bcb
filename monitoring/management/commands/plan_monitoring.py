"""What is due for many people under one protocol? JSON Lines in, JSON Lines out.

``plan_monitoring PROTOCOL_KEY [--pack DIR]... [--as-of DATE] [--horizon-months N] [--explain]
[FILE|-]``

With ``--pack`` the protocol comes straight from files and no database is touched; without it the
version in force in the database answers. A line that cannot be read gives an error object with its
number, the rest goes on, and the exit code is 1. People stream through: memory stays constant.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from certification.packs.people import bounded_lines
from certification.packs.problems import PackError
from monitoring.protocols import NoProtocolError, protocol_from_packs, protocol_in_force
from monitoring.schedule.lines import PlannedLines

BROKEN_PIPE = 128 + 13
"""The exit code of a program that wrote into a closed pipe, as shells expect it."""
LONGEST_HORIZON = 1200
"""Months; a longer plan than a life is a slip of the hand."""


class Command(BaseCommand):
    help = "Plan the monitoring of people (JSON Lines) under a protocol."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("protocol_key", metavar="PROTOCOL_KEY", help="such as THERAPY-monitoring")
        add("file", nargs="?", default="-", metavar="FILE", help="people; - is standard input")
        add(
            "--pack", action="append", metavar="DIR", help="a folder, or 'shipped'; may be repeated"
        )
        add("--as-of", type=_day, metavar="DATE", help="the day it is about (today)")
        add(
            "--horizon-months",
            type=_months,
            default=12,
            metavar="N",
            help="how far the plan looks ahead (12)",
        )
        add("--explain", action="store_true", help="with level, sources and what was done when")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Options may stand between PROTOCOL_KEY and FILE, which argparse allows when asked."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser

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
        with _opened(options["file"]) as people:
            plans = PlannedLines(
                protocol.planner,
                protocol.vocabulary,
                protocol.tests,
                bounded_lines(people),
                as_of=as_of,
                horizon_months=options["horizon_months"],
                explain=options["explain"],
            )
            _write(plans)
        if plans.failures:
            sys.exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2027-01-12") from None


def _months(text: str) -> int:
    if text.isdecimal() and int(text) <= LONGEST_HORIZON:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a number of months from 0 to {LONGEST_HORIZON}")


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open(name, "rb")  # noqa: SIM115 (closed below, whoever reads it)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from None
    with stream:
        yield stream


def _write(answers: Iterable[bytes]) -> None:
    """Writes every answer as it comes."""
    try:
        sys.stdout.buffer.writelines(answers)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read us has gone. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
