"""A server on loopback that speaks OpenAI's chat completions as the real one does, good days and bad."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

KEY = "sk-test-9f8e7d6c5b4a39281706"


@dataclass
class OpenAIServer:
    """`answers` are used up in order: a dict is the tool call's arguments, a str its raw arguments, an int a status,
    a float seconds to wait before saying anything."""

    url: str
    answers: list[dict[str, Any] | str | int | float] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[Any]] | None = None  # what happens once while the first answer is thought of

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {KEY}":
                given = request.headers.get("authorization", "").removeprefix("Bearer ")
                message = f"Incorrect API key provided: {given}."
                return _error(401, message, "invalid_request_error", "invalid_api_key")
            body = await request.json()
            self.requests.append(body)
            answer = self.answers.pop(0)
            if self.meanwhile is not None:
                happens, self.meanwhile = self.meanwhile, None
                await happens()
            if isinstance(answer, float):
                await asyncio.sleep(answer)
                answer = 500
            if isinstance(answer, int):
                return _error(answer, f"The server had an error for key {KEY}.", "server_error", None)
            if "tools" not in body:  # asked for words, not for a shape
                return JSONResponse(_spoken(body, str(answer)))
            return JSONResponse(_completion(body, answer if isinstance(answer, str) else json.dumps(answer)))

        return app


def _error(status: int, message: str, kind: str, code: str | None) -> JSONResponse:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status)


def _spoken(body: dict[str, Any], words: str) -> dict[str, Any]:
    made = _completion(body | {"tools": [{"function": {"name": "none"}}]}, "{}")
    made["choices"][0] |= {"finish_reason": "stop", "message": {"role": "assistant", "content": words}}
    return made


def _completion(body: dict[str, Any], arguments: str) -> dict[str, Any]:
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": body["tools"][0]["function"]["name"], "arguments": arguments},
    }
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]},
                "logprobs": None,
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500},
    }


@pytest.fixture
async def openai_server() -> AsyncIterator[OpenAIServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = OpenAIServer(url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    config = uvicorn.Config(server.app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    yield server  # the listener takes connections already; uvicorn accepts them once it is up
    running.should_exit = True
    await task
