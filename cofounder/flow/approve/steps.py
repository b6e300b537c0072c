"""Formatting and approval as phases of the journey, and the review of a plan before it runs."""

from uuid import UUID

from cofounder.business.records import service as records
from cofounder.flow.approve import queries, service
from cofounder.flow.approve.schemas import Kind
from cofounder.flow.plan import service as plans
from cofounder.flow.request.phases import (
    FINAL,
    Ended,
    Result,
    again,
    close,
    done,
    ended,
    opened,
    phase,
    skipped,
    waiting,
)
from cofounder.flow.run import rendering
from cofounder.flow.run import service as run
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.models.brief import Draft

NOTHING = "This task has no text for a channel."


@phase("formatting")
async def formatting(task_id: UUID) -> Result:
    """Render each variant to the exact bytes that would be sent; words stay as they are."""
    async with transaction(durable=False) as session:
        current = await run.current_variants(session, task_id)
        if not current:
            return skipped(NOTHING)
        task = await records.get_task(session, task_id)
        for channel, variant in current.items():
            rendered = await rendering.of(session, task, channel, Draft.model_validate(variant.draft))
            variant.rendered = rendered.model_dump(mode="json")
        return done(note=", ".join(current))


async def decided(task_id: str, asked: Result, after: int) -> Result:
    """Wait for a person as long as it takes; `asked` is what the phase of approval opened, if anything."""
    if asked["state"] == "skipped":
        return {**asked, "verdict": "none", "round": after}
    return await _decided(task_id, asked["round"])


async def plan_review(task_id: str) -> Result:
    """Wait for a person to approve the plan or its cost. Raises Ended when they do not."""
    asked = await _open_plan(task_id)
    if asked["state"] == "ended":
        raise Ended(asked["note"])
    return await _decided(task_id, asked["round"])


@phase("approval", whatever=True)
async def approval(task_id: UUID, after: int) -> Result:
    """Ask a person: the round that a run before a crash opened, else a new one; `after` is the last dealt with."""
    async with transaction() as session:
        task = await records.get_task(session, task_id, lock=True)
        if task.status in ("cancelled", "failed", "expired"):
            return ended(f"The task is {task.status}.")
        latest = await queries.latest(session, task_id)
        if latest is not None and latest.kind == "content" and latest.round > after:
            return opened(round=latest.round, note="Waits for a person.")
        if task.is_paused:
            return waiting(note="Paused by a person.")
        if not await run.current_variants(session, task_id):
            return skipped(NOTHING)
        round = await service.ask(session, task, latest)
        return opened(round=round.round, note="Waits for a person.")


@durable.step("approval.open_plan")
async def _open_plan(task_id: str) -> Result:
    async with transaction() as session:
        task = await records.get_task(session, UUID(task_id), lock=True)
        if task.status in FINAL:
            return ended(f"The task is {task.status}.")
        plan = await plans.current(session, UUID(task_id))
        kind: Kind = "plan" if task.review_plan else "cost"
        latest = await queries.latest(session, task.id)
        if latest is None:
            round = await service.open_round(session, task.id, kind, plan.model_dump(mode="json"))
            return done(round=round.round)
        return done(round=latest.round)


@durable.step("approval.read")
async def _read(task_id: str, round: int) -> Result | None:
    async with transaction() as session:
        task = await records.get_task(session, UUID(task_id))
        for row in await service.decisions(session, task.id):
            if row.round == round:
                if row.kind == "content":
                    await close(session, task.id, "approval", note=service.told(row.verdict, row.by))
                    if row.verdict == "changes":
                        await again(session, task.id, "refinement", "formatting")
                return {"state": "done", "verdict": row.verdict, "round": round, "kind": row.kind}
        if task.status in ("cancelled", "expired", "failed"):
            return {"state": "ended", "verdict": "none", "round": round, "kind": ""}
        return None


async def _decided(task_id: str, round: int) -> Result:
    """What a person decided. The message comes with the decision or the cancel, so nothing is read before it."""
    while True:
        await durable.wait(f"decision:{round}")
        decision: Result | None = await _read(task_id, round)
        if decision is None:
            continue
        if decision["state"] == "ended":
            raise Ended("The task was stopped while it waited.")
        if decision["kind"] != "content" and decision["verdict"] == "reject":
            raise Ended("A person rejected the plan.")
        return decision
