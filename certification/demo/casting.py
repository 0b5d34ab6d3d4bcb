"""Who could the person of a worked example be?

An example says only what its criteria need. Here an invented person is fitted to it: what belongs
to a registration moves there, and age and treatment history vary as far as the engine's answer
stays the same. Pure but for reading what the criteria say.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta

from certification.criteria.evaluation import Evaluation, Evaluator
from certification.criteria.facts import (
    FactDefinition,
    FactError,
    FactType,
    Vocabulary,
    read_facts,
)
from certification.criteria.tree import CriteriaSet, Example, fact_keys
from certification.demo.people import CODE_FACT, COURSE_FACT, Person
from certification.models import Patient, PriorTherapy
from certification.registration import (
    HISTORY_FACT,
    PATIENT_FACTS,
    REQUEST_FACT,
    THERAPY_FACT,
    months_taken,
)

BIRTH_FACT, SEX_FACT, AGE_FACT = PATIENT_FACTS["birth_date"], PATIENT_FACTS["sex"], "age_years"
ONSET_FACT, DIAGNOSIS_FACT = PATIENT_FACTS["onset_on"], PATIENT_FACTS["diagnosed_on"]
AGES, AGE_CHANGES = range(19, 70), range(-9, 16)

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Role:
    """A person and what is documented about them on one day, beyond their registration."""

    person: Person
    answers: Answers
    on: date


def cast(
    example: Example,
    person: Person,
    *,
    criteria_set: CriteriaSet,
    evaluator: Evaluator,
    today: date,
    chance: random.Random,
) -> tuple[Role, Evaluation]:
    """The role of an example on its own day, and what the criteria say of it.

    ``person`` was invented as of ``today``. Raises ``FactError`` when the example cannot be right.
    """
    day = example.as_of or today
    facts = {key: _answer(raw) for key, raw in example.facts.items()}
    invented = shifted(Role(person, {}, today), day, evaluator.vocabulary).person
    role = Role(_fitted(invented, facts, day), _beyond_registration(facts), day)
    said = evaluate(role, criteria_set, evaluator)
    for other in _variations(role, invented, evaluator.vocabulary, chance):
        try:
            other_said = evaluate(other, criteria_set, evaluator)
        except FactError:
            continue
        if _same(said, other_said):
            return other, other_said
    return role, said


def evaluate(role: Role, criteria_set: CriteriaSet, evaluator: Evaluator) -> Evaluation:
    """What the criteria say of a role on its day. Raises ``FactError``."""
    raw: dict[str, Any] = {
        key: value
        for field, key in PATIENT_FACTS.items()
        if (value := getattr(role.person, field)) not in (None, "")
    }
    raw |= {THERAPY_FACT: criteria_set.therapy, REQUEST_FACT: criteria_set.request_type}
    taken = [PriorTherapy(**row) for row in role.person.therapies]
    if taken:
        raw[HISTORY_FACT] = [therapy.as_row(months_taken(therapy, role.on)) for therapy in taken]
    known = {key: value for key, value in (raw | dict(role.answers)).items() if value is not None}
    vocabulary = evaluator.vocabulary
    asked = {key: value for key, value in known.items() if key in vocabulary}
    return evaluator.evaluate(read_facts(vocabulary, asked, role.on), role.on)


def recast(example: Example, person: Person, *, vocabulary: Vocabulary, on: date) -> Role:
    """The role of an example played by somebody who is registered already, on another day."""
    facts = {key: _answer(raw) for key, raw in example.facts.items()}
    by = on - (example.as_of or on)
    return Role(person, _answers_moved(_beyond_registration(facts), by, vocabulary), on)


def shifted(role: Role, to: date, vocabulary: Vocabulary) -> Role:
    """The same role with every date moved to another day."""
    by = to - role.on
    person = role.person
    therapies = tuple(
        {column: cell + by if isinstance(cell, date) else cell for column, cell in row.items()}
        for row in person.therapies
    )
    moved = replace(
        person,
        birth_date=person.birth_date + by,
        onset_on=person.onset_on + by,
        diagnosed_on=person.diagnosed_on + by,
        therapies=therapies,
    )
    return Role(moved, _answers_moved(role.answers, by, vocabulary), to)


def _answers_moved(
    answers: Answers, by: timedelta, vocabulary: Vocabulary
) -> dict[str, dict[str, Any]]:
    moved: dict[str, dict[str, Any]] = {}
    for key, given in answers.items():
        answer = moved[key] = dict(given)
        if answer.get("observed_on"):
            answer["observed_on"] = _moved(answer["observed_on"], by)
        if answer.get("value") and key in vocabulary and vocabulary[key].type is FactType.DATE:
            answer["value"] = _moved(answer["value"], by)
    return moved


def with_valid_code(person: Person, vocabulary: Vocabulary, on: date) -> Person:
    """The person without a diagnosis code that cannot be chosen on a day."""
    definition = vocabulary.get(CODE_FACT)
    if definition is None:
        return person
    valid = {
        choice.value
        for choice in definition.choices
        if (choice.valid_from is None or choice.valid_from <= on)
        and (choice.valid_until is None or choice.valid_until >= on)
    }
    return person if person.icd10cm_code in valid else replace(person, icd10cm_code="")


def _answer(raw: Any) -> dict[str, Any]:
    return dict(raw) if isinstance(raw, Mapping) else {"value": raw}


def _moved(day: Any, by: timedelta) -> str:
    return (date.fromisoformat(str(day)) + by).isoformat()


def _value(facts: Answers, key: str) -> Any:
    return facts.get(key, {}).get("value")


def _fitted(person: Person, facts: Answers, day: date) -> Person:
    """The invented person, changed where the facts say who they must be."""
    birth = person.birth_date
    if given := _value(facts, BIRTH_FACT):
        birth = date.fromisoformat(str(given))
    elif (age := _value(facts, AGE_FACT)) is not None:
        birth = _born(int(age), person, day)
    onset = birth + (person.onset_on - person.birth_date) * (
        (day - birth) / (day - person.birth_date)
    )
    if given := _value(facts, ONSET_FACT):
        onset = date.fromisoformat(str(given))
    diagnosed = min(day, onset + (person.diagnosed_on - person.onset_on))
    if given := _value(facts, DIAGNOSIS_FACT):
        diagnosed = date.fromisoformat(str(given))
    sex = _value(facts, SEX_FACT)
    return replace(
        person,
        birth_date=birth,
        onset_on=min(onset, diagnosed),
        diagnosed_on=diagnosed,
        sex=sex if sex in Patient.Sex.values else person.sex,
        ms_course=_value(facts, COURSE_FACT) or "",
        icd10cm_code=_value(facts, CODE_FACT) or "",
        therapies=tuple(dict(row) for row in _value(facts, HISTORY_FACT) or ()),
    )


def _born(age: int, person: Person, day: date) -> date:
    """A date of birth that makes the person exactly so old, on a day of the year of their own."""
    return day - relativedelta(years=age, days=20 + person.birth_date.toordinal() % 300)


def _beyond_registration(facts: Answers) -> dict[str, dict[str, Any]]:
    """What is left to ask once the person is registered."""
    registered = {BIRTH_FACT, AGE_FACT, SEX_FACT, COURSE_FACT, CODE_FACT, HISTORY_FACT}
    registered |= {ONSET_FACT, DIAGNOSIS_FACT}
    return {
        key: dict(answer)
        for key, answer in facts.items()
        if key not in registered or answer.get("value") in (None, [], ())
    }


def _variations(
    role: Role, invented: Person, vocabulary: Vocabulary, chance: random.Random
) -> Iterator[Role]:
    """Other people whom the example could be about, the most varied first."""
    age = relativedelta(role.on, role.person.birth_date).years
    others = [
        _fitted(invented, {AGE_FACT: {"value": age + years}}, role.on)
        for years in chance.sample(AGE_CHANGES, 6)
        if age + years in AGES
    ]
    kept = {name: getattr(role.person, name) for name in ("ms_course", "icd10cm_code", "therapies")}
    aged = [_played_by(role, replace(other, **kept), vocabulary) for other in others]
    if not role.person.therapies:
        for other in [*aged, role]:
            if all(row["started_on"] > other.person.birth_date for row in invented.therapies):
                yield replace(other, person=replace(other.person, therapies=invented.therapies))
    yield from aged
    yield from (
        _played_by(role, replace(other, sex=role.person.sex, **kept), vocabulary)
        for other in others
    )


def _played_by(role: Role, person: Person, vocabulary: Vocabulary) -> Role:
    """The role played by another person: what is asked of one sex only is not asked of another."""
    if person.sex == role.person.sex:
        return replace(role, person=person)
    answers = {
        key: answer
        for key, answer in role.answers.items()
        if not _depends_on_sex(vocabulary.get(key))
    }
    return Role(person, answers, role.on)


def _depends_on_sex(definition: FactDefinition | None) -> bool:
    applies_when = definition.applies_when if definition else None
    return applies_when is not None and SEX_FACT in fact_keys(applies_when)


def _same(said: Evaluation, other: Evaluation) -> bool:
    """Whether two people get the same answer, with nothing that contradicts itself."""
    compared = ("recommendation", "unmet", "missing", "precautions", "conflicts", "contradictions")
    return all(getattr(said, name) == getattr(other, name) for name in compared)
