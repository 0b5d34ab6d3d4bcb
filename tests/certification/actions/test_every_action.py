"""Every public action: keyword-only, ``by`` first, one audit event, none when refused."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from certification import actions
from certification.actions import cases, determinations, people
from certification.actions.cases import Entry
from certification.models import AuditEvent, Case, CriteriaVersion, Patient, User
from certification.policies import Refused
from tests.certification.actions.flow import MEETS, answer
from tests.factories import PASSWORD, CriteriaVersionFactory, UserFactory

# Actions of other subjects have their own tables beside their own tests.
SUBJECTS = {"answers", "cases", "determinations", "people"}


def every_action() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for info in pkgutil.iter_modules(actions.__path__):
        if info.name not in SUBJECTS:
            continue
        module = importlib.import_module(f"certification.actions.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            parameters = list(inspect.signature(function).parameters)
            if not name.startswith("_") and parameters[:1] == ["by"] and "now" in parameters:
                found[name] = function
    return found


class World:
    """What the calls below need."""

    def __init__(
        self, nurse: User, patient: Patient, version: CriteriaVersion, case: Case, now: datetime
    ) -> None:
        self.nurse, self.patient, self.version = nurse, patient, version
        self.case, self.now = case, now

    def on_case(self, **more: Any) -> dict[str, Any]:
        self.case.refresh_from_db()
        return {"case": self.case, "revision": self.case.revision, **more}


@pytest.fixture
def world(
    nurse: User, patient: Patient, version: CriteriaVersion, case: Case, now: datetime
) -> World:
    return World(nurse, patient, version, case, now)


def _pended(world: World) -> dict[str, Any]:
    arguments = world.on_case(fact_keys=["edss"], message="")
    cases.pend_case(by=world.nurse, now=world.now, **arguments)
    return world.on_case()


def _newer(world: World) -> dict[str, Any]:
    CriteriaVersionFactory(
        therapy=world.version.therapy, version="2026.2", effective_on=date(2027, 1, 1)
    )
    return world.on_case()


def _answered(world: World) -> dict[str, Any]:
    answer(world.case, world.nurse, world.now, MEETS)
    return world.on_case(fact_key="edss")


def _ready(world: World) -> dict[str, Any]:
    answer(world.case, world.nurse, world.now, MEETS)
    signature = determinations.sign(user=world.nurse, password=PASSWORD, now=world.now)
    return world.on_case(signature=signature, outcome="certified")


CALLS: dict[str, Callable[[World], dict[str, Any]]] = {
    "register_patient": lambda w: {
        "site": w.patient.site, "record_number": "B-1", "given_name": "Ada",
        "family_name": "Example", "birth_date": date(1990, 1, 1), "sex": "female",
    },
    "update_patient": lambda w: {"patient": w.patient, "revision": 1, "given_name": "Eve"},
    "set_prior_therapies": lambda w: {"patient": w.patient, "rows": [{"agent": "first_drug"}]},
    "open_case": lambda w: {
        "patient": w.patient, "therapy": w.version.therapy, "request_type": "initial",
        "ordering_clinician": "Dr Orderer", "service_on": date(2027, 2, 1),
        "urgency": "standard",
    },
    "save_answers": lambda w: w.on_case(entries={"edss": Entry("4")}),
    "clear_answer": _answered,
    "pend_case": lambda w: w.on_case(fact_keys=["edss"], message=""),
    "resume_case": _pended,
    "refer_case": lambda w: w.on_case(reason="Not met."),
    "withdraw_case": lambda w: w.on_case(reason="Taken back."),
    "repin_case": _newer,
    "sign_determination": _ready,
}  # fmt: skip


def test_the_table_names_every_action() -> None:
    assert set(every_action()) == set(CALLS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_arguments_are_keywords_and_by_is_first(name: str) -> None:
    parameters = inspect.signature(every_action()[name]).parameters
    by_keyword = {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
    assert {p.kind for p in parameters.values()} <= by_keyword
    assert list(parameters)[:2] == ["by", "now"]


@pytest.mark.parametrize("name", sorted(CALLS))
def test_one_audit_event(name: str, world: World) -> None:
    arguments = CALLS[name](world)
    before = AuditEvent.objects.count()
    every_action()[name](by=world.nurse, now=world.now, **arguments)
    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.first()
    assert event is not None
    assert (event.actor_id, event.at) == (world.nurse.pk, world.now)
    assert event.actor_roles == "nurse_reviewer"
    assert event.site_id == world.patient.site_id


@pytest.mark.parametrize("roles", [[], ["auditor"], ["administrator"], ["content_approver"]])
@pytest.mark.parametrize("name", sorted(CALLS))
def test_readers_and_administrators_write_nothing(
    name: str, roles: list[str], world: World
) -> None:
    reader = UserFactory(roles=roles, sites=[world.patient.site])
    arguments = CALLS[name](world)
    if name == "sign_determination":
        arguments["signature"] = determinations.sign(user=reader, password=PASSWORD, now=world.now)
    before = AuditEvent.objects.count()
    with pytest.raises(Refused):
        every_action()[name](by=reader, now=world.now, **arguments)
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("name", sorted(CALLS))
def test_nobody_writes_at_another_site(name: str, world: World) -> None:
    stranger = UserFactory(roles=["nurse_reviewer", "physician_reviewer"])
    arguments = CALLS[name](world)
    if name == "sign_determination":
        arguments["signature"] = determinations.sign(
            user=stranger, password=PASSWORD, now=world.now
        )
    with pytest.raises(Refused, match="site"):
        every_action()[name](by=stranger, now=world.now + timedelta(minutes=1), **arguments)


def test_the_modules_hold_no_second_copy() -> None:
    assert cases.save_answers is every_action()["save_answers"]
    assert people.register_patient is every_action()["register_patient"]
