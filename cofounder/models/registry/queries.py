"""SQL of the registry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, cast, column, func, or_, select, table, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.models.registry.tables import ModelAlias, ModelComparison, ModelVersion, Promotion


async def take_turn(session: AsyncSession, what: str) -> None:
    """Let one at a time change a name's versions or a role's aliases, until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"models:{what}", 0))))


async def next_version(session: AsyncSession, name: str) -> int:
    newest = await session.scalar(select(func.max(ModelVersion.version)).where(ModelVersion.name == name))
    return (newest or 0) + 1


async def role_of(session: AsyncSession, name: str) -> str | None:
    """The role of a name's versions; None where there are none."""
    found: str | None = await session.scalar(select(ModelVersion.role).where(ModelVersion.name == name).limit(1))
    return found


async def of_job(session: AsyncSession, job_id: UUID) -> ModelVersion | None:
    """The model that a job made."""
    found: ModelVersion | None = await session.scalar(select(ModelVersion).where(ModelVersion.job_id == job_id))
    return found


async def of_datasets(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[ModelVersion]:
    """The versions that were trained on any of these datasets, oldest first."""
    wanted = select(ModelVersion).where(ModelVersion.dataset_id.in_(ids)).order_by(ModelVersion.created_at)
    return (await session.scalars(wanted)).all()


_datasets = table("training_datasets", column("id", Uuid), column("recipe", JSONB))


async def system_prompt(session: AsyncSession, dataset_id: UUID) -> str | None:
    """What a version of a dataset says before each of its lines."""
    asked = select(_datasets.c.recipe["system_prompt"].astext).where(_datasets.c.id == dataset_id)
    found: str | None = await session.scalar(asked)
    return found


async def add(session: AsyncSession, row: ModelVersion | Promotion) -> None:
    session.add(row)
    await session.flush()


async def one(session: AsyncSession, id: UUID, *, lock: bool = False) -> ModelVersion | None:
    statement = select(ModelVersion).where(ModelVersion.id == id).execution_options(populate_existing=True)
    found: ModelVersion | None = await session.scalar(statement.with_for_update() if lock else statement)
    return found


async def named(session: AsyncSession, name: str, version: int | None) -> ModelVersion | None:
    """A version of a name; without a number the newest."""
    statement = select(ModelVersion).where(ModelVersion.name == name).order_by(ModelVersion.version.desc()).limit(1)
    if version is not None:
        statement = statement.where(ModelVersion.version == version)
    found: ModelVersion | None = await session.scalar(statement)
    return found


async def beginning_with(session: AsyncSession, start: str) -> Sequence[ModelVersion]:
    """The versions whose id begins so; two are enough to know that it is not clear."""
    wanted = func.replace(cast(ModelVersion.id, Text), "-", "").startswith(start.replace("-", ""), autoescape=True)
    return (await session.scalars(select(ModelVersion).where(wanted).limit(2))).all()


async def page(
    session: AsyncSession,
    *,
    role: str | None,
    name: str | None,
    state: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[Sequence[ModelVersion], int]:
    """(versions newest first, how many there are)."""
    wanted: list[ColumnElement[bool]] = [ModelVersion.id.is_not(None)]
    wanted += [ModelVersion.role == role] if role else []
    wanted += [ModelVersion.name == name] if name else []
    wanted += [ModelVersion.state == state] if state else []
    total = await session.scalar(select(func.count()).select_from(ModelVersion).where(*wanted))
    statement = select(ModelVersion).where(*wanted).order_by(ModelVersion.created_at.desc(), ModelVersion.id.desc())
    if before is not None:
        at, id = before
        statement = statement.where(
            or_(ModelVersion.created_at < at, (ModelVersion.created_at == at) & (ModelVersion.id < id))
        )
    return (await session.scalars(statement.limit(limit))).all(), total or 0


async def aliases(session: AsyncSession, role: str | None = None) -> Sequence[ModelAlias]:
    statement = select(ModelAlias).execution_options(populate_existing=True)
    return (await session.scalars(statement.where(ModelAlias.role == role) if role else statement)).all()


_IN_USE = (
    select(ModelAlias.role, ModelAlias.alias, ModelAlias.details, ModelAlias.since, ModelVersion)
    .join(ModelVersion, ModelVersion.id == ModelAlias.model_id)
    .where(ModelAlias.alias.in_(("active", "candidate")), ModelVersion.state == "ready")
)


async def in_use(session: AsyncSession) -> Sequence[Any]:
    """(role, alias, details, since, model) of every active model and candidate that can be asked."""
    return (await session.execute(_IN_USE)).all()


async def point(
    session: AsyncSession, role: str, alias: str, model_id: UUID | None, details: dict[str, Any], at: datetime, by: str
) -> None:
    """Let an alias of a role name this model, or none."""
    values = {"role": role, "alias": alias, "model_id": model_id, "details": details, "since": at, "by": by}
    changes = {name: values[name] for name in ("model_id", "details", "since", "by")}
    statement = insert(ModelAlias).values(values)
    await session.execute(statement.on_conflict_do_update(index_elements=["role", "alias"], set_=changes))


async def history(session: AsyncSession, role: str | None, model_id: UUID | None, limit: int) -> Sequence[Promotion]:
    """Changes, newest first."""
    statement = select(Promotion).order_by(Promotion.at.desc(), Promotion.id.desc()).limit(limit)
    if role is not None:
        statement = statement.where(Promotion.role == role)
    if model_id is not None:
        statement = statement.where(or_(Promotion.model_id == model_id, Promotion.from_model_id == model_id))
    return (await session.scalars(statement)).all()


async def compare(session: AsyncSession, values: dict[str, Any]) -> None:
    """Keep one comparison; the same call made again keeps the first."""
    await session.execute(insert(ModelComparison).values(values).on_conflict_do_nothing())


async def comparisons(
    session: AsyncSession, model_id: UUID, kind: str, since: datetime | None, limit: int
) -> Sequence[ModelComparison]:
    """What a model said beside what was used, newest first."""
    statement = select(ModelComparison).where(ModelComparison.model_id == model_id, ModelComparison.kind == kind)
    if since is not None:
        statement = statement.where(ModelComparison.at >= since)
    return (await session.scalars(statement.order_by(ModelComparison.at.desc()).limit(limit))).all()


async def mark(session: AsyncSession, id: UUID, values: dict[str, Any]) -> None:
    await session.execute(update(ModelVersion).where(ModelVersion.id == id).values(values))
