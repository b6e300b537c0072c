"""Whether a proposal still tells what it would do: voices may have been set, or weights rolled back, since its look."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.personas import queries
from cofounder.personas.optimising import chances, changes_of
from cofounder.personas.tables import OptimisationRun

WHY = "What voices are drawn with was changed since this look: these weights would do something else than it tells."


async def outdated(session: AsyncSession, row: OptimisationRun) -> str | None:
    """Why a proposal that waits cannot be approved as it stands; None where what it tells is what would happen.

    Its changes are made again from the voices as they stand. They must be the very same: what a person approves is what
    was shown, and the estimate beside it was made for these voices too.
    """
    if not row.proposed or row.decided_at is not None or row.status != "success":
        return None
    standing = await queries.standing(session)
    weights = {one.persona: one.weight for one in await queries.weights_of(session, row.id)}
    present = changes_of(chances(standing), chances(standing._replace(weights=weights)))
    return None if _by_name(present) == _by_name(row.changes) else WHY


def _by_name(changes: list[dict[str, object]]) -> dict[object, tuple[object, object]]:
    return {one["generator"]: (one["oldWeight"], one["newWeight"]) for one in changes}
