"""A text that is given to publish: one task, one decision, one publication, however often it is asked for."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.errors import ComplianceBlocks, ScheduleInPast, TextTooLong, TextUnfit
from cofounder.flow.publish import given, service, settling, showing, steps
from cofounder.flow.publish.errors import PlatformUnknown, TitleMissing
from cofounder.flow.publish.schemas import PublishIn, PublishOut
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.request.service import submit
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import NotAllowed
from cofounder.kit.once import KeyReused
from cofounder.kit.testing import Database, until
from cofounder.settings import settings
from tests.flow.waiting import APPROVER, OPERATOR

del steps  # imported for the workflow it registers
WORDS = "Our office moves to 12 Dock Street in May. Come and see us; there will be coffee."


async def publish(session: AsyncSession, key: str | None = None, **changes: Any) -> PublishOut:
    body = PublishIn.model_validate({"platform": "linkedin", "content": WORDS, **changes})
    return await given.publish_now(session, body, by=APPROVER, idempotency_key=key)


async def test_the_text_is_a_task_with_a_decision_by_who_gave_it(session: AsyncSession) -> None:
    said = await publish(session)
    task = await records.get_task(session, said.task_id)
    (decision,) = await approvals.decisions(session, said.task_id)
    assert (task.source, task.status) == ("api", "approved")
    assert (decision.by, decision.verdict, decision.channels) == ("key:ann", "approve", ["linkedin"])
    assert said.text == WORDS
    assert said.fingerprint == decision.fingerprint
    assert said.quality_score is not None
    assert (said.state, said.repeated) == ("scheduled", False)


async def test_the_same_text_again_answers_with_the_first(session: AsyncSession) -> None:
    first = await publish(session)
    second = await publish(session)
    assert second == first.model_copy(update={"repeated": True})
    third = await publish(session, account="outbox")  # what it goes by anyway, spelled out
    assert (third.publication_id, third.repeated) == (first.publication_id, True)
    assert await session.scalar(text("SELECT count(*) FROM publications")) == 1


async def test_a_text_that_was_cancelled_before_anybody_got_it_may_be_given_anew(session: AsyncSession) -> None:
    later = now() + timedelta(days=400)
    first, keyed = await publish(session, schedule_at=later), await publish(session, key="k", schedule_at=later)
    for one in (first, keyed):
        await settling.cancel(session, one.publication_id, by=APPROVER)
    anew = await publish(session, schedule_at=later)
    assert (anew.state, anew.repeated) == ("scheduled", False)
    assert anew.publication_id != first.publication_id
    assert (await publish(session, schedule_at=later)).publication_id == anew.publication_id
    again = await publish(session, key="k", schedule_at=later)  # a repeated request is a repeated request
    assert (again.publication_id, again.state, again.repeated) == (keyed.publication_id, "cancelled", True)


async def test_another_key_or_another_word_is_another_publication(session: AsyncSession) -> None:
    found = {
        (await publish(session)).task_id,
        (await publish(session, content=WORDS + " Bring friends.")).task_id,
        (await publish(session, key="k1")).task_id,
        (await publish(session, key="k2")).task_id,
        (await publish(session, platform="facebook")).task_id,
    }
    assert len(found) == 5


async def test_a_key_belongs_to_one_text(session: AsyncSession) -> None:
    first = await publish(session, key="k1")
    assert (await publish(session, key="k1")).task_id == first.task_id
    with pytest.raises(KeyReused):
        await publish(session, key="k1", content="Something else entirely.")


async def test_nobody_takes_anothers_key_nor_one_of_another_address(session: AsyncSession) -> None:
    other = replace(APPROVER, name="eve")
    body = PublishIn.model_validate({"platform": "linkedin", "content": WORDS})
    asked = ProcessIn(request="Write a LinkedIn post about our bakery")
    first = await publish(session, key="k1")
    for key in ("k1", "publish:k1", "publish:text:k1"):
        task = await submit(session, asked, by=other.who, idempotency_key=key)
        assert (await submit(session, asked, by=other.who, idempotency_key=key)).id == task.id
        assert (await submit(session, asked, by=APPROVER.who, idempotency_key=key)).id != task.id
    theirs = await given.publish_now(session, body, by=other, idempotency_key="k1")
    assert theirs.task_id != first.task_id
    assert (await publish(session, key="k1")).task_id == first.task_id
    plain = await given.publish_now(session, body, by=other)
    assert (
        plain.task_id == (await publish(session)).task_id
    )  # the same text without a key is the same, whoever gives it


async def test_both_names_of_x_are_one_platform(session: AsyncSession) -> None:
    first = await publish(session, platform="twitter")
    second = await publish(session, platform="X")
    assert (first.platform, second.platform) == ("twitter", "X")
    assert second.task_id == first.task_id


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"platform": "myspace"}, PlatformUnknown, "platform"),
        ({"platform": "x", "content": "a" * 281}, TextTooLong, "content"),
        ({"content": "We guarantee you 40% returns on your investment, risk free."}, ComplianceBlocks, "content"),
        ({"schedule_at": now() - timedelta(hours=1)}, ScheduleInPast, "schedule_at"),
    ],
)
async def test_what_may_not_go_out_leaves_nothing_behind(
    session: AsyncSession, changes: dict[str, Any], error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as caught:
        async with session.begin_nested():
            await publish(session, **changes)
    assert caught.value.errors[0]["field"] == field  # type: ignore[attr-defined]
    assert await session.scalar(text("SELECT count(*) FROM tasks")) == 0


async def test_only_an_approver_publishes(session: AsyncSession) -> None:
    with pytest.raises(NotAllowed):
        await given.publish_now(session, PublishIn(platform="x", content="Hello."), by=OPERATOR)


async def test_approval_switched_off_does_not_make_a_persons_decision_automatic(session: AsyncSession) -> None:
    await session.execute(
        text(
            "INSERT INTO settings (name, value, set_at, set_by) VALUES ('approval', '{\"value\": false}', now(), 'ann')"
        )
    )
    (decision,) = await approvals.decisions(session, (await publish(session)).task_id)
    assert decision.by == "key:ann"


async def test_title_tags_and_link_come_with_the_text(session: AsyncSession) -> None:
    said = await publish(
        session, metadata={"hashtags": ["#Moving"], "link": "https://example.com/may", "campaign": "may"}
    )
    assert said.text.startswith(WORDS)
    assert "#Moving" in said.text
    assert "https://example.com/may" in said.text
    task = await records.get_task(session, said.task_id)
    assert task.preferences["metadata"]["campaign"] == "may"


async def test_many_at_once_make_one_publication_and_one_file(engine_running: Database) -> None:
    async def once(number: int) -> PublishOut:
        async with transaction() as session:
            return await publish(session)

    answers = await asyncio.gather(*(once(number) for number in range(8)))
    assert len({answer.publication_id for answer in answers}) == 1
    assert sum(not answer.repeated for answer in answers) == 1
    task = answers[0].task_id

    async def out() -> bool:
        async with transaction() as session:
            return [one.state for one in await showing.publications(session, task)] == ["published"]

    await until(out)
    assert len(list((engine_running.home / "outbox").iterdir())) == 2
    async with transaction() as session:
        assert (await publish(session)).state == "published"
        assert (await records.get_task(session, task)).status == "completed"


@pytest.mark.parametrize("link", ["http://localhost/a", "http://10.0.0.7/a", "http://2130706433/a", "http://[::1]/a"])
@pytest.mark.parametrize("platform", ["linkedin", "x", "facebook"])
async def test_a_link_that_the_channel_would_refuse_is_refused_when_it_is_given(
    session: AsyncSession, link: str, platform: str
) -> None:
    with pytest.raises(TextUnfit, match="not on the internet") as caught:
        await publish(session, platform=platform, content=f"{WORDS} {link}")
    assert caught.value.field == "content"


async def test_a_placeholder_that_nobody_can_fill_is_refused_when_it_is_given(session: AsyncSession) -> None:
    letter: dict[str, Any] = {"platform": "email", "metadata": {"subject": "We move"}}
    with pytest.raises(TextUnfit, match="first_name"):
        await publish(session, **letter, content=f"Hello {{{{first_name}}}},\n\n{WORDS}")
    assert (await publish(session, **letter, content=f"Hello {{{{name}}}},\n\n{WORDS}")).state == "scheduled"


@pytest.mark.parametrize("title", [None, "  "])
async def test_an_article_without_a_title_is_refused(session: AsyncSession, title: str | None) -> None:
    with pytest.raises(TitleMissing) as caught:
        await publish(session, platform="blog", metadata={} if title is None else {"title": title})
    assert caught.value.field == "metadata.title"


async def test_a_thread_that_is_given_goes_out_as_its_posts(session: AsyncSession) -> None:
    words = "First about beans.\n\nSecond about farms."
    said = await publish(session, platform="x_thread", content=words)
    (made,) = await showing.publications(session, said.task_id)
    assert said.text == made.text == "First about beans.\n\n---\n\nSecond about farms."
    row = await service.get(session, said.publication_id)
    sent = await service.delivery(session, row, "")
    assert sent.parts == ("First about beans.", "Second about farms.")
    assert (await publish(session, platform="thread", content=words)).publication_id == said.publication_id
    single = await publish(session, platform="x", content=words)  # one post is not the thread
    assert (single.text, single.repeated) == (words, False)


async def test_a_long_text_is_taken_as_a_thread_and_cut_at_sentences(session: AsyncSession) -> None:
    sentence = "Beans from the farm cost twelve per cent more than they did in spring, and we pay it. "
    with pytest.raises(TextTooLong):
        await publish(session, platform="x", content=sentence * 5)
    said = await publish(session, platform="X Thread", content=sentence * 5)
    assert said.text == f"{(sentence * 3).strip()}\n\n---\n\n{(sentence * 2).strip()}"


async def test_a_letter_names_its_subject_in_words_beside_the_message_that_carries_it(session: AsyncSession) -> None:
    said = await publish(session, platform="email", metadata={"subject": "Grüße aus dem Café"})
    one = await showing.one(session, said.publication_id)
    assert one.title == "Grüße aus dem Café"
    assert "Subject: =?utf-8?" in one.text


INSIDE = ["[See](http://localhost/x)", "![A shop](http://10.0.0.1/a.png)"]


@pytest.mark.parametrize("words", INSIDE)
@pytest.mark.parametrize(
    "platform",
    [{"platform": "blog", "metadata": {"title": "We move"}}, {"platform": "email", "metadata": {"subject": "We"}}],
)
async def test_an_article_or_a_letter_leads_nobody_into_ones_own_network(
    session: AsyncSession, platform: dict[str, Any], words: str
) -> None:
    with pytest.raises(TextUnfit, match="not on the internet"):
        await publish(session, **platform, content=f"{WORDS}\n\n{words}")


async def test_an_article_may_name_an_address_and_lead_where_the_site_itself_may_lie(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog: dict[str, Any] = {"platform": "blog", "metadata": {"title": "We move"}}
    assert (await publish(session, **blog, content=f"{WORDS}\n\nOpen `http://localhost:3000`.")).state == "scheduled"
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "wiki.internal")
    settings.cache_clear()
    inside = f"{WORDS}\n\n[See](https://wiki.internal/x)"
    assert (await publish(session, **blog, content=inside)).state == "scheduled"


async def test_the_same_text_for_another_time_is_told_of(session: AsyncSession) -> None:
    first = await publish(session)
    assert first.same_text is None
    again = await publish(session, schedule_at=now() + timedelta(days=1))
    assert not again.repeated
    assert f"(task {first.task_id})" in (again.same_text or "")
    assert f"cofounder task {again.task_id} --cancel" in (again.same_text or "")
    assert (await publish(session)).same_text is None  # the first answer again
