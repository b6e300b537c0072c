"""Erase what one example holds. The row stays: who erased it, when and why; and who still holds a copy is listed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import forgetting, queries
from cofounder.flow.train.data.bulk import queries as bulk
from cofounder.flow.train.data.errors import ExampleErased, ExampleMissing
from cofounder.flow.train.data.schemas import Tombstone
from cofounder.flow.train.data.showing import holders, tombstone
from cofounder.flow.train.data.unsaying import queries as unsaying
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.people import audit, audit_without

__all__ = ["erase", "holders"]


async def erase(session: AsyncSession, execution_id: UUID, *, by: str, reason: str) -> Tombstone:
    """Empty an example for good: its words, figures, plan, texts, readings and tags, and its place in every list.

    A change that only it and other erased ones had is in the list of changes no more, so neither is its tag; nor are its
    labels and makers in any list where no other example has them.

    Raises ExampleMissing, ExampleErased.
    """
    await bulk.take_turn(session)
    await forgetting.alone(session)
    row = await queries.one(session, execution_id, lock=True)
    if row is None:
        raise ExampleMissing(f"{execution_id} is none.")
    if row.erased_at is not None:
        raise ExampleErased(f"{row.erased_by} erased it on {row.erased_at:%Y-%m-%d}.")
    await queries.erase(session, execution_id, who=by, why=reason, at=now())
    await forgetting.forget(session, execution_id)
    gone, lessened = await unsaying.unsay(session, execution_id)
    await audit_without(session, "training_change", gone, ["tags", "selection"])  # who, when and how many stays
    await audit_without(session, "training_change", lessened, ["tags"])
    await audit(session, by, "training.erase", "example", str(execution_id), {"reason": reason})
    live.changed(session, "examples", execution_id)
    left = await queries.one(session, execution_id)
    assert left is not None
    return await tombstone(session, left)
