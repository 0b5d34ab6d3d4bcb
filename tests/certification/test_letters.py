"""The letters: what they say, that they are accessible, the same each time, and readable."""

from __future__ import annotations

import copy
import io
import json
import re
from datetime import date, datetime
from typing import Any

import pytest
import textstat
import yaml
from django.conf import settings
from pypdf import PdfReader

from certification.actions.cases import Entry
from certification.letters import make_letter
from certification.letters.patient import patient_letter
from certification.models import Case, Determination, Letter, User
from certification.seals import hash_of
from tests.certification.actions.flow import (
    MEETS,
    MISSES,
    adverse_terms,
    answer,
    decide,
    modified_terms,
    refer,
)
from tests.factories import (
    CitationFactory,
    DeterminationReasonFactory,
    ReferenceFactory,
    StatementFactory,
)

HOSTILE = [
    '#panic("x") $a$ *b* _c_ `d` @ref <lab> \\ "q" {"a": 1}',
    '#read("/etc/passwd")',
    "'); DROP TABLE letters; --",
    "</script><b>bold</b>",
    "Đặng Thị Ánh Łukasz",
    "Жанна Ελένη",
    "李小龙 😀",
    "x" * 80,
]


@pytest.fixture(autouse=True)
def _references(db: None) -> None:
    ReferenceFactory(key="guideline_a", kind="guideline", title="Guideline A")
    ReferenceFactory(
        key="label_a", kind="label", title="EXEMPLA prescribing information", authors=["Maker"],
        container="A regulator", doi="", url="https://label.example/a",
    )  # fmt: skip
    ReferenceFactory(key="trial_a", title="A trial of exemplumab")
    ReferenceFactory(
        key="seed_1", title="", authors=[], container="", year=None, doi="", seed_number=6,
        verified="seed", caution="Not identifiable.",
    )  # fmt: skip
    CitationFactory(statement=StatementFactory(), reference=ReferenceFactory(key="review_a"))


@pytest.fixture
def certified(case: Case, nurse: User, now: datetime) -> Determination:
    entries = MEETS | {"antibody": Entry("positive", date(2026, 12, 1), "laboratory")}
    return decide(answer(case, nurse, now, entries), nurse, now, "certified")


@pytest.fixture
def modified(case: Case, nurse: User, physician: User, now: datetime) -> Determination:
    refer(answer(case, nurse, now, MISSES), nurse, now)
    reason = DeterminationReasonFactory(
        kind="modified", plain="We said yes, but for a shorter time."
    )
    return decide(case, physician, now, "certified_modified", **modified_terms(reason=reason))


@pytest.fixture
def adverse(case: Case, nurse: User, physician: User, now: datetime) -> Determination:
    refer(answer(case, nurse, now, MISSES), nurse, now)
    return decide(case, physician, now, "not_certified", **adverse_terms())


def reader(determination: Determination, audience: str) -> PdfReader:
    return PdfReader(io.BytesIO(bytes(determination.letters.get(audience=audience).pdf)))


def text(determination: Determination, audience: str) -> str:
    """The words of a letter on one line."""
    pages = [page.extract_text() for page in reader(determination, audience).pages]
    return " ".join(" ".join(pages).split())


def in_order(words: str, *parts: str) -> None:
    """Each part is found after the one before."""
    position = 0
    for part in parts:
        found = words.find(part, position)
        assert found >= 0, f"“{part}” not found after position {position} in: {words}"
        position = found


def test_the_clinicians_letter_of_a_certification(certified: Determination) -> None:
    record, words = certified.record, text(certified, "clinician")
    in_order(
        words,
        record["case"]["site"]["name"],
        "Dr Olive Orderer",
        record["patient"]["family_name"],
        "Certified",
        "1 Feb 2027 to 31 Jan 2028 (12 months)",
        "300 mg", "every 4 weeks", "13",
        "supports clinical judgement and never replaces it",
        "Verify against the primary sources",
        certified.signer_name, "Nurse reviewer", "11 Jan 2027, 10:00 EST",
        certified.signature_meaning,
        certified.seal,
        "The diagnosis of multiple sclerosis is confirmed",
        "Diagnosis confirmed: Yes (Medical record)",
        "Antibody test: Positive (Laboratory report, 1 Dec 2026)",
        "An active infection is present", "Not present",
        "The antibody is positive: the risk of PML is higher.",
        "Exemplumab is a step up",
        "References",
        "Content status: Approved by",
        certified.content_hash,
    )  # fmt: skip
    assert words.count("Met") >= 5


def test_what_is_unverified_is_marked(certified: Determination) -> None:
    words = text(certified, "clinician")
    assert re.search(r"The EDSS is 4 or more\. ?†", words)
    assert "† Unverified" in words


