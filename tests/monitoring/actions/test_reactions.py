"""From which grade on does a reaction hold the next infusion? The protocol says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from certification.criteria.facts import FactValue
from certification.models import AuditEvent, User
from certification.packs.pack import folders_of, read_pack
from certification.policies import Stale
from monitoring.actions.holds import release_hold
from monitoring.actions.infusions import record_reaction
from monitoring.actions.results import ResultEntry, enter_result
from monitoring.advice import HOLDS, advice_for_grade
from monitoring.models import Hold, InfusionCourse, Reaction, Visit
from monitoring.planning import REACTION_GRADE
from monitoring.reactions import GRADES, holding_grades
from monitoring.schedule.conditions import Conditions
from monitoring.schedule.examples import read_protocols
from monitoring.schedule.rules import INFUSION
from monitoring.schedule.thresholds import Act, interpret
from tests.factories.monitoring import CITE

from .steps import START, at, give, readiness


@pytest.fixture
def given(course: InfusionCourse, infusion_nurse: User) -> Visit:
    entry = ResultEntry(
        "jcv_antibody", done_on=START, reported_on=START, facts={"antibody": "negative"}
    )
    enter_result(by=infusion_nurse, now=at(START), patient=course.patient, entry=entry)
    return give(course, infusion_nurse, START)


def react(visit: Visit, by: User, grade: int, revision: int | None = None) -> Reaction:
    return record_reaction(
        by=by, now=at(START), visit=visit, revision=revision, grade=grade, symptoms="Hives"
    )


@pytest.mark.parametrize("grade", GRADES)
def test_the_protocol_says_which_grade_holds(
    grade: int, given: Visit, infusion_nurse: User
) -> None:
    react(given, infusion_nurse, grade)
    holds = Hold.objects.active()
    expected = grade >= 3
    assert [(hold.rule, hold.cite) for hold in holds] == [("reaction_severe", CITE)] * expected
    told = [one.says for one in advice_for_grade(given.course, grade, START)]
    assert told == [f"{HOLDS} The prescriber decides."] * expected
    assert holding_grades(given.course.protocol_version, START) == (3, 4, 5)


def test_a_hold_names_the_reaction_and_stands_against_the_next(
    given: Visit, infusion_nurse: User
) -> None:
    react(given, infusion_nurse, 3)
    hold = Hold.objects.get()
    assert hold.reason == "Grade 3 reaction on 01 Feb 2027 (Hives). The prescriber decides."
    assert hold.placed_by == infusion_nurse
    later = START + timedelta(weeks=4)
    reason = next(r for r in readiness(given.course, later).reasons if r.kind == "hold")
    assert (reason.act, reason.cite) == ("release_hold", CITE)
    event = AuditEvent.objects.filter(verb="recorded reaction").get()
    assert event.data["raised"] == ["hold reaction_severe"]
    react(given, infusion_nurse, 4)
    assert Hold.objects.count() == 1, "it is held already"
    release_hold(by=infusion_nurse, now=at(later), hold=hold, reason="Prescriber: go on, slower.")
    assert "hold" not in {r.kind for r in readiness(given.course, later).reasons}


def test_the_reaction_and_its_hold_are_one_act(
    given: Visit, infusion_nurse: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**fields: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("monitoring.actions.infusions.record_event", broken)
    with pytest.raises(RuntimeError):
        react(given, infusion_nurse, 3)
    assert not Reaction.objects.exists()
    assert not Hold.objects.exists()


def test_the_same_reaction_is_not_recorded_twice(given: Visit, infusion_nurse: User) -> None:
    react(given, infusion_nurse, 2, revision=given.revision)
    with pytest.raises(Stale) as stale:
        react(given, infusion_nurse, 2, revision=given.revision)
    assert [change.new for change in stale.value.changed] == ["Grade 2: Hives"]
    assert Reaction.objects.count() == 1


def test_every_shipped_protocol_holds_on_what_is_severe() -> None:
    """CTCAE 3 to 5 hold the next infusion in every protocol, 1 and 2 in none; each with its
    source."""
    protocols = read_protocols(read_pack(*folders_of(["shipped"])))
    assert len(protocols) == 8
    for key, protocol in protocols.items():
        conditions = Conditions(protocol)
        for grade in GRADES:
            facts = {REACTION_GRADE: FactValue(grade, START)}
            found = interpret(conditions, INFUSION, facts, START)
            holds = [one for one in found if one.act is Act.HOLD]
            assert len(holds) == (grade >= 3), (key, grade)
            assert all(one.cite and one.says for one in holds), key
