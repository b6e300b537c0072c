"""The registry of tool servers: our own in this process, and those that a person registered (`outside`)."""

import asyncio
import re
import weakref
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any

from cofounder.flow.plan.schemas import Tool
from cofounder.flow.plan.tools import outside
from cofounder.flow.plan.tools.errors import ToolFailed, ToolMissing, ToolRefused, ToolTimedOut
from cofounder.kit import db
from cofounder.kit.log import logger
from cofounder.models import prices
from cofounder.models.chain import ModelSettingInvalid, Target
from cofounder.models.registry import using
from cofounder.ops import connections

log = logger(__name__)

__all__ = ["ToolFailed", "ToolMissing", "ToolRefused", "ToolTimedOut"]

ALIASES = {"market_insight": "market", "publisher": "publishing"}
CONNECT_SECONDS = 10.0
_STATED = re.compile(r"[a-z_]+ \[(\d{3})\]: ")  # how our own agents tell an error: agents/tools.py


class _Connections:
    """The open clients of one event loop."""

    def __init__(self) -> None:
        self.stack = AsyncExitStack()
        self.clients: dict[str, Any] = {}
        self.lock = asyncio.Lock()


_servers: dict[str, Any] = {}
_later: list[Callable[[], Mapping[str, Any]]] = []
_also: list[Callable[[], Awaitable[Mapping[str, Tool]]]] = []
_tools: dict[str, Tool] = {}
_here: dict[tuple[str, str], Any] = {}  # (server, name) -> the tool itself, of servers in this process
_by_model: set[str] = set()  # tools whose estimates go with the model that is set
_by_role: dict[str, str] = {}  # those of them that the active tuned model of a role does before it
_connections: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Connections]" = weakref.WeakKeyDictionary()


def register(servers: Mapping[str, Any]) -> None:
    """Make these servers known by name: FastMCP objects, transports or addresses."""
    _servers.update(servers)
    _tools.clear()
    _here.clear()


def register_later(load: Callable[[], Mapping[str, Any]]) -> None:
    """Make the servers that `load` gives known when somebody first asks for a tool: our own take 40 MB to import."""
    if load not in _later:
        _later.append(load)
    _tools.clear()


def ask_also(offered: Callable[[], Awaitable[Mapping[str, Tool]]]) -> None:
    """Let `find` ask also for what no MCP server offers: what outside agents do through the command queue."""
    if offered not in _also:
        _also.append(offered)


async def find(names: Iterable[str] | None = None) -> dict[str, Tool]:
    """All tools that may be used, by id. With `names` only ours, and those of others as far as they are named.

    Ours come before those of outside servers, and these before what outside agents do. What a tuned model does is told
    at its price.
    """
    tools = await _tuned(await discover())
    wanted = None if names is None else set(names) - tools.keys()
    if wanted is not None and not wanted:
        return tools
    outer = await outside.tools(wanted)
    if wanted is not None and wanted <= outer.keys():
        return {**outer, **tools}
    return {**await agents(), **outer, **tools}


async def agents() -> dict[str, Tool]:
    """What outside agents say they can do, by id."""
    more: dict[str, Tool] = {}
    for offered in _also:
        more.update(await offered())
    return more


def canonical(tool_id: str) -> str:
    """The tool's id with the server's own name: publisher.prepare -> publishing.prepare."""
    server, _, name = tool_id.partition(".")
    return f"{ALIASES.get(server, server)}.{name}"


async def _client(name: str) -> Any:
    from fastmcp import Client

    here = _connections.setdefault(asyncio.get_running_loop(), _Connections())
    async with here.lock:
        if name not in here.clients:
            async with asyncio.timeout(CONNECT_SECONDS):
                here.clients[name] = await here.stack.enter_async_context(Client(_servers[name]))
        return here.clients[name]


async def discover(*, fresh: bool = False) -> dict[str, Tool]:
    """All tools of all servers by id ("server.name"); listed once, then kept. A silent server is left out."""
    if _tools and not fresh:
        return _priced()
    for load in list(_later):
        _servers.update(await asyncio.to_thread(load))
        if load in _later:
            _later.remove(load)
    found: dict[str, Tool] = {}
    for name in list(_servers):
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                listed = await _listed(name)
        except (TimeoutError, OSError):
            continue
        for raw in listed:
            tool = _read(name, raw)
            found[tool.tool_id] = tool
            if (raw.meta or {}).get("cofounder/by_model"):
                _by_model.add(tool.tool_id)
                if role := raw.meta.get("cofounder/role"):
                    _by_role[tool.tool_id] = str(role)
    _tools.clear()
    _here.clear()
    _tools.update(found)
    return _priced()


async def _listed(server: str) -> Sequence[Any]:
    """A server's tools. One in this process is asked without a client, whose libraries alone take 8 MB."""
    from fastmcp import FastMCP

    here = _servers[server]
    if isinstance(here, FastMCP):
        return [tool.to_mcp_tool() for tool in await here.list_tools()]
    return list(await (await _client(server)).list_tools())


