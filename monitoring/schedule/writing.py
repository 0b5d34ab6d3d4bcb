"""How is a plan written as plain data?"""

from __future__ import annotations

from typing import Any

from certification.criteria.codec_nodes import citation_to_data
from monitoring.schedule.clearance import Clearance, Obstacle
from monitoring.schedule.items import DueItem, Plan


def plan_to_data(plan: Plan, clearance: Clearance, explain: bool = False) -> dict[str, Any]:
    """What ``plan_monitoring`` answers. ``explain`` adds level, sources and what was done when."""
    return {
        "due_items": [_item(item, plan, explain) for item in plan.due_items],
        "clear_to_infuse": {
            "answer": clearance.answer,
            "reasons": [obstacle.named for obstacle in clearance.obstacles],
            **({"obstacles": [_obstacle(o) for o in clearance.obstacles]} if explain else {}),
        },
        "notes": [note.says for note in plan.notes],
    }


def _item(item: DueItem, plan: Plan, explain: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "rule": item.rule.id,
        "test": item.rule.test,
        "occurrence": item.occurrence,
        "window_opens_on": item.window_opens_on.isoformat(),
        "due_on": item.due_on.isoformat(),
        "overdue_on": item.overdue_on.isoformat(),
        "state": item.state(plan.as_of).value,
        "because": item.because,
    }
    if explain:
        data |= {
            "key": item.key,
            "level": item.level,
            "projected": item.projected,
            "done_on": item.done_on.isoformat() if item.done_on else None,
            "cite": [citation_to_data(one) for one in item.cite],
            "verified": item.rule.verified,
        }
    return data


def _obstacle(obstacle: Obstacle) -> dict[str, Any]:
    return {
        "kind": obstacle.kind,
        "source": obstacle.source,
        "test": obstacle.test,
        "says": obstacle.says,
        "cite": [citation_to_data(one) for one in obstacle.cite],
        "verified": obstacle.verified,
    }
