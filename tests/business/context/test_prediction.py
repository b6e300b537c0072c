"""Predictions on real posts, later ones than the model saw; and what is said where nothing can be foretold."""

import asyncio
import csv
import gzip
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import hours, predicting
from cofounder.business.context.model import Model
from cofounder.business.context.predicting import Text, held_of
from cofounder.business.context.queries import Kept
from cofounder.business.imports.tables import Import
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database

DATA = Path(__file__).parents[4] / "shared" / "data"
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
Scored = list[tuple[dict[str, Any], float]]


@pytest.fixture(autouse=True)
def _afresh() -> None:
    predicting.forget()


def read(name: str) -> list[dict[str, str]]:
    path = DATA / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"Real posts are not here: {path.name} belongs into {path.parent}.")
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines))


def articles() -> Scored:
    """Mashable's articles by their day: title, length, section; shares."""
    found = []
    for row in read("mashable_articles"):
        section = next(
            (name[16:] for name in row if name.startswith("data_channel_is_") and float(row[name]) == 1), None
        )
        at = datetime.fromisoformat(row["published"]).replace(tzinfo=UTC)
        post = {
            "title": row["title_from_slug"],
            "content": "word " * int(float(row["n_tokens_content"])),
            "topic": section,
        }
        found.append(({**post, "published_at": at}, math.log1p(float(row["shares"]))))
    return sorted(found, key=lambda pair: pair[0]["published_at"])


def page_posts() -> Scored:
    """A page's posts, oldest first: the file has no dates, but the page's growing likes, weekday and hour."""
    found = []
    for at, row in enumerate(reversed(read("facebook_page_posts"))):
        out = datetime(2014, 1, 1, tzinfo=UTC) + timedelta(days=at * 0.73)
        out = out.replace(hour=int(row["post_hour"]) % 24)
        out += timedelta(days=((int(row["post_weekday"]) - 2) % 7 - out.weekday()) % 7)
        post = {"title": None, "content": "", "category": row["category"], "paid": row["paid"], "published_at": out}
        found.append((post, math.log1p(float(row["total_interactions"] or 0))))
    return found


def walked(data: Scored, first: float, times: int) -> tuple[float, int, float, float]:
    """(coverage, n, error, the mean's error) when a model is fitted on what was there, then asked about what came."""
    edges = [int(len(data) * (first + (1 - first) * at / times)) for at in range(times + 1)]
    inside, off, off_mean = 0, [], []
    for start, end in pairwise(edges):
        seen = data[max(0, start - predicting.MOST_POSTS) : start]
        made = hours.fit([post for post, _ in seen], [value for _, value in seen])
        assert made is not None
        for post, came in data[start:end]:
            middle, low, high = made.predict(post)
            inside += low <= came <= high
            off.append(abs(middle - came))
            off_mean.append(abs(made.anytime.mean - came))
    return inside / len(off), len(off), sum(off) / len(off), sum(off_mean) / len(off_mean)


def test_of_later_articles_the_interval_holds_as_many_as_it_says_and_the_error_is_less_than_the_means() -> None:
    coverage, n, error, mean_error = walked(articles(), 0.7, 6)
    assert n > 2_000
    assert 0.75 <= coverage <= 0.85
    assert error <= mean_error * 1.005


def test_of_later_page_posts_the_interval_holds_as_many_as_it_says_and_the_error_is_less_than_the_means() -> None:
    coverage, n, error, mean_error = walked(page_posts(), 0.6, 5)
    assert n == 200
    assert 0.75 <= coverage <= 0.85
    assert error < mean_error


def noise(n: int, seed: int, slope: float = 0.0) -> Scored:
    """Posts whose outcome is noise, and as much more with a question as `slope`."""
    random, found = Random(seed), []
    for at in range(n):
        asks = random.random() < 0.5
        post = {"title": "", "content": f"Post {random.choice('abcdef')} on things{'?' if asks else '.'}", "topic": None,
                "published_at": NOW - timedelta(days=n - at)}  # fmt: skip
        found.append((post, 5 + slope * asks + random.gauss(0, 0.5)))
    return found


def fitted(data: Scored) -> Model:
    made = hours.fit([post for post, _ in data], [value for _, value in data])
    assert made is not None
    return made.anytime