def test_references_are_numbered_in_the_order_of_reading(certified: Determination) -> None:
    words = text(certified, "clinician")
    body, _, references = words.partition("References 1.")
    numbers = [int(number) for number in re.findall(r"\[(\d+)\]", body)]
    assert list(dict.fromkeys(numbers)) == list(range(1, max(numbers) + 1))
    assert max(numbers) == 5
    in_order(
        references,
        "Guideline A. N Engl J Med. 2006;354(9):899–910. doi:10.1000/example.1",
        "2. Maker. EXEMPLA prescribing information [Internet]. A regulator; 2006. Available from:",
        "3. Cited by the founding article as number 6, not listed in its references.",
        "Not identifiable.",
        "4. Doe JA, Roe B, et al. A trial of exemplumab.",
        "5.",
    )


def test_an_adverse_letter_names_criterion_facts_reversal_and_appeal(
    adverse: Determination,
) -> None:
    words = text(adverse, "clinician")
    in_order(
        words,
        "Not certified",
        "The disease has a relapsing course.",
        "Finding: Not met",
        "Source of the criterion: “Exemplumab for relapsing MS, first request”, version 2026.1; "
        "criterion “course”.",
        "[1] section 1",
        "Type of MS: Primary progressive (Ordering clinician)",
        adverse.record["determination"]["reason"]["says"],
        adverse.rationale,
        "What would change this decision", adverse.would_reverse,
        "How to appeal", "Write to the reviewing office",
        "a physician who took no part in this determination",
        adverse.signer_name, "Physician reviewer",
    )  # fmt: skip
    assert "Certification period" not in words


