"""What a name binds its versions to: all of one dataset are for one role, and made alike unless somebody says otherwise."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.datasets import queries
from cofounder.flow.train.datasets.errors import DatasetRoleDiffers
from cofounder.flow.train.datasets.schemas import DatasetIn, Role, SplitIn
from cofounder.flow.train.datasets.tables import Dataset


async def with_role(session: AsyncSession, asked: DatasetIn, *, first: Role = "planner") -> DatasetIn:
    """What is asked for with its role: the one that is said, else that of the version before, else `first`.

    So it is with each field of the parts, the seed and the answer of its lines. A deleted version still says what it was;
    it binds nobody.

    Raises DatasetRoleDiffers.
    """
    said = asked.role if "role" in asked.model_fields_set else None
    await check_role(session, asked.name, said)
    before = await queries.version_before(session, asked.name.strip())
    role = said or (before.role if before else first)
    kept = _made_alike(before, asked) if before and before.source == "examples" and before.role == role else {}
    return asked.model_copy(update={"role": role, **kept})


def _made_alike(row: Dataset, asked: DatasetIn) -> dict[str, Any]:
    """What is not said of how the lines are made, as it was in the version before."""
    split = SplitIn.model_validate(row.recipe["split"])
    said = {name: getattr(asked.split, name) for name in asked.split.model_fields_set}
    kept = {"seed": row.recipe["seed"], "answer": row.recipe.get("answer", "plan")}
    unsaid = {name: value for name, value in kept.items() if name not in asked.model_fields_set}
    return {"split": split.model_copy(update=said), **unsaid}


async def check_role(session: AsyncSession, name: str, role: str | None) -> None:
    """Raises DatasetRoleDiffers where `role` is another one than that of the name's versions."""
    before = await queries.version_before(session, name.strip())
    if role is not None and before is not None and before.state != "deleted" and role != before.role:
        raise DatasetRoleDiffers(
            f"The versions of {name.strip()!r} are for a {before.role}, not for a {role}.", field="role"
        )
