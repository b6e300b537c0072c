"""The product over MCP: the server of tests/api, and a client a role."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import jsonschema
import pytest
from fastmcp import Client
from fastmcp.client.transports import StreamableHttpTransport

from cofounder.people import Role
from tests.api.conftest import House, house, working

__all__ = ["Assistant", "called", "house", "refused", "working"]

Assistant = Callable[[Role], AbstractAsyncContextManager[Any]]


@pytest.fixture
def assistant(house: House) -> Assistant:
    """assistant("operator"): a client that came over HTTP with that key."""

    @asynccontextmanager
    async def come(role: Role) -> AsyncIterator[Any]:
        way = StreamableHttpTransport(f"{house.url}/mcp", headers={"Authorization": f"Bearer {house.keys[role]}"})
        async with Client(way) as client:
            yield client

    return come


async def called(client: Any, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, which fits the schema that it states."""
    answer = await client.call_tool(tool, arguments, raise_on_error=False)
    assert not answer.is_error, answer.content
    schemas = {one.name: one.output_schema for one in await client.list_tools()}
    jsonschema.validate(answer.structured_content, schemas[tool])
    return dict(answer.structured_content)


async def refused(client: Any, tool: str, **arguments: Any) -> tuple[str, str]:
    """(the code, the whole text) of a tool's refusal, which tells nothing of the inside."""
    answer = await client.call_tool(tool, arguments, raise_on_error=False)
    assert answer.is_error, answer.structured_content
    (text,) = [part.text for part in answer.content]
    for inside in ("Traceback", "asyncpg", "sqlalchemy", "SELECT ", "site-packages", "pydantic", ".py"):
        assert inside not in text
    code = answer.meta["cofounder/problem"]["code"]
    assert text.startswith(f"{code} [")
    return code, text
