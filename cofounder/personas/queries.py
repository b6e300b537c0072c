"""The SQL of choices."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.personas.tables import PersonaChoice

_CHOICE = (
    select(PersonaChoice)
    .where(PersonaChoice.task_id == bindparam("task"), PersonaChoice.deliverable == bindparam("deliverable"))
    .execution_options(populate_existing=True)
)


async def choice(session: AsyncSession, task_id: UUID, deliverable: str) -> PersonaChoice | None:
    found: PersonaChoice | None = await session.scalar(_CHOICE, {"task": task_id, "deliverable": deliverable})
    return found


async def put(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write a choice, unless this deliverable has one."""
    statement = insert(PersonaChoice).values(values)
    await session.execute(statement.on_conflict_do_nothing(index_elements=["task_id", "deliverable"]))


async def publish_as(session: AsyncSession, choice_id: UUID, persona: str) -> None:
    await session.execute(
        update(PersonaChoice)
        .where(PersonaChoice.id == choice_id)
        .values(published_persona=persona)
        .execution_options(synchronize_session=False)
    )


async def of_task(session: AsyncSession, task_id: UUID) -> Sequence[PersonaChoice]:
    wanted = select(PersonaChoice).where(PersonaChoice.task_id == task_id).order_by(PersonaChoice.deliverable)
    return (await session.scalars(wanted.execution_options(populate_existing=True))).all()