def test_a_contraindication_is_not_called_unmet(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    refer(answer(case, nurse, now, MEETS | {"active_infection": Entry("yes")}), nurse, now)
    terms = adverse_terms(unmet_criteria=["infection"])
    determination = decide(case, physician, now, "not_certified", **terms)
    words = text(determination, "clinician")
    in_order(words, "The criterion that stands in its way", "An active infection is present.")
    in_order(words, "Finding: Present", "Active infection: Yes")
    says = ("This is what speaks against the drug", "An active infection is present.")
    in_order(text(determination, "patient"), *says)


def test_the_site_says_how_to_appeal(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    case.site.appeal_instructions = "Fax the form to 555 0100.\n\nOr write to the board."
    case.site.save()
    refer(answer(case, nurse, now, MISSES), nurse, now)
    determination = decide(case, physician, now, "not_certified", **adverse_terms())
    for audience in Letter.Audience.values:
        in_order(text(determination, audience), "How to appeal", "Fax the form", "Or write to")


def test_a_certification_against_the_recommendation_gives_its_rationale(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    refer(answer(case, nurse, now, MISSES), nurse, now)
    determination = decide(case, physician, now, "certified", rationale="The label is wider.")
    in_order(text(determination, "clinician"), "Rationale of the reviewer", "The label is wider.")


def test_a_modified_letter_says_what_is_modified(modified: Determination) -> None:
    words = text(modified, "clinician")
    in_order(words, "Certified, modified", "(6 months)", "What is modified", modified.rationale)


def test_missing_facts_and_contradictions_are_told(
    case: Case, nurse: User, physician: User, now: datetime
) -> None:
    entries = MEETS | {"antibody": Entry(not_known=True), "age_years": Entry("30")}
    refer(answer(case, nurse, now, entries), nurse, now)
    terms = adverse_terms(unmet_criteria=["antibody_known"])
    words = text(decide(case, physician, now, "not_certified", **terms), "clinician")
    in_order(words, "Finding: Not documented", "Why: asked, not known", "Antibody test")
    assert "Age: 30 was documented and used; 41 follows from the other answers." in words
    assert "Asked, not known" in words


@pytest.mark.parametrize("demo", [True, False])
def test_demonstrations_say_so(
    case: Case, nurse: User, now: datetime, demo: bool, version: Any
) -> None:
    approver = version.approved_by
    approver.is_demo = demo
    approver.save()
    determination = decide(answer(case, nurse, now, MEETS), nurse, now, "certified")
    for audience in Letter.Audience.values:
        words = text(determination, audience)
        assert ("made with a demonstration account" in words) is demo
        assert "synthetic" in words
    assert ("(a demonstration account)" in text(determination, "clinician")) is demo


@pytest.mark.parametrize("outcome", ["certified", "modified", "adverse"])
def test_the_patients_letter_reads_at_grade_8_or_below(
    outcome: str, request: pytest.FixtureRequest
) -> None:
    determination = request.getfixturevalue(outcome)
    words = own_words(determination)
    assert len(words.split()) > 80
    grade = textstat.flesch_kincaid_grade(words)
    assert grade <= 8, f"grade {grade}: {words}"


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["adverse", "modified"])
def test_the_reasons_of_the_shipped_pack_read_at_grade_8_or_below(reason: str) -> None:
    folder = settings.BASE_DIR / "certification" / "content" / "shared"
    entries = yaml.safe_load((folder / "reasons.yaml").read_text(encoding="utf-8"))
    plain = [e["plain"] for e in entries["determination_reasons"] if e["kind"] == reason]
    assert len(plain) > 3
    assert all(textstat.flesch_kincaid_grade(words) <= 8 for words in plain), plain


def own_words(determination: Determination) -> str:
    """The letter as it is read from the PDF, without names, the seal, and what it quotes word for
    word from the criteria and the physician. Heads and rows of tables are left out as well: short
    lines would flatter the grade."""
    record = determination.record
    lines = "\n".join(
        page.extract_text() for page in reader(determination, "patient").pages
    ).splitlines()
    sentences = (line for line in lines if len(line) > 45 or line[-1:] in set(".?!"))
    words = " ".join(" ".join(sentences).split())
    content = patient_letter(record, determination.seal)
    left_out = [
        determination.seal,
        content["site"]["name"],
        content["site"]["address"],
        content["patient"]["name"],
        content["subject"],
        content["signature"]["name"],
        f"Case {content['case_number']}",
        *content["notes"],
        determination.would_reverse,
    ]
    if content["rule"]:
        left_out += [content["rule"]["says"], content["rule"]["source"]]
    for part in filter(None, left_out):
        words = words.replace(part, " ")
    return " ".join(words.split())


@pytest.mark.parametrize(
    ("outcome", "parts"),
    [
        ("certified", ["We said yes", "A nurse made this choice", "First day", "1 Feb 2027",
                       "300 mg", "This is a strong drug.",
                       "does not take the place of your doctor"]),
        ("modified", ["We said yes, with changes", "A doctor made this choice",
                      "We said yes, but for a shorter time.", "6 months"]),
        ("adverse", ["We did not say yes", "A doctor made this choice",
                     "Your record does not show what this drug needs.",
                     "The disease has a relapsing course.", "2026.1",
                     "A documented relapse, or new lesions on MRI.",
                     "This is called an appeal.", "It will not be the one who signed this letter",
                     "How to appeal", "Do not stop any drug on your own"]),
    ],
)  # fmt: skip
def test_the_patients_letter(
    outcome: str, parts: list[str], request: pytest.FixtureRequest
) -> None:
    determination = request.getfixturevalue(outcome)
    in_order(text(determination, "patient"), *parts)


@pytest.mark.parametrize("audience", Letter.Audience.values)
def test_accessible_by_the_standard(certified: Determination, audience: str) -> None:
    pdf = reader(certified, audience)
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    title = str(pdf.metadata and pdf.metadata.title)
    assert certified.case.number in title
    # No medical record number and no name in the title.
    assert certified.record["patient"]["family_name"] not in title


@pytest.mark.parametrize("audience", Letter.Audience.values)
def test_the_same_record_gives_the_same_bytes(certified: Determination, audience: str) -> None:
    stored = certified.letters.get(audience=audience)
    fresh = Determination.objects.get(pk=certified.pk)
    assert make_letter(fresh, audience) == bytes(stored.pdf)
    assert hash_of(bytes(stored.pdf)) == stored.sha256
    other = copy.deepcopy(fresh)
    other.record["patient"]["given_name"] = "Eve"
    assert make_letter(other, audience) != bytes(stored.pdf)


@pytest.mark.parametrize("audience", Letter.Audience.values)
@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_name_contains_is_only_text(
    adverse: Determination, audience: str, name: str
) -> None:
    hostile = copy.deepcopy(adverse)
    hostile.record["patient"] |= {"given_name": name, "family_name": "E"}
    hostile.record["determination"] |= {"rationale": name, "would_reverse": name}
    hostile.record["case"]["site"] |= {"name": name, "appeal_instructions": name}
    pdf = PdfReader(io.BytesIO(make_letter(hostile, audience)))
    words = "".join("".join(page.extract_text() for page in pdf.pages).split())
    shown = "".join(re.sub(r"[李小龙😀]", "□", name).split())
    assert words.count(shown) >= 3
    assert ("cannotbeprinted" in words) is ("□" in shown)


def test_a_letter_needs_nothing_but_the_record(certified: Determination) -> None:
    """Years later: only the record and the seal, read back from JSON."""
    bare = Determination(
        record=json.loads(json.dumps(certified.record)),
        seal=certified.seal,
        signed_at=certified.signed_at,
    )
    for letter in certified.letters.all():
        assert make_letter(bare, letter.audience) == bytes(letter.pdf)
