"""Who administers a new installation?

``manage.py first_admin`` makes the first account. The password is asked for and never shown, or
taken from ``FIRST_ADMIN_PASSWORD``. Everybody else is made by that person in the admin.
"""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certification.actions.accounts import create_first_administrator
from certification.models import User
from certification.policies import Refused
from config.settings import env

VARIABLE = "FIRST_ADMIN_PASSWORD"


class Command(BaseCommand):
    help = "Makes the first administrator. Refuses when there is one, or the password is weak."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", help="what the person signs in with")
        parser.add_argument("--name", required=True, help="the person, as the audit trail says it")
        parser.add_argument("--email", default="", help="their address, for notices")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User(username=options["username"], name=options["name"], email=options["email"])
        try:
            create_first_administrator(now=timezone.now(), user=user, password=_password())
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{user.username} can sign in and make the other accounts in the admin.")


def _password() -> str:
    given: str = env.str(VARIABLE, default="")
    if given:
        return given
    typed = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != typed:
        raise CommandError("The two passwords differ. Nothing was done.")
    return typed
