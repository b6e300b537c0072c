"""SQL of benchmarks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, exists, func, select, table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from cofounder.flow.train.benchmark.tables import Benchmark, BenchmarkAnswer

_TEST = 2  # place of the test part among the parts of a version
_members = table(
    "dataset_members", column("dataset_id", Uuid), *map(column, ("position", "split", "body", "at", "size"))
)


async def add(session: AsyncSession, row: Benchmark) -> None:
    session.add(row)
    await session.flush()


async def one(session: AsyncSession, id: UUID, *, lock: bool = False) -> Benchmark | None:
    statement = select(Benchmark).where(Benchmark.id == id).execution_options(populate_existing=True)
    found: Benchmark | None = await session.scalar(statement.with_for_update() if lock else statement)
    return found


async def of_model(session: AsyncSession, model_id: UUID, limit: int) -> Sequence[Benchmark]:
    """A model's benchmarks, newest first."""
    statement = select(Benchmark).where(Benchmark.model_id == model_id)
    return (await session.scalars(statement.order_by(Benchmark.created_at.desc()).limit(limit))).all()


async def take_turn(session: AsyncSession, model_id: UUID) -> None:
    """Let one benchmark of a model at a time come to its end, until the transaction does."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"benchmark:{model_id}", 0))))


async def ended(session: AsyncSession, model_ids: Sequence[UUID]) -> Sequence[Benchmark]:
    """The benchmarks of models that came to a gate's record, newest first."""
    statement = select(Benchmark).where(
        Benchmark.model_id.in_(model_ids), Benchmark.state == "succeeded", Benchmark.gate.is_not(None)
    )
    newest = statement.order_by(Benchmark.finished_at.desc(), Benchmark.id.desc())
    return (await session.scalars(newest.options(defer(Benchmark.results)))).all()  # large, and no part of a record


async def fresh(session: AsyncSession, dataset_id: UUID, learned_from: UUID | None) -> bool:
    """Whether the test part has a line that the model did not learn from."""
    mine, theirs = _members.alias("mine"), _members.alias("theirs")
    seen = exists().where(theirs.c.dataset_id == learned_from, theirs.c.split != _TEST, theirs.c.body == mine.c.body)
    statement = select(mine.c.at).where(mine.c.dataset_id == dataset_id, mine.c.split == _TEST, ~seen).limit(1)
    return (await session.execute(statement)).first() is not None


async def held_out(session: AsyncSession, dataset_id: UUID, learned_from: UUID | None) -> list[tuple[int, int, bool]]:
    """(where a line of the test part lies, its bytes, whether the model learned from it), in order."""
    mine = _members.alias("mine")
    theirs = _members.alias("theirs")
    seen = exists().where(theirs.c.dataset_id == learned_from, theirs.c.split != _TEST, theirs.c.body == mine.c.body)
    statement = (
        select(mine.c.at, mine.c.size, seen)
        .where(mine.c.dataset_id == dataset_id, mine.c.split == _TEST)
        .order_by(mine.c.position)
    )
    return [(int(at), int(size), bool(known)) for at, size, known in (await session.execute(statement)).all()]


async def answers(session: AsyncSession, benchmark_id: UUID) -> Sequence[BenchmarkAnswer]:
    statement = select(BenchmarkAnswer).where(BenchmarkAnswer.benchmark_id == benchmark_id)
    return (await session.scalars(statement.order_by(BenchmarkAnswer.contender, BenchmarkAnswer.line))).all()


async def keep(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write an answer; one that is there already stays."""
    await session.execute(insert(BenchmarkAnswer).values(values).on_conflict_do_nothing())


async def note_progress(session: AsyncSession, id: UUID, progress: dict[str, Any]) -> bool:
    """Say how far it is; False when nobody wants it any more."""
    statement = update(Benchmark).where(Benchmark.id == id, Benchmark.state == "running").values(progress=progress)
    return bool((await session.execute(statement.returning(Benchmark.id))).first())
