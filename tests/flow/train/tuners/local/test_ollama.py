"""Models handed to Ollama: looked at before anything is sent, sent once, told with the template they were trained with."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from cofounder.flow.train.tuners.interface import Artifacts, TunerAway
from cofounder.flow.train.tuners.local import ollama, serving
from cofounder.settings import Settings
from tests.flow.train.tuners.local.ollama_server import Ollama
from tests.flow.train.tuners.servers.wire import Bad, running

TURNS = {
    "system": ["<|im_start|>system\n", "<|im_end|>\n"],
    "user": ["<|im_start|>user\n", "<|im_end|>\n"],
    "assistant": ["<|im_start|>assistant\n", "<|im_end|>\n"],
    "prompt": "<|im_start|>assistant\n",
}


@pytest.fixture
async def server() -> AsyncIterator[Ollama]:
    async with running(Ollama()) as provider:
        assert isinstance(provider, Ollama)
        yield provider


def chosen(server: Ollama, **also: Any) -> Settings:
    return Settings(ollama_base_url=f"{server.url}/v1", **{"local_serving": "ollama", **also})


def whole(folder: Path, architecture: str, weights: bytes = b"weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"architectures": [architecture]}), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(weights)
    return folder


def tuned(place: Path, kind: str = "merged", architecture: str = "LlamaForCausalLM", **also: Any) -> Artifacts:
    """What a job left. No weight in it is real: nothing here reads one."""
    details = {"architecture": architecture, "turns": TURNS, "stops": ["<|im_end|>"], "at": 1.0, **also}
    if kind == "merged":
        return Artifacts(folder=whole(place / "out", architecture, b"tuned"), kind="merged", details=details)
    out = place / "out"
    out.mkdir(parents=True)
    (out / "adapter_model.safetensors").write_bytes(b"adapter")
    (out / "adapter_config.json").write_text(json.dumps({"lora_alpha": 16}), encoding="utf-8")
    whole(place / "merged", architecture, b"merged")  # as the training process merges it
    base = whole(place / "base", architecture)
    return Artifacts(folder=out, kind="adapter", details={**details, "base_model": str(base)})


async def serve(server: Ollama, artifacts: Artifacts, name: str = "planner-1", **also: Any) -> Any:
    return await serving.serve(chosen(server, **also), Path("/bin/false"), artifacts, name)


async def test_a_whole_model_is_made_of_its_files(server: Ollama, tmp_path: Path) -> None:
    address = await serve(server, tuned(tmp_path))
    assert (address.provider, address.base_url) == ("ollama", f"{server.url}/v1")
    assert address.name.startswith("planner-1:")
    made = server.made[address.name]
    assert set(made["files"]) == {"config.json", "tokenizer.json", "model.safetensors"}
    assert server.blobs[made["files"]["model.safetensors"]] == b"tuned"
    assert made["parameters"] == {"stop": ["<|im_end|>"]}


async def test_what_is_there_is_not_sent_again(server: Ollama, tmp_path: Path) -> None:
    artifacts = tuned(tmp_path)
    await serve(server, artifacts)
    before = len(server.asked)
    await serve(server, artifacts)
    assert server.asked[before:] == ["GET /api/version", "POST /api/show"]
    await serve(server, artifacts, "planner-2")
    assert sum(line.startswith("POST /api/blobs/") for line in server.asked) == 3


async def test_an_adapter_is_put_on_its_base_which_others_share(server: Ollama, tmp_path: Path) -> None:
    first = await serve(server, tuned(tmp_path / "a", "adapter"))
    second = await serve(server, tuned(tmp_path / "b", "adapter"))
    assert first.name != second.name  # two versions of one name
    made = server.made[first.name]
    assert set(made["adapters"]) == {"adapter_model.safetensors", "adapter_config.json"}
    assert made["from"] == server.made[second.name]["from"]
    assert made["from"].startswith("cofounder-base-")
    assert len(server.made) == 3


@pytest.mark.parametrize(("architecture", "takes"), [("Qwen2ForCausalLM", True), ("LlamaForCausalLM", False)])
async def test_where_adapters_are_not_taken_the_whole_model_is_sent(
    server: Ollama, tmp_path: Path, architecture: str, takes: bool
) -> None:
    server.adapters = takes
    address = await serve(server, tuned(tmp_path, "adapter", architecture))
    made = server.made[address.name]
    assert "adapters" not in made
    assert server.blobs[made["files"]["model.safetensors"]] == b"merged"
    assert b"adapter" not in server.blobs.values()  # not sent to find that out


@pytest.mark.parametrize(
    ("wrong", "words"), [({"architecture": "FalconForCausalLM"}, "Falcon"), ({"turns": None}, "chat template")]
)
async def test_what_ollama_cannot_take_is_refused_before_anything_is_sent(
    server: Ollama, tmp_path: Path, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(ollama.OllamaRefused, match=words):
        await serve(server, tuned(tmp_path, **wrong))
    assert server.asked == ["GET /api/version"]


async def test_a_model_that_cannot_be_made_tells_why(server: Ollama, tmp_path: Path) -> None:
    server.fails = "no space left on device"
    with pytest.raises(ollama.OllamaRefused, match="no space left on device"):
        await serve(server, tuned(tmp_path))
    assert not server.made


async def test_a_server_that_fails_is_asked_again_later(server: Ollama, tmp_path: Path) -> None:
    server.bad.append(Bad(503, on="/api/version", message="server busy"))
    with pytest.raises(TunerAway, match="503"):
        await serve(server, tuned(tmp_path))


async def test_no_server_is_told_with_its_address(tmp_path: Path) -> None:
    async with running(Ollama()) as gone:
        pass
    assert isinstance(gone, Ollama)
    with pytest.raises(TunerAway, match=f"No Ollama answers at {gone.url}"):
        await serve(gone, tuned(tmp_path))


async def test_a_model_out_of_service_is_gone_and_gone_already_is_fine(server: Ollama, tmp_path: Path) -> None:
    await serve(server, tuned(tmp_path))
    await serving.end(chosen(server), tmp_path)
    assert not server.made
    await serving.end(chosen(server), tmp_path)


def test_the_template_writes_what_was_trained_with() -> None:
    talk = [("system", "be brief"), ("user", 'say "hi"'), ("assistant", "hi"), ("user", "and\nagain")]
    wanted = "".join(f"<|im_start|>{role}\n{words}<|im_end|>\n" for role, words in talk) + "<|im_start|>assistant\n"
    assert written(ollama.template(TURNS), talk) == wanted
    odd = {**TURNS, "user": ['{{"\\', "`\t"], "prompt": ""}
    assert written(ollama.template(odd), [("user", "x")]) == '{{"\\x`\t'


def written(template: str, talk: list[tuple[str, str]]) -> str:
    """What Go's templates make of this one, of the few actions that ours have."""
    actions = re.findall(r"{{-? (.*?) }}(?={{|$)", template)
    start, end = actions.index("range .Messages"), len(actions) - 1 - actions[::-1].index("end")
    said = ""
    for role, words in talk:
        taken = done = False
        for action in actions[start + 1 : end]:
            branch = re.fullmatch(r'(?:else )?if eq .Role "(\w+)"', action)
            if branch:
                done, taken = done or taken, branch[1] == role
            elif taken and not done and action != "end":
                said += words if action == ".Content" else json.loads(action)
    return said + "".join(json.loads(action) for action in actions[end + 1 :])
