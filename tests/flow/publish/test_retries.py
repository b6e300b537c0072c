"""What surely was not sent is tried again, by itself and by a person, and reaches nobody twice."""

import asyncio
import resource
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cofounder import journey
from cofounder.flow.publish import service, settling, showing, steps
from cofounder.flow.publish.errors import NothingToRetry
from cofounder.flow.publish.outcomes import LONGEST_WAIT_SECONDS, Outcome, task_status, verdict, wait_seconds
from cofounder.flow.publish.schemas import PublicationOut, Verdict
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, Spawned, until
from cofounder.people import audit_entries
from cofounder.settings import settings
from tests.channels.smtp import Mute, Server
from tests.flow.publish.standing import TWO, Mail, Retries, approved, effects, of, settled, status
from tests.flow.waiting import APPROVER

SCHEDULED = ("scheduled",)


async def retry(one: PublicationOut) -> PublicationOut:
    async with transaction() as session:
        return await settling.retry(session, one.publication_id, by=APPROVER)


def waits_again(one: PublicationOut) -> bool:
    return one.state == "scheduled" and one.next_attempt_at is not None


async def again(task_id: UUID) -> bool:
    found = await of(task_id)
    return bool(found) and all(waits_again(one) for one in found)


async def test_an_outbox_that_cannot_be_written_is_tried_again_until_it_can(
    engine_running: Database, retries: Retries
) -> None:
    retries(20, 0.2)
    in_the_way = engine_running.home / "outbox"
    in_the_way.write_text("a file where the folder should be")
    said = await approved("linkedin")
    await until(lambda: again(said.task_id))
    (one,) = await of(said.task_id)
    assert "could not be written" in (one.note or "")
    assert one.actions == ["cancel", "retry"]
    assert await status(said.task_id) == "approved"
    in_the_way.unlink()
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.next_attempt_at, one.unsent) == ("published", None, 0)
    assert "could not be written" not in (one.note or "")
    assert Path(one.url or "").read_bytes() == said.texts["linkedin"].encode()
    assert await status(said.task_id) == "completed"


async def test_when_it_never_works_it_is_refused_with_the_reason_and_a_person_can_send_it_later(
    engine_running: Database, retries: Retries
) -> None:
    retries(2, 0.05)
    in_the_way = engine_running.home / "outbox"
    in_the_way.write_text("a file where the folder should be")
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.attempts, one.unsent, one.actions) == ("refused", 3, 1, ["retry"])
    assert "could not be written" in (one.note or "")
    assert await status(said.task_id) == "completed"
    in_the_way.unlink()
    asked = await retry(one)
    assert (asked.state, asked.fingerprint, asked.text) == ("scheduled", one.fingerprint, one.text)
    assert (await retry(one)).state in ("scheduled", "attempting", "published")
    await until(settled(said.task_id))
    assert [one.state for one in await of(said.task_id)] == ["published"]
    assert len(list(in_the_way.iterdir())) == 2
    async with transaction() as session:
        history = (await showing.detail(session, one.publication_id)).history
    assert [(each.attempt, each.state) for each in history] == [
        (1, "not_sent"), (2, "not_sent"), (3, "refused"), (3, "refused"), (4, "published"),
    ]  # fmt: skip
    assert [each.sent_again for each in history] == [False, False, False, True, False]
    assert all("could not be written" in (each.said or "") for each in history[:3])
    async with transaction() as session:
        (entry,) = await audit_entries(session, object_id=str(one.publication_id))
        assert await session.scalar(text("SELECT count(*) FROM decisions")) == 1
        assert await session.scalar(text("SELECT count(*) FROM posts")) == 1
    assert (entry.who, entry.action) == ("key:ann", "publication.retried")
    assert entry.details["fingerprint"] == one.fingerprint


async def test_a_full_disk_leaves_nothing_half_written_and_goes_out_when_there_is_room(
    engine_running: Database, retries: Retries
) -> None:
    retries(50, 0.2)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        said = await approved("linkedin")
        await until(lambda: again(said.task_id))
        assert list((engine_running.home / "outbox").iterdir()) == []
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert Path(one.url or "").read_bytes() == said.texts["linkedin"].encode()


