"""A tuned model handed to an Ollama server: its files as blobs, then one call that makes a model of them."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from cofounder.flow.train.tuners.interface import Artifacts, TunerAway, TunerRefused
from cofounder.kit import outside

# As Ollama converts them from safetensors.
TAKEN = frozenset(
    {
        "LlamaForCausalLM",
        "MistralForCausalLM",
        "MixtralForCausalLM",
        "GemmaForCausalLM",
        "Gemma2ForCausalLM",
        "Gemma3ForCausalLM",
        "Phi3ForCausalLM",
        "Qwen2ForCausalLM",
        "Olmo3ForCausalLM",
        "CohereForCausalLM",
        "GptOssForCausalLM",
        "DeepseekV3ForCausalLM",
        "Lfm2ForCausalLM",
    }
)
ADAPTED = frozenset({"LlamaForCausalLM", "Gemma2ForCausalLM"})  # adapters of the others it does not convert
_OF_A_MODEL = (
    "*.safetensors",
    "*.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)
_OF_AN_ADAPTER = ("adapter_model.safetensors", "adapter_config.json")
_CHUNK = 1 << 20


class OllamaRefused(TunerRefused):
    """Ollama does not take this model."""

    hint = "Set COFOUNDER_LOCAL_SERVING=transformers to serve it without Ollama."


class Server:
    """One Ollama server. `address`: without the /v1 of its OpenAI-compatible part."""

    def __init__(self, base_url: str) -> None:
        self.address = base_url.rstrip("/").removesuffix("/v1")

    async def check(self, artifacts: Artifacts) -> None:
        """Before anything is sent: does it run, and can it take this model? Raises TunerAway, OllamaRefused."""
        await self._call("GET", "/api/version")
        architecture = artifacts.details.get("architecture")
        if architecture not in TAKEN:
            raise OllamaRefused(f"Ollama does not convert a {architecture}.")
        if not artifacts.details.get("turns"):
            raise OllamaRefused("The chat template it was trained with cannot be said in Ollama's own form.")

    async def takes_adapter(self, artifacts: Artifacts) -> bool:
        """Newer servers take no adapters at all, older ones only of some architectures. Asked without sending one."""
        if artifacts.details.get("architecture") not in ADAPTED or not _whole_alpha(artifacts):
            return False
        asked = {"model": "cofounder-asks", "adapters": {_OF_AN_ADAPTER[0]: _digest_of(b"")}, "stream": False}
        status, said = await self._asked("POST", "/api/create", json=asked)
        return "no longer supported" not in str(said.get("error", "")).lower() and status < 500

    async def has(self, name: str, artifacts: Artifacts) -> bool:
        """Is this very model there already? Told by a mark that create leaves."""
        status, said = await self._asked("POST", "/api/show", json={"model": name})
        return status == 200 and _mark(artifacts) in json.dumps(said)

    async def create(self, name: str, folder: Path, artifacts: Artifacts) -> None:
        """A model of a whole folder. Raises OllamaRefused, TunerAway."""
        await self._make({"model": name, "files": await self._sent(folder, _OF_A_MODEL), **_told(artifacts)})

    async def create_adapted(self, name: str, base: Path, artifacts: Artifacts) -> None:
        """A model of an adapter on its base, which is sent once and shared by all that are tuned on it."""
        assert artifacts.folder is not None
        files = await self._sent(base, _OF_A_MODEL)
        shared = f"cofounder-base-{_digest_of(json.dumps(files, sort_keys=True).encode())[7:19]}"
        status, _ = await self._asked("POST", "/api/show", json={"model": shared})
        if status != 200:
            await self._make({"model": shared, "files": files})
        adapters = await self._sent(artifacts.folder, _OF_AN_ADAPTER)
        await self._make({"model": name, "from": shared, "adapters": adapters, **_told(artifacts)})

    async def delete(self, name: str) -> None:
        """Gone already is fine. Raises TunerAway."""
        status, said = await self._asked("DELETE", "/api/delete", json={"model": name})
        if status not in (200, 404):
            raise TunerAway(f"Ollama answers {status}: {str(said.get('error', 'no reason given'))[:300]}")

    async def _sent(self, folder: Path, patterns: tuple[str, ...]) -> dict[str, str]:
        """Name -> digest of each file, on the server when this returns."""
        found = {}
        for path in _files(folder, patterns):
            digest = await asyncio.to_thread(_digest, path)
            status, _ = await self._asked("HEAD", f"/api/blobs/{digest}")
            if status != 200:
                status, said = await self._asked(
                    "POST",
                    f"/api/blobs/{digest}",
                    content=_chunks(path),
                    headers={"Content-Length": str(path.stat().st_size)},
                )
                if status not in (200, 201):
                    raise OllamaRefused(f"Ollama did not take {path.name}: {said.get('error', status)}")
            found[path.name] = digest
        return found

    async def _make(self, asked: dict[str, Any]) -> None:
        """One create, told in lines of JSON until "success". Raises OllamaRefused, TunerAway."""
        import httpx

        last: dict[str, Any] = {}
        async with outside.client(timeout_seconds=1800) as client:
            try:
                async with client.stream(
                    "POST", f"{self.address}/api/create", json={**asked, "stream": True}
                ) as answer:
                    async for line in answer.aiter_lines():
                        last = _object(line) or last
                        if "error" in last:
                            raise OllamaRefused(f"Ollama could not make the model: {str(last['error'])[:300]}")
            except httpx.HTTPError as error:
                raise TunerAway(f"Ollama stopped answering ({type(error).__name__}).") from error
        if last.get("status") != "success":
            raise TunerAway("Ollama ended its answer before the model was made.")

    async def _call(self, method: str, path: str) -> None:
        status, said = await self._asked(method, path)
        if status != 200:
            raise TunerAway(f"Ollama answers {status}: {str(said.get('error', 'no reason given'))[:300]}")

    async def _asked(self, method: str, path: str, **sent: Any) -> tuple[int, dict[str, Any]]:
        import httpx

        async with outside.client(timeout_seconds=600 if "content" in sent else 20) as client:
            try:
                answer = await client.request(method, f"{self.address}{path}", **sent)
            except httpx.HTTPError as error:
                raise TunerAway(f"No Ollama answers at {self.address} ({type(error).__name__}).") from error
        return answer.status_code, _object(answer.text)


def template(turns: dict[str, Any]) -> str:
    """The chat template that was trained with, in Ollama's form: words around each message, then those that ask."""
    written = "{{- range .Messages }}"
    for word, role in (("if", "system"), ("else if", "user"), ("else if", "assistant")):
        before, after = turns[role]
        written += f'{{{{ {word} eq .Role "{role}" }}}}{_go(before)}{{{{ .Content }}}}{_go(after)}'
    return f"{written}{{{{ end }}}}{{{{- end }}}}{_go(turns['prompt'])}"


