"""An account that is given another name: what waits goes by it still, and never by whoever has its name then."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from cofounder.channels.accounts import book, leaving, queries, service, waiting
from cofounder.channels.accounts.schemas import AccountIn
from cofounder.channels.accounts.tables import AccountRow
from cofounder.channels.senders import calling
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import clashes, moving, orphaned, settling, steps
from cofounder.flow.publish import service as publications
from cofounder.flow.publish.given import publish_now
from cofounder.flow.publish.schemas import Metadata, PublicationOut, PublishIn, PublishOut, RescheduleIn
from cofounder.kit import durable
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.models.brief import Draft
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.channels.wire.server import SECRET, Bad, running
from tests.channels.wire.wordpress import USER, WordPressWire
from tests.flow.publish.standing import of, settled
from tests.flow.waiting import APPROVER, ready

WORDS = "Margins of the shop rose 12% this month."
Sites = tuple[WordPressWire, WordPressWire]


@pytest.fixture
async def sites(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sites]:
    """Two sites of one company, A and B; nothing is connected."""
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    monkeypatch.setitem(calling.TIMES, "wordpress", calling.Times(shows_seconds=0.2))
    settings.cache_clear()
    book.forget()
    waiting.listen(orphaned.tell)
    async with running(WordPressWire()) as first, running(WordPressWire()) as second:
        assert isinstance(first, WordPressWire)
        assert isinstance(second, WordPressWire)
        yield first, second
    book.forget()
    settings.cache_clear()


async def connect(site: WordPressWire, name: str) -> AccountRow:
    """As a person connects it on the page, or connects it again by another name."""
    given = AccountIn(provider="wordpress", address=site.url, user=USER, password=SECRET, name=name)
    row, _ = await service.connect(given, by=LOCAL_OWNER)
    return row


async def give(name: str | None, *, due_in: timedelta | None = timedelta(days=2), words: str = WORDS) -> PublishOut:
    body = PublishIn(
        platform="blog",
        content=words,
        metadata=Metadata(title="About margins"),
        account=name,
        schedule_at=now() + due_in if due_in is not None else None,
    )
    async with transaction() as session:
        return await publish_now(session, body, by=APPROVER)


async def at_once(id: UUID) -> None:
    async with transaction() as session:
        await moving.reschedule(session, id, RescheduleIn(schedule_at=None), by=APPROVER)


async def only(task_id: UUID) -> PublicationOut:
    (one,) = await of(task_id)
    return one


async def test_what_is_scheduled_goes_to_its_site_though_the_account_is_called_otherwise_by_then(
    sites: Sites, engine_running: Database
) -> None:
    site, _ = sites
    before = await connect(site, "Old name")
    made = await give("Old name")
    after = await connect(site, "New name")
    assert after.id == before.id
    waits = await only(made.task_id)
    assert (waits.state, waits.account, waits.note) == ("scheduled", "New name", None)
    async with transaction() as session:
        assert await clashes.between(session, now(), now() + timedelta(days=7)) == []
    await at_once(made.publication_id)
    await until(settled(made.task_id), within=60)
    one = await only(made.task_id)
    assert (one.state, one.delivered_by, one.account) == ("published", "wordpress", "New name")
    assert len(site.shown()) == 1


async def test_another_site_that_takes_a_freed_name_is_never_sent_what_was_approved_for_the_first(
    sites: Sites, engine_running: Database
) -> None:
    first, second = sites
    await connect(first, "New name")
    made = await give("New name")
    await connect(first, "Third name")
    await connect(second, "New name")
    await at_once(made.publication_id)
    await until(settled(made.task_id), within=60)
    assert ((await only(made.task_id)).account, len(first.shown()), second.shown()) == ("Third name", 1, [])


async def test_what_is_approved_and_not_yet_a_publication_keeps_its_site(sites: Sites) -> None:
    """Between the decision and its workflow's first act there is an order alone."""
    first, second = sites
    await connect(first, "New name")
    async with transaction() as session:
        id = await ready(session, "blog", drafts={"blog": Draft(body=WORDS, title="About margins")}, judged=False)
        await approvals.open_round(session, id)
    async with transaction() as session:
        await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    assert await of(id) == []  # nobody carries anything yet
    await connect(first, "Third name")
    await connect(second, "New name")
    await durable.start(executor_id="test")
    try:
        await until(settled(id), within=60)
    finally:
        await durable.stop()
    one = await only(id)
    assert (one.state, one.account, len(first.shown()), second.shown()) == ("published", "Third name", 1, [])


