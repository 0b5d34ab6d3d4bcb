"""What do the commands have in common that read people line by line and answer line by line?"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

BROKEN_PIPE = 128 + 13
"""The exit code of a program that wrote into a closed pipe, as shells expect it."""


class LinesCommand(BaseCommand):
    """JSON Lines in, JSON Lines out, for a set of rules from files or from the database.

    With ``--pack`` no database is touched, so no system check is run either.
    """

    requires_system_checks: list[str] = []

    def add_shared_arguments(self, parser: ArgumentParser) -> None:
        """FILE, ``--pack`` and ``--as-of``; the key of the rules is each command's own."""
        add = parser.add_argument
        add("file", nargs="?", default="-", metavar="FILE", help="people; - is standard input")
        add(
            "--pack", action="append", metavar="DIR", help="a folder, or 'shipped'; may be repeated"
        )
        add("--as-of", type=_day, metavar="DATE", help="the day it is about (today)")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Options may stand between the key and FILE, which argparse allows only when asked."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.parse_args = parser.parse_intermixed_args  # type: ignore[method-assign]
        return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2027-01-12") from None


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file of that name; ``-`` is standard input."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        stream = open(name, "rb")  # noqa: SIM115 (closed below, whoever reads it)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from None
    with stream:
        yield stream


def write(answers: Iterable[bytes]) -> None:
    """Writes every answer as it comes."""
    try:
        sys.stdout.buffer.writelines(answers)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Whoever read us has gone. Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN_PIPE)
