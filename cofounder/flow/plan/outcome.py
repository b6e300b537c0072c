"""What to do with a plan: one of five decisions, with the reason a person can read."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from cofounder.flow.plan.schemas import Outcome, Plan


class Limits(NamedTuple):
    cost_limit_usd: Decimal
    daily_budget_usd: Decimal
    spent_today_usd: Decimal


class Verdict(NamedTuple):
    outcome: Outcome
    reason: str
    until: datetime | None = None


def decide(
    plan: Plan,
    *,
    limits: Limits,
    moment: datetime,
    not_before: datetime | None = None,
    review_plan: bool = False,
    reject_reason: str | None = None,
) -> Verdict:
    """The outcome of planning for a validated, estimated plan whose questions are answered (else it is clarify).

    Costs in US dollars; a day is a day in UTC.
    """
    if reject_reason:
        return Verdict("reject", reject_reason)
    if not_before is not None and not_before > moment:
        return Verdict("defer", f"Asked to run not before {not_before:%Y-%m-%d %H:%M} UTC.", not_before)
    cost = Decimal(str(plan.estimated_cost))
    if limits.spent_today_usd + cost > limits.daily_budget_usd and cost > 0:
        tomorrow = datetime.combine(moment.date() + timedelta(days=1), time(), UTC)
        if cost > limits.daily_budget_usd:  # no tomorrow has room for it
            why = (
                f"It needs about ${cost:.2f}, more than a whole day's budget of ${limits.daily_budget_usd:.2f}: it waits "
                "until daily_budget_usd is raised in the settings, and looks once an hour."
            )
            return Verdict("defer", why, min(tomorrow, moment + timedelta(hours=1)))
        return Verdict(
            "defer",
            f"${limits.spent_today_usd:.2f} of today's ${limits.daily_budget_usd:.2f} is spent; this needs about ${cost:.2f}.",
            tomorrow,
        )
    if review_plan:
        return Verdict("approve_first", "A person asked to review the plan.")
    if cost > limits.cost_limit_usd:
        return Verdict(
            "approve_first", f"Estimated at ${cost:.2f}, over the limit of ${limits.cost_limit_usd:.2f} for one task."
        )
    costly = [step.tool for step in plan.steps if step.requires_approval]
    if costly:
        return Verdict("approve_first", f"These tools want a person's approval: {', '.join(costly)}.")
    money = f"about ${cost:.3f}" if cost >= Decimal("0.0005") else "free of charge"
    return Verdict("execute", f"{plan.counted()}, {money}, about {max(plan.critical_path_seconds, 1):.0f} s.")
