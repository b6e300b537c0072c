"""What nobody is sure of is asked about and settled by a person; what only waits can be stopped."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.flow.publish import service, settling, showing, steps
from cofounder.flow.publish.errors import (
    AddressTaken,
    AnswerMisplaced,
    AttemptOutdated,
    NothingToSettle,
    PublicationMissing,
    RecipientUnknown,
    TooLateToCancel,
)
from cofounder.flow.publish.schemas import PublicationOut, Verdict
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from cofounder.people import audit_entries
from tests.channels.smtp import Server
from tests.flow.publish.standing import TWO, Mail, Retries, approved, effects, of, settled, status
from tests.flow.server import signed_in
from tests.flow.waiting import APPROVER


async def lost(mail: Mail, recipients: str = "ada@reader.example") -> PublicationOut:
    """A publication whose line broke after the text was handed over."""
    with Server(after_data="drop") as server:
        mail(server, recipients)
        said = await approved("email")
        await until(settled(said.task_id, ("unknown",)))
    (one,) = await of(said.task_id)
    return one


async def resolve(one: PublicationOut, **found: Any) -> PublicationOut:
    async with transaction() as session:
        return await settling.resolve(session, one.publication_id, Verdict.model_validate(found), by=APPROVER)


async def test_a_lost_line_is_unknown_until_a_person_has_looked(engine_running: Database, mail: Mail) -> None:
    with Server(after_data="drop") as server:
        mail(server, "ada@reader.example")
        said = await approved("linkedin", "email")
        await until(settled(said.task_id, ("published", "unknown"), n=2))
        states = {one.channel: one for one in await of(said.task_id)}
        assert {channel: one.state for channel, one in states.items()} == {"linkedin": "published", "email": "unknown"}
        assert await status(said.task_id) == "publishing"
        mailed = states["email"].publication_id
        await steps.deliver(str(mailed))
        assert len(server.messages) == 1
    async with transaction() as session:
        seen = await settling.resolve(session, mailed, Verdict(verdict="sent"), by=APPROVER)
    assert seen.state == "published"
    assert await status(said.task_id) == "completed"
    async with transaction() as session:
        with pytest.raises(NothingToSettle):
            await settling.resolve(session, mailed, Verdict(verdict="not_sent"), by=APPROVER)


async def test_what_a_person_found_unsent_may_be_sent_again_once(engine_running: Database, mail: Mail) -> None:
    with Server(after_data="drop") as server:
        mail(server, TWO)
        said = await approved("email")
        await until(settled(said.task_id, ("unknown",)))
    (one,) = await of(said.task_id)
    with Server() as server:
        mail(server, TWO)
        async with transaction() as session:
            again = await settling.resolve(
                session, one.publication_id, Verdict(verdict="not_sent", send_again=True), by=APPROVER
            )
        assert again.state == "scheduled"
        await until(settled(said.task_id))
        assert len(server.messages) == 2
    (one,) = await of(said.task_id)
    assert one.state == "published"


async def test_what_a_person_found_unsent_is_refused_for_good(engine_running: Database, mail: Mail) -> None:
    with Server(after_data="drop") as server:
        mail(server, "ada@reader.example")
        said = await approved("email")
        await until(settled(said.task_id, ("unknown",)))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        seen = await settling.resolve(session, one.publication_id, Verdict(verdict="not_sent"), by=APPROVER)
    assert seen.state == "refused"
    assert await status(said.task_id) == "completed"


async def test_a_cancelled_publication_is_never_sent(engine_running: Database) -> None:
    said = await approved("linkedin", due_in=timedelta(seconds=5))
    await until(settled(said.task_id, ("scheduled",)))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        assert (await settling.cancel(session, one.publication_id, by=APPROVER)).state == "cancelled"
    async with transaction() as session:
        assert (await settling.cancel(session, one.publication_id, by=APPROVER)).state == "cancelled"
    assert one.scheduled_at is not None
    await asyncio.sleep(max(0.0, (one.scheduled_at - now()).total_seconds()) + 1)  # its time comes and goes
    (one,) = await of(said.task_id)
    assert (one.state, one.note) == ("cancelled", "ann stopped it before it was sent.")
    assert not (engine_running.home / "outbox").exists()
    assert await status(said.task_id) == "completed"


async def test_what_is_out_cannot_be_cancelled(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        with pytest.raises(TooLateToCancel, match="published"):
            await settling.cancel(session, one.publication_id, by=APPROVER)
        with pytest.raises(PublicationMissing):
            await settling.cancel(session, new_id(), by=APPROVER)


async def test_the_evidence_says_when_to_whom_what_the_line_said_and_where_to_look(
    engine_running: Database, mail: Mail
) -> None:
    one = await lost(mail, TWO)
    assert one.actions == ["resolve"]
    async with transaction() as session:
        seen = await showing.detail(session, one.publication_id)
    assert [delivery.recipient for delivery in seen.deliveries] == ["Ada <ada@reader.example>", "bob@reader.example"]
    for delivery in seen.deliveries:
        assert (delivery.state, delivery.attempts, delivery.settled_by) == ("unknown", 1, None)
        assert delivery.begun_at is not None
        assert "line was lost" in (delivery.said or "")
        assert "127.0.0.1" in delivery.where
        assert "@acme.example>" in delivery.where  # the Message-ID to search for


async def test_a_verdict_may_be_about_one_recipient_and_the_rest_stays_unknown(
    engine_running: Database, mail: Mail
) -> None:
    one = await lost(mail, TWO)
    first = await resolve(one, verdict="sent", recipients=["ADA@reader.example"])
    assert first.state == "unknown"
    last = await resolve(one, verdict="not_sent")
    assert (last.state, last.unsent, last.actions) == ("published", 1, ["correct", "retry"])
    with pytest.raises(RecipientUnknown) as caught:
        await resolve(await lost(mail), verdict="sent", recipients=["eve@reader.example"])
    assert caught.value.field == "recipients.0"


MIXED = "ada@reader.example, bob@reader.example, cid@reader.example"


async def mixed(mail: Mail, server: Server) -> PublicationOut:
    """Sent to one, unknown of another, and the third is to be sent later."""
    mail(server, MIXED)
    said = await approved("email")
    await until(settled(said.task_id, ("scheduled",)), within=60)

    async def waits() -> bool:
        return (await of(said.task_id))[0].next_attempt_at is not None

    await until(waits, within=60)
    return (await of(said.task_id))[0]


async def listed(state: str) -> list[PublicationOut]:
    async with transaction() as session:
        return (await showing.page(session, states=[state], task_id=None, cursor=None, limit=9)).items


async def test_what_is_unknown_can_be_settled_while_others_are_still_to_be_sent(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(3, 600.0)
    with Server(lose=("ada@reader.example",), busy=("bob@reader.example",)) as server:
        one = await mixed(mail, server)
        assert (one.state, one.unknown, one.actions) == ("scheduled", 1, ["cancel", "retry", "resolve"])
        assert "Sent to 1 of 3, 1 unknown, 1 to be sent still" in (one.note or "")
        assert [found.publication_id for found in await listed("unknown")] == [one.publication_id]
        assert await status(one.task_id) == "publishing"
        async with transaction() as session:
            assert "Nobody is sure" in (await showing.standing(session, one.task_id))[0]
        seen = await settling.look(one.publication_id)
        assert seen is not None
        assert (seen.state, seen.unknown) == ("scheduled", 1)
        settled_now = await resolve(one, verdict="sent")
        assert (settled_now.state, settled_now.unknown) == ("scheduled", 0)
        assert settled_now.actions == ["cancel", "retry"]
        assert settled_now.next_attempt_at == one.next_attempt_at
        assert "Sent to 2 of 3, 1 to be sent still" in (settled_now.note or "")
        assert await listed("unknown") == []
        with pytest.raises(NothingToSettle):
            await resolve(one, verdict="not_sent")
        server.busy = ()
        async with transaction() as session:
            await settling.retry(session, one.publication_id, by=APPROVER)
        await until(settled(one.task_id), within=60)
    assert [len(message.rcpt_tos) for message in server.messages] == [1, 1, 1]
    (last,) = await of(one.task_id)
    assert (last.state, last.unsent, last.unknown) == ("published", 0, 0)


async def test_who_is_found_without_it_gets_it_later_only_when_that_was_asked(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(3, 600.0)
    with Server(lose=("ada@reader.example",), busy=("bob@reader.example",)) as server:
        one = await mixed(mail, server)
        await resolve(one, verdict="not_sent")
        server.busy = server.lose = ()
        async with transaction() as session:  # the time of the next attempt has come
            row = await service.locked(session, one.publication_id)
            row.retry_at = now()
        await steps.deliver(str(one.publication_id))
        to = [address for message in server.messages for address in message.rcpt_tos]
    assert sorted(to) == ["ada@reader.example", "bob@reader.example", "cid@reader.example"]  # ada's was the lost one
    (last,) = await of(one.task_id)
    assert (last.state, last.unsent, last.actions) == ("published", 1, ["retry"])


async def test_one_is_sent_again_at_once_while_another_stays_unknown(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail, TWO)
    with Server() as server:
        mail(server, TWO)
        said = await resolve(one, verdict="not_sent", send_again=True, recipients=["ada@reader.example"])
        assert (said.state, said.unknown) == ("scheduled", 1)
        await until(settled(one.task_id, ("unknown",)), within=60)
        assert [message.rcpt_tos for message in server.messages] == [["ada@reader.example"]]
    (left,) = await of(one.task_id)
    assert (left.unknown, left.actions) == (1, ["resolve"])
    assert "Sent to 1 of 2, 1 unknown" in (left.note or "")
    assert (await resolve(one, verdict="sent")).state == "published"


async def test_what_the_line_said_is_told_no_more_of_what_a_person_settled(
    engine_running: Database, mail: Mail
) -> None:
    one = await lost(mail, TWO)
    first = await resolve(one, verdict="not_sent", recipients=["ada@reader.example"])
    assert "1 refused, 1 unknown" in (first.note or "")
    last = await resolve(one, verdict="not_sent")
    assert (last.state, last.unsent) == ("refused", 2)
    assert "may have" not in (last.note or "")
    assert "lost" not in (last.note or "")


async def test_what_a_person_saw_keeps_its_address_and_its_time(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail)
    assert one.attempted_at is not None
    when = one.attempted_at + timedelta(milliseconds=1)
    seen = await resolve(one, verdict="sent", url="https://acme.example/archive/7", published_at=when.isoformat())
    assert seen.url == "https://acme.example/archive/7"
    async with transaction() as session:
        (post,) = await records.posts(session, as_of=now(), task_ids=[one.task_id])
        (entry,) = await audit_entries(session, object_id=str(one.publication_id))
    assert (post.published_at, post.url) == (when, "https://acme.example/archive/7")
    assert (entry.who, entry.action, entry.details["verdict"]) == ("key:ann", "publication.settled", "sent")


async def test_without_a_time_it_was_sent_when_it_was_handed_over(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail)
    await resolve(one, verdict="sent")
    async with transaction() as session:
        (post,) = await records.posts(session, as_of=now(), task_ids=[one.task_id])
    async with transaction() as session:
        found = await showing.detail(session, one.publication_id)
    assert post.published_at == found.deliveries[0].begun_at


@pytest.mark.parametrize(
    ("found", "field"),
    [
        ({"verdict": "sent", "send_again": True}, "send_again"),
        ({"verdict": "not_sent", "url": "https://acme.example/1"}, "url"),
        ({"verdict": "not_sent", "published_at": "2026-01-01T00:00:00Z"}, "published_at"),
        ({"verdict": "sent", "published_at": datetime(2190, 1, 1, tzinfo=UTC).isoformat()}, "published_at"),
        ({"verdict": "sent", "published_at": datetime(2020, 1, 1, tzinfo=UTC).isoformat()}, "published_at"),
    ],
)
async def test_an_answer_that_contradicts_itself_settles_nothing(
    engine_running: Database, mail: Mail, found: dict[str, Any], field: str
) -> None:
    one = await lost(mail)
    with pytest.raises(AnswerMisplaced) as caught:
        await resolve(one, **found)
    assert caught.value.field == field
    assert [one.state for one in await of(one.task_id)] == ["unknown"]


async def test_two_answers_at_once_and_exactly_one_counts(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail)
    answers = await asyncio.gather(
        *(resolve(one, verdict=verdict) for verdict in ("sent", "not_sent", "sent")), return_exceptions=True
    )
    assert sum(isinstance(answer, PublicationOut) for answer in answers) == 1
    assert sum(isinstance(answer, NothingToSettle) for answer in answers) == 2
    async with transaction() as session:
        assert len(await audit_entries(session, object_id=str(one.publication_id))) == 1


async def test_a_channel_that_can_look_is_asked_before_a_person(engine_running: Database) -> None:
    """The outbox knows its own files, so what it holds is published though the ledger had lost the outcome."""
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        await session.execute(text("UPDATE effects SET state = 'unknown', answer = NULL"))
        await session.execute(text("UPDATE publications SET state = 'unknown', finished_at = NULL"))
        await session.execute(text("DELETE FROM posts"))
    seen = await settling.look(one.publication_id)
    assert seen is not None
    assert (seen.state, seen.url) == ("published", one.url)
    assert await settling.look(one.publication_id) is None
    assert await effects() == [("done", 1)]


async def test_a_channel_that_has_it_not_leaves_the_word_to_a_person(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    for file in (engine_running.home / "outbox").iterdir():
        file.unlink()
    async with transaction() as session:
        await session.execute(text("UPDATE effects SET state = 'unknown', answer = NULL"))
        await session.execute(text("UPDATE publications SET state = 'unknown', finished_at = NULL"))
    seen = await settling.look(one.publication_id)
    assert seen is not None
    assert seen.state == "unknown"
    async with transaction() as session:
        (delivery,) = (await showing.detail(session, one.publication_id)).deliveries
    assert (delivery.state, delivery.recipient) == ("not_sent", None)
    await resolve(one, verdict="not_sent", send_again=True)
    await until(settled(said.task_id))
    assert len(list((engine_running.home / "outbox").iterdir())) == 2


async def test_who_surely_did_not_get_it_is_not_said_to_have_it(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail, TWO)
    async with transaction() as session:  # the mail server said no to one of them, for now
        await session.execute(
            text(
                "UPDATE effects SET state = 'absent' WHERE key = (SELECT max(key) FROM effects WHERE state = 'unknown')"
            )
        )
    seen = await resolve(one, verdict="sent")
    assert (seen.state, seen.unsent) == ("published", 1)
    assert "retry" in seen.actions
    assert sorted(state for state, _ in await effects()) == ["absent", "done"]


async def test_an_answer_is_about_the_attempt_that_was_looked_at(engine_running: Database, mail: Mail) -> None:
    first = await lost(mail)
    with Server(after_data="drop") as server:
        mail(server, "ada@reader.example")
        assert (
            await resolve(first, verdict="not_sent", send_again=True, attempt=first.attempt)
        ).attempt != first.attempt
        await until(settled(first.task_id, ("unknown",)))
        assert len(server.messages) == 1
    with Server() as server:
        mail(server, "ada@reader.example")
        with pytest.raises(AttemptOutdated):
            await resolve(first, verdict="not_sent", send_again=True, attempt=first.attempt)
        await asyncio.sleep(1)
        assert not server.messages
    (second,) = await of(first.task_id)
    assert (await resolve(second, verdict="sent", attempt=second.attempt)).state == "published"


async def test_many_who_answer_at_once_leave_what_was_settled(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail, TWO)

    async def answer(after: float) -> None:
        await asyncio.sleep(after)
        await settling.look(one.publication_id)
        with suppress(NothingToSettle):
            await resolve(one, verdict="sent")

    await asyncio.gather(*(answer(number * 0.01) for number in range(8)))
    assert [state for state, _ in await effects()] == ["done", "done"]


SENT = {"verdict": "sent"}
AGAIN = {"verdict": "not_sent", "send_again": True}


@pytest.mark.parametrize("named", [True, False])
async def test_of_two_who_answer_at_once_the_one_whose_word_does_not_count_is_told(
    engine_running: Database, mail: Mail, named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's answer comes in while the channel is looked at for the first: nothing of it is lost without a word."""
    one = await lost(mail)
    where = f"/api/publications/{one.publication_id}/resolve"
    about = {"attempt": one.attempt} if named else {}
    look, waits, goes_on = settling.look, asyncio.Event(), asyncio.Event()

    async def slow(id: UUID) -> PublicationOut | None:
        waits.set()
        await goes_on.wait()
        return await look(id)

    with Server() as server:
        mail(server, "ada@reader.example")
        async with signed_in("approver", "admin") as (first, second):
            monkeypatch.setattr(settling, "look", slow)
            late = asyncio.create_task(first.post(where, json={**SENT, **about}))
            same = asyncio.create_task(first.post(where, json={**AGAIN, **about}))
            await waits.wait()
            await asyncio.sleep(0.2)
            monkeypatch.setattr(settling, "look", look)
            assert (await second.post(where, json={**AGAIN, **about})).json()["state"] == "scheduled"
            goes_on.set()
            refused, repeated = await late, await same
        assert (refused.status_code, refused.json()["code"]) == (409, "attempt_outdated")
        assert repeated.status_code == 200, repeated.text  # the very same, said twice
        await until(settled(one.task_id))
        assert len(server.messages) == 1


