"""Keep versions of variants and say which one counts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.variants import queries
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.models.brief import Brief, Draft

Origin = Literal["draft", "refinement", "edit", "given"]


class VariantView(BaseModel):
    """One version of one channel's text. `rendered` is channels.Rendered as JSON, None until formatted."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    task_id: UUID
    channel: str
    version: int
    origin: str
    draft: Draft
    brief: Brief
    rendered: dict[str, Any] | None
    persona: str | None
    is_best: bool
    made_by: str
    made_at: datetime


async def current(session: AsyncSession, task_id: UUID) -> list[VariantView]:
    """The version that counts for every channel of a task, in the order the channels were first written.

    It is the one marked best, else the newest.
    """
    return [
        VariantView.model_validate(row)
        for row in await queries.current(session, task_id)
    ]


async def history(session: AsyncSession, task_id: UUID) -> list[VariantView]:
    """Every version of every channel, oldest first."""
    return [
        VariantView.model_validate(row) for row in await queries.every(session, task_id)
    ]


async def add(
    session: AsyncSession,
    task_id: UUID,
    channel: str,
    *,
    origin: Origin,
    draft: Draft,
    brief: Brief,
    made_by: str,
    rendered: Mapping[str, Any] | None = None,
    persona: str | None = None,
    best: bool = False,
) -> VariantView:
    """Store the next version of a channel's text; `best` makes it the one that counts."""
    row = await queries.insert(
        session,
        task_id=task_id,
        channel=channel,
        origin=origin,
        draft=draft.model_dump(mode="json"),
        brief=brief.model_dump(mode="json"),
        rendered=dict(rendered) if rendered is not None else None,
        persona=persona if persona is not None else brief.persona,
        made_by=made_by,
        made_at=now(),
    )
    if best:
        await queries.mark_best(session, task_id, channel, row.version)
        row.is_best = True
    live.changed(session, "tasks", task_id)
    return VariantView.model_validate(row)


async def mark_best(
    session: AsyncSession, task_id: UUID, channel: str, version: int
) -> None:
    """Make one version the one that counts for its channel."""
    await queries.mark_best(session, task_id, channel, version)
    live.changed(session, "tasks", task_id)


async def keep_rendered(
    session: AsyncSession, variant_id: UUID, rendered: Mapping[str, Any]
) -> None:
    """Store the exact text of a version as its channel will show it."""
    await queries.set_rendered(session, variant_id, dict(rendered))
