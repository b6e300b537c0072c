"""An Ollama server on its wire: blobs by digest, models made of them, answers in lines of JSON.

Refusals, their words and their status are those of Ollama's own server, of the versions up to 0.12 (`adapters` on) and of
those that take no adapters any more.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from tests.flow.train.tuners.servers.wire import Provider

CONVERTED = {"LlamaForCausalLM": "llama", "Gemma2ForCausalLM": "gemma2", "Qwen2ForCausalLM": "qwen2"}


class Fault(Exception):
    """What the stream ends with."""


@dataclass
class Ollama(Provider):
    adapters: bool = True  # it still takes them
    fails: str = ""  # what making a model ends with
    blobs: dict[str, bytes] = field(default_factory=dict)
    made: dict[str, dict[str, Any]] = field(default_factory=dict)  # name -> what it was made of

    def routes(self, app: FastAPI) -> None:
        @app.get("/api/version")
        def version() -> dict[str, str]:
            return {"version": "0.12.6"}

        @app.head("/api/blobs/{digest}")
        def has(digest: str) -> Response:
            return Response(status_code=200 if digest in self.blobs else 404)

        @app.post("/api/blobs/{digest}")
        async def take(digest: str, request: Request) -> Response:
            data = await request.body()
            if digest != f"sha256:{hashlib.sha256(data).hexdigest()}":
                return JSONResponse({"error": "digest mismatch"}, 400)
            self.blobs[digest] = data
            return Response(status_code=201)

        @app.post("/api/show")
        async def show(request: Request) -> Response:
            name = (await request.json())["model"]
            if name not in self.made:
                return JSONResponse({"error": f"model '{name}' not found"}, 404)
            made = self.made[name]
            return JSONResponse({"license": made.get("license", ""), "template": made.get("template", "")})

        @app.delete("/api/delete")
        async def delete(request: Request) -> Response:
            name = (await request.json())["model"]
            return Response(status_code=200 if self.made.pop(name, None) else 404)

        @app.post("/api/create")
        async def create(request: Request) -> Response:
            asked = await request.json()
            if asked.get("adapters") and not self.adapters:
                return JSONResponse({"error": "LoRA adapters are no longer supported"}, 400)
            if asked.get("stream") is False:
                *_, last = self.steps(asked)
                return JSONResponse(last, last.pop("status", 500) if "error" in last else 200)
            lines = (json.dumps(step) + "\n" for step in self.steps(asked))
            return StreamingResponse(lines, media_type="application/x-ndjson")

    def steps(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        try:
            yield from self.making(asked)
        except Fault as fault:
            yield {"error": str(fault), "status": 400}

    def making(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if asked.get("from"):
            if asked["from"] not in self.made:
                raise Fault("pull model manifest: file does not exist")
            architecture = self.made[asked["from"]]["architecture"]
        elif asked.get("files"):
            architecture = self.converted(asked["files"])
            yield {"status": "converting model"}
        else:
            raise Fault("neither 'from' or 'files' was specified")
        if asked.get("adapters"):
            yield {"status": "converting adapter"}
            self.adapted(asked["adapters"], architecture)
        if self.fails:
            raise Fault(self.fails)
        yield {"status": "writing manifest"}
        self.made[asked["model"]] = {**asked, "architecture": architecture}
        yield {"status": "success"}

    def blob(self, files: dict[str, str], name: str) -> dict[str, Any]:
        if any(digest not in self.blobs for digest in files.values()):
            raise Fault("blob not found")
        if name not in files:
            raise Fault(f"open {name}: no such file or directory")
        found: dict[str, Any] = json.loads(self.blobs[files[name]])
        return found

    def converted(self, files: dict[str, str]) -> str:
        kind = self.blob(files, "config.json")["architectures"][0]
        self.blob(files, "tokenizer.json")
        if kind not in CONVERTED:
            raise Fault(f'unsupported architecture "{kind}"')
        if not any(name.endswith(".safetensors") for name in files):
            raise Fault("no files provided to convert")
        return CONVERTED[kind]

    def adapted(self, files: dict[str, str], architecture: str) -> None:
        config = self.blob(files, "adapter_config.json")
        if not isinstance(config["lora_alpha"], int):
            raise Fault("json: cannot unmarshal number into Go struct field .lora_alpha of type uint32")
        if architecture not in ("llama", "gemma2"):
            raise Fault("unsupported architecture")
