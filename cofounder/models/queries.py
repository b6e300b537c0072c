"""The SQL of model calls."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import String, Table, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.straight import kept
from cofounder.models.failing import NO_ANSWER
from cofounder.models.tables import ModelCall

_BUDGET_LOCK = 6_203_117_402  # any number that no other advisory lock of ours uses


_ANSWERED = kept(
    select(ModelCall)
    .where(
        ModelCall.task_id == bindparam("task"),
        ModelCall.scope == bindparam("scope"),
        ModelCall.number == bindparam("number"),
        ModelCall.request_hash == bindparam("request_hash"),
        ModelCall.state == "answered",
    )
    .order_by(ModelCall.finished_at)
    .limit(1)
)


async def answered(
    session: AsyncSession, task_id: UUID, scope: str, number: int, request_hash: str
) -> ModelCall | None:
    """The call that was answered already, by whichever model."""
    given = {"task": task_id, "scope": scope, "number": number, "request_hash": request_hash}
    found: ModelCall | None = await session.scalar(_ANSWERED, given)
    return found


async def put(session: AsyncSession, values: dict[str, Any]) -> UUID | None:
    """Write a call's row and give its id; None when the same call to the same model was answered meanwhile.

    The same call made again after a crash or a failure takes its row over and keeps what that had cost.
    """
    row_id: UUID | None = (await session.execute(_putting(tuple(values)), values)).scalar_one_or_none()
    return row_id


@lru_cache
def _putting(columns: tuple[str, ...]) -> Any:
    fixed = ("id", "task_id", "scope", "number", "request_hash", "model", "tokens_in", "tokens_out", "seconds")
    table = cast(Table, ModelCall.__table__)
    statement = insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns})
    again: dict[str, Any] = {name: statement.excluded[name] for name in columns if name not in fixed}
    return kept(
        statement.on_conflict_do_update(
            index_elements=["task_id", "scope", "number", "request_hash", "model"],
            set_=again | {"cost_usd": table.c.cost_usd + statement.excluded.cost_usd},
            where=table.c.state != "answered",
        ).returning(table.c.id)
    )


async def finish(session: AsyncSession, row_id: UUID, values: dict[str, Any], used: dict[str, Any]) -> None:
    """Set `values` and add `used` (cost, tokens, seconds) to what the row holds, once for each `finished_at`."""
    added = {name: getattr(ModelCall, name) + value for name, value in used.items()}
    await session.execute(
        update(ModelCall)
        .where(ModelCall.id == row_id, ModelCall.finished_at.is_distinct_from(values["finished_at"]))
        .values(values | added)
        .execution_options(synchronize_session=False)
    )


async def hold_budget(session: AsyncSession) -> None:
    """Let one call at a time compare its estimate with what is left of the day, until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _BUDGET_LOCK})


_COST_SINCE = kept(select(func.sum(ModelCall.cost_usd)).where(ModelCall.started_at >= bindparam("start")))


async def cost_of_role(session: AsyncSession, role: str, start: datetime) -> Decimal:
    """USD that the calls of a role came to since a moment; benchmarks and candidates in shadow are not at work."""
    wanted = select(func.coalesce(func.sum(ModelCall.cost_usd), 0)).where(
        ModelCall.started_at >= start,
        ModelCall.role == role,
        ModelCall.state != "skipped",
        ModelCall.routed.is_not(None),
    )
    return await session.scalar(wanted) or Decimal(0)


async def cost_since(session: AsyncSession, start: datetime) -> Decimal:
    total = await session.scalar(_COST_SINCE, {"start": start})
    return total or Decimal(0)


_COSTS_SINCE = select(
    func.coalesce(func.sum(ModelCall.cost_usd).filter(ModelCall.started_at >= bindparam("day")), 0),
    func.coalesce(func.sum(ModelCall.cost_usd), 0),
).where(ModelCall.started_at >= bindparam("month"))


async def costs_since(session: AsyncSession, day: datetime, month: datetime) -> tuple[Decimal, Decimal]:
    """USD since a day began, and since its month began."""
    row = (await session.execute(_COSTS_SINCE, {"day": day, "month": month})).one()
    return Decimal(row[0]), Decimal(row[1])