async def test_a_name_is_kept_until_the_publication_that_is_made_under_it_is_there(sites: Sites) -> None:
    """Else a name that changes at that moment would stand in a row that nobody brings up to date."""
    site, _ = sites
    row = await connect(site, "Old name")
    made = await give("Old name")
    async with transaction() as session:
        assert await queries.name_kept(session, row.id) == "Old name"
        renaming = asyncio.create_task(connect(site, "New name"))
        await asyncio.sleep(0.5)
        assert not renaming.done()
    await renaming
    assert (await only(made.task_id)).account == "New name"


async def test_a_kill_in_the_middle_of_a_sending_leads_to_the_same_site_after_a_rename(sites: Sites) -> None:
    first, second = sites
    await connect(first, "New name")
    made = await give("New name", due_in=None)
    async with transaction() as session:  # as far as a process came that was killed
        row = await publications.attempt(session, made.publication_id)
        assert row is not None
        assert row.state == "attempting"
    await connect(first, "Third name")
    await connect(second, "New name")
    assert await steps.deliver.__wrapped__(str(made.publication_id)) == "published"  # type: ignore[attr-defined]
    assert (len(first.shown()), second.shown()) == (1, [])


async def test_a_rename_while_a_worker_sends_changes_neither_the_site_nor_the_outcome(
    sites: Sites, engine_running: Database
) -> None:
    first, second = sites
    await connect(first, "New name")
    first.bad = [Bad(seconds=2.0, does="first", status=201, method="POST", on="/wp/v2/posts")]
    made = await give("New name", due_in=None)
    await until(lambda: first.posts_asked() == 1, within=30)
    await connect(first, "Third name")
    await connect(second, "New name")
    await until(settled(made.task_id, ("published", "unknown", "refused")), within=60)
    one = await only(made.task_id)
    assert (one.state, one.account) == ("published", "Third name")
    assert (len(first.shown()), second.shown()) == (1, [])


async def test_what_was_refused_is_sent_again_to_its_own_site(sites: Sites, engine_running: Database) -> None:
    first, second = sites
    await connect(first, "New name")
    first.bad = [Bad(400, message="No.", on="/wp/v2/posts")]
    made = await give("New name", due_in=None)
    await until(settled(made.task_id), within=60)
    assert (await only(made.task_id)).state == "refused"
    await connect(first, "Third name")
    await connect(second, "New name")
    async with transaction() as session:
        await settling.retry(session, made.publication_id, by=APPROVER)
    await until(settled(made.task_id, ("published",)), within=60)
    assert ((await only(made.task_id)).account, len(first.shown()), second.shown()) == ("Third name", 1, [])


async def test_what_waits_for_a_disconnected_account_takes_no_other_of_its_former_name(sites: Sites) -> None:
    first, second = sites
    row = await connect(first, "New name")
    made = await give("New name")
    await connect(first, "Third name")
    await connect(second, "New name")
    _, _, told = await leaving.disconnect(row.id, by=LOCAL_OWNER)
    assert told == (1, 0)
    assert "Third name was disconnected" in ((await only(made.task_id)).note or "")
    async with transaction() as session:
        waits = await publications.get(session, made.publication_id)
        assert publications.sender_of(waits).account() is None
    await connect(first, "Fourth name")
    one = await only(made.task_id)
    assert (one.account, one.note) == ("Fourth name", None)


async def test_the_same_text_is_known_by_its_site_and_not_by_the_name_of_it(sites: Sites) -> None:
    first, second = sites
    await connect(first, "New name")
    made = await give("New name", due_in=None)
    await connect(first, "Third name")
    await connect(second, "New name")
    again = await give("Third name", due_in=None)
    assert (again.repeated, again.publication_id) == (True, made.publication_id)
    other = await give("New name", due_in=None)
    assert (other.repeated, other.account) == (False, "New name")
