"""What does the letter to the ordering clinician say?

Outcome, person, period, quantity; each criterion with its finding; the facts with source and date;
precautions; numbered references; how far the content was reviewed; the signature and the seal. An
adverse letter names its criterion, what would reverse it, and how to appeal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from certification.letters.findings import (
    Numbering,
    bar_rows,
    indication_rows,
    named_criterion,
)
from certification.letters.wording import (
    appeal_text,
    begin,
    day,
    head,
    is_adverse,
    is_modified,
    is_unverified,
    moment,
    months_text,
    outcome_tone,
    quantity_text,
    source_text,
    therapy_text,
)
from certification.workflow import STATUS_TITLES, CaseStatus

OPENINGS = {
    "certified": "Your request is certified: on the documented facts the treatment is medically "
    "indicated.",
    "certified_modified": "Your request is certified with modifications, which are set out below "
    "with their reason.",
    "not_certified": "Your request is not certified. The criterion that stands in its way, the "
    "facts that were used, what would change this decision and how to appeal it are set out below.",
}
DISCLAIMER = (
    "This determination concerns medical necessity under the criteria named. It supports clinical "
    "judgement and never replaces it: the treating clinician decides on the care of the person. "
    "Verify against the primary sources before acting."
)
APPEAL_PHYSICIAN = (
    "An appeal is decided by a physician who took no part in this determination and is not "
    "subordinate to the one who signed it."
)
UNVERIFIED_NOTE = (
    "† Unverified: the figure or source of this item was not read in the primary source, or is "
    "this pack's own proposal. Check it before relying on it."
)


def clinician_letter(record: Mapping[str, Any], seal: str) -> dict[str, Any]:
    """The content of the letter as plain data for its template."""
    numbering = Numbering(record["references"])
    determination, trees = record["determination"], record["explanation"]["trees"]
    outcome = STATUS_TITLES[CaseStatus(determination["outcome"])]
    # References are numbered in the order of this dictionary, which is the order of reading.
    content = {
        **head(record, title=f"Determination: {outcome}"),
        "to": _recipient(record),
        "subject": begin(
            f"{therapy_text(record)}: {record['case']['request_title'].lower()} request"
        ),
        "outcome": outcome,
        "tone": outcome_tone(record),
        "opening": OPENINGS[determination["outcome"]],
        "terms": _terms(record),
        "adverse": _adverse(record, numbering),
        "modified": _modified(record),
        "rationale": "" if is_adverse(record) else determination["rationale"],
        "indications": indication_rows(trees["indications"], numbering),
        "bars": bar_rows(trees["contraindications"], numbering),
        "precautions": [
            {
                "says": item["says"],
                "cites": numbering.cite(item.get("cite", [])),
                "unverified": is_unverified(item),
            }
            for item in trees["precautions"]
            if item["truth"] == "met"
        ],
        "conflicts": _conflicts(record),
        "statements": [
            {
                "says": item["says"],
                "cites": numbering.cite(item["cite"]),
                "unverified": is_unverified(item),
            }
            for item in record["statements"]
        ],
        "noticed": record.get("notices", []),
        "facts": _facts(record),
        "criteria": _criteria(record),
        "disclaimer": DISCLAIMER,
        "unverified_note": UNVERIFIED_NOTE,
        "signature": _signature(record, seal),
    }
    content["references"] = numbering.entries()
    content["has_unverified"] = _has_unverified(content)
    return content


def _recipient(record: Mapping[str, Any]) -> dict[str, str]:
    number = record["case"]["ordering_clinician_number"]
    return {
        "name": record["case"]["ordering_clinician"],
        "number": f"NPI {number}" if number else "",
    }


def _terms(record: Mapping[str, Any]) -> list[dict[str, str]]:
    determination = record["determination"]
    terms = [("Therapy", therapy_text(record))]
    if record["therapy"]["off_label"]:
        terms.append(("Use", "Off-label: not a labelled use of this product"))
    if is_adverse(record):
        terms.append(("Requested start", day(record["case"]["service_on"])))
    else:
        terms += [
            (
                "Certification period",
                f"{day(determination['period_start_on'])} to "
                f"{day(determination['period_end_on'])} ({months_text(determination['months'])})",
            ),
            ("Dose", determination["dose"]),
            ("Interval", determination["interval"]),
            ("Infusions", str(determination["infusions"] or "")),
            ("Quantity limit", quantity_text(record)),
        ]
    return [{"name": name, "value": value} for name, value in terms if value]


def _adverse(record: Mapping[str, Any], numbering: Numbering) -> dict[str, Any] | None:
    if not is_adverse(record):
        return None
    determination = record["determination"]
    named = [
        named_criterion(record["explanation"], node_id, numbering)
        for node_id in determination["unmet_criteria"]
    ]
    return {
        "criterion": named[0],
        "further": named[1:],
        "source": criteria_source(record),
        "reason": determination["reason"],
        "rationale": determination["rationale"],
        "would_reverse": determination["would_reverse"],
        "appeal": appeal_text(record),
        "appeal_physician": APPEAL_PHYSICIAN,
    }


def _modified(record: Mapping[str, Any]) -> dict[str, Any] | None:
    return {"reason": record["determination"]["reason"]} if is_modified(record) else None


def criteria_source(record: Mapping[str, Any]) -> str:
    """The criteria by name, version and publisher, as a denial must name its source."""
    criteria = record["criteria"]
    publisher = criteria["policy_organisation"]
    text = f"“{criteria['title']}”, version {criteria['version']}"
    return f"{text}, {publisher}" if publisher else text


def _conflicts(record: Mapping[str, Any]) -> list[str]:
    """What the documented answers disagree about, told in one sentence each."""
    explanation = record["explanation"]
    said = [item["says"] for item in explanation.get("contradictions", ())]
    labels = {key: fact["label"] for key, fact in record["facts"].items()}
    for item in explanation.get("conflicts", ()):
        label = labels.get(item["fact"], item["fact"])
        said.append(
            f"{label}: {item['given']} was documented and used; "
            f"{item['computed']} follows from the other answers."
        )
    return said


def _facts(record: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "label": fact["label"],
            "text": fact["text"],
            "source": source_text(fact.get("source", "")),
            "observed_on": day(fact.get("observed_on")),
        }
        for fact in sorted(record["facts"].values(), key=lambda fact: fact["order"])
    ]


def _criteria(record: Mapping[str, Any]) -> dict[str, str]:
    criteria, content = record["criteria"], record["content"]
    approved = ""
    if content["approved_by"]:
        zone = record["case"]["site"]["time_zone"]
        by = content["approved_by"]
        if content["approved_in_demo"]:
            by += " (a demonstration account)"
        approved = f"by {by} on {moment(content['approved_at'], zone)}"
    return {
        "source": criteria_source(record),
        "status": f"{content['status_title']} {approved}".strip(),
        "next_review": day(content["next_review_on"]),
        "hash": criteria["content_hash"],
        "as_of": day(record["determination"]["as_of"]),
    }


def _signature(record: Mapping[str, Any], seal: str) -> dict[str, str]:
    signature = record["signature"]
    return {
        "name": signature["name"],
        "role": signature["role_title"],
        "licence": signature["licence_number"],
        "at": moment(signature["signed_at"], record["case"]["site"]["time_zone"]),
        "meaning": signature["meaning"],
        "seal": seal,
    }


def _has_unverified(content: Mapping[str, Any]) -> bool:
    marked = ("indications", "bars", "precautions", "statements", "references")
    return any(item["unverified"] for part in marked for item in content[part])
