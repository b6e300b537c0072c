"""No list of the product fails at a cursor that none of its pages gave: each refuses it and names it."""

import base64
from typing import Any
from uuid import uuid4

from fastapi.routing import iter_route_contexts

from cofounder.app import create_app
from cofounder.kit.routing import Strict
from tests.api.conftest import House, problem

_AN_ID = str(uuid4())
HOSTILE = (
    "²",
    "１",
    "9223372036854775807",
    "99999999999999999999999",
    "-1",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    f"0001-01-01T00:00:00+14:00~{_AN_ID}",
    f"9999-12-31T23:59:59-14:00~{_AN_ID}",
    f"0001-01-01T00:00:00+14:00~{_AN_ID}~9",
    f"2026-01-01T00:00:00Z~{_AN_ID}~99999999999999",
    f"99999999999999999.{_AN_ID}",
    base64.urlsafe_b64encode(f"0001-01-01T00:00:00+14:00|{_AN_ID}".encode()).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
)
ASKED = {"/api/business/returns/rows": {"name": "x"}}  # what a list must be asked besides


def lists(app: Any) -> list[str]:
    """Every address that goes on by a cursor."""
    routes = [(str(one.path), one.original_route) for one in iter_route_contexts(app.routes)]
    return sorted({path for path, own in routes if isinstance(own, Strict) and "cursor" in own.questions})


async def test_every_list_refuses_a_cursor_that_is_none_of_its_own(house: House) -> None:
    found = lists(house.app)
    assert len(found) > 15
    for path in found:
        named = "{" in path  # what it is a list of is not there, which may be said first
        address = path if not named else "/".join(_AN_ID if "{" in part else part for part in path.split("/"))
        for cursor in HOSTILE:
            answer = await house.admin.get(address, params={"cursor": cursor, **ASKED.get(path, {})})
            if named and answer.status_code == 404:
                continue
            assert answer.status_code == 422, f"{address} {cursor}: {answer.status_code} {answer.text[:200]}"
            problem(answer, 422, field="cursor")


BY_NAME = {"/api/orchestrator/tools/available", "/api/orchestrator/tools/servers"}  # of tools and servers, as they are


def test_every_list_says_what_its_cursors_look_like() -> None:
    app = create_app()
    paths = app.openapi()["paths"]
    for path in lists(app):
        told = next(one["schema"] for one in paths[path]["get"]["parameters"] if one["name"] == "cursor")
        assert path in BY_NAME or told["anyOf"][0]["pattern"], path


async def test_what_a_version_left_out_refuses_such_a_cursor_too(house: House) -> None:
    line = b'{"messages": [{"role": "user", "content": "Say yes."}, {"role": "assistant", "content": "Yes."}]}\n'
    made = await house.operator.post("/api/orchestrator/training/datasets/upload?name=mine", content=line * 3)
    assert made.status_code == 201, made.text
    address = f"/api/orchestrator/training/datasets/{made.json()['data']['dataset']['id']}/left-out"
    for cursor in HOSTILE:
        problem(await house.viewer.get(address, params={"cursor": cursor}), 422, field="cursor")
    assert (await house.viewer.get(address, params={"cursor": "0"})).status_code == 200
