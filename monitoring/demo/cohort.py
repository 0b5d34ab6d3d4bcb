"""Who is treated in the demonstration, and how do they come to their course?

Everybody of the script first has a certified case, told with all the others. The nurse of the
infusion centre looks at what was certified, opens the course, adds renewals to it, and from then
on lives through it. Some people who begin a therapy in other cases are treated too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from certification.demo.people import invent
from certification.demo.stage import Part, Stage
from certification.demo.stories import Story, certifiable, certifiable_newcomer, certified
from certification.demo.timeline import Timeline
from certification.models import CriteriaVersion, Determination, RequestType, Site
from certification.turnaround import local_date
from monitoring.actions.courses import add_authorization, open_course
from monitoring.actions.plans import refresh_stale_plans
from monitoring.demo.lives import Centre, Life
from monitoring.demo.pace import MONTH, Punctuality
from monitoring.demo.script import Cohort, Script, read_cohort
from monitoring.models import InfusionCourse
from monitoring.policies import CERTIFIED

FIRST_RECORD = 90001
OPENED_BEFORE_DAYS = 12
"""So long before the service a case is opened, and a renewal before the certification ends."""
LEFT_ALONE = 3
"""Of the people who begin a therapy without a script every third has no course yet."""
A_DAY = timedelta(days=1)


def play(stage: Stage) -> Part:
    """The part of monitoring in the demonstration."""
    cohort = read_cohort()
    cast = list(_cast(stage, cohort))
    stories = [story for _, own in cast for story in own]
    scripts = {own[0].person.record_number: script for script, own in cast}
    acts = _at_the_centre(stage, cohort, scripts, stories)
    return Part(stories, [acts])


def _cast(stage: Stage, cohort: Cohort) -> Iterator[tuple[Script, list[Story]]]:
    """Each script with the certified cases of its person, the first one first."""
    for place, script in enumerate(cohort.scripts()[: stage.size]):
        site = stage.sites[place % len(stage.sites)]
        own = list(_cases(stage, cohort, script, site, place))
        if own:
            yield script, own


def _cases(stage: Stage, cohort: Cohort, script: Script, site: Site, place: int) -> Iterator[Story]:
    chance = random.Random(f"{stage.seed}/treated/{place}")  # noqa: S311 - nothing secret
    today = local_date(stage.now, site.time_zone)
    day = _start(script, cohort, today) - timedelta(days=OPENED_BEFORE_DAYS)
    versions = [one for one in stage.versions if one.therapy.key == script.therapy]
    first = next((one for one in versions if one.request_type != RequestType.RENEWAL), None)
    renewal = next((one for one in versions if one.request_type == RequestType.RENEWAL), None)
    if first is None:
        return
    (person,) = invent(
        1, vocabulary=stage.vocabulary, lore=stage.lore, as_of=day, seed=stage.seed + place,
        first=FIRST_RECORD + place,
    )  # fmt: skip
    role = certifiable_newcomer(person, first, on=day, like=script.documented, chance=chance)
    version: CriteriaVersion | None = first
    number = len(stage.stories) + 100 * place
    stops = min((deed.days_ago for deed in script.deeds if deed.stop), default=0)
    while role is not None and version is not None and day < today - timedelta(days=stops):
        yield certified(
            role, version, number=number, site=site, opened_at=_morning(day, site, chance),
            service_in_days=OPENED_BEFORE_DAYS,
        )  # fmt: skip
        months, number = version.certification_months or 0, number + 1
        if renewal is None or number - len(stage.stories) - 100 * place > script.renewals:
            return
        day += timedelta(days=int(months * MONTH) - 8)
        version, role = renewal, certifiable(role.person, renewal, on=day)


def _start(script: Script, cohort: Cohort, today: date) -> date:
    """The first infusion; in the rhythm that leads to a visit today, when there is one today."""
    start = today - timedelta(days=script.days_ago or round(script.months_ago * MONTH))
    every = cohort.cares[script.therapy].every_days
    if script.today is not None and every:
        start += timedelta(days=(today - start).days % every)
    return start


def _morning(day: date, site: Site, chance: random.Random) -> datetime:
    at = time(8 + chance.randint(0, 3), chance.randint(0, 59))
    return datetime.combine(day, at, tzinfo=ZoneInfo(site.time_zone))


def _at_the_centre(
    stage: Stage, cohort: Cohort, scripts: dict[str, Script], stories: list[Story]
) -> Iterator[datetime]:
    """Everything that the nurse of the infusion centre does, in the order of time."""
    punctuality = Punctuality(cohort.pace, local_date(stage.now, stage.sites[0].time_zone))
    centre = Centre(stage.users["infusion"], stage.now, stage.seed, cohort, punctuality)
    timeline = Timeline(until=stage.now)
    anyway = [] if stage.size is not None else stage.stories
    looks = sorted(story.opened_at + A_DAY for story in (*stories, *anyway))
    timeline.add(_intake(centre, looks, scripts, timeline, all_too=stage.size is None))
    yield from timeline.acts()
    for site in stage.sites:
        refresh_stale_plans(by=None, now=stage.now, site=site)


def _intake(
    centre: Centre,
    looks: list[datetime],
    scripts: dict[str, Script],
    timeline: Timeline,
    *,
    all_too: bool,
) -> Iterator[datetime]:
    """The nurse looks at what was certified, each time when something may have been."""
    passed_on: set[object] = set()
    newcomers = 0
    for moment in looks:
        yield moment
        waiting = Determination.objects.filter(
            outcome__in=CERTIFIED, signed_at__lte=moment, course_authorization=None,
            case__patient__is_synthetic=True,
        ).exclude(pk__in=passed_on)  # fmt: skip
        related = waiting.select_related("case__patient__site", "case__therapy")
        for determination in related.order_by("signed_at", "pk"):
            case = determination.case
            script = scripts.get(case.patient.record_number)
            passed_on.add(determination.pk)
            begins = case.request_type != RequestType.RENEWAL
            newcomers += begins
            if script is not None or (all_too and begins and newcomers % LEFT_ALONE):
                life = _taken_in(centre, determination, script, moment)
                if life is not None:
                    timeline.add(life.acts())


def _taken_in(
    centre: Centre, determination: Determination, script: Script | None, now: datetime
) -> Life | None:
    """A renewal is added to the course that runs; otherwise a course begins."""
    case = determination.case
    care = centre.cohort.cares.get(case.therapy.key)
    courses = InfusionCourse.objects.filter(patient=case.patient, therapy=case.therapy)
    if care is None:
        return None
    running = courses.running().first()
    if running is not None:
        add_authorization(
            by=centre.nurse, now=now, course=running, revision=running.revision,
            determination=determination,
        )  # fmt: skip
        return None
    if courses.exists() or determination.period_start_on is None:
        return None
    today = local_date(now, case.site.time_zone)
    start_on = determination.period_start_on
    if script is None:
        start_on = max(start_on, today + 3 * A_DAY)
        script = Script(therapy=case.therapy.key, about="begins without a script")
    course = open_course(by=centre.nurse, now=now, determination=determination, start_on=start_on)
    return Life(centre, course, script, care)
