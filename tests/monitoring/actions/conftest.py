"""A nurse of the infusion centre, a certified determination, a course that has been opened."""

from __future__ import annotations

from datetime import datetime

import pytest

from certification.models import Determination, Patient, Site, User
from config.roles import Role
from monitoring.actions.courses import open_course
from monitoring.models import InfusionCourse, ProtocolVersion
from tests.factories import UserFactory
from tests.factories.monitoring import CertifiedFactory, ProtocolVersionFactory

from .steps import START


@pytest.fixture
def infusion_nurse(site: Site) -> User:
    return UserFactory(roles=[Role.INFUSION_NURSE], sites=[site], credentials="RN")


@pytest.fixture
def protocol(db: None) -> ProtocolVersion:
    return ProtocolVersionFactory()


@pytest.fixture
def determination(patient: Patient) -> Determination:
    """Certified for 13 infusions from 1 February 2027 to 31 January 2028."""
    return CertifiedFactory(patient=patient)


@pytest.fixture
def course(
    infusion_nurse: User, determination: Determination, protocol: ProtocolVersion, now: datetime
) -> InfusionCourse:
    return open_course(by=infusion_nurse, now=now, determination=determination, start_on=START)
