"""What does the letter to the patient say, in plain words?

Short sentences and common words, for a reading grade of 8 or below. What is quoted word for word,
such as the rule that was used, is marked as a quotation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certification.letters.clinician import criteria_source
from certification.letters.findings import Numbering, named_criterion
from certification.letters.wording import (
    appeal_text,
    day,
    head,
    is_adverse,
    is_modified,
    months_text,
    outcome_tone,
    therapy_text,
)
from config.roles import Role

TITLES = {
    "certified": "We said yes",
    "certified_modified": "We said yes, with changes",
    "not_certified": "We did not say yes",
}
OPENINGS = {
    "certified": "Your doctor asked us if this drug is right for your MS. We looked at your "
    "health record. We agree that you need this drug.",
    "certified_modified": "Your doctor asked us if this drug is right for your MS. We looked at "
    "your health record. We agree that you need this drug. But we changed a part of the plan. "
    "This letter tells you what and why.",
    "not_certified": "Your doctor asked us if this drug is right for your MS. We looked at your "
    "health record. We could not say yes to this request. This letter tells you why. It also "
    "tells you what you can do next.",
}
PERSON_DECIDED = {
    Role.PHYSICIAN_REVIEWER: "A doctor made this choice. It was not made by a computer.",
    Role.NURSE_REVIEWER: "A nurse made this choice. It was not made by a computer.",
}
NEXT_STEPS = {
    "certified": [
        "Talk with your doctor about when to start.",
        "Go to all your blood tests and scans. They keep you safe.",
        "Call your care team at once if you feel sick or get new signs of MS.",
        "If you need the drug after the last day, your doctor can ask us again.",
    ],
    "certified_modified": [
        "Talk with your doctor about the change.",
        "Go to all your blood tests and scans. They keep you safe.",
        "Call your care team at once if you feel sick or get new signs of MS.",
        "If you do not agree with the change, your doctor can call us.",
    ],
    "not_certified": [
        "Talk with your doctor. There may be other drugs that can help you.",
        "Your doctor can send us new facts at any time.",
        "Do not stop any drug on your own. Ask your doctor first.",
        "Call your care team at once if you feel sick or get new signs of MS.",
    ],
}
RIGHTS = [
    "You can ask us to look at this again. This is called an appeal. It is your right.",
    "A new doctor will look at it. It will not be the one who signed this letter.",
    "You can send us notes or tests that you want us to see.",
    "Someone you trust can ask for you.",
    "You can ask us for a copy of the rule and of the facts we used. It costs you nothing.",
]
RULE_LEAD = "This is the rule that was not met, word for word:"
BAR_LEAD = "This is what speaks against the drug, word for word:"
CARE_NOTE = (
    "This letter is about what we can approve. It does not take the place of your doctor. Your "
    "doctor knows you best. You and your doctor choose your care."
)


def patient_letter(record: Mapping[str, Any], seal: str) -> dict[str, Any]:
    """The content of the letter as plain data for its template."""
    outcome = record["determination"]["outcome"]
    return {
        **head(record, title=TITLES[outcome]),
        "tone": outcome_tone(record),
        "subject": therapy_text(record),
        "opening": OPENINGS[outcome],
        "decided": PERSON_DECIDED[Role(record["signature"]["role"])],
        "plan": _plan(record),
        "reason": _reason(record),
        "rule": _rule(record),
        "would_reverse": record["determination"]["would_reverse"],
        "rights": RIGHTS if is_adverse(record) else [],
        "appeal": appeal_text(record) if is_adverse(record) else "",
        "about": [
            item["plain"]
            for item in record["statements"]
            if item["plain"] and "patient" in item["audience"] and not is_adverse(record)
        ],
        "next_steps": NEXT_STEPS[outcome],
        "care_note": CARE_NOTE,
        "signature": {
            "name": record["signature"]["name"],
            "role": record["signature"]["role_title"],
            "seal": seal,
        },
    }


def _plan(record: Mapping[str, Any]) -> list[dict[str, str]]:
    determination = record["determination"]
    if is_adverse(record):
        return []
    plan = [
        ("First day", day(determination["period_start_on"])),
        ("Last day", day(determination["period_end_on"])),
        ("How long", months_text(determination["months"])),
        ("How much", determination["dose"]),
        ("How often", determination["interval"]),
        ("How many times", str(determination["infusions"] or "")),
    ]
    return [{"name": name, "value": value} for name, value in plan if value]


def _reason(record: Mapping[str, Any]) -> str:
    if not (is_adverse(record) or is_modified(record)):
        return ""
    reason = record["determination"]["reason"]
    return reason["plain"] or reason["says"]


def _rule(record: Mapping[str, Any]) -> dict[str, str] | None:
    if not is_adverse(record):
        return None
    named = named_criterion(
        record["explanation"], record["determination"]["principal_criterion"], Numbering({})
    )
    lead = BAR_LEAD if named["is_bar"] else RULE_LEAD
    return {"lead": lead, "says": named["says"], "source": criteria_source(record)}
