"""A text of the outbox that a person posted by hand counts from when they say so, and no longer when they take it back."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.channels import hosts
from cofounder.flow.publish import addresses, service
from cofounder.flow.publish.errors import AddressElsewhere
from cofounder.flow.publish.schemas import PublicationOut
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from cofounder.people import audit_entries
from cofounder.settings import settings
from tests.channels.smtp import Server
from tests.flow.publish.standing import Mail, approved, of, settled
from tests.flow.server import signed_in

URL = "https://www.linkedin.com/posts/acme-1"


@pytest_asyncio.fixture
async def approver(engine_running: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in("approver") as (client,):
        yield client


async def in_the_outbox(channel: str = "linkedin") -> PublicationOut:
    said = await approved(channel)
    await until(settled(said.task_id), within=60)
    (one,) = await of(said.task_id)
    assert (one.delivered_by, one.state) == ("outbox", "published")
    return one


async def mark(client: httpx.AsyncClient, one: PublicationOut, key: str | None = None, **said: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post(f"/api/publications/{one.publication_id}/posted", json=said, headers=headers)


async def posts(task_id: UUID) -> list[tuple[Any, str | None]]:
    """(since when, where) of the task's posts as learning sees them."""
    async with transaction() as session:
        found = await records.posts(session, as_of=now() + timedelta(minutes=1), task_ids=[task_id])
    return [(post.published_at, post.url) for post in found]


async def audited(one: PublicationOut) -> list[tuple[str, dict[str, Any]]]:
    async with transaction() as session:
        found = await audit_entries(session, object_type="publication", object_id=str(one.publication_id))
    return [(entry.action, entry.details) for entry in reversed(found) if "posted" in entry.action]


async def test_it_counts_from_when_a_person_says_that_it_stands(approver: httpx.AsyncClient) -> None:
    one = await in_the_outbox()
    assert (one.posted, one.actions) == (None, ["posted"])
    assert await posts(one.task_id) == []
    answer = await mark(approver, one, url=URL)
    assert answer.status_code == 200, answer.text
    seen = PublicationOut.model_validate(answer.json())
    assert seen.posted is not None
    assert (seen.posted.url, seen.actions) == (URL, ["posted", "not_posted"])
    assert await posts(one.task_id) == [(seen.posted.posted_at, URL)]
    assert seen.url == one.url  # the file stays where it is
    listed = (await approver.get("/api/publications", params={"task_id": str(one.task_id)})).json()["items"][0]
    assert listed["posted"] == answer.json()["posted"]
    assert (await approver.get(f"/api/publications/{one.publication_id}")).json()["posted"] == listed["posted"]


async def test_said_again_it_mends_what_is_named_and_leaves_the_rest(approver: httpx.AsyncClient) -> None:
    one = await in_the_outbox()
    first = (await mark(approver, one)).json()["posted"]
    assert first["url"] is None
    again = (await mark(approver, one, url=URL)).json()["posted"]
    assert again == {"posted_at": first["posted_at"], "url": URL}
    assert (await mark(approver, one)).json()["posted"] == again
    assert (await mark(approver, one, url=URL)).json()["posted"] == again
    said = await audited(one)
    assert [action for action, _ in said] == ["publication.posted", "publication.posted"]
    assert said[1][1]["before"]["url"] is None
    assert said[1][1]["url"] == URL


async def test_a_mistaken_mark_is_taken_back(approver: httpx.AsyncClient) -> None:
    one = await in_the_outbox()
    await mark(approver, one, url=URL)
    where = f"/api/publications/{one.publication_id}/posted"
    for _ in range(2):
        answer = await approver.delete(where)
        assert answer.status_code == 200
        assert (answer.json()["posted"], answer.json()["actions"]) == (None, ["posted"])
    assert await posts(one.task_id) == []
    said = await audited(one)
    assert [action for action, _ in said] == ["publication.posted", "publication.not_posted"]
    assert said[1][1]["before"]["url"] == URL
    assert (await mark(approver, one)).json()["posted"]["url"] is None


async def test_one_key_marks_once(approver: httpx.AsyncClient) -> None:
    one = await in_the_outbox()
    first = await mark(approver, one, key="done", url=URL)
    await approver.delete(f"/api/publications/{one.publication_id}/posted")
    assert (await mark(approver, one, key="done", url=URL)).json() == first.json()
    assert await posts(one.task_id) == []  # the repeat did nothing
    answer = await mark(approver, one, key="done", url=f"{URL}2")
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")


