"""The straightforward way: a Starlette app on sse-starlette in which each stream listens on a connection of its own.

Run: python -m bench.streaming.peer PORT, with DATABASE_URL naming the database. It is spared keys, roles, and asking
whether a listener may stay.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import asyncpg
import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

CHANNEL = "peer"
BEAT_SECONDS = 15


async def _events(request: Request) -> Response:
    async def said() -> AsyncIterator[dict[str, str]]:
        heard: asyncio.Queue[str] = asyncio.Queue()
        connection = await asyncpg.connect(os.environ["DATABASE_URL"])
        try:
            await connection.add_listener(CHANNEL, lambda _, __, ___, payload: heard.put_nowait(str(payload)))
            yield {"event": "open", "data": "{}"}
            while True:
                yield {"event": "changed", "data": await heard.get()}
        finally:
            connection.terminate()

    return EventSourceResponse(said(), ping=BEAT_SECONDS)


async def _health(request: Request) -> Response:
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/api/events", _events), Route("/api/health", _health)])

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning", timeout_graceful_shutdown=1)
