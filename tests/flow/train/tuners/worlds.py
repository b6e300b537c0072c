"""Each target with its provider on loopback, and jobs to give it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr

from cofounder.flow.train.formats import of_name
from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import Asked, Files, Hyper, Method, Tuner
from cofounder.settings import Settings
from tests.flow.train.tuners.servers import bedrock, openai, together, vertex
from tests.flow.train.tuners.servers.wire import SECRET, Provider, running

KEY = "0f3a" * 10  # as jobs make them: 40 characters of a hash
FEWEST = 40


@dataclass
class World:
    target: str
    provider: Any
    settings: Settings
    base_model: str
    wrong_key: dict[str, Any]
    folder: Path
    loses_a_curve: bool = False  # the provider tells no losses

    @property
    def tuner(self) -> Tuner:
        return known.tuner(self.target, self.settings)

    def with_settings(self, **changed: Any) -> Tuner:
        return known.tuner(self.target, self.settings.model_copy(update=changed))

    def environment(self) -> dict[str, str]:
        """The settings as another process is given them."""
        bare, found = _bare(), {}
        for name, field in Settings.model_fields.items():
            value = getattr(self.settings, name)
            if value != bare[name]:
                other = field.validation_alias.choices[0] if isinstance(field.validation_alias, AliasChoices) else None
                plain = value.get_secret_value() if isinstance(value, SecretStr) else value
                found[str(other or f"COFOUNDER_{name.upper()}")] = str(plain)
        return found

    def asked(self, *, key: str = KEY, lines: int = FEWEST, method: Method = "sft", validation: bool = True,
              words: int = 8, **changed: Any) -> Asked:  # fmt: skip
        """A job of so many lines, as the target's own format has them."""
        name = self.tuner.formats.get(method) or self.tuner.formats["sft"]
        train = self._file("train.jsonl", name, lines, words)
        checked = self._file("validation.jsonl", name, 10, words) if validation else None
        files = Files(train, checked, lines, 10 if checked else 0, lines * 50, 50, "hash")
        made = Asked(
            key, "writer", self.base_model, method, Hyper(), "corner-bakery-writer", files, self.folder / "job"
        )
        return replace(made, **changed)

    def _file(self, name: str, format_name: str, lines: int, words: int) -> Path:
        made = self.folder / name
        form = of_name(format_name)
        with made.open("wb") as out:
            for number in range(lines):
                asked = [
                    {"role": "system", "content": "You write for a bakery."},
                    {"role": "user", "content": f"Write post {number} " + "please " * words},
                ]
                answer = f"Fresh bread, {number} loaves."
                if form.kind == "pairs":
                    pair = {"messages": asked, "chosen": answer, "rejected": "No.", "metadata": {}}
                    out.write(form.write(pair))
                else:
                    told = [*asked, {"role": "assistant", "content": answer}]
                    out.write(form.write({"messages": told, "metadata": {}}))
        return made


def _openai(provider: Provider) -> dict[str, Any]:
    return {"openai_api_key": SecretStr(SECRET), "openai_base_url": f"{provider.url}/v1"}


def _together(provider: Provider) -> dict[str, Any]:
    return {"together_api_key": SecretStr(SECRET), "together_base_url": f"{provider.url}/v1"}


def _vertex(provider: Provider) -> dict[str, Any]:
    assert isinstance(provider, vertex.Vertex)
    return {
        "vertex_project": vertex.PROJECT,
        "vertex_location": vertex.LOCATION,
        "vertex_bucket": vertex.BUCKET,
        "vertex_service_account": SecretStr(provider.service_account()),
        "vertex_base_url": provider.url,
    }


def _bedrock(provider: Provider) -> dict[str, Any]:
    return {
        "bedrock_region": bedrock.REGION,
        "bedrock_bucket": bedrock.BUCKET,
        "bedrock_role_arn": bedrock.ROLE,
        "bedrock_access_key_id": bedrock.ACCESS,
        "bedrock_secret_access_key": SecretStr(SECRET),
        "bedrock_base_url": provider.url,
    }


def _other_account(provider: Provider) -> dict[str, Any]:
    """A key of an account that Google does not know."""
    other = vertex.Vertex(url=provider.url)
    return {"vertex_service_account": SecretStr(other.service_account())}


_KINDS: dict[
    str, tuple[type[Provider], Callable[[Provider], dict[str, Any]], str, Callable[[Provider], dict[str, Any]]]
]
_KINDS = {
    "openai": (openai.OpenAI, _openai, openai.BASES[0], lambda _: {"openai_api_key": SecretStr("sk-wrong")}),
    "together": (together.Together, _together, together.BASES[0], lambda _: {"together_api_key": SecretStr("wrong")}),
    "gemini": (vertex.Vertex, _vertex, vertex.BASES[0], _other_account),
    "bedrock": (bedrock.Bedrock, _bedrock, bedrock.NOVA, lambda _: {"bedrock_access_key_id": "AKIAWRONGWRONG"}),
}
TARGETS = tuple(_KINDS)


@asynccontextmanager
async def world(target: str, folder: Path) -> AsyncIterator[World]:
    kind, settings_of, base, wrong = _KINDS[target]
    async with running(kind()) as provider:
        chosen = Settings.model_construct(**{**_bare(), **settings_of(provider)})
        yield World(target, provider, chosen, base, wrong(provider), folder, target == "gemini")


def _bare() -> dict[str, Any]:
    """Settings as they are delivered, whatever the environment of the tests says."""
    return {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}


def lines_of(content: bytes) -> list[Any]:
    return [json.loads(one) for one in content.splitlines()]