async def test_who_answers_after_another_is_refused_in_both_orders_and_may_say_the_same(
    engine_running: Database, mail: Mail
) -> None:
    one = await lost(mail)
    assert (await resolve(one, **SENT, attempt=one.attempt)).state == "published"
    assert (await resolve(one, **SENT, attempt=one.attempt)).state == "published"
    with pytest.raises(NothingToSettle, match="ann looked: sent"):
        await resolve(one, **AGAIN, attempt=one.attempt)
    other = await lost(mail)
    with Server() as server:
        mail(server, "ada@reader.example")
        again = await resolve(other, **AGAIN, attempt=other.attempt)
        assert (await resolve(other, **AGAIN, attempt=other.attempt)).attempt == again.attempt
        with pytest.raises(AttemptOutdated):
            await resolve(other, **SENT, attempt=other.attempt)
        await until(settled(other.task_id))
        assert len(server.messages) == 1


async def test_nothing_is_settled_as_standing_where_another_publication_does(
    engine_running: Database, mail: Mail
) -> None:
    one, other = await lost(mail), await lost(mail)
    where = "https://archive.example/a"
    await resolve(one, **SENT, url=where)
    with pytest.raises(AddressTaken, match=str(one.publication_id)):
        await resolve(other, **SENT, url=f"{where}/?utm_source=letter")
    (stands,) = await of(other.task_id)
    assert (stands.state, stands.actions) == ("unknown", ["resolve"])
    assert (await resolve(other, **SENT, url=f"{where}b")).state == "published"


