"""Lines of examples in batches: what the database spells passes through, what may hold personal data is looked at."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import lines
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.writing import queries
from cofounder.flow.train.roles.redaction import Redactor
from cofounder.flow.train.roles.shaper import Raw, Shaper
from cofounder.kit.copying import copied

# Columns of a table stay where they are, also where no example has that dimension.
DIMENSIONS = (
    "accuracy",
    "completeness",
    "tone",
    "format",
    "length",
    "readability",
    "engagement_potential",
    "originality",
    "compliance",
)
_RAWS_AT_ONCE = 1_000
Batches = AsyncGenerator[list[bytes], None]


async def planner(session: AsyncSession, filter: Filter, *, redact: bool = True, first: int | None = None) -> Batches:
    """Planner lines in the chat form, oldest request first; examples without a plan have none, withdrawn ones neither."""
    shaper = Shaper("planner", redact=redact, bare=True)
    meant = await queries.of_filter(session, filter)
    statement = queries.planner(None if redact else shaper.head, *meant).limit(first)
    await queries.hasten(session)
    async with aclosing(copied(session, statement)) as pieces:
        async for piece in pieces:
            found = piece.splitlines(keepends=True)
            yield await asyncio.to_thread(_spelt, shaper, found) if redact else found


async def raws(session: AsyncSession, filter: Filter, *, reading: bool = False) -> AsyncGenerator[list[Raw], None]:
    """The examples that planner lines are made of, with topic and conversation, oldest request first, in batches.

    `reading`: and with what was read in each request.
    """
    statement = queries.with_task(*await queries.of_filter(session, filter), reading=reading)
    await queries.hasten(session)
    waiting: list[bytes] = []
    async with aclosing(copied(session, statement)) as pieces:
        async for piece in pieces:
            waiting += piece.splitlines()
            if len(waiting) >= _RAWS_AT_ONCE:
                yield await asyncio.to_thread(_raws, waiting)
                waiting = []
    if waiting:
        yield _raws(waiting)


def _raws(found: Iterable[bytes]) -> list[Raw]:
    return [_raw(from_json(one)) for one in found]


async def rows(session: AsyncSession, filter: Filter, *, redact: bool = True, first: int | None = None) -> Batches:
    """A header and one flat row of CSV an example, oldest request first."""
    yield [header().encode()]
    statement = queries.rows(*await queries.of_filter(session, filter)).limit(first)
    await queries.hasten(session)
    async with aclosing(copied(session, statement)) as pieces:
        async for piece in pieces:
            yield await asyncio.to_thread(_rows, piece.splitlines(), redact)


async def one_planner(session: AsyncSession, execution_id: UUID) -> bytes | None:
    """The planner line of one example, None where it has none."""
    found = await session.scalar(queries.planner(None, *queries.of_one(execution_id)))
    return None if found is None else _spelt(Shaper("planner", redact=True, bare=True), [found])[0]


async def one_row(session: AsyncSession, execution_id: UUID) -> bytes | None:
    """The row of one example, None where it has none."""
    found = await session.scalar(queries.rows(*queries.of_one(execution_id)))
    return None if found is None else _rows([found], redact=True)[0]


def header() -> str:
    return lines.header(DIMENSIONS)


def _spelt(shaper: Shaper, found: Iterable[Any]) -> list[bytes]:
    return [shaper.planner(_raw(from_json(one))).line for one in found]


def _raw(cells: list[Any]) -> Raw:
    id, at, request, intent, quality, *rest = cells
    score = None if quality is None else Decimal(quality)
    topic, conversation, reading, *_ = (*rest[11:], None, None, None)
    said: list[Any] = [*rest[:7], topic, conversation, *rest[7:11], reading]
    return Raw(UUID(id), datetime.fromisoformat(at), request, intent, score, *said)


def _rows(found: Iterable[Any], redact: bool) -> list[bytes]:
    return [_row(from_json(one), Redactor().value if redact else _same) for one in found]


def _same(value: Any) -> Any:
    return value


def _row(cells: list[Any], clean: Callable[[Any], Any]) -> bytes:
    id, at, *said, dimensions = cells
    known = [id, at, *clean(said)]
    known[lines.DECIDED_AT] = said[lines.DECIDED_AT - 2]
    return lines.row_of([*known, *(dimensions.get(name) for name in DIMENSIONS)]).encode()