def test_where_texts_say_nothing_the_model_says_that_it_is_no_better_than_the_mean() -> None:
    said = [fitted(noise(200, seed)).beats_mean for seed in range(12)]
    assert sum(said) <= 3, "one in ten by luck"
    made = fitted(noise(200, 0))
    if not made.beats_mean:
        first, second = made.predict(noise(1, 1)[0][0]), made.predict(noise(1, 2)[0][0])
        assert first == second, "then it is the mean, whatever the text"


def test_where_texts_matter_the_model_finds_it_and_its_interval_is_narrower() -> None:
    made = fitted(noise(300, 4, slope=2.0))
    assert made.beats_mean
    asks, tells = (
        {"title": "", "content": words, "topic": None, "published_at": NOW}
        for words in ("Post a on things?", "Post a on things.")
    )
    assert made.predict(asks)[0] - made.predict(tells)[0] > 1.4
    assert made.rank(asks) > made.rank(tells)
    assert made.width[1] - made.width[0] < 2.2, "noise alone would want 1.3, noise and the question's swing 3"
    assert made.coverage is not None
    assert 0.7 <= made.coverage <= 0.9


MORNING, NOON, NIGHT = (datetime(2026, 11, 23, hour, 12, tzinfo=UTC) for hour in (9, 15, 21))


def two_hours(n: int, seed: int, *, rare: int = 2, spread: tuple[float, float] = (0.2, 0.2)) -> Scored:
    """A channel that posts at nine, which brings 10%, each `rare`-th time, else at three, which brings 3%."""
    random, found = Random(seed), []
    for at in range(n):
        early = at % rare == 0
        out = (NOW - timedelta(days=n - at)).replace(hour=9 if early else 15, minute=random.randrange(30))
        post = {
            "title": "",
            "content": f"Post {random.choice('abcdef')} on things.",
            "topic": None,
            "published_at": out,
        }
        found.append((post, math.log(0.10 if early else 0.03) + random.gauss(0, spread[not early])))
    return found


def held(made: hours.Models, posts: Scored, *, blind: bool = False) -> float:
    """Which share of the posts an interval of theirs held; `blind`: their time of publication is not given."""
    inside = 0
    for post, came in posts:
        _, low, high = made.predict({**post, "published_at": None} if blind else post)
        inside += low <= came <= high
    return inside / len(posts)


@pytest.mark.parametrize("more", [{}, {"rare": 5}, {"spread": (0.6, 0.1)}], ids=["even", "rare", "uneven"])
def test_of_a_channel_whose_hours_differ_the_interval_holds_without_an_hour_and_at_each(more: dict[str, Any]) -> None:
    blind, early, late = [], [], []
    for seed in range(5):
        data = two_hours(600, seed, **more)
        made = hours.fit([post for post, _ in data[:300]], [value for _, value in data[:300]])
        assert made is not None
        assert made.timed is not None
        later = data[300:]
        blind.append(held(made, later, blind=True))
        early.append(held(made, [one for one in later if one[0]["published_at"].hour == 9]))
        late.append(held(made, [one for one in later if one[0]["published_at"].hour == 15]))
    for found in (blind, early, late):
        assert 0.74 <= sum(found) / len(found) <= 0.86, (blind, early, late)


def test_an_hour_that_is_given_makes_the_interval_narrower_and_one_never_used_is_not_reckoned_with() -> None:
    data = two_hours(300, 1)
    made = hours.fit([post for post, _ in data], [value for _, value in data])
    assert made is not None
    post = data[-1][0]
    early, late, never, none = (
        made.predict({**post, "published_at": at}) for at in (MORNING, NOON, NIGHT, None)
    )  # fmt: skip
    assert math.exp(early[0]) == pytest.approx(0.10, rel=0.15)
    assert math.exp(late[0]) == pytest.approx(0.03, rel=0.15)
    assert never == none
    assert none[1] < math.log(0.03) < math.log(0.10) < none[2]
    assert max(early[2] - early[1], late[2] - late[1]) < 0.5 * (none[2] - none[1])


def test_posts_of_no_known_time_tell_of_the_text_alone() -> None:
    data = [({**post, "published_at": None}, value) for post, value in two_hours(100, 1)]
    made = hours.fit([post for post, _ in data], [value for _, value in data])
    assert made is not None
    assert made.timed is None
    assert made.of(MORNING) == (made.anytime, None)