async def test_an_answer_with_another_address_is_not_lost_without_a_word(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail)
    first, other = (f"https://archive.example/{name}" for name in "ab")
    assert (await resolve(one, **SENT, attempt=one.attempt, url=first)).url == first
    for same in ({"url": first}, {}):
        assert (await resolve(one, **SENT, attempt=one.attempt, **same)).url == first
    with pytest.raises(NothingToSettle, match=f"ann settled it already: sent, at {first}") as told:
        await resolve(one, **SENT, attempt=one.attempt, url=other)
    assert "/posted" in told.value.advice


async def test_the_history_says_who_found_what_and_had_it_sent_again(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail)
    with Server(after_data="drop") as server:
        mail(server, "ada@reader.example")
        await resolve(one, **AGAIN)
        await until(settled(one.task_id, ("unknown",)))
    await resolve(one, verdict="not_sent")
    async with transaction() as session:
        await settling.retry(session, one.publication_id, by=APPROVER)
        history = (await showing.detail(session, one.publication_id)).history
    told = [(each.attempt, each.state, each.by, each.sent_again) for each in history]
    assert told == [
        (1, "unknown", None, False),
        (1, "not_sent", "ann", True),
        (2, "unknown", None, False),
        (2, "refused", "ann", False),
        (2, "refused", "ann", True),
    ]
    assert history[1].said == "ann looked: not sent. ann had it sent again."
    assert [each.recipients for each in history] == [None, ["ada@reader.example"], None, ["ada@reader.example"], None]
    assert history[0].begun_at != history[2].begun_at


async def test_a_history_from_before_people_were_named_is_read_as_ever(engine_running: Database, mail: Mail) -> None:
    one = await lost(mail)
    async with transaction() as session:
        strip = "UPDATE publications SET history = jsonb_build_array(history -> 0 #- '{by}' #- '{sent_again}')"
        await session.execute(text(strip))
    async with transaction() as session:
        (ended,) = (await showing.detail(session, one.publication_id)).history
    assert (ended.state, ended.by, ended.sent_again) == ("unknown", None, False)
    assert (await resolve(one, **SENT, attempt=one.attempt)).state == "published"
