"""A long result as a stream of bytes through PostgreSQL's COPY: nothing of a row is taken apart on the way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncSession

_PIECES_AHEAD = 8  # of at most 256 kB that wait for whoever reads


async def copied(session: AsyncSession, statement: Select[str]) -> AsyncGenerator[bytes, None]:
    """The rows of a statement that has one column of text, as lines of UTF-8, many at a time, through COPY.

    Each is written as it is, so the text may hold no character below a space. The session can do nothing else meanwhile.
    Whoever may stop before the end closes it: `async with aclosing(copied(...))`. The session is over then: a request
    to stop that comes late would hit whatever the connection does next, so the connection is closed instead.
    """
    await session.execute(text("SELECT 1"))  # the driver begins its transaction with the first statement
    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    values = [compiled.params[name] for name in getattr(compiled, "positiontup", None) or ()]
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_PIECES_AHEAD)

    async def all_of_it() -> None:
        try:
            await driver.copy_from_query(
                str(compiled), *values, output=pieces.put, format="csv", quote="\x01", delimiter="\x02"
            )
        finally:
            if not task.cancelling():
                await pieces.put(None)

    task = asyncio.create_task(all_of_it())
    rest = b""
    try:
        while (piece := await pieces.get()) is not None:
            whole, end, rest_of_it = piece.rpartition(b"\n")
            if end:
                yield rest + whole + end
                rest = rest_of_it
            else:
                rest += piece
        await task
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
            driver.terminate()
            await session.invalidate()
