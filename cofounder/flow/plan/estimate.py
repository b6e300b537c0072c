"""What a plan will cost and how long it will take, before it runs."""

from collections.abc import Mapping

from cofounder.flow.plan.schemas import Plan, Tool


def estimate(plan: Plan, tools: Mapping[str, Tool]) -> Plan:
    """The plan with each step's estimates, their sum in US dollars and the critical path in seconds.

    Wants a validated plan (steps in order). The critical path is the longest chain of dependent steps.
    """
    ends: dict[str, float] = {}
    before: dict[str, str | None] = {}
    steps = []
    for step in plan.steps:
        tool = tools[step.tool]
        step = step.model_copy(
            update={
                "estimated_cost": tool.estimated_cost,
                "estimated_seconds": tool.estimated_duration,
                "requires_approval": tool.requires_approval,
            }
        )
        latest = max(step.depends_on, key=lambda id: ends[id], default=None)
        before[step.id] = latest
        ends[step.id] = (ends[latest] if latest else 0.0) + step.estimated_seconds
        steps.append(step)
    path: list[str] = []
    here = max(ends, key=lambda id: ends[id], default=None)
    while here is not None:
        path.insert(0, here)
        here = before[here]
    return plan.model_copy(
        update={
            "steps": steps,
            "estimated_cost": round(sum(step.estimated_cost for step in steps), 6),
            "critical_path_seconds": round(max(ends.values(), default=0.0), 3),
            "critical_path": path,
        }
    )
