"""Every age of every post is read once: late, after kills, around quotas, by however many workers."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.channels.accounts import Connected, SignInNeeded
from cofounder.channels.readers import Asked, x
from cofounder.flow.publish.measuring import carrying, queries, writing
from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.channels.readers.servers import SECRET, TOKEN, Bad, Facebook, X, connected, running
from tests.flow.publish.measuring.world import AGES, BEGUN, ages_of, published, readings, states, use


async def at(hours: float, *, of: int = 0) -> carrying.Done:
    """A round so long after the posts went out."""
    del of
    with clock.frozen(BEGUN + timedelta(hours=hours)):
        return await carrying.round_of()


async def standing() -> dict[str, object]:
    async with transaction() as session:
        (row,) = await queries.accounts(session)
    return {name: getattr(row, name) for name in ("problem", "wait_until", "left_out", "failures", "quota", "notes")}


async def test_a_post_is_read_at_each_of_its_ages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        id = await published(1)
        assert (await at(0.1)).planned == 1
        assert await states(id) == dict.fromkeys((1, 6, 24, 72, 168), "due")
        assert await readings() == []
        for hours, seen in ((1, 10), (6, 60), (24, 240), (72, 700), (168, 900)):
            server.figures["1"] = {"impressions": seen, "clicks": seen // 10, "likes": 1}
            done = await at(hours + 0.05)
            assert (done.read, done.missed, done.problems) == (1, 0, {})
            assert (await at(hours + 0.06)).read == 0
        found = await readings()
        assert [row["impressions"] for row in found] == [10, 60, 240, 700, 900]
        assert {row["source"] for row in found} == {"x"}
        assert {row["post_id"] for row in found} == {id}
        assert all(row["raw"]["public_metrics"] for row in found)
        assert SECRET not in str(found)
        assert TOKEN not in str(found)
        assert await states(id) == dict.fromkeys((1, 6, 24, 72, 168), "done")
        rows = await ages_of(id)
        assert [row.reading_id for row in rows] == [row["id"] for row in found]
        assert {row.said for row in rows} == {None}
        assert len(server.asked_for) == 5


async def test_what_was_missed_is_said_and_what_is_late_is_told_with_its_real_age(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5}
        use(monkeypatch, connected("x", server.url))
        id = await published(1)
        done = await at(30)  # nobody was there until then
        assert (done.planned, done.read, done.missed) == (1, 1, 2)
        assert await states(id) == {1: "missed", 6: "missed", 24: "done", 72: "due", 168: "due"}
        row = (await ages_of(id))[2]
        assert row.said == "Read late: the post was 30.0 hours old."
        assert len(await readings()) == 1


async def test_a_deleted_post_is_read_no_more(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures = {"1": {"impressions": 5}, "2": {"impressions": 6}}
        use(monkeypatch, connected("x", server.url))
        one, two = await published(1), await published(2)
        await at(1)
        del server.figures["1"]
        assert (await at(6)).gone == 1
        assert await states(one) == {1: "done", 6: "gone", 24: "gone", 72: "gone", 168: "gone"}
        assert await states(two) == {1: "done", 6: "done", 24: "due", 72: "due", 168: "due"}
        assert {row.said for row in await ages_of(one)} == {None, "It is no longer on X."}
        server.asked_for.clear()
        await at(24)
        assert server.asked_for == [["2"]]


async def test_many_posts_are_asked_for_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        for number in range(1, 131):
            await published(number)
            server.figures[str(number)] = {"impressions": number}
        assert (await at(1)).read == 130
        assert [len(ids) for ids in server.asked_for] == [100, 30]
        assert sorted(row["impressions"] for row in await readings()) == list(range(1, 131))


async def test_a_quota_is_waited_for_and_what_was_read_before_stays(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        for number in range(1, 121):
            await published(number)
            server.figures[str(number)] = {"impressions": number}

        async def busy(ids: list[str]) -> None:
            server.bad = [Bad(429, on="/2/tweets", headers={"Retry-After": "1200"})]

        server.watch = busy
        done = await at(1)
        assert done.read == 100
        assert "asks to wait" in done.problems["Acme"]
        assert len(await readings()) == 100
        server.watch, server.bad = None, []
        asked = len(server.asked)
        assert (await at(1.2)).read == 0
        assert len(server.asked) == asked  # it is not even asked before its time
        assert (await at(1.4)).read == 20
        assert (await standing())["problem"] is None
        assert len(await readings()) == 120


async def test_an_account_that_needs_its_person_says_so_and_is_read_when_it_is_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended() -> str:
        raise SignInNeeded("The person took the access back.")

    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5}
        good = connected("x", server.url)
        bad = Connected(id=good.id, provider="x", name="Acme", external_id="42", address=server.url, token=ended)
        id = await published(1)
        use(monkeypatch, bad)
        done = await at(1)
        assert done.problems == {"Acme": "The person took the access back."}
        assert (await standing())["problem"] == "The person took the access back."
        assert await states(id) == dict.fromkeys((1, 6, 24, 72, 168), "due")
        use(monkeypatch, connected("x", server.url))  # connected anew: another id, the same user
        assert (await at(1.5)).read == 1
        assert (await standing())["problem"] is None


async def test_an_outage_is_tried_again_with_growing_pauses(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5}
        server.bad = [Bad(503, on="/2/tweets")]
        use(monkeypatch, connected("x", server.url))
        id = await published(1)
        hours, asked = 1.0, []
        for _ in range(200):
            before = len(server.asked)
            await at(hours)
            if len(server.asked) > before:
                asked.append(hours)
            hours += 0.1
        gaps = [later - earlier for earlier, later in pairwise(asked)]
        assert 5 <= len(asked) <= 9
        assert gaps == sorted(gaps)
        server.bad = []
        assert (await at(hours + 6)).read == 1
        found = await states(id)
        assert (found[1], found[6], found[24]) == ("missed", "missed", "done")


async def test_one_post_that_is_not_told_holds_up_no_other(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(Facebook()) as server:
        assert isinstance(server, Facebook)
        server.figures = {"7_1": {"slow": 1}, "7_2": {"likes": 3}}
        use(monkeypatch, connected("facebook", server.url, external_id="7"))
        one = await published(1, channel="facebook", external_id="7_1")
        two = await published(2, channel="facebook", external_id="7_2")
        assert (await at(1)).read == 1
        assert (await states(one))[1] == "due"
        assert (await states(two))[1] == "done"
        assert (await ages_of(one))[0].attempts == 1
        assert "does not tell" in str((await ages_of(one))[0].said)
        server.figures["7_1"] = {"likes": 4}
        assert (await at(1.1)).read == 0
        assert (await at(1.2)).read == 1
        assert len(await readings()) == 2


async def test_a_removed_metric_is_noted_and_not_asked_for_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(Facebook(removed={"post_clicks"})) as server:
        assert isinstance(server, Facebook)
        server.figures = {"7_1": {"views": 3, "clicks": 1}}
        use(monkeypatch, connected("facebook", server.url, external_id="7"))
        await published(1, channel="facebook", external_id="7_1")
        await at(1)
        stands = await standing()
        assert stands["left_out"] == ["post_clicks"]
        assert "post_clicks no more" in str(stands["notes"])
        assert (await readings())[0]["views"] == 3
        server.asked_for.clear()
        await at(6)
        assert len(server.asked_for) == 2


async def test_two_workers_read_nothing_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        for number in range(1, 31):
            await published(number)
            server.figures[str(number)] = {"impressions": number}
        both = await asyncio.gather(*(at(1) for _ in range(4)))
        assert sum(one.read for one in both) == 30
        assert sum(len(ids) for ids in server.asked_for) == 30
        assert len(await readings()) == 30


async def test_a_kill_between_the_answer_and_its_keeping_has_it_read_again_and_kept_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5}
        use(monkeypatch, connected("x", server.url))
        id = await published(1)
        whole = writing.keep

        async def killed(*given: object) -> writing.Wrote:
            await whole(*given)  # type: ignore[arg-type]
            raise asyncio.CancelledError

        monkeypatch.setattr(writing, "keep", killed)
        with pytest.raises(asyncio.CancelledError):
            await at(1)
        assert await readings() == []
        monkeypatch.setattr(writing, "keep", whole)
        assert (await at(1)).read == 1
        assert len(await readings()) == 1
        assert (await states(id))[1] == "done"


async def test_what_an_earlier_round_kept_is_not_kept_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5}
        of = connected("x", server.url)
        use(monkeypatch, of)
        id = await published(1)
        await at(1)
        moment = BEGUN + timedelta(hours=1)
        out = await x.read(of, [Asked("1", BEGUN)], frozenset())
        for _ in range(2):
            async with transaction() as session:
                wrote = await writing.keep(session, "x", {"1": id}, out, moment)
            assert wrote.read == 0
        assert len(await readings()) == 1


async def test_followers_are_counted_before_and_after(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5_000}
        use(monkeypatch, connected("x", server.url))
        await published(1)
        for hours, followers in ((0.1, 1_000), (1, 1_002), (6.2, 1_010), (24, 1_030), (72, 1_050)):
            server.followers = followers
            await at(hours)
        async with transaction() as session:
            rows = await session.execute(text("SELECT count, said_by FROM follower_counts ORDER BY counted_at"))
            found = [tuple(row) for row in rows]
        assert [number for number, _ in found] == [1_000, 1_010, 1_030, 1_050]  # six hours apart, but for a new post
        assert {by for _, by in found} == {"reader x 42"}


async def test_a_count_of_followers_that_is_refused_keeps_no_post_from_being_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        server.figures["1"] = {"impressions": 5}
        server.forbidden = {"followers"}
        use(monkeypatch, connected("x", server.url))
        id = await published(1)
        for hours in (0.1, 1.01, 6.01):
            assert (await at(hours)).problems == {}
        assert [(await states(id))[age] for age in (1, 6)] == ["done", "done"]
        told = await standing()
        assert (told["wait_until"], told["problem"]) == (None, None)
        assert str(told["notes"]).count("followers cannot be counted") == 1
        server.forbidden = set()
        await at(24.01)
        assert (await standing())["notes"] == []


async def test_followers_of_two_accounts_of_a_channel_are_not_mixed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url), connected("x", server.url, name="Other", external_id="43"))
        await published(1)
        await published(2, account="Other")
        await at(0.1)
        use(monkeypatch, connected("x", server.url))
        await published(3, at=BEGUN + timedelta(hours=1))
        await at(1.1)
        use(monkeypatch, connected("x", server.url, name="Other", external_id="43"))
        await published(4, account="Other", at=BEGUN + timedelta(hours=2))
        await at(2.1)
        async with transaction() as session:
            rows = list(await session.execute(text("SELECT said_by FROM follower_counts")))
            notes = {row.name: " ".join(row.notes) for row in await queries.accounts(session)}
        assert [row[0] for row in rows] == ["reader x 42"]
        assert "another account" in notes["Other"]


async def test_a_person_is_asked_for_what_was_posted_by_hand(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch)
    id = await published(1, channel="linkedin", by="outbox", account="outbox")
    waits = await published(2, channel="linkedin", by="outbox", account="outbox", at=None)
    await at(1)
    assert await states(id) == {72: "due", 168: "due"}
    assert await states(waits) == {}
    async with transaction() as session:
        await session.execute(
            text("UPDATE posts SET published_at = :at WHERE id = :id"), {"id": id, "at": BEGUN + timedelta(hours=5)}
        )
    await at(2)
    assert {row.due_at - BEGUN for row in await ages_of(id)} == {timedelta(hours=77), timedelta(hours=173)}
    async with transaction() as session:
        await session.execute(text("UPDATE posts SET published_at = NULL WHERE id = :id"), {"id": id})
    await at(3)
    assert await ages_of(id) == []


async def test_what_nobody_ever_reads_ends(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch)
    id = await published(1, channel="linkedin", by="outbox", account="outbox")
    await at(1)
    await at(24 * 30)
    assert await states(id) == {72: "missed", 168: "missed"}


async def test_other_ages_are_kept_to_for_what_is_published_from_then_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        use(monkeypatch, connected("x", server.url))
        first: UUID = await published(1)
        await at(0.1)
        async with transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO settings (name, value, set_by) VALUES ('measure_ages', '{\"value\": \"2h, 2d\"}', 'ann')"
                )
            )
        second = await published(2)
        await at(0.2)
        assert list(await states(first)) == [one // 3_600 for one in AGES]
        assert list(await states(second)) == [2, 48]
