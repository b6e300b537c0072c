"""What is out is on record, whatever a channel calls it and whatever is on record already."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.channels.accounts import book, checking
from cofounder.flow.publish import ending, given, recording, settling, showing, steps
from cofounder.flow.publish.measuring import queries as measuring
from cofounder.flow.publish.schemas import Metadata, PublicationOut, PublishIn, Verdict
from cofounder.flow.publish.tables import Publication
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from cofounder.ops import doctor
from cofounder.settings import settings
from tests.channels.wire.linkedin import LinkedInWire
from tests.channels.wire.server import Asked, Bad, Reply, Wire, running
from tests.channels.wire.town import account, store
from tests.channels.wire.webhook import WebhookWire
from tests.channels.wire.wordpress import WordPressWire
from tests.channels.wire.x import XWire
from tests.flow.publish.standing import of, settled
from tests.flow.waiting import APPROVER


@pytest.fixture
async def near(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Sites and receivers may lie on loopback."""
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    settings.cache_clear()
    book.forget()
    yield
    book.forget()
    settings.cache_clear()


async def sent(wire: Wire, words: str, name: str | None = None, states: tuple[str, ...] = ("published",)) -> UUID:
    """A text that was given to publish, once it stands so."""
    blog = wire.provider == "wordpress"
    body = PublishIn(
        platform="blog" if blog else wire.provider,
        content=words,
        metadata=Metadata(title=f"About {words}") if blog else Metadata(),
        account=name,
    )
    async with transaction() as session:
        said = await given.publish_now(session, body, by=APPROVER)
    await until(settled(said.task_id, states))
    return said.publication_id


async def row(id: UUID) -> PublicationOut:
    async with transaction() as session:
        return await showing.one(session, id)


async def posts() -> list[dict[str, Any]]:
    async with transaction() as session:
        found = await session.execute(text("SELECT * FROM posts ORDER BY created_at, id"))
        return [dict(one) for one in found.mappings()]


async def told(statement: str, **values: object) -> None:
    async with transaction() as session:
        await session.execute(text(statement), values)


async def imported(external_id: str, at: datetime, **more: object) -> UUID:
    """A row as an import writes it."""
    id = new_id()
    values = {"id": id, "external_id": external_id, "at": at, "content": "as exported", **more}
    await told(
        "INSERT INTO posts (id, platform, external_id, content, hashtags, published_at, is_legacy, created_at, category)"
        " VALUES (:id, 'linkedin', :external_id, :content, '{}', :at, true, now(), 'news')",
        **values,
    )
    return id


async def test_two_sites_that_number_their_posts_alike_each_have_theirs(engine_running: Database, near: None) -> None:
    async with running(WordPressWire()) as first, running(WordPressWire()) as second:
        await store(first, "First", default=True)
        await store(second, "Second", default=False)
        one = await row(await sent(first, "margins of March", "First"))
        two = await row(await sent(second, "margins of April", "Second"))
    assert (one.external_id or "").endswith("#1")
    assert (two.external_id or "").endswith("#1")
    assert one.external_id != two.external_id
    assert [post["external_id"] for post in await posts()] == [one.external_id, two.external_id]
    # What was read, and not its source.
    assert [post["content"] for post in await posts()] == [
        f"About margins of {month}\n\nmargins of {month}" for month in ("March", "April")
    ]


async def test_a_blog_that_was_set_up_anew_and_numbers_from_one_again_is_recorded(
    engine_running: Database, near: None
) -> None:
    async with running(WordPressWire()) as site:
        assert isinstance(site, WordPressWire)
        await store(site, "Blog", default=True)
        await sent(site, "margins of March")
        site.posts.clear()
        site.numbers = 0
        id = await sent(site, "margins of April")
    assert {post["publication_id"] for post in await posts()} >= {id}
    assert [post["external_id"] is None for post in await posts()] == [False, True]
    assert (await row(id)).note is None


class Constant(WebhookWire):
    """A receiver that calls everything the same."""

    async def answer(self, asked: Asked) -> Reply:
        await super().answer(asked)
        return Reply(202, {"id": "ok"})


async def test_a_receiver_that_calls_everything_the_same_is_no_matter(engine_running: Database, near: None) -> None:
    async with running(Constant()) as receiver:
        await store(receiver, account("webhook"), default=True)
        for words in ("margins of March", "margins of April"):
            await sent(receiver, words)
    assert len({post["external_id"] for post in await posts()}) == 2


async def test_what_a_channel_charged_is_what_its_post_cost(
    engine_running: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(XWire()) as wire:
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"x={wire.url}")
        settings.cache_clear()
        await store(wire, "Acme", default=True)
        await sent(wire, "Margins of March: https://acme.com/prices")
        await sent(wire, "Margins of April")
    assert [(float(post["cost"]), post["currency"]) for post in await posts()] == [(0.2, "USD"), (0.015, "USD")]


