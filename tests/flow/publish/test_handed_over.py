"""When a text was handed over: by the attempt that sent it, not by one before that surely did not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.channels.accounts import book
from cofounder.flow.publish import given, settling, showing, steps
from cofounder.flow.publish.schemas import Metadata, PublicationDetail, PublishIn, PublishOut, Verdict
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.settings import settings
from tests.channels.wire import worker
from tests.channels.wire.server import Bad, running
from tests.channels.wire.town import account, store
from tests.channels.wire.webhook import WebhookWire
from tests.flow.waiting import APPROVER


@pytest_asyncio.fixture
async def receiver(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WebhookWire]:
    """A webhook that is connected, and is tried again at once."""
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setenv("COFOUNDER_PUBLISH_RETRIES", "20")
    monkeypatch.setenv("COFOUNDER_PUBLISH_RETRY_SECONDS", "0.2")
    settings.cache_clear()
    worker.hurry()
    book.forget()
    async with running(WebhookWire()) as wire:
        assert isinstance(wire, WebhookWire)
        await store(wire, account("webhook"), default=True)
        yield wire
    book.forget()


async def asked_for() -> PublishOut:
    body = PublishIn(platform="webhook", content="Margins rose 12% this month.", metadata=Metadata())
    async with transaction() as session:
        return await given.publish_now(session, body, by=APPROVER)


async def attempt(one: PublishOut) -> str:
    """One attempt, as soon as it is due."""
    before = (await detail(one)).attempts

    async def tried() -> bool:
        await steps.deliver.__wrapped__(str(one.publication_id))  # type: ignore[attr-defined]
        return (await detail(one)).attempts > before

    await until(tried)
    return (await detail(one)).state


async def killed_in(one: PublishOut, wire: WebhookWire) -> None:
    """An attempt that ends with its process, after the receiver has taken the text."""
    wire.bad = [Bad(does="first", seconds=30)]
    taken = len(wire.got)
    running = asyncio.ensure_future(attempt(one))
    await until(lambda: len(wire.got) > taken)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    wire.bad = []


async def detail(one: PublishOut) -> PublicationDetail:
    async with transaction() as session:
        return await showing.detail(session, one.publication_id)


async def out_since(one: PublishOut) -> datetime | None:
    async with transaction() as session:
        (post,) = await records.posts(session, as_of=now(), task_ids=[one.task_id])
    return post.published_at


async def long_ago(one: PublishOut) -> datetime:
    """Let everything until now have happened an hour earlier; gives when it was handed over last."""
    async with transaction() as session:
        await session.execute(text("UPDATE effects SET begun_at = begun_at - interval '1 hour'"))
        await session.execute(
            text("""UPDATE publications SET attempted_at = attempted_at - interval '1 hour',
              first_attempted_at = first_attempted_at - interval '1 hour' WHERE id = :id"""),
            {"id": one.publication_id},
        )
    begun = (await detail(one)).deliveries[0].begun_at
    assert begun is not None
    return begun


async def test_a_person_who_says_it_is_there_means_the_attempt_that_may_have_sent_it(receiver: WebhookWire) -> None:
    receiver.can_be_asked = False
    receiver.bad = [Bad(429, times=1)]
    one = await asked_for()
    assert await attempt(one) == "scheduled"
    first = await long_ago(one)
    await killed_in(one, receiver)
    await steps.deliver.__wrapped__(str(one.publication_id))  # type: ignore[attr-defined]
    found = await detail(one)
    assert (found.state, found.attempts) == ("unknown", 2)
    begun = found.deliveries[0].begun_at
    assert begun is not None
    assert begun - first > timedelta(minutes=59)
    assert found.attempted_at is not None
    assert abs(found.attempted_at - begun) < timedelta(seconds=5)  # "handed over 8 s ago", not an hour
    assert "The process ended in the middle of the call" in (found.note or "")
    assert "cannot be asked what it has" in (found.note or "")
    async with transaction() as session:
        await settling.resolve(session, one.publication_id, Verdict(verdict="sent"), by=APPROVER)
    assert await out_since(one) == begun


async def test_what_the_channel_says_it_has_is_out_since_it_was_handed_over_not_since_it_was_asked(
    receiver: WebhookWire,
) -> None:
    receiver.can_be_asked = False
    one = await asked_for()
    await killed_in(one, receiver)
    await steps.deliver.__wrapped__(str(one.publication_id))  # type: ignore[attr-defined]
    begun = await long_ago(one)
    receiver.can_be_asked = True
    said = await settling.look(one.publication_id)
    assert said is not None
    assert said.state == "published"
    assert await out_since(one) == begun


async def test_a_process_that_finds_it_sent_by_one_before_says_since_when(receiver: WebhookWire) -> None:
    one = await asked_for()
    await killed_in(one, receiver)
    begun = await long_ago(one)
    await steps.deliver.__wrapped__(str(one.publication_id))  # type: ignore[attr-defined]
    assert (await detail(one)).state == "published"
    assert len(receiver.got) == 1
    assert await out_since(one) == begun


async def test_an_attempt_that_works_after_others_counts_as_the_time(receiver: WebhookWire) -> None:
    receiver.bad = [Bad(429)]
    one = await asked_for()
    assert await attempt(one) == "scheduled"
    assert "asks to wait: Something is wrong." in ((await detail(one)).note or "")
    first = await long_ago(one)
    assert await attempt(one) == "published"
    found = await detail(one)
    assert await out_since(one) == found.deliveries[0].begun_at
    assert found.attempted_at is not None
    assert found.attempted_at - first > timedelta(minutes=59)
