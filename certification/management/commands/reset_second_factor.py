"""How does somebody get in again who has lost their second factor, when no other administrator can?

``manage.py reset_second_factor`` is for whoever runs the server. Administrators do the same in the
admin, at the account.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from certification.actions.accounts import reset_second_factor
from certification.models import User
from certification.policies import Refused


class Command(BaseCommand):
    help = "Takes a lost second factor away. Its reason is kept in the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--reason", required=True, help="why, and who asked for it")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account “{options['username']}”.")
        try:
            kinds = reset_second_factor(
                by=None, now=timezone.now(), user=user, reason=options["reason"]
            )
        except Refused as refusal:
            raise CommandError(refusal.sentence) from None
        self.stdout.write(f"Taken away: {', '.join(kinds)}. The password alone signs in now.")