async def lost(wire: LinkedInWire, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A publication that is out and of which nobody knows."""
    monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"linkedin={wire.url}")
    settings.cache_clear()
    await store(wire, "Acme", default=True)
    wire.bad.append(Bad(None, does="first"))
    wire.bad.append(Bad(500, method="GET", times=99))
    id = await sent(wire, "margins of March", states=("unknown",))
    wire.bad.clear()
    return id


async def test_an_import_of_the_very_post_becomes_the_publications_post(
    engine_running: Database, near: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(LinkedInWire()) as wire:
        assert isinstance(wire, LinkedInWire)
        id = await lost(wire, monkeypatch)
        at = now()
        there = await imported(str(wire.posts[0]["id"]), at)
        seen = await settling.look(id)
    assert seen is not None
    assert (seen.state, seen.note) == (
        "published",
        "The channel was asked. No answer came; it was looked up there and found.",
    )
    (post,) = await posts()
    assert (post["id"], post["publication_id"], post["task_id"]) == (there, id, seen.task_id)
    assert (post["published_at"], post["category"], post["is_legacy"]) == (at, "news", False)
    assert post["content"] == seen.text
    async with transaction() as session:
        assert await records.has_post(session, id)
        assert (await records.posted(session, [id]))[id][0] == at
        assert await records.posts_of(session, [id]) == {id: there}
        since = at - timedelta(days=1)
        ages = [timedelta(hours=1)]
        named = {"source": "s", "provider": "linkedin", "account": "Acme"}
        assert await measuring.plan(session, **named, ages=ages, since=since) == 1


@pytest.mark.parametrize("verdict", ["sent", "not_sent"])
async def test_an_answer_about_an_unknown_one_is_taken_whatever_was_imported(
    engine_running: Database, near: None, monkeypatch: pytest.MonkeyPatch, verdict: Any
) -> None:
    async with running(LinkedInWire()) as wire:
        assert isinstance(wire, LinkedInWire)
        id = await lost(wire, monkeypatch)
        await told("UPDATE publications SET external_id = 'urn:li:share:9' WHERE id = :id", id=id)
        await imported("urn:li:share:9", now() - timedelta(days=30))  # what stood there before it was sent
        async with transaction() as session:
            seen = await settling.resolve(session, id, Verdict(verdict=verdict), by=APPROVER)
    assert seen.state == ("published" if verdict == "sent" else "refused")
    assert [post["publication_id"] for post in await posts()] == ([None, id] if verdict == "sent" else [None])


async def breaks(table: str) -> None:
    await told("CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END $$")
    await told(f"CREATE TRIGGER breaks BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION breaks()")


async def failed() -> list[str]:
    async with transaction() as session:
        return [one.name for one in await doctor.unrecorded(session)]


async def test_a_publication_whose_post_cannot_be_written_ends_and_says_so(
    engine_running: Database, near: None
) -> None:
    await breaks("posts")
    assert await failed() == []
    async with running(WebhookWire()) as receiver:
        await store(receiver, account("webhook"), default=True)
        id = await sent(receiver, "margins of March")
    found = await row(id)
    assert recording.NO_POST in (found.note or "")
    assert await failed() == ["Posts not recorded"]


async def test_a_publication_whose_end_cannot_be_written_is_never_left_at_attempting(
    engine_running: Database, near: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(ending, "conclude", broken)
    async with running(WebhookWire()) as receiver:
        await store(receiver, account("webhook"), default=True)
        id = await sent(receiver, "margins of March")
    found = await row(id)
    assert (found.state, found.finished_at is not None) == ("published", True)
    assert "could not be recorded as a whole (RuntimeError)" in (found.note or "")
    assert [one.state for one in await of(found.task_id)] == ["published"]


async def test_an_end_that_nobody_knows_and_cannot_be_written_asks_a_person(
    engine_running: Database, near: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(LinkedInWire()) as wire:
        assert isinstance(wire, LinkedInWire)
        id = await lost(wire, monkeypatch)
    await told("UPDATE publications SET state = 'attempting' WHERE id = :id", id=id)

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as patch:
        patch.setattr(ending, "conclude", broken)
        assert await steps.close(str(id), "RuntimeError") == "unknown"
    assert (await row(id)).actions == ["resolve"]


async def test_the_doctor_names_what_hangs_while_it_is_sent(engine_running: Database, near: None) -> None:
    async with running(WebhookWire()) as receiver:
        await store(receiver, account("webhook"), default=True)
        id = await sent(receiver, "margins of March")
    await told(
        "UPDATE publications SET state = 'attempting', attempted_at = now() - interval '3 hours' WHERE id = :id", id=id
    )
    assert await failed() == []  # its last call was begun just now
    await told("UPDATE effects SET begun_at = now() - interval '3 hours'")
    assert await failed() == ["Publications that hang"]


async def test_access_that_has_ended_while_a_channel_was_asked_is_noted_on_the_account(
    engine_running: Database, near: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[tuple[str, str]] = []

    async def look_into(provider: str, name: str) -> None:
        looked.append((provider, name))

    monkeypatch.setattr(checking, "look_into", look_into)
    async with running(LinkedInWire()) as wire:
        assert isinstance(wire, LinkedInWire)
        id = await lost(wire, monkeypatch)
        assert looked == []
        wire.revoked = True
        seen = await settling.look(id)
    assert seen is not None
    assert (seen.state, looked) == ("unknown", [("linkedin", "Acme")])


def test_what_was_refused_begins_with_why_and_names_no_price() -> None:
    price, why = "X charges $0.20 for this post.", "X did not take it (403): no."
    assert showing._note(Publication(state="refused", note=price, said=why)) == why
    assert showing._note(Publication(state="scheduled", note=price, said=why)) == f"{why} {price}"
    assert showing._note(Publication(state="scheduled", note=price, said=None)) == price