_COST_OF_SCOPES = kept(
    select(func.sum(ModelCall.cost_usd)).where(
        ModelCall.task_id == bindparam("task"), func.starts_with(ModelCall.scope, bindparam("prefix", type_=String))
    )
)


async def cost_of_scopes(session: AsyncSession, task_id: UUID, prefix: str) -> Decimal:
    total = await session.scalar(_COST_OF_SCOPES, {"task": task_id, "prefix": prefix})
    return total or Decimal(0)


async def cost_by_kind(session: AsyncSession, task_id: UUID) -> dict[str, Decimal]:
    kind = func.substring(ModelCall.scope, "^[a-z]+").label("kind")
    wanted = select(kind, func.sum(ModelCall.cost_usd)).where(ModelCall.task_id == task_id).group_by(kind)
    return {row[0] or "": row[1] for row in await session.execute(wanted)}


async def late(session: AsyncSession, since: datetime, times: int) -> dict[str, datetime]:
    """Models whose newest `times` calls since then all ended without an answer in time -> when the last one did.

    A benchmark has time-outs of its own, nobody waits for a candidate in shadow, and the built-in model is never late.
    """
    newest = func.row_number().over(partition_by=ModelCall.model, order_by=ModelCall.finished_at.desc())
    calls = (
        select(ModelCall.model, ModelCall.state, ModelCall.error, ModelCall.finished_at, newest.label("place"))
        .where(
            ModelCall.started_at >= since,
            ModelCall.state.in_(("answered", "failed")),
            ModelCall.model != "offline",
            ~ModelCall.scope.startswith("benchmark:"),
            ~ModelCall.scope.startswith("shadow:"),
        )
        .subquery()
    )
    vain = calls.c.error.startswith(NO_ANSWER) & (calls.c.state == "failed")
    rows = await session.execute(
        select(calls.c.model, func.max(calls.c.finished_at))
        .where(calls.c.place <= times)
        .group_by(calls.c.model)
        .having(func.count().filter(vain) == times)
    )
    return {str(model): at for model, at in rows}


async def uncounted(session: AsyncSession, scope: str) -> dict[int, Decimal]:
    """Number of a call within a scope -> USD that rest on an estimate, or on what a lost answer may have cost."""
    told = ModelCall.answer["cost_is"].astext
    rows = await session.execute(
        select(ModelCall.number, func.sum(ModelCall.cost_usd))
        .where(ModelCall.scope == scope, ModelCall.state != "skipped", func.coalesce(told, "most") != "counted")
        .group_by(ModelCall.number)
        .having(func.sum(ModelCall.cost_usd) > 0)
    )
    return {int(number): Decimal(usd) for number, usd in rows}


async def cost_of_model(session: AsyncSession, model: str, scopes: str, start: datetime) -> Decimal:
    """USD that a model's calls in scopes that begin so came to since a moment, with what is reserved."""
    wanted = select(func.coalesce(func.sum(ModelCall.cost_usd), 0)).where(
        ModelCall.started_at >= start,
        ModelCall.model == model,
        ModelCall.scope.startswith(scopes, autoescape=True),
    )
    return Decimal(await session.scalar(wanted) or 0)


async def skipped(session: AsyncSession, model: str, scopes: str, start: datetime) -> tuple[int, str | None]:
    """(a model's calls in scopes that begin so that were not made since a moment, why the newest was not)."""
    rows = (
        await session.execute(
            select(func.count().over(), ModelCall.error)
            .where(
                ModelCall.started_at >= start,
                ModelCall.model == model,
                ModelCall.scope.startswith(scopes, autoescape=True),
                ModelCall.state == "skipped",
            )
            .order_by(ModelCall.started_at.desc())
            .limit(1)
        )
    ).all()
    return (int(rows[0][0]), rows[0][1]) if rows else (0, None)


async def of_task(session: AsyncSession, task_id: UUID) -> Sequence[ModelCall]:
    """A task's calls in the order in which they began."""
    return (
        await session.scalars(
            select(ModelCall).where(ModelCall.task_id == task_id).order_by(ModelCall.started_at, ModelCall.id)
        )
    ).all()