def test_few_posts_or_equal_ones_carry_no_model() -> None:
    assert hours.fit([post for post, _ in noise(39, 1)], [value for _, value in noise(39, 1)]) is None
    assert hours.fit([post for post, _ in noise(60, 1)], [1.0] * 60) is None


def test_intervals_given_before_are_held_against_what_came() -> None:
    given = {"engagement_rate": {"low": 0.01, "high": 0.03}}

    def came(views: float | None, engaged: float | None) -> Kept:
        return Kept(given, engaged, engaged if views else None, views if engaged is not None else None)

    assert held_of([came(1000, 20), came(1000, 50), came(None, 3), came(1000, None), Kept({}, 1, 1, 5)]) == (1, 2)


async def fill(session: AsyncSession, n: int, *, platform: str = "linkedin") -> list[Any]:
    random, ids = Random(5), []
    for at in range(n):
        out = NOW - timedelta(days=n + 10 - at)
        asks = random.random() < 0.5
        post = NewPost(
            platform=platform, content=f"Coffee, thought {at}{'?' if asks else '.'}", topic="coffee", published_at=out
        )
        row = await records.add_post(session, post)
        ids.append(row.id)
        rate = (0.06 if asks else 0.02) * random.lognormvariate(0, 0.25)
        await records.add_readings(session, readings(row.id, platform, out, rate))
    return ids


