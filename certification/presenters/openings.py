"""What can be requested today, and how fast will it be answered?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from certification.models import CriteriaVersion, TurnaroundProfile
from certification.presenters.citations import Source, source_line
from certification.presenters.wording import counted

HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A turnaround with its length in words and where it comes from."""

    profile: TurnaroundProfile
    title: str
    urgency: str
    length: str
    note: str
    verified: str
    sources: tuple[Source, ...]


def offered_versions(today: date) -> list[CriteriaVersion]:
    """The newest version in force of each criteria set."""
    versions = CriteriaVersion.objects.in_force(today).select_related("therapy", "approved_by")
    newest: dict[str, CriteriaVersion] = {}
    for version in versions.defer("document", "therapy__details"):
        newest.setdefault(version.set_key, version)
    return sorted(
        newest.values(),
        key=lambda v: (v.therapy.generic, v.therapy.key, v.request_type, v.set_key),
    )


def offered_profiles() -> list[ProfileChoice]:
    """The turnaround that a case of each urgency would get, standard first."""
    profiles: dict[str, TurnaroundProfile] = {}
    found = TurnaroundProfile.objects.approved().order_by("hours", "key")
    for profile in found.prefetch_related("citations__reference"):
        profiles.setdefault(profile.urgency, profile)
    return [_choice(p) for p in sorted(profiles.values(), key=lambda p: -p.hours)]


def _choice(profile: TurnaroundProfile) -> ProfileChoice:
    days, hours = divmod(profile.hours, HOURS_A_DAY)
    length = counted(days, "day") if days and not hours else counted(profile.hours, "hour")
    if profile.calendar == TurnaroundProfile.Calendar.WORKING_DAYS:
        length += " on working days"
    sources = tuple(
        source_line(number, citation.reference, citation.reference.key)
        for number, citation in enumerate(profile.citations.all(), start=1)
    )
    return ProfileChoice(
        profile,
        profile.title,
        profile.get_urgency_display(),
        length,
        profile.note,
        profile.verified,
        sources,
    )
