"""Counts of followers: what is not known is no nought, what comes back is not gained, what was mistyped can be put right."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.people.roles import Caller
from cofounder.personas import learning
from cofounder.personas.followers import crediting, queries
from cofounder.personas.followers import service as followers
from cofounder.personas.followers.attribution import Alive, divided, doubted, trusted, won
from cofounder.personas.followers.schemas import BalanceOut, CorrectionIn, CountIn
from cofounder.personas.optimising import optimise
from cofounder.personas.queries import outcomes
from tests.personas.posts import post, reading

MARA = Caller(name="Mara", role="operator", kind="person")
BEGUN = datetime.fromisoformat("2030-01-01T00:00+00:00")


@pytest.fixture
async def moment(session: AsyncSession) -> datetime:
    return now()


async def counted(session: AsyncSession, at: datetime, count: int, platform: str = "linkedin") -> list[BalanceOut]:
    given = CountIn(platform=platform, count=count, counted_at=at)
    return (await followers.count(session, given, by=MARA)).items


async def forty(session: AsyncSession, moment: datetime) -> None:
    """Posts of 60 to 100 days ago in two voices in turn, each read once, at four days."""
    for number in range(40):
        at = moment - timedelta(days=100 - number)
        made = await post(session, at, ("coach", "dataNerd")[number % 2], platform="linkedin")
        await reading(session, made, at + timedelta(days=4), 1_000 + 100 * (number % 2), platform="linkedin")


async def voices(session: AsyncSession, days: int = 365) -> dict[str, tuple[int, int, float, str]]:
    """id -> posts scored, waiting, gained, band; of voices that have posts."""
    found = (await learning.listed(session, days=days)).items
    return {one.id: (one.posts, one.waiting, one.followers, one.band) for one in found if one.posts or one.waiting}


# ── what is not known is no nought ───────────────────────────────────────────────────────────────────────────────────


async def test_posts_of_before_the_first_count_stay_unscored_and_wait_for_nothing(
    session: AsyncSession, moment: datetime
) -> None:
    await forty(session, moment)
    await counted(session, moment - timedelta(days=2), 1000)
    await counted(session, moment, 1010)
    await post(session, moment - timedelta(days=1), "coach", platform="linkedin")  # this one may be scored yet
    found = {one.id: one for one in (await learning.listed(session, days=365)).items if one.early}
    told = {id: (one.posts, one.waiting, one.early, one.band) for id, one in found.items()}
    assert told == {"coach": (0, 1, 20, "unknown"), "dataNerd": (0, 0, 20, "unknown")}
    row = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="default")
    assert (row.status, row.posts_waiting, row.posts_early) == ("skipped", 1, 40)


async def test_posts_of_channels_that_nobody_counted_wait_for_nothing_and_their_channels_are_named(
    session: AsyncSession, moment: datetime
) -> None:
    at = moment - timedelta(days=3)
    for platform in ("blog", "email", "x", "linkedin"):
        await post(session, at, "coach", platform=platform)
    await post(session, moment - timedelta(minutes=10), "coach", platform="blog")  # a count now is in time for it
    await counted(session, at - timedelta(days=1), 500, "x")  # the second count may still score what came after it
    await counted(session, at + timedelta(days=1), 900, "linkedin")
    found = await learning.listed(session, days=28)
    (told,) = [(one.posts, one.waiting, one.early) for one in found.items if one.id == "coach"]
    assert (told, found.uncounted) == ((0, 2, 3), ["blog", "email"])
    row = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="default")
    assert (row.status, row.posts_waiting, row.posts_early) == ("skipped", 2, 3)
    assert (await learning.listed(session, days=28, channel="x")).uncounted == []


async def test_readings_that_come_long_after_the_counts_are_divided(session: AsyncSession, moment: datetime) -> None:
    for days, count in ((120, 1000), (90, 1200), (50, 1900), (40, 1950), (1, 2000)):
        await counted(session, moment - timedelta(days=days), count)
    await forty(session, moment)
    assert {waiting for _, waiting, _, _ in (await voices(session)).values()} == {20}  # not divided yet: no noughts
    await crediting.credit(session, moment)
    found = await voices(session)
    assert {band for _, _, _, band in found.values()} == {"viral"}
    (books,) = await followers.balances(session)
    assert books.counted == books.credited + books.background == 1000
    assert float(books.credited) == pytest.approx(900)
    assert sum(gained for _, _, gained, _ in found.values()) == pytest.approx(900, rel=0.02)
    assert [posts for posts, *_ in found.values()] == [20, 20]


async def test_of_readings_after_the_first_week_only_the_first_makes_books_anew(
    session: AsyncSession, moment: datetime
) -> None:
    at = moment - timedelta(days=80)
    made = await post(session, at, "coach", platform="linkedin")

    async def read() -> tuple[list[float], dict[str, dict[str, str]]]:
        given: dict[str, Any] = {"since": at, "as_of": moment, "known_by": None}
        rows = await queries.seen(session, "linkedin", **given)
        return [row.impressions for row in rows], await queries.basis(session, ["linkedin"], **given)

    found = []
    for days, seen in ((1, 10), (6, 60), (40, 400), (70, 700), (7, 70)):
        await reading(session, made, at + timedelta(days=days), seen, platform="linkedin")
        found.append(await read())
    assert [numbers for numbers, _ in found] == [[10], [10, 60], [10, 60, 400], [10, 60, 400], [10, 60, 70]]
    bases = [basis for _, basis in found]
    assert bases[2] == bases[3]
    assert all(bases[at] != bases[at + 1] for at in (0, 1, 3))


@pytest.mark.parametrize(("second", "scored"), [(-1, 0), (0, 1), (1, 1)])
async def test_a_post_is_scored_by_the_first_count_of_its_age_or_later(
    session: AsyncSession, moment: datetime, second: int, scored: int
) -> None:
    at = moment - timedelta(days=9)
    made = await post(session, at, "coach", platform="linkedin")
    await reading(session, made, at + timedelta(hours=72), 1_000, platform="linkedin")
    await counted(session, at - timedelta(hours=1), 1000)
    aged = at + timedelta(hours=72, seconds=second)
    await counted(session, aged, 1100)
    (one,) = await outcomes(session, since=at, as_of=aged + timedelta(minutes=1), hours=72)
    assert (one.seen_at is not None) == bool(scored)
    assert one.seen_at in (None, aged)
    assert float(one.followers) == pytest.approx(100 * scored)


async def test_readings_and_posts_that_go_leave_no_credit_behind(session: AsyncSession, moment: datetime) -> None:
    await counted(session, moment - timedelta(days=60), 1000)
    made = [await post(session, moment - timedelta(days=59), name, platform="linkedin") for name in ("coach", "x")]
    for id in made:
        await reading(session, id, moment - timedelta(days=55), 1_000, platform="linkedin")
    assert [one.credited for one in await counted(session, moment - timedelta(days=50), 1100)] == [Decimal(100)]
    await session.execute(text("DELETE FROM posts WHERE id = :id"), {"id": made[1]})
    await crediting.credit(session, moment)
    await session.execute(text("DELETE FROM posts WHERE id = :id"), {"id": made[0]})
    await crediting.credit(session, moment)
    (books,) = await followers.balances(session)
    assert (books.counted, books.credited, books.background) == (100, Decimal(0), Decimal(100))


async def test_books_are_the_same_in_whatever_order_they_were_filled(session: AsyncSession, moment: datetime) -> None:
    async def books() -> list[tuple[str, Decimal]]:
        rows = await session.execute(
            text("SELECT post_id::text || i.end_at, credit FROM follower_credits c JOIN follower_intervals i"
                 " ON i.id = c.interval_id ORDER BY 1")
        )  # fmt: skip
        return [(row[0], row[1]) for row in rows]

    levels = [(110, 990), (105, 991), (103, 994), (101, 996), (90, 1200), (70, 1190), (65, 1300), (1, 1400)]
    for days, count in reversed(levels):
        await counted(session, moment - timedelta(days=days), count)
    await forty(session, moment)
    await crediting.credit(session, moment)
    piecemeal = await books()
    await session.execute(text("DELETE FROM follower_intervals"))
    await session.execute(text("DELETE FROM follower_books"))
    await crediting.credit(session, moment)
    assert await books() == piecemeal
    assert len(piecemeal) > 40


# ── what comes back is not gained ────────────────────────────────────────────────────────────────────────────────────


async def test_a_count_that_goes_down_and_comes_back_gains_what_is_above_it(
    session: AsyncSession, moment: datetime
) -> None:
    for days, count in ((20, 5000), (15, 4700)):
        await counted(session, moment - timedelta(days=days), count)
    made = await post(session, moment - timedelta(days=14), "coach", platform="linkedin")
    await reading(session, made, moment - timedelta(days=10), 1_000, platform="linkedin")
    (books,) = await counted(session, moment - timedelta(days=9), 5010)
    assert (books.counted, books.credited, books.background) == (10, Decimal(10), Decimal(0))


async def test_a_count_out_of_line_is_told_and_left_out_until_the_next_agrees(
    session: AsyncSession, moment: datetime
) -> None:
    await counted(session, moment - timedelta(days=20), 5000)
    made = await post(session, moment - timedelta(days=14), "coach", platform="linkedin")
    await reading(session, made, moment - timedelta(days=10), 1_000, platform="linkedin")
    given = CountIn(platform="linkedin", count=0, counted_at=moment - timedelta(days=15))
    told = await followers.count(session, given, by=MARA)
    assert (told.items, told.doubt) == ([], "In doubt: 0 after 5,000. It counts when the next count is near it.")
    assert [one.kind for one in await learning.flagged(session)] == ["count in doubt"]
    (books,) = await counted(session, moment - timedelta(days=9), 5010)
    assert (books.counted, books.credited) == (10, Decimal(10))
    listed = (await followers.counts(session, channel="linkedin", cursor=None, limit=10)).items
    assert [one.doubt is None for one in listed] == [True, False, True]
    (books,) = await counted(session, moment - timedelta(days=13), 30)  # so it was true: a purge
    assert (books.counted, books.since) == (-4970, moment - timedelta(days=20))


@given(st.lists(st.integers(0, 20_000), min_size=2, max_size=30), st.lists(st.integers(1, 900), min_size=30))
@example([5000, 0, 5010], [24] * 30)
@example([0, 5000, 5010], [24] * 30)
@example([5000, 50_000, 5010], [24] * 30)
def test_nobody_is_won_twice(numbers: list[int], hours: list[int]) -> None:
    times = [BEGUN + timedelta(hours=after) for after in accumulate(hours[: len(numbers)])]
    counts = trusted(list(zip(times, numbers, strict=False)))
    found = [won(counts, at) for at in range(1, len(counts))]
    for at, new in enumerate(found, 1):
        assert 0 <= new <= max(0, counts[at][1] - counts[at - 1][1])
        lately = [count for when, count in counts[:at] if when >= counts[at - 1][0] - timedelta(days=30)]
        assert new == 0 or counts[at][1] > max(lately)
    for (_, before), (_, after), new in zip(counts, counts[1:], found, strict=False):
        credits, background = divided(after - before, [Alive("a", 10, 1.0), Alive("b", 20, 1.0)], 0.5, won=new)
        assert sum(credits.values()) + background == after - before
        assert 0 <= sum(credits.values()) <= new
    if numbers in ([5000, 0, 5010], [0, 5000, 5010], [5000, 50_000, 5010]):
        assert sum(found) == 10


def test_growth_is_never_in_doubt_for_long() -> None:
    def of(*numbers: int) -> list[str]:
        counts = [(BEGUN + timedelta(days=at), number) for at, number in enumerate(numbers)]
        return list(doubted(counts).values())

    assert of(10, 200, 900, 1500, 4000, 9000) == []
    assert of(1000, 1010, 5000) == ["5,000 after 1,010"]
    assert of(1000, 1010, 5000, 5100, 20_000, 30_000) == []
    assert of(1000, 5000, 5100) == ["1,000 where the two counts after it were 5,000 and 5,100"]


# ── what was mistyped is put right ───────────────────────────────────────────────────────────────────────────────────


async def test_a_mistyped_count_is_corrected_or_withdrawn(session: AsyncSession, moment: datetime) -> None:
    await counted(session, moment - timedelta(days=9), 1000)
    await counted(session, moment - timedelta(days=5), 1100)
    assert (await followers.count(session, CountIn(platform="linkedin", count=1020), by=MARA)).items[0].counted == 20
    newest, middle, _ = (await followers.counts(session, channel=None, cursor=None, limit=9)).items
    assert newest.counted_at.microsecond == 0  # can be named by whoever reads it
    assert newest.id is not None
    assert middle.id is not None
    (books,) = (await followers.correct(session, newest.id, CorrectionIn(count=1200), by=MARA)).items
    assert books.counted == 200
    (books,) = (await followers.withdraw(session, middle.id, by=MARA)).items
    spans = (await session.execute(text("SELECT gain FROM follower_intervals"))).scalars()
    assert (books.counted, list(spans)) == (200, [200])
    told = await session.execute(text("SELECT action FROM audit_log WHERE action LIKE 'followers.%'"))
    assert set(told.scalars()) == {"followers.counted", "followers.corrected", "followers.withdrawn"}
    for gone in (newest.id, middle.id, UUID(int=1)):
        with pytest.raises(followers.CountMissing):
            await followers.withdraw(session, gone, by=MARA)
    page = await followers.counts(session, channel=None, cursor=None, limit=1)
    (other,) = (await followers.counts(session, channel=None, cursor=page.next_cursor, limit=1)).items
    assert ([one.count for one in page.items], other.count, page.total) == ([1200], 1000, 2)
    assert other.id is not None
    assert (await followers.withdraw(session, other.id, by=MARA)).items == []


async def test_a_correction_says_what_is_another(session: AsyncSession, moment: datetime) -> None:
    await counted(session, moment - timedelta(days=9), 1000)
    (one,) = (await followers.counts(session, channel=None, cursor=None, limit=9)).items
    assert one.id is not None
    with pytest.raises(followers.NothingCorrected):
        await followers.correct(session, one.id, CorrectionIn(), by=MARA)
    with pytest.raises(followers.CountInFuture):
        await followers.correct(session, one.id, CorrectionIn(counted_at=moment + timedelta(days=1)), by=MARA)
    at = moment - timedelta(days=8)
    await followers.correct(session, one.id, CorrectionIn(counted_at=at), by=MARA)
    (moved,) = (await followers.counts(session, channel="linkedin", cursor=None, limit=9)).items
    assert (moved.count, moved.counted_at) == (1000, at)
    with pytest.raises(followers.CountUnknown):
        await followers.counts(session, channel=None, cursor="here", limit=9)
