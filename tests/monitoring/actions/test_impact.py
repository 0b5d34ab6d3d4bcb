"""Do monitored people count in the study of a renewal set, with what monitoring knows of them?"""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any

import pytest

from certification.actions.impact import advance_study, start_study
from certification.criteria.codec import content_hash, document, read_document
from certification.models import Case, CriteriaVersion, ImpactStudy, StoredFacts, User
from config.roles import Role
from tests.certification.actions.flow import MEETS, answer
from tests.certification.drafts import ask_more
from tests.factories import CriteriaVersionFactory, UserFactory
from tests.factories.content import document_for
from tests.factories.monitoring import InfusionCourseFactory


def renewal_document(version: str, change: Any = None) -> dict[str, Any]:
    data = deepcopy(document_for(version=version))
    data["criteria_set"] |= {"key": "exemplumab-renewal", "request_type": "renewal"}
    if change is not None:
        change(data)
    return document(*read_document(data))


@pytest.fixture
def renewal(version: CriteriaVersion) -> CriteriaVersion:
    data = renewal_document("2026.1")
    return CriteriaVersionFactory(
        set_key="exemplumab-renewal", request_type="renewal", document=data,
        content_hash=content_hash(data), therapy=version.therapy,
    )  # fmt: skip


def finished(study: ImpactStudy, by: User, now: datetime) -> ImpactStudy:
    while study.is_running:
        study = advance_study(by=by, now=now, study=study)
    return study


def test_people_who_receive_the_therapy_are_counted(
    renewal: CriteriaVersion, case: Case, nurse: User, now: datetime
) -> None:
    answer(case, nurse, now, MEETS)
    course = InfusionCourseFactory(patient=case.patient, site=case.site, therapy=renewal.therapy)
    other = InfusionCourseFactory(site=case.site, therapy=renewal.therapy)
    editor = UserFactory(roles=[Role.CONTENT_EDITOR])
    document = renewal_document("2027.1", ask_more)
    study = start_study(by=editor, now=now, document=document)
    study = advance_study(by=editor, now=now, study=study)
    assert (study.phase, study.done, study.total) == ("monitored", 0, 2)
    study = advance_study(by=editor, now=now, study=study)
    assert (study.phase, study.done, study.total) == ("monitored", 2, 2)
    study = finished(study, editor, now)
    assert study.counts == {"monitored": {"certify pend": 1, "pend pend": 1}}
    change = study.changes.get()
    assert (change.patient, change.case, change.site) == (case.patient, None, course.site)
    assert not StoredFacts.objects.filter(kind="monitored").exists()
    # What was known half a year ago is too old for the antibody test: everybody pends anyway.
    later = now + timedelta(days=200)
    again = finished(start_study(by=editor, now=later, document=document), editor, later)
    assert again.counts == {"monitored": {"pend pend": 2}}
    assert other.patient != case.patient


def test_an_initial_set_has_no_monitored_people(
    version: CriteriaVersion, case: Case, now: datetime
) -> None:
    InfusionCourseFactory(patient=case.patient, site=case.site, therapy=version.therapy)
    editor = UserFactory(roles=[Role.CONTENT_EDITOR])
    data = deepcopy(document_for(version="2027.1"))
    ask_more(data)
    study = start_study(by=editor, now=now, document=document(*read_document(data)))
    assert set(finished(study, editor, now).counts) == {"open"}