def _go(words: str) -> str:
    return f"{{{{ {json.dumps(words, ensure_ascii=False)} }}}}" if words else ""


def _told(artifacts: Artifacts) -> dict[str, Any]:
    turns = artifacts.details["turns"]
    stops = list(dict.fromkeys([*artifacts.details.get("stops", []), turns["assistant"][1].strip()]))
    return {
        "template": template(turns),
        "parameters": {"stop": [one for one in stops if one]},
        "license": _mark(artifacts),
    }


def tag(artifacts: Artifacts) -> str:
    """Names this very training."""
    said = [str(artifacts.details.get(name)) for name in ("at", "base_model", "trained_tokens", "seconds")]
    return _digest_of("|".join([str(artifacts.folder), *said]).encode())[7:19]


def _mark(artifacts: Artifacts) -> str:
    """A sentence that is kept with the model, where `show` tells it."""
    return f"Tuned by Cofounder, {tag(artifacts)}."


def _whole_alpha(artifacts: Artifacts) -> bool:
    assert artifacts.folder is not None
    try:
        alpha = json.loads((artifacts.folder / _OF_AN_ADAPTER[1]).read_text(encoding="utf-8"))["lora_alpha"]
    except (OSError, ValueError, KeyError):
        return False
    return isinstance(alpha, int)


def _files(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({one for pattern in patterns for one in folder.glob(pattern)})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while data := await asyncio.to_thread(file.read, _CHUNK):
            yield data


def _object(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
