"""Who knows what was made of what: datasets of an example, jobs and models of a dataset. None has to know the next."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import forgetting, showing
from cofounder.flow.train.data.schemas import HeldBy
from cofounder.flow.train.datasets import forgetting as tombstones
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.jobs import service as jobs
from cofounder.models.registry import service as registry


async def look(session: AsyncSession, execution_id: UUID) -> list[HeldBy]:
    """Every version of a dataset that holds this example, and every model that learned from one, deleted ones too.

    Of a deleted version only the list of its runs is left, which is no copy.
    """
    held = await datasets.held_by(session, execution_id)
    versions = [
        HeldBy(
            kind="dataset",
            id=str(one.dataset_id),
            name=one.name,
            version=str(one.version or ""),
            state="archived" if one.archived else one.state,
        )
        for one in held.datasets
        if one.state != "deleted"
    ]
    models = [HeldBy(kind="model", id=one["model_id"], name=one["model"], state=one["state"]) for one in held.models]
    return [*versions, *models]


async def made_of(session: AsyncSession, ids: Sequence[UUID]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(jobs, models) that were made with any of these versions."""
    told = [
        {"job_id": str(one.job_id), "status": one.status, "target": one.target, "base_model": one.base_model}
        for one in await jobs.on_datasets(session, ids)
    ]
    models = [
        {"model_id": str(row.id), "model": registry.label(row), "role": row.role, "state": row.state}
        for row in await registry.of_datasets(session, ids)
    ]
    return told, models


def connect() -> None:
    """Let erasing and lineage list them too, and tombstones forget what was erased. Said once, at the start."""
    showing.ask_holders(look)
    forgetting.ask_also(tombstones.of_run)
    datasets.ask_what_was_made(made_of)
