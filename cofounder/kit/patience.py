"""No request hangs on a database that hangs: one that takes long is given up when the database does not answer at all.

A slow answer of a database that lives is waited for, however long: an import may take minutes.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cofounder.kit import db
from cofounder.kit.problems import answer

LOOK_SECONDS = 10.0  # between two looks at the database while a request waits
ANSWERS_SECONDS = 3.0  # how long the database has to say that it is there

_given_up: "set[asyncio.Task[None]]" = set()  # requests that clean up after themselves


class Patience:
    """ASGI middleware: answers 503 in place of a request whose database hangs, before anything was answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = given_up = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if not given_up:
                begun = True
                await send(message)

        job = asyncio.ensure_future(_run(self.app, scope, receive, sending))
        try:
            while not (await asyncio.wait({job}, timeout=LOOK_SECONDS))[0]:
                if not begun and not await db.answers(ANSWERS_SECONDS) and not begun and not job.done():
                    given_up = True
                    break
        finally:
            if not job.done():
                _let_go(job)
        if given_up:
            await answer(db.DatabaseOutOfReach("It does not answer."), scope["path"])(scope, receive, send)
        else:
            await job


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


def _let_go(job: "asyncio.Task[None]") -> None:
    job.cancel()
    _given_up.add(job)

    def over(ended: "asyncio.Task[None]") -> None:
        _given_up.discard(ended)
        if not ended.cancelled():
            ended.exception()  # seen; nobody waits for it any more

    job.add_done_callback(over)
