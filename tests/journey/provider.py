"""A paid language model on loopback that writes as well as the built-in one, and remembers every request it was sent."""

import hashlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cofounder.models.brief import Brief
from cofounder.models.instructions import Written
from cofounder.models.offline.writer import write


class Provider:
    """`asked`: customer -> how often each request came, by the hash of its body."""

    def __init__(self) -> None:
        self.asked: dict[str, Counter[str]] = {}
        self.url = ""

    def environment(self, customer: str) -> dict[str, str]:
        """What makes a worker use it; every customer has a bill of its own."""
        return {
            "COFOUNDER_MODEL": "openai-compatible:paid-model",
            "COFOUNDER_MODEL_PRICES": "openai-compatible:*=0/0",
            "COFOUNDER_COMPATIBLE_BASE_URL": f"{self.url}/{customer}/v1",
            "COFOUNDER_COMPATIBLE_API_KEY": "not-a-key",
        }

    def answer(self, path: str, raw: bytes) -> dict[str, Any]:
        body = json.loads(raw)
        bill = self.asked.setdefault(path.split("/")[1], Counter())
        bill[hashlib.sha256(raw).hexdigest()] += 1
        prompt = json.loads(next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user"))
        answers = {"planner": lambda: prompt["first_reading"], "judge": lambda: _judged(prompt)}
        arguments = answers.get(prompt["role"], lambda: _written(prompt["brief"]))()
        return _completion(body, json.dumps(arguments))


def _written(content: dict[str, Any]) -> dict[str, Any]:
    content.pop("derived", None)
    draft = write(Brief.model_validate(content))
    known = {name: value for name, value in draft.model_dump(mode="json").items() if name in Written.model_fields}
    return Written.model_validate(known).model_dump(mode="json")


def _judged(prompt: dict[str, Any]) -> dict[str, Any]:
    """Good for every text, and told apart by its length."""
    said = {"score": 0.9, "evidence": f"It has {len(prompt['text'])} characters."}
    return dict.fromkeys(prompt["dimensions"], said) | {"overall": 0.9, "decision": "approve"}


def _completion(body: dict[str, Any], arguments: str) -> dict[str, Any]:
    function = {"name": body["tools"][0]["function"]["name"], "arguments": arguments}
    call = {"id": "call_1", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [call]}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}],
        "usage": {"prompt_tokens": 1200, "completion_tokens": 300, "total_tokens": 1500},
    }


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # else who asked was killed between two requests
            super().handle_error(request, client_address)


@contextmanager
def provider() -> Iterator[Provider]:
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            try:
                said = json.dumps(made.answer(self.path, self.rfile.read(int(self.headers["content-length"])))).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
            except (BrokenPipeError, ConnectionResetError):
                pass  # who asked was killed

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, name="provider", daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