def readings(id: Any, platform: str, out: datetime, rate: float) -> Sequence[NewReading]:
    """Half an hour and 80 hours after it went out."""
    return [
        NewReading(post_id=id, platform=platform, measured_at=out + timedelta(hours=hours), views=views, source="t",
                   clicks=round(views * rate), likes=views // 50)
        for hours, views in ((0.5, 40), (80, 1000))
    ]  # fmt: skip


async def test_a_prediction_says_what_it_rests_on(session: AsyncSession) -> None:
    await fill(session, 120)
    asks = await predicting.predict(
        session, Text(content="Coffee, a new thought?", topic="coffee"), "linkedin", as_of=NOW
    )
    tells = await predicting.predict(
        session, Text(content="Coffee, a new thought.", topic="coffee"), "linkedin", as_of=NOW
    )
    one, other = asks.main, tells.main
    assert (one.outcome, one.status, one.n, one.level) == ("engagement_rate", "ok", 120, 0.8)
    assert one.beats_channel_mean
    assert one.value is not None
    assert other.value is not None
    assert one.low is not None
    assert one.high is not None
    assert other.value < 0.035 < one.value
    assert one.low < one.value < one.high
    assert one.coverage is not None
    assert "80% interval" in one.note
    assert "held for" in one.note
    assert asks.outcomes["engagement"].note.startswith("Clicks, shares and comments on LinkedIn: ")
    assert asks.outcomes["likes"].status == "not enough data", "all posts brought the same"
    assert asks.outcomes["followers"].status == "not enough data"
    assert asks.outcomes["return_on_cost"].n == 0
    assert asks.kept_n == 0


async def test_what_is_told_of_every_text_says_that_it_is_the_typical_post_and_no_average(
    session: AsyncSession,
) -> None:
    random, rates = Random(3), []
    for at in range(80):
        out = NOW - timedelta(days=100 - at)
        post = NewPost(platform="x", content=f"Post {random.choice('abcdef')} on things.", published_at=out)
        id = (await records.add_post(session, post)).id
        clicks = round(1000 * 0.01 * random.lognormvariate(0, 1.2))
        await records.add_readings(
            session, [NewReading(post_id=id, platform="x", measured_at=out + timedelta(hours=80), views=1000, source="t",
                                 clicks=clicks)]
        )  # fmt: skip
        rates.append((clicks + 0.5) / 1001)
    one = (await predicting.predict(session, Text(content="Anything"), "x", as_of=NOW)).main
    assert one.beats_channel_mean is False, "chosen so"
    typical = math.exp(sum(map(math.log, rates)) / len(rates))
    assert one.value == one.typical == pytest.approx(typical, abs=1e-6)
    assert one.value is not None
    assert one.value < 0.8 * sum(rates) / len(rates), "which is why it must say which of the two it is"
    assert "the geometric mean of its newest 80 measured posts" in one.note
    assert "the mean" not in one.note.replace("the geometric mean", "")
    assert f"{typical:.2%} is typical, 80% interval" in one.note


async def test_the_answer_names_the_time_that_it_is_said_of(session: AsyncSession) -> None:
    for post, value in two_hours(120, 2):
        out = post["published_at"]
        row = await records.add_post(session, NewPost(platform="x", content=post["content"], published_at=out))
        clicks = round(1000 * math.exp(value))
        await records.add_readings(
            session, [NewReading(post_id=row.id, platform="x", measured_at=out + timedelta(hours=80), views=1000, source="t",
                                 clicks=clicks)]
        )  # fmt: skip
    at = NOW + timedelta(days=10)

    async def of(moment: datetime | None) -> predicting.Expected:
        return (await predicting.predict(session, Text(content="Post a.", at=moment), "x", as_of=at)).main

    none, early, night = await of(None), await of(MORNING), await of(NIGHT)
    assert (none.at, early.at, night.at) == (None, MORNING, None)
    assert "the hours its posts go out at, as no time of publication is given" in none.note
    assert "goes out on Monday 2026-11-23 09:12 UTC" in early.note
    assert "fewer than 10 of the newest went out within an hour of Monday 2026-11-23 21:12 UTC" in night.note
    assert (none.value, none.low, none.high) == (night.value, night.low, night.high)
    assert early.low is not None
    assert none.low is not None
    assert none.low < 0.035 < 0.06 < early.low


async def test_a_thin_history_says_not_enough_data_with_the_n(session: AsyncSession) -> None:
    await fill(session, 12)
    found = await predicting.predict(session, Text(content="Coffee?"), "linkedin", as_of=NOW)
    assert found.main.status == "not enough data"
    assert found.main.value is None
    assert found.sentence == "Not enough data: 12 measured posts on LinkedIn of the 40 that a prediction needs."
    elsewhere = await predicting.predict(session, Text(content="Coffee?"), "x", as_of=NOW)
    assert "0 measured posts on X" in elsewhere.sentence


async def test_a_post_counts_only_once_it_was_read_at_the_common_age(session: AsyncSession) -> None:
    await fill(session, 60)
    young = NewPost(platform="linkedin", content="Young?", published_at=NOW - timedelta(days=2))
    row = await records.add_post(session, young)
    await records.add_readings(session, [readings(row.id, "linkedin", NOW - timedelta(days=2), 0.5)[0]])
    found = await predicting.predict(session, Text(content="Coffee?"), "linkedin", as_of=NOW)
    assert found.main.n == 60, "a post read at half an hour is waiting, not a failure"


async def test_what_was_imported_today_is_foretold_from_at_once(session: AsyncSession) -> None:
    """A file that does not say when its counters were read is of the time of its import: today."""
    for at in range(50):
        out = NOW - timedelta(days=100 - at)
        post = await records.add_post(session, NewPost(platform="x", content=f"Tea, {at}", published_at=out))
        read = NewReading(post_id=post.id, platform="x", measured_at=NOW - timedelta(hours=1), views=100 + at, source="t",
                          clicks=5)  # fmt: skip
        await records.add_readings(session, [read])
    before = await predicting.predict(session, Text(content="Tea?"), "x", as_of=NOW)
    assert before.main.n == 0, "as of the beginning of the day"
    await session.execute(
        insert(Import).values(
            kind="social_analytics", state="done", source_type="file", label="t.csv", source={}, form={}, mapping={},
            units={}, counts={}, finished_at=NOW - timedelta(minutes=59), id=new_id(),
        )
    )  # fmt: skip
    after = await predicting.predict(session, Text(content="Tea?"), "x", as_of=NOW)
    assert (after.main.status, after.main.n) == ("ok", 50)
    earlier = await predicting.predict(session, Text(content="Tea?"), "x", as_of=NOW - timedelta(minutes=60))
    assert earlier.main.n == 0, "before the import ended it was not there"


async def test_a_backlog_that_finds_nothing_kept_has_each_model_fitted_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits, fitted = [], predicting._fitted

    def counting(posts: Sequence[Any]) -> Any:
        fits.append(len(posts))
        return fitted(posts)

    monkeypatch.setattr(predicting, "_fitted", counting)
    async with db.transaction() as session:
        await fill(session, 60)

    async def one(number: int) -> float | None:
        async with db.transaction() as session:
            text = Text(content=f"Coffee, thought {number}?", topic="coffee")
            return (await predicting.predict(session, text, "linkedin", as_of=NOW)).main.value

    assert None not in await asyncio.gather(*(one(number) for number in range(8)))
    assert fits == [60]
