"""What people say of single recipients: it counts once, is told back, and goes against nothing that is known."""

from datetime import timedelta
from typing import Any

import pytest

from cofounder.business.records import service as records
from cofounder.channels.accounts import leaving
from cofounder.flow.publish import service, settling, showing, steps
from cofounder.flow.publish.errors import NothingToSettle, RecipientReached
from cofounder.flow.publish.schemas import PublicationDetail, PublicationOut
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.people import LOCAL_OWNER, audit_entries
from tests.channels.smtp import Server
from tests.flow.publish.standing import TWO, Mail, Retries, approved, of, settled
from tests.flow.publish.test_approved_for import at_once, connected, to, waits
from tests.flow.publish.test_settling import AGAIN, SENT, lost, mixed, resolve
from tests.flow.waiting import APPROVER

THREE = "ada@reader.example, bob@reader.example, cid@reader.example"
ADA, BOB, CID = ([address] for address in THREE.split(", "))


async def detail(one: PublicationOut) -> PublicationDetail:
    async with transaction() as session:
        return await showing.detail(session, one.publication_id)


async def entries(one: PublicationOut) -> tuple[int, int]:
    """How many there are in its history, and in the audit log."""
    history = (await detail(one)).history
    async with transaction() as session:
        return len(history), len(await audit_entries(session, object_id=str(one.publication_id)))


async def tried(one: PublicationOut) -> None:
    """As when the time of the next attempt has come."""
    async with transaction() as session:
        (await service.locked(session, one.publication_id)).retry_at = now()
    await steps.deliver(str(one.publication_id))


async def test_the_last_who_is_taken_off_the_settings_is_not_written_to_either(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(3, 600.0)
    with Server(busy=("bob@reader.example",)) as server:
        mail(server, TWO)
        said = await approved("email")
        await waits(said.task_id)
        mail(server, "")
        server.busy = ()
        (one,) = await of(said.task_id)
        assert "name no mail server or no recipients any more" in (one.note or "")
        assert "stays unsent to the rest" in (one.note or "")
        await tried(one)
        assert to(server) == ["ada@reader.example"]
    (one,) = await of(said.task_id)
    assert (one.state, one.unsent) == ("published", 1)
    assert "Not among the recipients of news@acme.example any more" in (one.note or "")


@pytest.mark.parametrize(("first", "then", "was"), [("not_sent", "sent", "not sent"), ("sent", "not_sent", "sent")])
async def test_who_says_the_opposite_of_one_recipient_is_told_who_settled_it_and_as_what(
    engine_running: Database, mail: Mail, first: str, then: str, was: str
) -> None:
    one = await lost(mail, THREE)
    await resolve(one, verdict=first, recipients=ADA)
    with pytest.raises(NothingToSettle, match=f"ann settled ada@reader.example already: {was}") as told:
        await resolve(one, verdict=then, recipients=[*BOB, *ADA])
    assert told.value.field == "recipients.1"
    assert (await of(one.task_id))[0].unknown == 2
    await resolve(one, verdict=first)
    with pytest.raises(NothingToSettle, match=f"ann settled ada@reader.example already: {was}"):
        await resolve(one, verdict=then, recipients=ADA)


@pytest.mark.parametrize("found", [{"verdict": "not_sent"}, SENT])
async def test_the_same_answer_about_some_is_written_once_while_others_are_unknown(
    engine_running: Database, mail: Mail, found: dict[str, Any]
) -> None:
    one = await lost(mail, THREE)
    await resolve(one, **found, recipients=ADA)
    before = await entries(one)
    assert (await resolve(one, **found, recipients=ADA)).unknown == 2
    assert (await resolve(one, **found, recipients=ADA, attempt=one.attempt)).unknown == 2
    assert await entries(one) == before


async def test_the_same_answer_is_written_once_where_it_had_it_sent_again(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail, TWO)
    with Server() as server:
        mail(server, TWO)
        await resolve(one, **AGAIN, recipients=ADA, attempt=one.attempt)
        await until(settled(one.task_id, ("unknown",)), within=60)
        before = await entries(one)
        assert (await resolve(one, **AGAIN, recipients=ADA, attempt=one.attempt)).unknown == 1
        assert await entries(one) == before
        with pytest.raises(RecipientReached):  # by now the server itself has taken it
            await resolve(one, verdict="not_sent", recipients=ADA)
        assert to(server) == ADA


async def test_of_whom_it_is_known_that_they_wait_nothing_is_said(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(3, 600.0)
    with Server(lose=("ada@reader.example",), busy=("bob@reader.example",)) as server:
        one = await mixed(mail, server)
        before = await entries(one)
        for verdict in ("sent", "not_sent"):
            for named in (BOB, [*ADA, *BOB]):
                with pytest.raises(NothingToSettle, match=r"bob@reader\.example surely did not get it yet"):
                    await resolve(one, verdict=verdict, recipients=named)
        assert await entries(one) == before
        await resolve(one, verdict="not_sent", recipients=ADA)
    last = (await detail(one)).history[-1]
    assert (last.state, last.said) == ("partly", "ann looked for ada@reader.example: not sent.")


async def test_what_nobody_got_is_sent_to_the_outbox_where_its_account_is_gone(engine_running: Database) -> None:
    with Server(after_data="reject") as server:
        row = await connected(server, TWO)
        said = await approved("email", schedule_at=now() + timedelta(days=2))
        await at_once(said.task_id)
        (one,) = await of(said.task_id)
        assert (one.state, one.unsent) == ("refused", 2)
        await leaving.disconnect(row.id, by=LOCAL_OWNER)
    async with transaction() as session:
        await settling.retry(session, one.publication_id, by=APPROVER)
    await until(settled(said.task_id, ("published", "refused")), within=60)
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by, one.recipients, one.unsent) == ("published", "outbox", 1, 0)


async def test_the_time_that_was_said_of_one_is_kept_until_the_others_are_settled(
    engine_running: Database, mail: Mail
) -> None:
    one = await lost(mail, TWO)
    assert one.attempted_at is not None
    when = one.attempted_at + timedelta(milliseconds=1)
    await resolve(one, verdict="sent", recipients=ADA, published_at=when.isoformat())
    await resolve(one, verdict="sent")
    async with transaction() as session:
        (post,) = await records.posts(session, as_of=now(), task_ids=[one.task_id])
    assert post.published_at == when


async def test_what_only_a_person_knows_stays_theirs_to_mend_after_the_rest_was_sent(
    engine_running: Database, mail: Mail
) -> None:
    one = await lost(mail, TWO)
    await resolve(one, verdict="sent", recipients=ADA)
    await resolve(one, verdict="not_sent")
    with Server() as server:
        mail(server, TWO)
        async with transaction() as session:
            await settling.retry(session, one.publication_id, by=APPROVER)
        await until(settled(one.task_id), within=60)
        assert to(server) == BOB
    (last,) = await of(one.task_id)
    assert (last.state, last.unsent, last.actions) == ("published", 0, ["correct"])
    assert last.seen is not None
