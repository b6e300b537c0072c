"""The workflow "dataset": make a version that is too large to be made while somebody waits."""

from typing import Any
from uuid import UUID

from cofounder.flow.train.datasets import building, queries
from cofounder.kit import db, durable, live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError

WORKFLOW = "dataset"


class DatasetBroke(CofounderError):
    """The making of the dataset broke off."""

    status = 500
    hint = "Nothing of it was kept. Make it again; the worker's log has the reason."


@durable.workflow(WORKFLOW)
async def dataset(dataset_id: str) -> None:
    """Make one version."""
    try:
        await build(dataset_id)
    except durable.StepFailed as broken:
        await fail(dataset_id, broken.cause)


@durable.step("dataset.build", attempts=3, interval_seconds=1.0)
async def build(dataset_id: str) -> None:
    try:
        await building.carry_out(UUID(dataset_id))
    except Exception as error:
        if db.is_full(error):  # it may be this very version that fills the disk: waiting would not make room
            raise DatasetBroke("The disk of the database is full.") from error
        raise


@durable.step("dataset.fail", attempts=20, interval_seconds=0.5)
async def fail(dataset_id: str, problem: dict[str, Any] | None) -> None:
    """Write down why there is no such version."""
    async with transaction() as session:
        row = await queries.one(session, UUID(dataset_id), lock=True)
        if row is not None and row.state == "building":
            row.state, row.finished_at, row.progress = "failed", now(), {}
            row.problem = problem or DatasetBroke().problem()
            live.changed(session, building.TOPIC, row.id)


async def set_aside(workflow_id: str) -> None:
    """End the making of a version whose workflow is not tried any more; a workflow of another kind is let be."""
    kind, _, id = workflow_id.partition(":")
    if kind == WORKFLOW:
        await fail(id, DatasetBroke("Five workers in a row died while they made it.").problem())
