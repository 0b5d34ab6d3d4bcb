"""Who can sign in to a demonstration?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password

from certification.actions.accounts import save_account, save_site
from certification.models import Site, User
from config.roles import Role

PASSWORD = "demonstration-only"  # noqa: S105 - printed by `make run`; no real data lies behind it


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    name: str
    credentials: str
    roles: tuple[Role, ...]
    sites: tuple[str, ...] = ("demo-north", "demo-south")


SITES = {
    "demo-north": ("Demonstration Infusion Centre North", "America/New_York"),
    "demo-south": ("Demonstration Infusion Centre South", "America/Chicago"),
}
ACCOUNTS = (
    Account("nurse", "Nora Demo-Nurse", "RN", (Role.NURSE_REVIEWER,)),
    Account("physician", "Phil Demo-Physician", "MD", (Role.PHYSICIAN_REVIEWER,)),
    Account("infusion", "Ina Demo-Infusion", "RN", (Role.INFUSION_NURSE,)),
    Account("editor", "Edda Demo-Editor", "PharmD", (Role.CONTENT_EDITOR,), ()),
    Account("approver", "Ada Demo-Approver", "MD", (Role.CONTENT_APPROVER,), ()),
    Account("auditor", "Otto Demo-Auditor", "", (Role.AUDITOR,)),
    Account("admin", "Alma Demo-Administrator", "", (Role.ADMINISTRATOR,), ()),
    Account("south", "Sam Demo-South", "RN", (Role.NURSE_REVIEWER,), ("demo-south",)),
)
APPEAL = (
    "An appeal is decided by a physician who took no part in this determination. Write to the "
    "Appeals Office of this demonstration site, or call the number on the request form."
)


def make_accounts(*, now: datetime) -> dict[str, User]:
    """The demonstration's sites and accounts; what exists already is left as it is."""
    sites = {site.key: site for site in Site.objects.filter(key__in=SITES)}
    for key, (name, zone) in SITES.items():
        if key not in sites:
            sites[key] = save_site(
                by=None,
                now=now,
                site=Site(key=key, name=name, time_zone=zone, appeal_instructions=APPEAL),
            )
    users = {user.username: user for user in User.objects.filter(is_demo=True)}
    # One password that everybody may know is hashed once: hashing is slow on purpose.
    hashed = make_password(PASSWORD) if len(users) < len(ACCOUNTS) else ""
    for account in ACCOUNTS:
        if account.username not in users:
            users[account.username] = save_account(
                by=None,
                now=now,
                user=User(
                    username=account.username,
                    name=account.name,
                    credentials=account.credentials,
                    is_demo=True,
                    password=hashed,
                ),
                roles=account.roles,
                sites=[sites[key] for key in account.sites],
            )
    return users
