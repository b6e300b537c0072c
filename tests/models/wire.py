"""A bare server on loopback: what it sends is scripted byte by byte, so that it can also hang up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

HANGS_UP = b""  # the request is read, and the line closed without a word


@dataclass
class Wire:
    """`sends` are used up in order, one for each request that arrives; after the last one it hangs up."""

    url: str
    sends: list[bytes] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)


def answer(words: str, *, usage: bool = True, tool: bool = False) -> bytes:
    """A whole chat completion, with or without its count of tokens."""
    call = {"id": "call_1", "type": "function", "function": {"name": "final_result", "arguments": words}}
    message = {"role": "assistant", "content": None if tool else words} | ({"tool_calls": [call]} if tool else {})
    document: dict[str, Any] = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_790_000_000, "model": "gpt-4.1-mini",
        "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls" if tool else "stop"}],
    }  # fmt: skip
    if usage:
        document["usage"] = {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500}
    return _http(200, document)


def refusal(status: int, **headers: str) -> bytes:
    """An error in the provider's own form."""
    return _http(
        status, {"error": {"message": "Not now.", "type": "server_error", "param": None, "code": None}}, headers
    )


def bodied(document: dict[str, Any]) -> bytes:
    """Any document as a good answer, with the numbers too that JSON does not know."""
    return _http(200, document)


def _http(status: int, document: dict[str, Any], headers: dict[str, str] | None = None) -> bytes:
    body = json.dumps(document).encode()
    head = {"content-type": "application/json", "content-length": str(len(body)), "connection": "close"}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in {**head, **(headers or {})}.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def wired(*sends: bytes) -> AsyncIterator[Wire]:
    """Such a server while the block lasts."""
    wire = Wire("", list(sends))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].partition("\r\n")[0])
        wire.requests.append(json.loads(await reader.readexactly(length)))
        writer.write(wire.sends.pop(0) if wire.sends else HANGS_UP)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    yield wire
    server.close()
