"""The product as it is met: a uvicorn server on a socket, a worker where a journey is wanted, a key of each role."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text

from cofounder import app as product
from cofounder.cli.processes import SERVED
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.people import LOCAL_OWNER, ROLES, Role, create_key
from cofounder.settings import settings

PROBLEM = {"type", "title", "status", "detail", "code", "hint", "errors"}
# what goes on by itself: who lives, and which migrations ran
BY_ITSELF = ("leases", "schema_revision")
ENGINE = ("workflow_status", "notifications")  # work that would be begun, and messages to it
USE = ("last_used_at",)  # a key notes that it was used, also by who is refused


PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and quicker to make than one with certificates


ANYWHERE = (405, 414, 431, 500)  # said once for all addresses, in the document's own description


class Quiet(uvicorn.Server):
    """Leaves the test run's signal handlers alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class House:
    """The running product and a client a role."""

    url: str
    app: FastAPI
    anonymous: httpx.AsyncClient
    clients: dict[Role, httpx.AsyncClient] = field(default_factory=dict)
    keys: dict[Role, str] = field(default_factory=dict)

    @property
    def viewer(self) -> httpx.AsyncClient:
        return self.clients["viewer"]

    @property
    def operator(self) -> httpx.AsyncClient:
        return self.clients["operator"]

    @property
    def approver(self) -> httpx.AsyncClient:
        return self.clients["approver"]

    @property
    def admin(self) -> httpx.AsyncClient:
        return self.clients["admin"]

    async def ask(self, request: str, **body: Any) -> str:
        """The id of a task for this request."""
        answer = await self.operator.post("/api/orchestrator/process", json={"request": request, **body})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    async def status(self, task_id: str) -> dict[str, Any]:
        answer = await self.viewer.get(f"/api/orchestrator/status/{task_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def becomes(self, task_id: str, *wanted: str, within: float = 30) -> dict[str, Any]:
        """The task's status once it is one of these words."""

        async def so() -> bool:
            found = (await self.status(task_id))["status"]
            assert found != "failed" or "failed" in wanted, await self.status(task_id)
            return found in wanted

        await until(so, within=within)
        return await self.status(task_id)


async def tables() -> list[str]:
    """Every table that a request could write, ours and the engine's."""
    listed = text("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN (current_schema(), 'dbos')")
    async with transaction() as session:
        found = (await session.execute(listed)).all()
    ours = [f"{schema}.{name}" for schema, name in found if schema != "dbos" and name not in BY_ITSELF]
    return sorted([*ours, *(f"dbos.{name}" for schema, name in found if schema == "dbos" and name in ENGINE)])


async def rows() -> dict[str, int]:
    """How many rows each table holds that a request could write."""
    named = await tables()
    count = ", ".join(f"(SELECT count(*) FROM {name})" for name in named)
    async with transaction() as session:
        found = (await session.execute(text(f"SELECT {count}"))).one()
    return {name.removeprefix("cofounder."): number for name, number in zip(named, found, strict=True)}


async def everything() -> dict[str, str]:
    """What each table holds, as a digest a table: a row that changed shows as well as one that is new."""
    named = await tables()
    left_out = ", ".join(f"'{name}'" for name in USE)
    one = "(SELECT md5(coalesce(string_agg(line, '' ORDER BY line), '')) FROM"
    lines = [
        f"{one} (SELECT (to_jsonb(t) - ARRAY[{left_out}])::text AS line FROM {name} t) s)" for name in await tables()
    ]
    async with transaction() as session:
        found = (await session.execute(text(f"SELECT {', '.join(lines)}"))).one()
    return dict(zip(named, found, strict=True))


def problem(answer: httpx.Response, status: int, code: str | None = None, field: str | None = None) -> dict[str, Any]:
    """The problem that an answer carries; it has the shape of all others and tells nothing of the inside."""
    assert answer.status_code == status, f"{answer.request.method} {answer.request.url}: {answer.text[:600]}"
    body = answer.json()
    if any(part in answer.request.url.path for part in ("/orchestrator/training/", "/orchestrator/models/")):
        assert answer.headers["content-type"] == "application/json"
        assert set(body) == {"success", "data", "error", "message"}
        assert (body["success"], body["data"]) == (False, None)
        assert body["message"] == body["error"]["detail"]
        body = body["error"]
    else:
        assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) >= PROBLEM, body
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    for secret in ("Traceback", "asyncpg", "sqlalchemy", "SELECT ", "INSERT ", "site-packages", ".py"):
        assert secret not in answer.text, answer.text
    if code is not None:
        assert body["code"] == code, body
    known = _documented(answer.request.method, answer.request.url.path)
    assert known is None or body["code"] in known or status in ANYWHERE, f"{answer.request.url}: {body['code']}"
    if field is not None:
        assert field in [one["field"] for one in body["errors"]], body
    return dict(body)


@cache
def _described() -> list[tuple[str, re.Pattern[str], set[str]]]:
    """(method, address, codes) of every documented route."""
    found = []
    for path, methods in product.create_app().openapi()["paths"].items():
        for method, operation in methods.items():
            contents = [
                content for one in operation["responses"].values() for content in one.get("content", {}).values()
            ]
            codes = {code for content in contents for code in content.get("examples", {})}
            found.append((method.upper(), re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), codes))
    return found


def _documented(method: str, path: str) -> set[str] | None:
    """The codes that this address says it may refuse with; None where there is no such address."""
    return next((codes for verb, where, codes in _described() if verb == method and where.match(path)), None)


async def _serve(stack: AsyncExitStack) -> House:
    made = product.create_app()
    place = socket.socket(proto=socket.IPPROTO_TCP)  # named, or asyncio leaves out TCP_NODELAY: 40 ms an answer
    place.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{place.getsockname()[1]}"
    config = uvicorn.Config(made, **SERVED)
    server = Quiet(config)
    serving = asyncio.create_task(server.serve(sockets=[place]))

    async def stop() -> None:
        server.should_exit = True
        await serving
        place.close()

    stack.push_async_callback(stop)
    await until(lambda: server.started or serving.done())
    assert server.started
    house = House(url, made, await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60, verify=PLAIN)))
    async with transaction() as session:
        for role in ROLES:
            house.keys[role] = (await create_key(session, f"{role} key", role, LOCAL_OWNER))[0]
    for role, key in house.keys.items():
        headers = {"Authorization": f"Bearer {key}"}
        client = httpx.AsyncClient(base_url=url, headers=headers, timeout=60, verify=PLAIN)
        house.clients[role] = await stack.enter_async_context(client)
    return house


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    """A server; nobody carries tasks out."""
    async with AsyncExitStack() as stack:
        yield await _serve(stack)


@pytest.fixture(autouse=True)
def nobody_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The great channels are nowhere: what is made up for a request reaches nobody."""
    nowhere = ",".join(f"{name}=http://127.0.0.1:9" for name in ("linkedin", "x", "facebook"))
    monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", nowhere)
    settings.cache_clear()


@pytest.fixture
async def working(house: House) -> AsyncIterator[House]:
    """A server and a worker."""
    async with product.working():
        yield house
