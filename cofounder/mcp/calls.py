"""Every call of a tool: who makes it, whether they may, and a refusal in words that an assistant can act on."""

import functools
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec, TypeVar

from fastapi.exceptions import RequestValidationError
from fastmcp.exceptions import ValidationError as ArgumentsInvalid
from fastmcp.server.middleware import Middleware, MiddlewareContext
from fastmcp.tools import Tool, ToolResult
from mcp import MCPError
from mcp_types import INVALID_REQUEST, ToolAnnotations
from pydantic import ValidationError

from cofounder.kit import db
from cofounder.kit.errors import CofounderError, NotAllowed
from cofounder.kit.http import Body
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.kit.problems import InternalError, invalid
from cofounder.people import Caller, Role

P = ParamSpec("P")
R = TypeVar("R")
Who = Callable[[], Awaitable[Caller]]

PLAN_MARK = "cofounder/call"  # in the _meta of every call that a plan makes of an outside server

log = logger(__name__)
_caller: ContextVar[Caller] = ContextVar("mcp_caller")


class DecidingNeedsKey(NotAllowed):
    """An assistant decides only with an approver's key."""

    hint = "Start it with one: cofounder mcp --key KEY, or COFOUNDER_MCP_KEY. Or decide yourself: cofounder approve ID"


class PlansDoNotDecide(NotAllowed):
    """A plan's step wants to decide."""

    hint = "A person decides on the Approvals page, at the command line, or by an assistant that they talk to."


@dataclass(frozen=True)
class Offered:
    """One tool: the function, the least role that may call it, and what an assistant should know before it does."""

    function: Callable[..., Awaitable[Any]]
    title: str
    role: Role
    does: Literal["reads", "asks", "decides"]

    @property
    def name(self) -> str:
        return self.function.__name__

    def hints(self) -> ToolAnnotations:
        """What it does to the world, as MCP says it. Only a decision cannot be taken back or reaches other people."""
        reads, decides = self.does == "reads", self.does == "decides"
        return ToolAnnotations(
            title=self.title,
            read_only_hint=reads,
            destructive_hint=decides,
            idempotent_hint=reads,
            open_world_hint=decides,
        )

    def refusal(self, by: Caller) -> NotAllowed | None:
        """Why this caller may not call it; None: they may."""
        if self.does == "decides" and by.kind == "local":
            return DecidingNeedsKey()
        if by.may(self.role):
            return None
        return NotAllowed(
            f"This needs the role {self.role}; {by.told} has the role {by.role}.",
            hint=f"Use a key with the role {self.role}: cofounder keys create NAME --role {self.role}",
        )


class Rules(Middleware):
    """Shows each caller the tools that their role allows, and lets nobody call another."""

    def __init__(self, who: Who, tools: Sequence[Offered]) -> None:
        self._who = who
        self._tools = {tool.name: tool for tool in tools}

    async def on_list_tools(self, context: MiddlewareContext[Any], call_next: Any) -> Sequence[Tool]:
        try:
            by = await self._who()
        except CofounderError as error:
            raise MCPError(code=INVALID_REQUEST, message=words(error), data=error.problem()) from error
        return [tool for tool in await call_next(context) if self._tools[tool.name].refusal(by) is None]

    async def on_call_tool(self, context: MiddlewareContext[Any], call_next: Any) -> ToolResult:
        arguments = context.message.arguments or {}
        tool = self._tools.get(context.message.name)
        try:
            by = await self._who()
            refusal = tool.refusal(by) if tool is not None else None
            if refusal is not None:
                raise refusal
            if tool is not None and tool.does == "decides" and _by_a_plan(context):
                raise PlansDoNotDecide()
            _Storable.model_validate(arguments)
        except CofounderError as error:
            return refused(error)
        except ValidationError as error:
            return refused(_unfit(error, arguments))
        set_before = _caller.set(by)
        try:
            found: ToolResult = await call_next(context)
            return found
        except ArgumentsInvalid as error:
            cause = error.__cause__
            return refused(_unfit(cause, arguments) if isinstance(cause, ValidationError) else InternalError())
        finally:
            _caller.reset(set_before)


def _by_a_plan(context: MiddlewareContext[Any]) -> bool:
    """Whether a product like this one calls for a step of a plan: someone registered us as a server of tools."""
    here = context.fastmcp_context
    request = here.request_context if here is not None else None
    return request is not None and PLAN_MARK in dict(request.meta or {})


class _Storable(Body, extra="allow"):
    """Arguments without values that JSON text or PostgreSQL cannot hold."""


def caller() -> Caller:
    """Whoever called the tool that runs."""
    return _caller.get()


def answering(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R | ToolResult]]:
    """The function, whose errors become answers: our own in their words, any other under a number of our log."""

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R | ToolResult:
        try:
            return await function(*args, **kwargs)
        except CofounderError as error:
            return refused(error)
        except ValidationError as error:
            return refused(_unfit(error, kwargs))
        except Exception as error:
            if db.is_out_of_reach(error):
                return refused(db.DatabaseOutOfReach())
            incident = str(new_id())
            log.error("unexpected error", incident=incident, tool=function.__name__, exc_info=error)
            return refused(InternalError(f"Incident {incident}."))

    return call


def refused(error: CofounderError) -> ToolResult:
    """An answer that says no: words for the assistant, the whole problem beside them for a program."""
    return ToolResult(content=words(error), meta={"cofounder/problem": error.problem()}, is_error=True)


def words(error: CofounderError) -> str:
    """The error as one text: `code [status]: field: what happened. what to do`, with each further field at fault."""
    detail = error.detail if error.detail.endswith((".", "!", "?")) else f"{error.detail}."
    if error.field and not detail.startswith(error.field):
        detail = f"{error.field}: {detail}"
    more = [f"{one['field']}: {one['message']}." for one in error.errors if one["field"] not in detail]
    return " ".join(filter(None, [f"{error.code()} [{error.status}]: {detail}", *more, error.advice]))


def _unfit(error: ValidationError, arguments: dict[str, Any]) -> CofounderError:
    """What does not fit in the arguments, each field by the name that the caller gave it."""
    found = [
        {
            **one,
            "loc": ("body", *one["loc"]),
            "type": "missing" if one["type"] == "missing_argument" else one["type"],
        }
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return invalid(RequestValidationError(found, body=arguments))
