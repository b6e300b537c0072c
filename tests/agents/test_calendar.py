"""A calendar rests on results and rest, and says what it does not know."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.agents.calendar import Past, PeriodOver, plan
from cofounder.agents.content import plan_calendar
from cofounder.channels import UnknownChannel
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.models.brief import Period
from cofounder.people import LOCAL_OWNER
from cofounder.personas import NAMES, learning
from cofounder.personas.schemas import PersonaIn

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DECEMBER = Period(start=date(2026, 12, 1), end=date(2026, 12, 31), grain="month", label="December 2026")


def past(topic: str, days_ago: int, engagement: float | None = 0.03, channel: str = "linkedin") -> Past:
    return Past(topic, channel, TODAY - timedelta(days=days_ago), engagement, f"{topic}, {days_ago} days ago")


def test_a_topic_that_worked_and_rested_goes_first() -> None:
    posts = [past("pricing", 40, 0.09), past("hiring", 40, 0.01), past("pricing", 60, 0.08), past("news", 1, 0.09)]
    made = plan(posts, TODAY, period=DECEMBER, channels=["linkedin"], topics=[], count=3, seed="0")
    assert [entry.topic for entry in made.entries] == ["pricing", "hiring", "news"]
    assert made.entries[0].source == "pricing, 40 days ago"
    assert "2 earlier posts" in made.entries[0].reason


def test_a_topic_without_history_needs_input() -> None:
    made = plan([past("pricing", 40)], TODAY, period=DECEMBER, channels=["x"], topics=["our move"], count=1, seed="0")
    (entry,) = made.entries
    assert (entry.topic, entry.source) == ("our move", "needs input")


def test_without_any_history_it_asks_for_topics_and_says_that_weekdays_are_a_guess() -> None:
    made = plan([], TODAY, period=DECEMBER, channels=[], topics=[], count=None, seed="0")
    assert {entry.channel for entry in made.entries} == {"linkedin", "x", "email"}
    assert {entry.source for entry in made.entries} == {"needs input"}
    assert sum(note.startswith("Needs input") for note in made.notes) == 2  # topics, channels
    assert sum("weekdays" in note for note in made.notes) == 1


def test_weekdays_with_better_results_are_chosen_once_there_are_enough() -> None:
    monday = date(2026, 11, 16)
    good, usual = (0, 4), (1, 2, 3)
    posts = [
        Past("t", "linkedin", monday - timedelta(weeks=week) + timedelta(days=day), 0.09 if day in good else 0.02, "p")
        for week in range(4)
        for day in (*good, *usual)
    ]
    made = plan(posts, TODAY, period=DECEMBER, channels=["linkedin"], topics=[], count=None, seed="0")
    assert {entry.date.weekday() for entry in made.entries} == set(good)
    assert made.notes == []


def test_a_period_that_is_over_is_refused() -> None:
    october = Period(start=date(2026, 10, 1), end=date(2026, 10, 31), grain="month", label="October 2026")
    with pytest.raises(PeriodOver):
        plan([], TODAY, period=october, channels=[], topics=[], count=None, seed="0")


def test_a_channel_that_is_none_is_named() -> None:
    with pytest.raises(UnknownChannel, match="myspace"):
        plan([], TODAY, period=DECEMBER, channels=["myspace"], topics=[], count=None, seed="0")


@given(
    count=st.one_of(st.none(), st.integers(1, 200)),
    days=st.integers(1, 60),
    channels=st.lists(st.sampled_from(["linkedin", "twitter", "e-mail", "blog"]), max_size=4),
    topics=st.lists(st.text(min_size=1, max_size=12).filter(str.strip), max_size=4),
)
def test_every_entry_lies_in_the_period_in_order_and_no_more_than_asked(
    count: int | None, days: int, channels: list[str], topics: list[str]
) -> None:
    start = TODAY + timedelta(days=3)
    period = Period(start=start, end=start + timedelta(days=days - 1), grain="range", label="then")
    made = plan(
        [past("a", 9), past("b", 90, None)],
        TODAY,
        period=period,
        channels=channels,
        topics=topics,
        count=count,
        seed="s",
    )
    dates = [entry.date for entry in made.entries]
    assert dates == sorted(dates)
    assert all(period.start <= day <= period.end for day in dates)
    assert made.entries
    if count is not None:
        assert len(made.entries) == count or any("room" in note for note in made.notes)
        assert len(made.entries) <= count
    assert len({(entry.date, entry.channel) for entry in made.entries}) == len(made.entries)


async def test_a_disabled_voice_is_in_no_calendar(database: Database) -> None:
    async with db.transaction() as session:
        for name in NAMES:
            if name not in ("coach", "dataNerd"):
                await learning.change(session, name, PersonaIn(status="disabled"), by=LOCAL_OWNER)
    made = await plan_calendar(period=DECEMBER, channels=["linkedin"], topics=["pricing"], count=8, as_of=NOON)
    assert {entry.voice for entry in made.entries} <= {"coach", "dataNerd"}
    assert made.entries