async def test_what_cannot_be_so_is_refused_by_its_field(approver: httpx.AsyncClient) -> None:
    one = await in_the_outbox()
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"posted_at": (now() + timedelta(minutes=5)).isoformat()}, "posted_time_unfit", "posted_at"),
        ({"posted_at": (now() - timedelta(hours=5)).isoformat()}, "posted_time_unfit", "posted_at"),
        ({"posted_at": "yesterday"}, "request_invalid", "posted_at"),
        ({"url": "linkedin.com/posts/1"}, "request_invalid", "url"),
        ({"url": "javascript:alert(1)"}, "request_invalid", "url"),
        ({"url": "https://[1"}, "address_elsewhere", "url"),
        ({"url": "https://x.com/acme/status/1"}, "address_elsewhere", "url"),
        ({"url": "https://m.facebook.com/1"}, "address_elsewhere", "url"),
        ({"url": "https://www.linkedin.com.evil.com/posts/1"}, "address_elsewhere", "url"),
        ({"url": "https://short.example/a"}, "address_elsewhere", "url"),
        ({"url": "http://127.0.0.1/x"}, "address_elsewhere", "url"),
        ({"state": "published"}, "request_invalid", "state"),
    ]
    for body, code, field in wrong:
        answer = await mark(approver, one, **body)
        assert (answer.status_code, answer.json()["code"]) == (422, code), body
        assert answer.json()["errors"][0]["field"] == field
    assert (await of(one.task_id))[0].posted is None
    assert await audited(one) == []
    assert (await mark(approver, one, url="https://lnkd.in/a")).status_code == 200


def test_what_is_for_the_outbox_may_stand_anywhere_on_the_internet() -> None:
    for url in (URL, "https://acme.example/news/1"):
        addresses.check(url, "outbox")
    for url in ("http://127.0.0.1/x", "http://localhost:8000/", "http://10.0.0.8/", "http://[::1]/", "http://0x7f.1/"):
        with pytest.raises(AddressElsewhere, match="own network"):
            addresses.check(url, "outbox")


def test_an_address_in_ones_own_network_that_the_environment_allows_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AddressElsewhere, match="own network"):
        addresses.check("http://127.0.0.1/?p=1", "blog")
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1:80")
    settings.cache_clear()
    try:
        addresses.check("http://127.0.0.1/?p=1", "blog")
        with pytest.raises(AddressElsewhere, match="no address of LinkedIn"):
            addresses.check("http://127.0.0.1/?p=1", "linkedin")
    finally:
        monkeypatch.undo()
        settings.cache_clear()


async def test_the_minute_of_the_approval_is_not_before_it(approver: httpx.AsyncClient) -> None:
    one = await in_the_outbox()
    async with transaction() as session:
        row = await service.get(session, one.publication_id)
        minute = row.created_at.replace(second=0, microsecond=0)
    answer = await mark(approver, one, posted_at=minute.isoformat())
    assert answer.status_code == 200, answer.text


async def test_only_what_lies_in_the_outbox_is_posted_by_hand(approver: httpx.AsyncClient, mail: Mail) -> None:
    missing = await approver.post(f"/api/publications/{new_id()}/posted", json={})
    assert (missing.status_code, missing.json()["code"]) == (404, "publication_missing")
    said = await approved("linkedin", schedule_at=now() + timedelta(hours=1))
    await until(settled(said.task_id, ("scheduled",)), within=60)
    (waits,) = await of(said.task_id)
    answer = await mark(approver, waits, url=URL)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_by_hand")
    with Server() as server:
        mail(server, "ada@reader.example")
        said = await approved("email")
        await until(settled(said.task_id), within=60)
    (sent,) = await of(said.task_id)
    assert (sent.delivered_by, sent.actions) == ("email", [])
    for answer in (
        await mark(approver, sent),
        await approver.delete(f"/api/publications/{sent.publication_id}/posted"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_by_hand")


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("https://www.linkedin.com/posts/1", "linkedin"),
        ("https://LNKD.in/abc", "linkedin"),
        ("http://x.com./a/status/1", "x"),
        ("https://mobile.twitter.com/a", "x"),
        ("https://fb.watch/1", "facebook"),
        ("https://notx.com/a", None),
        ("https://x.com.elsewhere.example/a", None),
        ("https://x.com@elsewhere.example/a", None),
        ("ftp://x.com/a", None),
        ("https://", None),
        ("https://x.com:port/", None),
    ],
)
def test_an_address_belongs_to_the_platform_of_its_host(url: str, platform: str | None) -> None:
    assert hosts.platform_of(url) == platform


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_it_is_not(text: str) -> None:
    for given_text in (text, f"https://{text}"):
        assert hosts.platform_of(given_text) in (None, "linkedin", "x", "facebook")


async def test_an_imported_post_of_its_address_becomes_its_own_with_the_platforms_id(
    approver: httpx.AsyncClient,
) -> None:
    one = await in_the_outbox()
    query = """INSERT INTO posts (id, platform, external_id, content, hashtags, url, is_legacy, created_at)
      VALUES (:id, 'linkedin', 'li-1', 'as exported', '{}', :url, true, now())"""
    async with transaction() as session:
        await session.execute(text(query), {"id": new_id(), "url": URL})
    assert (await mark(approver, one, url=URL)).status_code == 200
    async with transaction() as session:
        found = (await session.execute(text("SELECT publication_id, external_id FROM posts"))).all()
    assert [tuple(row) for row in found] == [(one.publication_id, "li-1")]
