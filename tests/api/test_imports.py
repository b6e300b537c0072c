"""Bringing data in over HTTP: hand over, look, change, dry run, run, follow, see what was refused."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cofounder.kit.testing import until
from cofounder.settings import settings

from .conftest import House, problem, rows

UPLOAD = "/api/import-files"
FILE = "date,visits,users\n2024-01-01,10,8\n2024-01-02,=1+1,7\n2024-01-03,12,9\n"
SLOW = 60.0  # seconds; the machine may be loaded


async def handed_over(house: House, content: str = FILE, **asked: str) -> dict:
    answer = await house.operator.post(UPLOAD, params={"kind": "web", "name": "site.csv", **asked}, content=content)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def rested(house: House, place: str) -> dict:
    async def so() -> bool:
        return (await house.viewer.get(place)).json()["state"] not in ("checking", "queued", "running")

    await until(so, within=SLOW)
    return dict((await house.viewer.get(place)).json())


async def test_a_file_is_handed_over_looked_at_tried_and_brought_in(working: House) -> None:
    made = await handed_over(working)
    assert made["state"] == "draft"
    assert made["mapping"]["fields"]["sessions"]["columns"] == ["visits"]
    place = f"/api/imports/{made['id']}"
    seen = (await working.operator.get(f"{place}/preview")).json()
    assert [column["name"] for column in seen["columns"]] == ["date", "visits", "users"]
    assert seen["converted"][0] == {**seen["converted"][0], "day": "2024-01-01", "sessions": 10, "line": 2}
    assert seen["refused"][0]["value"] == "=1+1"
    before = await rows()
    assert (await working.operator.post(f"{place}/dry-run")).status_code == 202
    tried = await rested(working, place)
    assert (tried["state"], tried["checked"]["added"], tried["checked"]["refused"]) == ("draft", 2, 1)
    assert (await rows())["web_analytics"] == before["web_analytics"]
    assert (await working.operator.post(f"{place}/run")).json()["state"] == "queued"
    done = await rested(working, place)
    assert (done["state"], done["counts"]["added"], done["counts"]["refused"], done["progress"]) == ("done", 2, 1, 1.0)
    assert (await rows())["web_analytics"] == before["web_analytics"] + 2
    (fault,) = (await working.viewer.get(f"{place}/refusals")).json()["items"]
    assert (fault["line"], fault["column"], fault["value"], fault["code"]) == (3, "visits", "=1+1", "not_a_number")
    written = await working.viewer.get(f"{place}/refusals.csv")
    assert written.headers["content-type"].startswith("text/csv")
    assert "3,visits,'=1+1,not_a_number" in written.text
    (listed,) = (await working.viewer.get("/api/imports", params={"kind": "web"})).json()["items"]
    assert listed["id"] == made["id"]
    problem(await working.operator.post(f"{place}/run"), 409, "not_now")  # its file is done with
    problem(await working.operator.delete(place), 409, "not_now")


async def test_the_same_file_under_one_key_is_one_import(house: House) -> None:
    key = {"Idempotency-Key": "site in January"}
    asked = {"kind": "web", "name": "site.csv"}
    answers = [await house.operator.post(UPLOAD, params=asked, content=FILE, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    (id,) = {answer.json()["id"] for answer in answers}
    home = settings().home
    assert home is not None
    kept = [path.name for path in (home / "imports").iterdir()]
    assert kept == [id.replace("-", "")], "what was sent again does not stay on the disk"
    problem(await house.operator.post(UPLOAD, params=asked, headers=key), 422, "file_empty", "file")
    other = await house.operator.post(UPLOAD, params=asked, content=FILE + "2024-01-04,1,1\n", headers=key)
    problem(other, 409, "key_reused", "Idempotency-Key")
    assert len((await house.viewer.get("/api/imports")).json()["items"]) == 1
    assert len(list((home / "imports").iterdir())) == 1


async def test_what_does_not_fit_is_refused_and_leaves_nothing(house: House) -> None:
    before = await rows()
    problem(
        await house.operator.post(UPLOAD, params={"kind": "cats", "name": "a"}, content=FILE),
        422,
        "kind_unknown",
        "kind",
    )
    for content, code in (
        (b"", "file_empty"),
        (bytes(range(256)) * 40, "file_not_known"),
        (b"PK\x03\x04zip", "file_unreadable"),
    ):
        problem(
            await house.operator.post(UPLOAD, params={"kind": "web", "name": "a"}, content=content), 422, code, "file"
        )
    problem(await house.viewer.post(UPLOAD, params={"kind": "web", "name": "a"}, content=FILE), 403, "not_allowed")
    problem(await house.anonymous.post(UPLOAD, params={"kind": "web", "name": "a"}, content=FILE), 401, "not_signed_in")
    assert await rows() == before
    made = await handed_over(house)
    place = f"/api/imports/{made['id']}"
    wrong = {"mapping": {"fields": {"day": {"columns": ["when"]}}}}
    problem(await house.operator.patch(place, json=wrong), 422, "mapping_unfit", "mapping.fields.day")
    problem(await house.operator.patch(place, json={"units": {"timezone": "Mars/Olympus"}}), 422, "request_invalid")
    both = {"mapping": {"fields": {"day": {"columns": ["date"], "value": "2024-01-01"}}}}
    problem(await house.operator.patch(place, json=both), 422, "request_invalid")
    assert (await house.viewer.get(place)).json() == made
    assert (await house.operator.delete(place)).status_code == 204
    problem(await house.viewer.get(place), 404, "import_missing")


async def test_a_file_may_be_larger_than_any_body_and_never_larger_than_the_limit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = FILE + "2024-02-01,1,1\n" * 200_000
    assert len(large) > 2_000_000
    made = await handed_over(house, large)
    assert made["bytes"] == len(large)
    monkeypatch.setenv("COFOUNDER_IMPORT_MAX_BYTES", "1000000")
    settings.cache_clear()

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 100_000):
            yield large[start : start + 100_000].encode()

    before = await rows()
    asked = {"kind": "web", "name": "a"}
    problem(await house.operator.post(UPLOAD, params=asked, content=large), 413, "body_too_large")
    answer = await house.operator.post(UPLOAD, params=asked, content=in_pieces())
    assert answer.status_code == 413, answer.text
    assert await rows() == before


async def test_only_an_admin_sets_a_source_up_and_nobody_sees_its_secret(house: House) -> None:
    wish = {
        "name": "shop",
        "type": "postgres",
        "kind": "posts",
        "postgres": {"host": "127.0.0.1", "port": 1, "database": "shop", "user": "reader", "table": "posts"},
        "secret": "open sesame",
    }
    problem(await house.approver.post("/api/import-sources", json=wish), 403, "not_allowed")
    made = await house.admin.post("/api/import-sources", json=wish)
    assert made.status_code == 201, made.text
    listed = await house.operator.get("/api/import-sources")
    assert "sesame" not in made.text + listed.text
    assert listed.json()["items"][0]["has_secret"] is True
    problem(await house.admin.post("/api/import-sources", json=wish), 409, "name_taken", "name")
    twins = await asyncio.gather(
        *(house.admin.post("/api/import-sources", json={**wish, "name": "twin"}) for _ in range(6))
    )
    assert sorted(one.status_code for one in twins) == [201, 409, 409, 409, 409, 409]
    id = made.json()["id"]
    problem(
        await house.operator.post("/api/imports", json={"kind": "posts", "source_id": id}), 503, "source_out_of_reach"
    )
    problem(
        await house.admin.post("/api/import-sources", json={**wish, "name": "b", "type": "ga4"}), 422, "request_invalid"
    )
    assert (await house.admin.delete(f"/api/import-sources/{id}")).status_code == 204
