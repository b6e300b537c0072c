"""Steps of plans that an outside agent does: their tools, handing them out, reading what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.schemas import Tool
from cofounder.flow.run.commands import agents, queries, service
from cofounder.kit.db import reading


@dataclass(frozen=True)
class Answer:
    """How a step's command ended: an output, or a problem."""

    output: dict[str, Any] | None
    problem: dict[str, Any] | None
    seconds: float


async def offered() -> Mapping[str, Tool]:
    """What outside agents say they can do, for the tool registry."""
    async with reading() as session:
        return await agents.tools(session)


async def hand_out(
    session: AsyncSession, *, task_id: UUID, step_id: UUID, fence: UUID, tool_id: str, call: dict[str, Any]
) -> None:
    """Queue a step that was claimed under this fence; it comes about with the claim or not at all."""
    await service.make_for_step(
        session, task_id=task_id, step_id=step_id, tool_id=tool_id, payload=call, key=f"step:{step_id}:{fence}"
    )


async def handed_out(session: AsyncSession, step_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the steps that have a command."""
    return set(await queries.of_steps(session, step_ids))


async def waited_for(session: AsyncSession, step_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Step -> who it waits for, in words, of those that were handed out and have no answer yet."""
    told: dict[UUID, str] = {}
    if not step_ids:
        return told
    for step_id, row in (await queries.of_steps(session, step_ids)).items():
        if row.status == "processing":
            told[step_id] = f"{row.lease_owner} works on it"
        elif row.status == "pending":
            told[step_id] = f"waits for an agent of type {row.agent_type}"
    return told


async def answers(session: AsyncSession, step_ids: Sequence[UUID]) -> dict[UUID, Answer]:
    """Step -> how its newest command ended, of those that ended."""
    found = {}
    for step_id, row in (await queries.of_steps(session, step_ids)).items():
        if row.status not in ("completed", "failed"):
            continue
        begun = row.started_at or row.created_at
        seconds = (row.finished_at - begun).total_seconds() if row.finished_at else 0.0
        if row.status == "completed":
            output = row.result if isinstance(row.result, dict) else {"result": row.result}
            found[step_id] = Answer(output, None, max(seconds, 0.0))
        else:
            said = row.error or {}
            detail = str(said.get("detail") or said.get("message") or said.get("code") or "no word")
            problem = {"code": "agent_failed", "title": "An outside agent could not do it.", "detail": detail}
            found[step_id] = Answer(None, {**problem, "command_id": str(row.id), "hint": "", "errors": []}, seconds)
    return found
