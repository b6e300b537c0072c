"""A publication from decision to outcome, on a real engine, a real mail server, real files."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business import sample
from cofounder.business.records import service as records
from cofounder.channels import senders
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.errors import AlreadyDecided
from cofounder.flow.approve.schemas import Decision, DecisionOut
from cofounder.flow.publish import ledger, service, steps
from cofounder.flow.publish.schemas import Order
from cofounder.kit.clock import now, today
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until
from cofounder.settings import settings
from tests.channels.smtp import Server
from tests.flow.publish.standing import TWO, Mail, approved, of, settled, status
from tests.flow.waiting import APPROVER, ready


async def test_an_approved_text_lies_in_the_outbox_byte_for_byte(engine_running: Database) -> None:
    said = await approved("linkedin", "x")
    await until(settled(said.task_id, n=2))
    for one in await of(said.task_id):
        assert one.state == "published"
        assert one.url is not None
        file = Path(one.url)
        assert file.parent == engine_running.home / "outbox"
        name = "twitter" if one.channel == "x" else one.channel
        assert file.read_bytes() == said.texts[name].encode()
        assert json.loads(file.with_suffix(".json").read_text())["fingerprint"] == said.fingerprint
    assert await status(said.task_id) == "completed"


async def test_what_is_published_on_the_sample_belongs_to_it_and_the_sample_opens_again(
    engine_running: Database,
) -> None:
    async with transaction() as session:
        await sample.load(session, today=today())
    said = await approved("linkedin")
    await until(settled(said.task_id))
    async with transaction() as session:
        assert await records.only_sample(session)
        await sample.load(session, today=today() + timedelta(days=40))
        mine = text("SELECT is_sample FROM posts WHERE task_id = :id")
        assert (await session.execute(mine, {"id": said.task_id})).scalars().all() == [True]


async def test_a_post_in_the_outbox_has_no_time_of_publication_yet(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    async with transaction() as session:
        row = (await session.execute(text("SELECT platform, published_at, content, url FROM posts"))).one()
        seen = await records.posts(session, as_of=now(), task_ids=[said.task_id])
    assert (row.platform, row.published_at, row.url) == ("linkedin", None, None)
    assert row.content == said.texts["linkedin"]
    assert seen == []


async def test_running_the_workflow_again_publishes_nothing_twice(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    await steps.deliver(str(one.publication_id))
    await steps.deliver(str(one.publication_id))
    assert len(list((engine_running.home / "outbox").iterdir())) == 2
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM posts")) == 1
        assert await session.scalar(text("SELECT attempts FROM effects")) == 1


async def test_two_decisions_at_once_and_exactly_one_wins(engine_running: Database) -> None:
    async with transaction() as session:
        id = await ready(session, "linkedin")
        await approvals.open_round(session, id)

    async def decide(number: int) -> DecisionOut:
        async with transaction() as session:
            return await approvals.decide(session, Decision(task_id=id, approved=number % 2 == 0), by=APPROVER)

    answers = await asyncio.gather(*(decide(number) for number in range(6)), return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, DecisionOut)]
    assert len(won) == 1
    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 5
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM decisions")) == 1


async def test_a_mail_goes_to_every_recipient_once(engine_running: Database, mail: Mail) -> None:
    with Server() as server:
        mail(server, TWO)
        said = await approved("email")
        (planned,) = said.publications
        assert (planned.delivered_by, planned.account) == ("email", "news@acme.example")
        await until(settled(said.task_id))
        assert sorted(envelope.rcpt_tos[0] for envelope in server.messages) == [
            "ada@reader.example",
            "bob@reader.example",
        ]
    (one,) = await of(said.task_id)
    assert (one.state, one.note, one.recipients) == ("published", "Sent to 2 of 2.", 2)
    async with transaction() as session:
        (post,) = await records.posts(session, as_of=now(), task_ids=[said.task_id])
    assert post.platform == "email"


async def test_a_refused_recipient_does_not_touch_the_others(engine_running: Database, mail: Mail) -> None:
    with Server(refuse=("bob@reader.example",)) as server:
        mail(server, TWO)
        said = await approved("email")
        await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert one.state == "published"
    assert (one.note or "").startswith("Sent to 1 of 2, 1 refused")
    assert "No such user" in (one.note or "")


async def test_when_all_refuse_nothing_was_published_and_the_task_is_over(engine_running: Database, mail: Mail) -> None:
    with Server(after_data="reject") as server:
        mail(server, TWO)
        said = await approved("email")
        await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert one.state == "refused"
    assert "spam" in (one.note or "")
    assert await status(said.task_id) == "completed"
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM posts")) == 0


async def killed_during(said: DecisionOut, *, sent: bool) -> UUID:
    """The state that a kill leaves: the intent is on record, the outcome is not, and perhaps the thing was done."""
    (planned,) = said.publications
    async with transaction() as session:
        order = {"channel": planned.channel, "delivered_by": planned.delivered_by, "account": planned.account}
        await service.make(
            session,
            planned.publication_id,
            Order.model_validate({**order, "decision_id": said.decision.id, "variant_version": 1}),
        )
    async with transaction() as session:
        row = await service.attempt(session, planned.publication_id)
        assert row is not None
        delivery = await service.delivery(session, row, row.recipients[0])
    key = ledger.key(planned.publication_id, delivery.recipient)
    if sent:
        await senders.named(row.delivered_by).send(delivery, effect_key=key)
    async with transaction() as session:
        await session.execute(
            text(
                "INSERT INTO effects (id, kind, key, state, request, attempts) "
                "VALUES (:id, 'outbox.send', :key, 'intended', '{}', 1)"
            ),
            {"id": new_id(), "key": key},
        )
    return planned.publication_id


@pytest.mark.parametrize("sent", [True, False])
async def test_after_a_kill_the_outbox_is_asked_and_holds_the_text_once(database: Database, sent: bool) -> None:
    id = await killed_during(await approved("linkedin"), sent=sent)
    assert await steps.deliver.__wrapped__(str(id)) == "published"  # type: ignore[attr-defined]
    assert len(list((database.home / "outbox").iterdir())) == 2


@pytest.mark.parametrize(("sent", "state"), [(True, "published"), (False, "refused")])
async def test_a_publication_set_aside_in_mid_attempt_ends_as_the_world_says(
    database: Database, sent: bool, state: str
) -> None:
    said = await approved("linkedin")
    id = await killed_during(said, sent=sent)
    await steps.set_aside(str(id))
    await steps.set_aside(str(id))  # who did it may have been killed before it was noted
    (one,) = await of(said.task_id)
    assert (one.state, "Five workers" in (one.note or "")) == (state, True)
    assert await status(said.task_id) == "completed"
    assert (database.home / "outbox").exists() == sent


async def test_after_a_kill_a_mail_is_never_sent_a_second_time(database: Database, mail: Mail) -> None:
    with Server() as server:
        mail(server, "ada@reader.example")
        id = await killed_during(await approved("email"), sent=True)
        assert await steps.deliver.__wrapped__(str(id)) == "unknown"  # type: ignore[attr-defined]
        assert len(server.messages) == 1


async def test_a_scheduled_publication_waits_for_its_time(engine_running: Database) -> None:
    said = await approved("linkedin", due_in=timedelta(seconds=5))
    await until(settled(said.task_id, ("scheduled",)))
    assert await status(said.task_id) == "approved"
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert one.attempted_at is not None
    assert one.scheduled_at is not None
    assert one.attempted_at >= one.scheduled_at


async def test_an_account_that_is_gone_when_the_time_comes_means_the_outbox(
    engine_running: Database, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server:
        mail(server, TWO)
        said = await approved("email", due_in=timedelta(seconds=5))
        await until(settled(said.task_id, ("scheduled",)))
        monkeypatch.delenv("COFOUNDER_SMTP_HOST")
        settings.cache_clear()
        await until(settled(said.task_id))
        assert server.messages == []
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by) == ("published", "outbox")
    assert "do not send as news@acme.example any more" in (one.note or "")


async def test_every_outcome_brings_the_example_up_to_date(engine_running: Database) -> None:
    said = await approved("linkedin")
    await until(settled(said.task_id))

    async def remembered() -> bool:
        async with transaction() as session:
            result = await session.scalar(text("SELECT execution_result FROM orchestrator_training_data"))
        return bool(result and result["publications"] and result["publications"][0]["state"] == "published")

    await until(remembered)
