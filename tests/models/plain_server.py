"""A server on loopback that speaks OpenAI's chat completions in plain words, as one with a tuned model does."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

ENDLESS = "endless"  # a reply that never ends: bytes keep coming, an answer never does
Reply = str | int


@dataclass
class PlainServer:
    """`reply` gives the words for a request's last turn, a status to fail with, or ENDLESS."""

    url: str
    reply: Callable[[str], Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorization: list[str | None] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            body = await request.json()
            self.requests.append(body)
            self.authorization.append(request.headers.get("authorization"))
            words = self.reply(str(body["messages"][-1]["content"]))
            if isinstance(words, int):
                error = {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}
                return JSONResponse({"error": error}, status_code=words)
            if words == ENDLESS:
                return StreamingResponse(_endless(), media_type="application/json")
            return JSONResponse(_completion(body, words))

        return app

    @property
    def asked(self) -> list[str]:
        """The last turn of each request."""
        return [str(body["messages"][-1]["content"]) for body in self.requests]


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b" " * 64
        await asyncio.sleep(0.02)


def _completion(body: dict[str, Any], words: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": words, "refusal": None}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 120, "completion_tokens": 30, "total_tokens": 150},
    }


@asynccontextmanager
async def serving(reply: Callable[[str], Reply]) -> AsyncIterator[PlainServer]:
    """Such a server while the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = PlainServer(f"http://127.0.0.1:{listener.getsockname()[1]}/v1", reply)
    config = uvicorn.Config(server.app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    yield server
    running.should_exit = True
    await task
