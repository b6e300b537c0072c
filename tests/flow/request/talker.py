"""A server on loopback that streams chat completions as OpenAI's does: words in pieces, tool calls, bad days."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

KEY = "sk-test-9f8e7d6c5b4a39281706"


@dataclass
class Call:
    """The model asks a tool."""

    tool: str
    arguments: dict[str, Any]


@dataclass
class Words:
    """The model speaks. `pause` lies between the pieces; after `breaks_after` pieces the line is cut; half-way it waits
    for `gate`, where there is one."""

    text: str
    pause: float = 0.0
    breaks_after: int | None = None
    gate: asyncio.Event | None = None


@dataclass
class Talker:
    """`answers` are used up in order; an int is a status."""

    url: str
    answers: list[Call | Words | int] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def tools_offered(self) -> set[str]:
        return {tool["function"]["name"].replace("__", ".") for tool in self.requests[-1].get("tools", [])}

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/v1/models")
        async def models() -> Any:
            return {
                "object": "list",
                "data": [{"id": "talker", "object": "model"}, {"id": "second", "object": "model"}],
            }

        @app.post("/v1/chat/completions")
        async def complete(request: Request) -> Response:
            body = await request.json()
            self.requests.append(body)
            answer = self.answers.pop(0) if self.answers else 500
            if isinstance(answer, int):
                error = {"message": f"The server had an error for key {KEY}.", "type": "server_error", "code": None}
                return JSONResponse({"error": error}, status_code=answer)
            return StreamingResponse(_stream(body["model"], answer), media_type="text/event-stream")

        return app


async def _stream(model: str, answer: Call | Words) -> AsyncIterator[str]:
    if isinstance(answer, Call):
        call = {"index": 0, "id": "call_1", "type": "function"}
        call |= {"function": {"name": answer.tool.replace(".", "__"), "arguments": json.dumps(answer.arguments)}}
        yield _chunk(model, {"role": "assistant", "tool_calls": [call]})
        yield _chunk(model, {}, finish="tool_calls")
    else:
        yield _chunk(model, {"role": "assistant", "content": ""})
        words = answer.text.split(" ")
        for number, word in enumerate(words):
            if answer.gate is not None and number == len(words) // 2:
                await answer.gate.wait()
            if answer.breaks_after == number:
                raise ConnectionResetError
            yield _chunk(model, {"content": word if number == 0 else f" {word}"})
            await asyncio.sleep(answer.pause)
        yield _chunk(model, {}, finish="stop")
    usage = {"prompt_tokens": 900, "completion_tokens": 40, "total_tokens": 940}
    yield _line({"choices": [], "usage": usage}, model)
    yield "data: [DONE]\n\n"


def _chunk(model: str, delta: dict[str, Any], finish: str | None = None) -> str:
    return _line({"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]}, model)


def _line(more: dict[str, Any], model: str) -> str:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": model}
    return f"data: {json.dumps(head | more)}\n\n"


@asynccontextmanager
async def talking() -> AsyncIterator[Talker]:
    listener = socket.create_server(("127.0.0.1", 0))
    talker = Talker(url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    config = uvicorn.Config(talker.app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listener]))
    try:
        yield talker
    finally:
        running.should_exit = True
        await task