def _priced() -> dict[str, Tool]:
    """The tools, those that ask a model at the price of the one that is set now."""
    _tools.update({tool_id: _at_price(_tools[tool_id]) for tool_id in _by_model & _tools.keys()})
    return _tools


async def _tuned(tools: dict[str, Tool]) -> dict[str, Tool]:
    """The tools, what an active tuned model does at its price: it is asked before the models that are set."""
    active = {role: await using.active(role) for role in set(_by_role.values())}
    firsts = {tool_id: one for tool_id, role in _by_role.items() if (one := active[role]) is not None}
    return {**tools, **{id: _at_price(tools[id], firsts[id].target) for id in firsts.keys() & tools.keys()}}


def _at_price(tool: Tool, first: Target | None = None) -> Tool:
    """The tool as the model that is set, or `first` before it, makes it cost and take."""
    try:
        expected = prices.expected(connections.current().model, first)
    except ModelSettingInvalid:  # whoever asks a model, or looks at the settings, is told
        return tool
    if tool.estimated_cost == float(expected.cost_usd) and tool.estimated_duration == expected.seconds:
        return tool
    said = {"estimated_cost": float(expected.cost_usd), "estimated_duration": expected.seconds}
    return tool.model_copy(update=said)


def _read(server: str, raw: Any) -> Tool:
    meta = raw.meta or {}
    version = (meta.get("fastmcp") or {}).get("version") or "1.0.0"
    return Tool(
        tool_id=f"{server}.{raw.name}",
        name=raw.name,
        description=(raw.description or "").strip(),
        category=str(meta.get("cofounder/category", server)),
        agent=server,
        version=version,
        input_schema=raw.input_schema,
        output_schema=raw.output_schema,
        estimated_cost=float(meta.get("cofounder/cost_usd", 0.0)),
        estimated_duration=float(meta.get("cofounder/seconds", 1.0)),
        requires_approval=bool(meta.get("cofounder/requires_approval", False)),
        dependencies=list(meta.get("cofounder/dependencies", [])),
    )


async def call(
    tool_id: str, inputs: Mapping[str, Any], *, timeout_seconds: float, key: str | None = None
) -> dict[str, Any]:
    """The tool's structured answer. `key` names the doing: what may not be repeated is done once under it.

    Raises ToolMissing, ToolTimedOut, ToolRefused, ToolFailed, or DatabaseOutOfReach where our own tool met that.
    """
    tool_id = canonical(tool_id)
    server, _, name = tool_id.partition(".")
    if tool_id not in await discover():
        found = await outside.call(tool_id, inputs, timeout_seconds=timeout_seconds, key=key)
        if found is None:
            raise ToolMissing(f"No server offers {tool_id!r}.")
        return found
    try:
        async with asyncio.timeout(timeout_seconds):
            answer = await _answer(server, name, dict(inputs))
    except TimeoutError:
        raise ToolTimedOut(f"{tool_id} did not answer within {timeout_seconds:g} s.") from None
    if answer.is_error:
        raise _failure(tool_id, answer)
    if answer.structured_content is not None:
        return dict(answer.structured_content)
    return {"text": "\n".join(getattr(part, "text", "") for part in answer.content)}


async def _answer(server: str, name: str, inputs: dict[str, Any]) -> Any:
    """What the tool says. One of a server in this process is run as it is, without the wire and the server's rounds
    for middleware that it does not have: the two would cost eight times as much as the call."""
    from fastmcp import FastMCP
    from fastmcp.exceptions import FastMCPError
    from mcp_types import CallToolResult, TextContent

    here = _servers[server]
    if not isinstance(here, FastMCP):
        client = await _client(server)
        return await client.call_tool(name, inputs, raise_on_error=False)
    if (server, name) not in _here:
        _here[server, name] = await here.get_tool(name)
    try:
        return await _here[server, name].run(inputs)
    except Exception as error:
        if db.is_out_of_reach(error):
            raise db.out_of_reach(error) from error
        said = str(error) if isinstance(error, FastMCPError) else f"Error calling tool {name!r}"
        if not isinstance(error, FastMCPError):  # what is no answer of ours is told in the log alone
            log.exception("a tool failed", tool=f"{server}.{name}")
        return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)


def _failure(tool_id: str, answer: Any) -> ToolFailed:
    """An input that the tool does not take is refused for good; anything else may be better next time."""
    said = "\n".join(getattr(part, "text", "") for part in answer.content)[:2000]
    stated = _STATED.search(said)
    refused = 400 <= int(stated[1]) < 500 if stated else "validation error" in said
    return (ToolRefused if refused else ToolFailed)(f"{tool_id}: {said}")


async def close() -> None:
    """Close the running loop's clients; the servers that they started end."""
    await outside.close()
    here = _connections.pop(asyncio.get_running_loop(), None)
    if here is not None:
        await here.stack.aclose()