async def test_a_mail_server_that_is_away_gets_it_once_it_is_back(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(50, 0.2)
    with Server() as server:
        mail(server, TWO)
    said = await approved("email")
    await until(lambda: again(said.task_id))
    with Server(port=server.port) as back:
        await until(settled(said.task_id))
        assert sorted(one.rcpt_tos[0] for one in back.messages) == ["ada@reader.example", "bob@reader.example"]
    (one,) = await of(said.task_id)
    assert (one.state, one.note) == ("published", "Sent to 2 of 2.")


async def test_a_mail_server_that_is_away_is_not_called_for_each_recipient(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(20, 600)
    async with Mute(hangs_up=True) as server:
        mail(server, TWO)
        said = await approved("email")
        await until(lambda: again(said.task_id), within=60)
        assert server.calls == 1
    (one,) = await of(said.task_id)
    assert (one.recipients, one.unknown) == (2, 0)
    assert "Not sent yet" in (one.note or "")
    with Server(port=server.port) as back:
        await retry(one)
        await until(settled(said.task_id), within=60)
        assert [envelope.rcpt_tos for envelope in back.messages] == [["ada@reader.example"], ["bob@reader.example"]]


async def test_a_wrong_password_is_tried_once_and_not_for_each_recipient(
    engine_running: Database, mail: Mail, retries: Retries, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries(20, 0.05)
    monkeypatch.setenv("COFOUNDER_SMTP_USERNAME", "news")
    monkeypatch.setenv("COFOUNDER_SMTP_PASSWORD", "wrong")
    with Server(password="right") as server:
        mail(server, f"{TWO}, cleo@reader.example")
        said = await approved("email")
        await until(settled(said.task_id), within=60)
        (one,) = await of(said.task_id)
        assert (one.state, one.unsent, one.actions) == ("refused", 3, ["retry"])
        assert "could not be used" in (one.note or "")
        of_one_attempt = server.sign_ins
        monkeypatch.setenv("COFOUNDER_SMTP_PASSWORD", "right")
        settings.cache_clear()
        await retry(one)
        await until(settled(said.task_id, ("published",)), within=60)
        assert len(server.messages) == 3
    # Each connection may try more than one way to sign in; three recipients would have tried three times as many.
    assert of_one_attempt <= 3
    assert [one.note for one in await of(said.task_id)] == ["Sent to 3 of 3."]


async def test_a_worker_told_to_stop_while_the_mail_server_is_silent_leaves_nothing_unknown(
    database: Database, mail: Mail, spawn: Callable[..., Spawned]
) -> None:
    """A silent server keeps a line for a minute; who stops in it has sent nothing, and knows it."""
    async with Mute() as server:
        mail(server, "Ada <ada@reader.example>")
        said = await approved("email")
        worker = spawn("cofounder.cli", "worker")
        await until(lambda: server.calls, within=90)
        assert worker.end(within=60) == 0, worker.output
    assert await effects() == [("absent", 1)]
    with Server(port=server.port) as back:
        spawn("cofounder.cli", "worker")
        await until(settled(said.task_id), within=90)
        assert len(back.messages) == 1
    (one,) = await of(said.task_id)
    assert (one.state, one.unknown) == ("published", 0)


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
async def test_a_4xx_is_tried_again_and_nobody_gets_it_twice(
    engine_running: Database, mail: Mail, retries: Retries, at: str
) -> None:
    retries(50, 0.1)
    with Server(says={at: "451 4.3.0 Try again later"}) as server:
        mail(server, "ada@reader.example")
        said = await approved("email")
        await until(lambda: again(said.task_id))
        server.says.clear()
        await until(settled(said.task_id))
        assert len(server.messages) == 1
    assert [one.state for one in await of(said.task_id)] == ["published"]


async def test_a_line_lost_after_the_text_is_never_tried_again_by_itself(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(50, 0.05)
    with Server(after_data="drop") as server:
        mail(server, "ada@reader.example")
        said = await approved("email")
        await until(settled(said.task_id, ("unknown",)))
        await asyncio.sleep(0.5)
        (one,) = await of(said.task_id)
        with pytest.raises(NothingToRetry, match="unknown"):
            await retry(one)
        await steps.deliver(str(one.publication_id))
        assert len(server.messages) == 1
    assert await effects() == [("unknown", 1)]


async def test_of_two_recipients_only_the_one_who_did_not_get_it_is_tried_again(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(0, 1)
    with Server(refuse=("bob@reader.example",)) as server:
        mail(server, TWO)
        said = await approved("email")
        await until(settled(said.task_id))
        (one,) = await of(said.task_id)
        assert (one.state, one.unsent, one.actions) == ("published", 1, ["retry"])
        server.refuse = ()
        await retry(one)
        assert await status(said.task_id) in ("approved", "publishing", "completed")
        await until(settled(said.task_id))
        assert [envelope.rcpt_tos for envelope in server.messages] == [["ada@reader.example"], ["bob@reader.example"]]
    (one,) = await of(said.task_id)
    assert (one.state, one.unsent, one.note) == ("published", 0, "Sent to 2 of 2.")
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM posts")) == 1


async def test_an_address_that_was_mended_is_used_and_who_has_it_is_left_alone(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(0, 1)
    with Server(refuse=("bbo@reader.example",)) as server:
        mail(server, "ada@reader.example, bbo@reader.example")
        said = await approved("email")
        await until(settled(said.task_id))
        mail(server, "Ada L <ada@reader.example>, bob@reader.example")
        (one,) = await of(said.task_id)
        await retry(one)
        await until(settled(said.task_id))
        assert [envelope.rcpt_tos for envelope in server.messages] == [["ada@reader.example"], ["bob@reader.example"]]
    (one,) = await of(said.task_id)
    assert (one.state, one.recipients, one.unsent) == ("published", 2, 0)


async def test_many_who_ask_at_once_send_it_once(engine_running: Database, mail: Mail, retries: Retries) -> None:
    retries(0, 1)
    with Server() as server:
        mail(server, TWO)
    said = await approved("email")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert one.state == "refused"
    with Server(port=server.port) as back:
        await asyncio.gather(*(retry(one) for _ in range(6)))
        await until(settled(said.task_id))
        assert len(back.messages) == 2
    async with transaction() as session:
        assert len(await audit_entries(session, object_id=str(one.publication_id))) == 1


async def test_asking_while_it_waits_brings_the_next_attempt_forward(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(5, 3000)
    with Server() as server:
        mail(server, "ada@reader.example")
    said = await approved("email")
    await until(lambda: again(said.task_id))
    (one,) = await of(said.task_id)
    assert one.next_attempt_at is not None
    assert (one.next_attempt_at - now()).total_seconds() > 2000
    with Server(port=server.port) as back:
        await retry(one)
        await until(settled(said.task_id))
        assert len(back.messages) == 1


async def test_what_waits_for_another_attempt_can_be_cancelled(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(5, 3000)
    with Server() as server:
        mail(server, "ada@reader.example")
    said = await approved("email")
    await until(lambda: again(said.task_id))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        assert (await settling.cancel(session, one.publication_id, by=APPROVER)).state == "cancelled"
    assert await status(said.task_id) == "completed"
    with pytest.raises(NothingToRetry, match="cancelled"):
        await retry(one)


async def test_cancelling_what_some_have_got_says_who_got_it(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(5, 3000)
    with Server(busy=("bob@reader.example",)) as server:
        mail(server, TWO)
        said = await approved("email")
        await until(lambda: again(said.task_id))
        (one,) = await of(said.task_id)
        async with transaction() as session:
            seen = await settling.cancel(session, one.publication_id, by=APPROVER)
    assert (seen.state, seen.unsent) == ("published", 1)
    assert "cancelled the rest" in (seen.note or "")
    assert "Sent to 1 of 2" in (seen.note or "")


async def test_what_a_person_said_was_not_sent_can_be_sent_later(engine_running: Database, mail: Mail) -> None:
    with Server(after_data="drop") as server:
        mail(server, "ada@reader.example")
        said = await approved("email")
        await until(settled(said.task_id, ("unknown",)))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        await settling.resolve(session, one.publication_id, Verdict(verdict="not_sent"), by=APPROVER)
    with Server(port=server.port) as back:
        await retry(one)
        await until(settled(said.task_id))
        assert len(back.messages) == 1


async def test_an_attempt_that_breaks_in_our_own_hands_is_tried_again(
    engine_running: Database, retries: Retries, monkeypatch: pytest.MonkeyPatch
) -> None:
    retries(5, 0.1)
    real, broken = service.delivery, [True]

    async def delivery(*given: object) -> object:
        if broken[0]:
            raise OSError("the step broke")
        return await real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "delivery", delivery)
    said = await approved("linkedin")
    await until(lambda: again(said.task_id), within=20)
    broken[0] = False
    await until(settled(said.task_id))
    assert [one.state for one in await of(said.task_id)] == ["published"]


async def test_what_is_only_scheduled_or_published_is_not_sent_again(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    with pytest.raises(NothingToRetry, match="published"):
        await retry(one)
    waiting = await approved("linkedin", schedule_at=now().replace(year=now().year + 1))
    await until(settled(waiting.task_id, SCHEDULED))
    (other,) = await of(waiting.task_id)
    with pytest.raises(NothingToRetry, match="scheduled"):
        await retry(other)


@given(attempts=st.integers(1, 10_000), first=st.floats(0.01, 3600))
def test_each_wait_is_longer_and_none_is_endless(attempts: int, first: float) -> None:
    wait = wait_seconds(attempts, first=first)
    assert min(first, LONGEST_WAIT_SECONDS) <= wait <= LONGEST_WAIT_SECONDS
    assert wait_seconds(attempts + 1, first=first) >= wait


STATES = st.sampled_from(["done", "refused", "absent", "unknown"])


@given(states=st.lists(STATES, max_size=6))
def test_one_unknown_recipient_makes_the_whole_unknown(states: list[str]) -> None:
    whole, said = verdict([Outcome(str(number), state) for number, state in enumerate(states)])
    expected = "unknown" if "unknown" in states else "published" if "done" in states else "refused"
    assert whole == expected
    assert (len(states) != 1) <= bool(said)
    assert task_status([whole], 1) == ("publishing" if whole == "unknown" else "completed")


async def test_a_publication_set_aside_ends_says_so_and_can_be_sent_later(
    engine_running: Database, mail: Mail, retries: Retries
) -> None:
    retries(5, 3000)
    with Server() as server:
        mail(server, "ada@reader.example")
    said = await approved("email")
    await until(lambda: again(said.task_id))
    (one,) = await of(said.task_id)
    await journey.set_aside(f"{one.publication_id}:{new_id()}")  # one that carries it no more
    assert [one.state for one in await of(said.task_id)] == ["scheduled"]
    await journey.set_aside(str(one.publication_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.actions) == ("refused", ["retry"])
    assert "Five workers" in (one.note or "")
    assert await status(said.task_id) == "completed"
    with Server(port=server.port) as back:
        await retry(one)
        await until(settled(said.task_id))
        assert len(back.messages) == 1
