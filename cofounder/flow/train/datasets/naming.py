"""What a name binds its versions to: all of one dataset are for one role."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.datasets import queries
from cofounder.flow.train.datasets.errors import DatasetRoleDiffers
from cofounder.flow.train.datasets.schemas import DatasetIn, Role


async def with_role(session: AsyncSession, asked: DatasetIn, *, first: Role = "planner") -> DatasetIn:
    """What is asked for with its role: the one that is said, else that of the version before, else `first`.

    Raises DatasetRoleDiffers.
    """
    said = asked.role if "role" in asked.model_fields_set else None
    before = await check_role(session, asked.name, said)
    return asked.model_copy(update={"role": said or before or first})


async def check_role(session: AsyncSession, name: str, role: str | None) -> str | None:
    """The role of a name's versions, None where it has none. Raises DatasetRoleDiffers where `role` is another one."""
    before = await queries.role_of(session, name.strip())
    if role is not None and before is not None and role != before:
        raise DatasetRoleDiffers(
            f"The versions of {name.strip()!r} are for a {before}, not for a {role}.", field="role"
        )
    return before
