"""Do protocols come into the database as Submitted, through the review, and stay sealed?"""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from certification.actions.editorial import approve, retire, start_review, submit, supersede
from certification.actions.packs import load_pack
from certification.models import AuditEvent, User
from certification.packs.pack import Pack, folders_of, read_pack
from certification.policies import Refused
from certification.workflow import ContentStatus
from config.roles import Role
from monitoring.actions.protocols import load_protocols
from monitoring.demo import prepare
from monitoring.models import ProtocolVersion
from monitoring.protocols import NoProtocolError, protocol_in_force
from tests.factories import ReferenceFactory, UserFactory
from tests.factories.monitoring import PROTOCOL, InfusionCourseFactory, ProtocolVersionFactory

pytestmark = pytest.mark.django_db
SUBMITTED = {"status": ContentStatus.SUBMITTED, "approved_by": None, "approved_at": None}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(*folders_of(["shipped"]))


@pytest.fixture
def approver() -> User:
    return UserFactory(roles=[Role.CONTENT_APPROVER])


def test_content_load_brings_protocols_in_once() -> None:
    for expected in ("protocols: 8 new", "protocols: 8 same"):
        out = io.StringIO()
        call_command("content", "load", "shipped", stdout=out)
        assert expected in out.getvalue()
    assert set(ProtocolVersion.objects.values_list("status", flat=True)) == {"submitted"}
    loaded = AuditEvent.objects.filter(object_type="protocolversion", verb="loaded")
    assert loaded.count() == 8


def test_every_shipped_protocol_can_be_approved_and_then_plans(
    pack: Pack, approver: User, now: datetime
) -> None:
    load_pack(by=None, now=now, pack=pack)
    load_protocols(by=None, now=now, pack=pack)
    with pytest.raises(NoProtocolError, match="approver approves"):
        protocol_in_force("natalizumab-monitoring", now.date())
    prepare(users={"approver": approver}, now=now)
    assert set(ProtocolVersion.objects.values_list("status", flat=True)) == {"approved"}
    used = protocol_in_force("natalizumab-monitoring", now.date())
    assert used.planner.protocol.therapy == "natalizumab"
    assert "tsh" in used.tests


def test_a_sealed_version_is_not_changed_by_a_pack(pack: Pack, now: datetime) -> None:
    load_pack(by=None, now=now, pack=pack)
    load_protocols(by=None, now=now, pack=pack)
    row = ProtocolVersion.objects.get(key="natalizumab-monitoring")
    row.content_hash = "0" * 64
    row.save()
    course = InfusionCourseFactory(protocol_version=row)
    with pytest.raises(Refused, match=r"used by courses.*new version number"):
        load_protocols(by=None, now=now, pack=pack)
    assert load_protocols(by=None, now=now, pack=pack, keep=True)["protocols"]["kept"] == 1
    course.delete()
    assert load_protocols(by=None, now=now, pack=pack)["protocols"]["changed"] == 1


def test_only_editors_load(pack: Pack, approver: User, now: datetime) -> None:
    with pytest.raises(Refused, match="roles"):
        load_protocols(by=approver, now=now, pack=pack)


def test_failing_examples_are_not_approved(approver: User, now: datetime) -> None:
    row = ProtocolVersionFactory(**SUBMITTED)
    row.document["protocol"]["examples"][0]["clear_to_infuse"] = "yes"
    row.save()
    start_review(by=approver, now=now, obj=row)
    with pytest.raises(Refused, match="not what was submitted"):
        approve(by=approver, now=now, obj=row)


def test_an_example_that_comes_out_otherwise_keeps_it_back(approver: User, now: datetime) -> None:
    examples = [PROTOCOL["examples"][0] | {"clear_to_infuse": "yes"}]
    row = ProtocolVersionFactory.build(**SUBMITTED, therapy=None)
    row.document = row.document | {"protocol": row.document["protocol"] | {"examples": examples}}
    row = ProtocolVersionFactory(**SUBMITTED, document=row.document)
    start_review(by=approver, now=now, obj=row)
    with pytest.raises(Refused, match=r"1 of its worked examples.*Starts today"):
        approve(by=approver, now=now, obj=row)


def test_nobody_approves_their_own_and_approved_is_sealed(approver: User, now: datetime) -> None:
    ReferenceFactory(key="label_a")
    row = ProtocolVersionFactory(**SUBMITTED, submitted_by=approver, submitted_at=now)
    with pytest.raises(Refused, match="yourself"):
        start_review(by=approver, now=now, obj=row)
    other = UserFactory(roles=[Role.CONTENT_APPROVER, Role.CONTENT_EDITOR])
    start_review(by=other, now=now, obj=row)
    approve(by=other, now=now, obj=row)
    with pytest.raises(Refused, match="sealed"):
        submit(by=other, now=now, obj=row)
    with pytest.raises(DatabaseError, match="sealed"), transaction.atomic():
        ProtocolVersion.objects.filter(pk=row.pk).update(document={})


def test_a_newer_version_supersedes(approver: User, now: datetime) -> None:
    old = ProtocolVersionFactory()
    new = ProtocolVersionFactory(version="2027.1")
    supersede(by=approver, now=now, obj=old, successor=new)
    assert (old.status, ProtocolVersion.objects.current(old.key, now.date())) == ("retired", new)
    retire(by=approver, now=now, obj=new, reason="Withdrawn from the market.")
    assert ProtocolVersion.objects.current(old.key, now.date()) is None
