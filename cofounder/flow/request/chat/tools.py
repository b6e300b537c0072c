"""Reaches the product's tools, which later stages own: app.py hands the registry in."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from cofounder.flow.request.chat import agents
from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.sources import source
from cofounder.kit.clock import now
from cofounder.people.roles import Role

SECONDS = 30.0
Find = Callable[[], Awaitable[Mapping[str, agents.Tool]]]
Call = Callable[..., Awaitable[dict[str, Any]]]
_find: list[Find] = []
_call: list[Call] = []


def reach_with(find: Find, call: Call) -> None:
    """Ask for tools with `find` and call one with `call(id, inputs, timeout_seconds=...)`."""
    _find[:], _call[:] = [find], [call]


def _json(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


class Tools:
    """The tools of one answer: those of the agent, less those that the caller's role does not reach."""

    def __init__(self, offered: Mapping[str, agents.Tool], at: datetime) -> None:
        self.offered = dict(offered)
        self.at = at

    def has(self, name: str) -> bool:
        return name in self.offered

    async def ask(self, name: str, title: str | None = None, **inputs: Any) -> tuple[dict[str, Any], Source]:
        """A tool's answer, and the same as a source. Raises ToolRefused and its like; KeyError for one not offered."""
        tool = self.offered[name]
        given = {key: _json(value) for key, value in inputs.items() if value is not None}
        if "as_of" in tool.input_schema.get("properties", {}):
            given["as_of"] = self.at.isoformat()
        output = await _call[0](name, given, timeout_seconds=SECONDS)
        return output, source(name, given, output, title)


async def of(who: agents.Agent, role: Role) -> Tools:
    """The tools that this agent may use for a caller with this role."""
    known = await _find[0]() if _find else {}
    return Tools(agents.offered(who, role, known), now())
