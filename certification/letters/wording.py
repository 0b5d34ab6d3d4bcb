"""Which words do both letters share: heads, dates, periods, sources and signatures?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from certification.criteria.tree_words import date_text
from certification.models import UNVERIFIED, Answer
from certification.workflow import Outcome

SOURCES = {str(value): str(label) for value, label in Answer.Source.choices}
DEMO_NOTE = (
    "Demonstration. This letter was made with a demonstration account. It is not valid for the "
    "care of anybody."
)
SYNTHETIC_NOTE = "The person in this letter is synthetic: made up for demonstration."
DEFAULT_APPEAL = (
    "Write to the reviewing office named at the head of this letter, give the case number, and say "
    "that you appeal."
)


def day(iso: str | None) -> str:
    """12 Jan 2027, from an ISO date; empty without one."""
    return date_text(date.fromisoformat(iso)) if iso else ""


def moment(iso: str, time_zone: str) -> str:
    """12 Jan 2027, 14:05 EST, at the site."""
    local = datetime.fromisoformat(iso).astimezone(ZoneInfo(time_zone))
    return f"{date_text(local.date())}, {local:%H:%M %Z}"


def signed_day(record: Mapping[str, Any]) -> str:
    """The date of signing at the site, which is the date of the letter."""
    local = datetime.fromisoformat(record["signature"]["signed_at"])
    return date_text(local.astimezone(ZoneInfo(record["case"]["site"]["time_zone"])).date())


def head(record: Mapping[str, Any], *, title: str) -> dict[str, Any]:
    """What stands at the head and foot of both letters."""
    case, patient = record["case"], record["patient"]
    return {
        "title": title,
        "site": {"name": case["site"]["name"], "address": case["site"]["address"]},
        "date": signed_day(record),
        "case_number": case["number"],
        "patient": {
            "name": f"{patient['given_name']} {patient['family_name']}",
            "born": day(patient["birth_date"]),
            "record_number": patient["record_number"],
        },
        "notes": notes(record),
    }


def notes(record: Mapping[str, Any]) -> list[str]:
    """What the reader must know before reading on: a demonstration, a synthetic person."""
    found = []
    if record["signature"]["demo"] or record["content"]["approved_in_demo"]:
        found.append(DEMO_NOTE)
    if record["patient"]["is_synthetic"]:
        found.append(SYNTHETIC_NOTE)
    return found


def is_adverse(record: Mapping[str, Any]) -> bool:
    return bool(record["determination"]["outcome"] == Outcome.NOT_CERTIFIED)


def is_modified(record: Mapping[str, Any]) -> bool:
    return bool(record["determination"]["outcome"] == Outcome.CERTIFIED_MODIFIED)


def outcome_tone(record: Mapping[str, Any]) -> str:
    """Which of the three looks the outcome has. The word always stands beside it."""
    return {
        Outcome.CERTIFIED: "met",
        Outcome.CERTIFIED_MODIFIED: "caution",
        Outcome.NOT_CERTIFIED: "unmet",
    }[Outcome(record["determination"]["outcome"])]


def months_text(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"


def quantity_text(record: Mapping[str, Any]) -> str:
    """A quantity limit that is only text, such as that of a payer's policy; else empty."""
    limit = record["criteria"]["quantity_limit"]
    return limit if isinstance(limit, str) else ""


def appeal_text(record: Mapping[str, Any]) -> str:
    return record["case"]["site"]["appeal_instructions"] or DEFAULT_APPEAL


def therapy_text(record: Mapping[str, Any]) -> str:
    """The generic name with its brands in brackets."""
    therapy = record["therapy"]
    return (
        f"{therapy['generic']} ({therapy['brands']})" if therapy["brands"] else therapy["generic"]
    )


def begin(text: str) -> str:
    """The text with a capital letter at its beginning and the rest as it is."""
    return text[:1].upper() + text[1:]


def is_unverified(item: Mapping[str, Any]) -> bool:
    return item.get("verified", "") in UNVERIFIED


def source_text(source: str) -> str:
    return SOURCES.get(source, source) or "Source not stated"
