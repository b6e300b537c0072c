"""How an agent states what its tools cost, how long they take and whether a person must agree first.

What is said here is an estimate; the registry measures the rest. Every tool answers within our own rules:
an error that a person can act on keeps its words, any other is masked.
"""

import functools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, ParamSpec, TypeVar

from fastmcp import FastMCP
from fastmcp.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BeforeValidator, Field

from cofounder.kit.errors import CofounderError

P = ParamSpec("P")
R = TypeVar("R")
VERSION = "1.0.0"


def _moment(value: Any) -> datetime:
    """A time as ISO 8601; one without an offset is UTC. Numbers are refused: 2025 is a year to a person."""
    try:
        at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise ValueError("a time as ISO 8601 is wanted, such as 2026-11-21T09:00:00Z") from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


AsOf = Annotated[datetime, BeforeValidator(_moment), Field(description="Nothing measured after this time is read")]


def agent(name: str, instructions: str) -> FastMCP:
    """A tool server in memory. `name` is the first half of a tool id: "financial.read_metrics"."""
    return FastMCP(name, instructions=instructions, version=VERSION, mask_error_details=True, dereference_schemas=True)


def tool(
    server: FastMCP,
    *,
    category: str,
    seconds: float,
    cost_usd: Decimal | float = 0,
    requires_approval: bool = False,
    dependencies: tuple[str, ...] = (),
    read_only: bool = True,
    idempotent: bool = True,
    version: str = VERSION,
    name: str | None = None,
    by_model: bool = False,
    role: str | None = None,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Register an async function as a tool of `server` and give it back as it was.

    `seconds` and `cost_usd` are estimates of one call; `dependencies` names the tools whose output it usually needs,
    as "agent.tool"; `by_model` says that both estimates go with the model that is set, `role` that the active tuned
    model of this role is asked before it. The description is the function's docstring.
    """

    def register(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        server.tool(
            _answering(function),
            name=name,
            version=version,
            annotations=ToolAnnotations(
                read_only_hint=read_only, idempotent_hint=idempotent, destructive_hint=False, open_world_hint=False
            ),
            meta=declared(category, seconds, cost_usd, requires_approval, dependencies)
            | {"cofounder/by_model": by_model, "cofounder/role": role},
        )
        return function

    return register


def declared(
    category: str,
    seconds: float,
    cost_usd: Decimal | float = 0,
    requires_approval: bool = False,
    dependencies: tuple[str, ...] = (),
) -> dict[str, Any]:
    """What a tool says about itself, as the registry reads it from `meta`."""
    return {
        "cofounder/category": category,
        "cofounder/cost_usd": float(cost_usd),
        "cofounder/seconds": seconds,
        "cofounder/requires_approval": requires_approval,
        "cofounder/dependencies": list(dependencies),
    }


def _answering(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """The function, its errors told as `code [status]: what happened. what to do`."""

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await function(*args, **kwargs)
        except CofounderError as error:
            raise ToolError(
                " ".join(filter(None, [f"{error.code()} [{error.status}]: {error.detail}", error.advice]))
            ) from error

    return call
