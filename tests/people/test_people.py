"""Admins add people, give roles, make keys and read what was done; the last admin stays."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER, users
from tests.flow.server import signed_in


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("approver", "admin") as made:
        yield made


async def test_a_person_is_added_changed_and_shut_out(clients: list[httpx.AsyncClient]) -> None:
    _, admin = clients
    made = (await admin.post("/api/people", json={"name": "Mara Ilves", "role": "operator"})).json()
    assert (made["role"], made["has_password"]) == ("operator", False)
    taken = await admin.post("/api/people", json={"name": "mara ILVES", "role": "viewer"})
    assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "name")
    changed = await admin.patch(f"/api/people/{made['id']}", json={"role": "approver", "disabled": True})
    assert changed.json()["role"] == "approver"
    assert changed.json()["disabled_at"]
    refused = await admin.post(f"/api/people/{made['id']}/link")
    assert (refused.status_code, refused.json()["code"]) == (409, "person_disabled")
    assert (await admin.patch(f"/api/people/{made['id']}", json={"disabled": False})).json()["disabled_at"] is None
    link = (await admin.post(f"/api/people/{made['id']}/link")).json()
    assert link["token"].startswith("cl_")
    listed = (await admin.get("/api/people")).json()
    assert [row["name"] for row in listed["items"]] == ["Mara Ilves"]
    assert link["token"] not in str(listed)


async def test_a_key_for_the_request_adds_one_person_and_is_refused_where_a_secret_is_answered(
    clients: list[httpx.AsyncClient],
) -> None:
    _, admin = clients
    keyed, body = {"Idempotency-Key": "p1"}, {"name": "Cy Young", "role": "viewer"}
    first, again = [await admin.post("/api/people", json=body, headers=keyed) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = await admin.post("/api/people", json={**body, "name": "Di Young"}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    path = f"/api/people/{first.json()['id']}/link"
    for told in (
        await admin.post(path, headers=keyed),
        await admin.post("/api/keys", json={"name": "once", "role": "viewer"}, headers=keyed),
    ):
        assert (told.status_code, told.json()["code"]) == (422, "given_once")
        assert told.json()["errors"][0]["field"] == "Idempotency-Key"
    assert (await admin.get("/api/keys")).text.count("once") == 0


@pytest.mark.parametrize("change", [{"role": "viewer"}, {"disabled": True}])
async def test_the_last_admin_stays(clients: list[httpx.AsyncClient], change: dict[str, object]) -> None:
    _, admin = clients
    async with transaction() as session:
        root = await users.owner(session, LOCAL_OWNER)
    answer = await admin.patch(f"/api/people/{root.id}", json=change)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    await admin.post("/api/people", json={"name": "Second", "role": "admin"})
    assert (await admin.patch(f"/api/people/{root.id}", json=change)).status_code == 200


async def test_a_key_is_shown_once_and_ends_when_it_is_revoked(clients: list[httpx.AsyncClient]) -> None:
    _, admin = clients
    made = (await admin.post("/api/keys", json={"name": "ci", "role": "viewer"})).json()
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert (await admin.get("/api/tasks", headers=headers)).status_code == 200
    listed = (await admin.get("/api/keys")).text
    assert made["key"] not in listed
    assert made["prefix"] in listed
    revoked = [(await admin.post(f"/api/keys/{made['id']}/revoke")).json()["revoked_at"] for _ in range(2)]
    assert revoked[0] == revoked[1] is not None
    assert (await admin.get("/api/tasks", headers=headers)).status_code == 401


async def test_what_was_done_is_written_down_and_read_by_pages(clients: list[httpx.AsyncClient]) -> None:
    _, admin = clients
    for name in ("One", "Two", "Three"):
        await admin.post("/api/people", json={"name": name, "role": "viewer"})
    first = (await admin.get("/api/audit", params={"action": "person.added", "limit": 2})).json()
    assert (first["total"], [entry["details"]["name"] for entry in first["items"]]) == (3, ["Three", "Two"])
    assert {entry["who"] for entry in first["items"]} == {"key:admin"}
    rest = (
        await admin.get("/api/audit", params={"action": "person.added", "limit": 2, "cursor": first["next_cursor"]})
    ).json()
    assert [entry["details"]["name"] for entry in rest["items"]] == ["One"]
    assert rest["next_cursor"] is None
    as_it_is = await admin.get(f"/api/audit?action=person.added&limit=2&cursor={first['next_cursor']}")
    assert as_it_is.json()["items"] == rest["items"]  # a script puts it into an address without quoting
    bad = await admin.get("/api/audit", params={"cursor": "x"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "cursor")


async def test_only_an_admin_may(clients: list[httpx.AsyncClient]) -> None:
    approver, _ = clients
    for path in ("/api/people", "/api/keys", "/api/audit"):
        assert (await approver.get(path)).status_code == 403
    assert (await approver.post("/api/people", json={"name": "X", "role": "admin"})).status_code == 403
    assert (await approver.post("/api/keys", json={"name": "x", "role": "admin"})).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "<script>", "role": "viewer"}, "name"),
        ({"name": "Ann", "role": "king"}, "role"),
        ({"name": "Ann", "role": "viewer", "password": "x"}, "password"),
        ({"role": "viewer"}, "name"),
    ],
)
async def test_who_cannot_be_added_is_told_why(
    clients: list[httpx.AsyncClient], body: dict[str, str], field: str
) -> None:
    _, admin = clients
    answer = await admin.post("/api/people", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("name", ["Маra", "local owner", "Local  Owner", "automatic", "Mαra"])
async def test_a_name_that_passes_for_anothers_is_refused(clients: list[httpx.AsyncClient], name: str) -> None:
    _, admin = clients
    answer = await admin.post("/api/people", json={"name": name, "role": "viewer"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "name")


async def test_one_name_written_in_two_ways_is_one_person(clients: list[httpx.AsyncClient]) -> None:
    _, admin = clients
    assert (await admin.post("/api/people", json={"name": "Jose\u0301", "role": "viewer"})).json()["name"] == "José"
    for other in ("José", "ＪＯＳÉ", "josé"):
        assert (await admin.post("/api/people", json={"name": other, "role": "viewer"})).status_code == 409
