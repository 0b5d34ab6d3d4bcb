"""What did a hold, an alert or a due item come from, and what does deciding about it mean?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from certification.presenters.citations import Cite, Source
from certification.presenters.wording import capitalised, counted, day_words, moment_words
from monitoring.actions.merging import families_of, next_in_line
from monitoring.models import Alert, DueItem, Hold, InfusionCourse, Result
from monitoring.planning import plan_course, protocol_of, vocabulary_for
from monitoring.presenters.citing import Cited
from monitoring.presenters.readings import verified_of
from monitoring.presenters.values import values_line
from monitoring.schedule.wording import without_sources


@dataclass(frozen=True, slots=True)
class Origin:
    """What a decision is about: the sentence with its source, where it came from, what it means."""

    tag: str
    word: str
    says: str
    cites: tuple[Cite, ...] = ()
    verified: str = ""
    rows: list[dict[str, str]] = field(default_factory=list)
    result_url: str = ""
    result_says: str = ""
    means: list[str] = field(default_factory=list)
    references: list[Source] = field(default_factory=list)


def course_words(course: InfusionCourse) -> str:
    return f"{capitalised(str(course.therapy))}, from {day_words(course.start_on)}"


def hold_origin(hold: Hold, today: date) -> Origin:
    zone, cited = hold.course.site.time_zone, Cited()
    by_rule = "by the protocol, with a result entered by" if hold.rule else "by"
    rows = [
        {
            "label": "Placed",
            "value": f"{moment_words(hold.placed_at, zone)}, {by_rule} {hold.placed_by}",
        }
    ]
    if hold.released_at is not None:
        when = moment_words(hold.released_at, zone)
        rows.append({"label": "Released", "value": f"{when}, by {hold.released_by}"})
        rows.append({"label": "Because", "value": hold.release_reason})
    others = hold.course.holds.active().exclude(pk=hold.pk).count()
    return Origin(
        tag="hold",
        word="On hold" if hold.released_at is None else "Released",
        says=hold.reason,
        cites=cited.cites(hold.cite),
        verified=verified_of(hold.rule, hold.course),
        rows=rows,
        **_result(hold.result, today),
        means=_release_means(others) if hold.released_at is None else [],
        references=cited.listed(),
    )


def _release_means(others: int) -> list[str]:
    if others:
        return [f"{others} more on this course still stop the next infusion."]
    return [
        "No other hold stops the next infusion. Everything else that must be done before it is "
        "still asked for."
    ]


def alert_origin(alert: Alert, today: date) -> Origin:
    zone, cited = alert.patient.site.time_zone, Cited()
    rows = [{"label": "Raised", "value": moment_words(alert.raised_at, zone)}]
    if alert.acknowledged_at is not None:
        when = moment_words(alert.acknowledged_at, zone)
        rows.append({"label": "Acknowledged", "value": f"{when}, by {alert.acknowledged_by}"})
    return Origin(
        tag="precaution",
        word="Alert",
        says=alert.says,
        cites=cited.cites(alert.cite),
        verified=verified_of(alert.rule, alert.course),
        rows=rows,
        **_result(alert.result, today),
        references=cited.listed(),
    )


def result_origin(result: Result, today: date) -> Origin:
    """A result that is to be taken out, and what stays to be settled."""
    said = _result(result, today)
    raised = result.holds.active().count() + result.alerts.open().count()
    means = ["Nothing takes its place. Enter the right result, if there is one, by itself."]
    if raised:
        number = counted(raised, "alert or hold", "alerts and holds")
        stays = "stays until somebody settles it" if raised == 1 else "stay until they are settled"
        means.append(f"{number} that it raised {stays}.")
    return Origin(
        tag="superseded",
        word="Result",
        says=said["result_says"],
        rows=[{"label": "Entered", "value": str(result.entered_by)}],
        result_url=said["result_url"],
        result_says="open it",
        means=means,
    )


def _result(result: Result | None, today: date) -> Mapping[str, Any]:
    if result is None:
        return {}
    vocabulary, tests = vocabulary_for(result.patient, today)
    known = tests.get(result.test)
    label = known[0].label if known else result.test.replace("_", " ")
    values = values_line(result.facts, vocabulary)
    said = f"{capitalised(label)} of {day_words(result.done_on)}"
    return {
        "result_url": reverse("monitoring:result", args=[result.pk]),
        "result_says": f"{said}: {values}" if values else said,
    }


def item_origin(item: DueItem, today: date) -> Origin:
    cited = Cited()
    protocol = protocol_of(item.course.protocol_version)
    rule = next((one for one in protocol.rules if one.id == item.rule), None)
    state = item.state_on(today)
    rows = [
        {"label": "Due", "value": day_words(item.due_on)},
        {"label": "Overdue after", "value": day_words(item.overdue_on)},
        {"label": "Level", "value": DueItem.Level(item.level).label},
    ]
    if item.closed:
        who = f" by {item.waived_by}" if item.waived_by else ""
        ended = f"{DueItem.End(item.end).label} on {day_words(item.ended_on)}{who}"
        rows.append({"label": "Ended", "value": ended})
        rows += [{"label": "Because", "value": item.end_reason}] if item.end_reason else []
    test = protocol.tests.get(item.test)
    return Origin(
        tag=state,
        word=capitalised(state),
        says=capitalised(rule.name if rule else test.label if test else item.test),
        cites=cited.cites(item.cite),
        verified=rule.verified if rule else "",
        rows=[*rows, {"label": "Why this day", "value": without_sources(item.because)}],
        means=[] if item.closed else list(_waiver_means(item, today)),
        references=cited.listed(),
    )


def _waiver_means(item: DueItem, today: date) -> list[str]:
    """What takes the place of an item that is left out."""
    protocol = protocol_of(item.course.protocol_version)
    gone = DueItem.objects.filter(course=item.course, end=DueItem.End.WAIVED)
    waived = {f"{rule}:{number}" for rule, number in gone.values_list("rule", "occurrence")}
    waived.add(f"{item.rule}:{item.occurrence}")
    plan, families = plan_course(item.course, today), families_of(protocol)
    group = families.get(item.rule, item.rule)
    standing = (
        one
        for one in plan.open_items
        if families.get(one.rule.id, one.rule.id) == group
        and one.key not in waived
        and one.occurrence > int(item.occurrence)
    )
    following = next(standing, None) or next_in_line(plan, families, item.rule, waived)
    means = []
    if item.level == DueItem.Level.BLOCKING:
        means.append("It will no longer stand against the next infusion.")
    if following is not None:
        name, due = capitalised(following.rule.name), day_words(following.due_on)
        means.append(f"Next in line is then: {name}, due {due}.")
    else:
        means.append("Nothing follows it in the next two years by the protocol.")
    return means
