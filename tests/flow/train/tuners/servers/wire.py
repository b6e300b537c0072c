"""A provider on loopback: real sockets, and bad days on demand."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.middleware.base import RequestResponseEndpoint

SECRET = "sk-live-3f9a1c7e5b2d8f6a4c0e"  # what no message may ever hold


@dataclass
class Bad:
    """An answer in place of the right one. `after`: the right thing is done first, and its answer lost on the way."""

    status: int
    on: str = ""  # part of "METHOD /path"
    message: str = "The server had an error."
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1_000
    after: bool = False


@dataclass
class Provider:
    """Jobs and files as a provider keeps them. Subclasses answer on its wire."""

    url: str = ""
    bad: list[Bad] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # METHOD /path of every call
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    serving: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: int = 0

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def refusal(self, status: int, message: str) -> Response:
        """As this provider says no."""
        return JSONResponse({"error": {"message": message}}, status)

    def routes(self, app: FastAPI) -> None:
        raise NotImplementedError

    def app(self) -> FastAPI:
        app = FastAPI()
        self.routes(app)

        @app.middleware("http")
        async def days(request: Request, call_next: RequestResponseEndpoint) -> Response:
            line = f"{request.method} {request.url.path}"
            self.asked.append(line)
            bad = next((one for one in self.bad if one.on in line and one.times > 0), None)
            if bad is None:
                return await call_next(request)
            bad.times -= 1
            if bad.after:
                await call_next(request)
            answer = self.refusal(bad.status, f"{bad.message} (asked with {SECRET})")
            answer.headers.update(bad.headers)
            return answer

        return app

    def called(self, line: str) -> int:
        return sum(one == line for one in self.asked)


@asynccontextmanager
async def running(provider: Provider) -> AsyncIterator[Provider]:
    listener = socket.create_server(("127.0.0.1", 0))
    provider.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(provider.app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield provider
    finally:
        server.should_exit = True
        await task
