"""What a route declares, and whom it lets in."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts

from cofounder.kit import db
from cofounder.kit.errors import CofounderError
from cofounder.people import (
    LOCAL_OWNER,
    ROLES,
    Admin,
    Approver,
    Operator,
    Viewer,
    create_key,
    declared_role,
    undeclared_routes,
)


def an_app() -> FastAPI:
    app = FastAPI()
    router = APIRouter(prefix="/api")

    @router.get("/viewer")
    async def viewer(caller: Viewer) -> str:
        return caller.name

    @router.get("/operator")
    async def operator(caller: Operator) -> str:
        return caller.name

    @router.get("/approver")
    async def approver(caller: Approver) -> str:
        return caller.name

    @router.get("/admin")
    async def admin(caller: Admin) -> str:
        return caller.name

    @router.get("/health")
    async def health() -> str:
        return "ok"

    app.include_router(router)

    @app.exception_handler(CofounderError)
    async def problem(_: Request, error: CofounderError) -> JSONResponse:
        return JSONResponse(error.problem(), status_code=error.status)

    return app


@pytest.fixture
async def client(database: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=an_app(), client=("127.0.0.1", 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://cofounder.test") as client:
        yield client


async def a_key(role: str) -> str:
    async with db.transaction() as session:
        return (await create_key(session, f"a {role}", role, LOCAL_OWNER))[0]


async def test_without_a_key_only_the_public_routes_answer_on_loopback_too(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/health")).status_code == 200
    for role in ROLES:
        answer = await client.get(f"/api/{role}")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize("header", ["Basic abc", "Bearer", "Bearer cf_00000000_nope", "cf_00000000_nope"])
async def test_a_key_that_is_none_is_no_key(client: httpx.AsyncClient, header: str) -> None:
    answer = await client.get("/api/viewer", headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize("held", ROLES)
async def test_a_role_opens_its_own_routes_and_those_below(client: httpx.AsyncClient, held: str) -> None:
    headers = {"Authorization": f"Bearer {await a_key(held)}"}
    for needed in ROLES:
        answer = await client.get(f"/api/{needed}", headers=headers)
        if ROLES.index(held) >= ROLES.index(needed):
            assert (answer.status_code, answer.json()) == (200, f"a {held}")
        else:
            assert answer.status_code == 403
            assert needed in answer.json()["detail"]


def test_every_route_is_seen_with_the_role_it_declares() -> None:
    roles = {
        route.path: declared_role(route)
        for route in iter_route_contexts(an_app().routes)
        if "/api/" in (route.path or "")
    }
    assert roles == {f"/api/{role}": role for role in ROLES} | {"/api/health": None}


def test_a_route_without_a_role_is_reported() -> None:
    app = an_app()
    assert undeclared_routes(app) == []

    @app.post("/api/open")
    async def open_to_all() -> None: ...

    assert undeclared_routes(app) == ["POST /api/open"]


def test_two_roles_on_one_route_are_refused() -> None:
    app = FastAPI()

    @app.get("/api/both")
    async def both(reader: Viewer, owner: Admin) -> None: ...

    with pytest.raises(ValueError, match="more than one role"):
        undeclared_routes(app)
