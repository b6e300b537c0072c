"""A task as it stands when its texts are ready for a person, made through the services that make it in earnest."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.flow.approve import texts
from cofounder.flow.plan import service as plans
from cofounder.flow.plan.schemas import Plan, PlanStep
from cofounder.flow.run import service as run
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.models.brief import Base, Brief, Draft, Fact
from cofounder.people.roles import Caller

APPROVER = Caller(name="ann", role="approver", kind="key")
OPERATOR = Caller(name="otto", role="operator", kind="key")

FACTS = [
    Fact(
        id="revenue_monthly",
        metric="revenue",
        noun="revenue",
        value=150_000,
        unit="usd",
        base=Base(value=125_000, label="the month before"),
        asked=True,
    ),
    Fact(id="customer_count", metric="customers", noun="customers", value=320, unit="count"),
]
BODIES = {
    "linkedin": (
        "We took in $150,000 this month. The month before it was $125,000, so that is 20% up.\n\n"
        "The number I like most is smaller: 320. That is how many customers we have, about $469 each on average.\n\n"
        "Two months are all I have here, and no figure from last year stands beside them. I would not call it a trend.\n\n"
        "If you are one of the 320: thank you. What should we fix first?"
    ),
    "x": (
        "Monthly revenue jumped 20%, from $125,000 to $150,000. Behind it stand 320 customers, each worth about $469 "
        "to us. One more month will tell whether it lasts."
    ),
    "email": (
        "Hello {{name}},\n\nOur month closed at $150,000, after $125,000 the time before. For the 320 people who buy "
        "from us it means a team that can stay.\n\nReply and tell us what you need next."
    ),
}
STATE = {"revenue_monthly": 150000, "previous_revenue": 125000, "growth_rate": 0.2, "customers": 320}
SIMILAR = {
    "task_id": None,
    "task_name": "September figures",
    "topic": "growth",
    "title": "September figures",
    "quality_score": 0.92,
    "similarity": 0.41,
    "reasons": ["shares the words growth, revenue"],
    "post_metrics": [{"platform": "linkedin", "views": 3200, "clicks": 81, "shares": 11, "comments": 5}],
}
OUTPUTS: dict[str, dict[str, Any]] = {
    "financial.find_story": {"facts": [], "insights": ["Revenue rose 20%."], "narrative": "Revenue rose 20%."},
    "business.state": {"state": STATE, "missing": [], "conflicts": []},
    "business.similar_content": {"items": [SIMILAR], "texts": [], "note": None},
    "business.baseline": {"baselines": {"linkedin": {"count": 9, "avg_engagement_rate": 0.028}}, "notes": []},
    "content.draft": {},
}
INPUTS: dict[str, dict[str, Any]] = {  # what each of these tools requires
    "financial.find_story": {"facts": []},
    "business.state": {"as_of": {"$ref": "task.as_of"}},
    "business.similar_content": {"topic": "growth", "as_of": {"$ref": "task.as_of"}},
    "business.baseline": {"as_of": {"$ref": "task.as_of"}},
    "content.draft": {"request": "Write", "topic": "growth", "channel": "linkedin"},
}


def draft(channel: str, **changes: Any) -> Draft:
    values: dict[str, Any] = {"body": BODIES[channel], **changes}
    if channel == "email":
        values.setdefault("subject", "$150,000 this month, up 20%")
    return Draft(**values)


async def ready(
    session: AsyncSession,
    *wanted: str,
    judged: bool = True,
    drafts: dict[str, Draft] | None = None,
    journey: bool = True,
    **task: Any,
) -> UUID:
    """A running task with rendered, judged variants for `wanted` channels (linkedin, x and email by default)."""
    names = list(wanted or ("linkedin", "x", "email"))
    values: dict[str, Any] = {
        "request": "Create a LinkedIn post about our Q4 growth metrics",
        "status": "running",
        "preferences": {"channels": names, "spelling": {"x": "twitter"}},
        "intent": {"intent": "create_social_content_with_metrics", "channels": names},
        "topic": "growth",
        "title": "Q4 growth",
        "started_at": now(),
        **task,
    }
    row = await records.add_task(session, NewTask(**values))
    if journey:
        # Far off, so that there is someone to tell of a decision and nobody who goes on by himself.
        await durable.enqueue(session, "journey", str(row.id), str(row.id), delay_seconds=86_400)
    await _planned(session, row.id)
    for channel in names:
        await _written(session, row, channel, (drafts or {}).get(channel) or draft(channel), judged)
    return row.id


async def _planned(session: AsyncSession, task_id: UUID) -> None:
    plan = Plan(
        goal="growth",
        steps=[PlanStep(id=tool.split(".")[1], tool=tool, inputs=INPUTS[tool]) for tool in OUTPUTS],
        estimated_cost=0.12,
        critical_path_seconds=45,
    )
    await plans.store(session, task_id, plan, source="planner")
    await run.sync_steps(session, task_id, plan)
    for step in await run.steps(session, task_id):
        step.state, step.output = "done", OUTPUTS[step.tool]
    await session.flush()


async def _written(session: AsyncSession, task: records.TaskRow, channel: str, text: Draft, judged: bool) -> None:
    brief = Brief(
        request=task.request,
        topic="growth",
        form=channels.form(channel),
        facts=FACTS,
        must_include=[],
        persona="humanVoice",
    )
    variant = await run.add_variant(
        session,
        task.id,
        channel,
        draft=text,
        brief=brief,
        origin="draft",
        by="content.draft",
        rendered=texts.as_stored(channels.render(channel, text)),
    )
    if judged:
        verdict = await texts.judge(session, task, variant, {channel: texts.as_stored(channels.render(channel, text))})
        await records.update_task(session, task.id, quality_score=verdict.overall)
