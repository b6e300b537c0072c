"""Which datasets hold an example: asked by training data, known by datasets, and neither has to know the other."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import showing
from cofounder.flow.train.data.schemas import HeldBy
from cofounder.flow.train.datasets import service as datasets


async def look(session: AsyncSession, execution_id: UUID) -> list[HeldBy]:
    """Every version of a dataset that was made with this example."""
    held = await datasets.held_by(session, execution_id)
    return [
        HeldBy(kind="dataset", id=str(one.dataset_id), name=one.name, version=str(one.version or ""))
        for one in held.datasets
    ]


def connect() -> None:
    """Let erasing list them too. Said once, at the start."""
    showing.ask_holders(look)
