"""The journey's last phase, and the workflow that brings an example up to date when the world answers."""

from uuid import UUID

from cofounder.business.records import service as records
from cofounder.flow.learn import legacy, service
from cofounder.flow.request.phases import Result, done, phase
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction


@phase("learning", whatever=True)
async def learning(task_id: UUID) -> Result:
    """Store the run as a training example; waits for nothing."""
    async with transaction() as session:
        task = await records.get_task(session, task_id, lock=True)
        if task.status == "running":  # nothing of it goes to a channel
            await records.update_task(session, task_id, status="completed", completed_at=now())
        made = await service.upsert_example(session, task_id)
        return done(note="Ready for training." if made.training_ready else "Stored as an example.")


@durable.workflow("example")
async def example(task_id: str) -> None:
    """Bring one task's example up to date after something about it changed."""
    await renew(task_id)


@durable.step("example.renew")
async def renew(task_id: str) -> None:
    async with transaction() as session:
        await service.upsert_example(session, UUID(task_id))


@durable.workflow("legacy_examples")
async def legacy_examples(import_id: str) -> None:
    """Make or renew the example of each completed earlier task that an import touched."""
    last: str | None = None
    while (last := await renew_some(import_id, last)) is not None:
        pass


@durable.step("legacy_examples.some")
async def renew_some(import_id: str, after: str | None) -> str | None:
    """The next few, by id; gives the last one, None after the end."""
    async with transaction() as session:
        ids = await records.earlier_ids(
            session, UUID(import_id), after=UUID(after) if after else None, limit=legacy.AT_ONCE
        )
    for id in ids:
        async with transaction() as session:
            await service.upsert_example(session, id)
    return str(ids[-1]) if ids else None
