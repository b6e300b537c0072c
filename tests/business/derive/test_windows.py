"""An answer says over which days it looked, and that there is more before them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import service
from cofounder.business.derive import windows
from cofounder.business.imports.schemas import Units
from cofounder.cli.program import run
from cofounder.flow.learn.insights import service as insights
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.business.derive.test_totals import publish
from tests.business.imports.carried import carry_out, mapped, of, write

NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def old_posts(folder: Path) -> None:
    posts = "id,text,topic,date\n1,Hello there,coffee,2015-01-05\n2,More of it,coffee,2014-06-01\n"
    x = {"platform": {"value": "x"}}
    given = mapped(
        {**x, "external_id": of("id"), "content": of("text"), "topic": of("topic"), "published_at": of("date")}
    )
    await carry_out(write(folder / "posts.csv", posts), "posts", given)
    readings = "id,views,clicks,date\n1,100,3,2015-02-01\n2,50,1,2015-02-01\n"
    await carry_out(
        write(folder / "readings.csv", readings),
        "social",
        mapped(
            {**x, "post_external_id": of("id"), "views": of("views"), "clicks": of("clicks"), "measured_at": of("date")}
        ),
    )
    spend = "month,channel,marketing_spend\n2015-01-01,x,40\n"
    await carry_out(write(folder / "money.csv", spend), "financial", units=Units(period="month"))


async def test_an_empty_window_names_the_days_and_the_latest_before_them(database: Database, tmp_path: Path) -> None:
    await old_posts(tmp_path)
    async with transaction() as session:
        found = await windows.of_posts(session, as_of=NOW, days=365)
        assert found.latest_before == datetime(2015, 1, 5, tzinfo=UTC)
        assert found.sentence == "in the last 365 days; the latest before them is of 2015-01: ask for 4380 days"
        assert len(await service.all_topics(session, as_of=NOW, days=found.needed)) == 1
        assert (await windows.of_posts(session, as_of=NOW, days=5000)).latest_before is None
        assert (await windows.of_posts(session, as_of=NOW, days=365, platforms=["email"])).latest_before is None
        assert (await windows.of_posts(session, as_of=datetime(2015, 1, 20, tzinfo=UTC), days=1)).latest_before is None
        money = await windows.of_money(session, "channel", as_of=NOW, days=365)
        assert money.latest_before == datetime(2015, 1, 5, tzinfo=UTC)
        times = await service.best_times(session, "x", as_of=NOW)
        topic = await service.topic_effectiveness(session, "coffee", as_of=NOW)
    assert "the latest before them is of 2015-01" in topic.sentence
    assert "2 posts" not in times.sentence
    assert times.sentence.endswith(
        "The last 365 days were looked at; all of history holds 2, so more days are not enough."
    )


async def test_where_more_days_hold_enough_posts_for_best_times_those_days_are_enough(session: AsyncSession) -> None:
    for number in range(40):
        at = NOW - timedelta(days=(400 if number < 20 else 800) + number, hours=number % 5)
        await publish(session, days_ago=0, at=at, views=100, clicks=number, platform="x")
    found = await service.best_times(session, "x", as_of=NOW)
    assert (found.status, found.n) == ("not enough data", 0)
    assert found.sentence.endswith("The last 365 days were looked at; the last 1095 hold 40.")
    assert (await service.best_times(session, "x", as_of=NOW, days=1095)).status == "ok"
    told = (await insights.best_times(session, as_of=NOW, days=1095)).channels
    assert [(one.best.status, one.next.time_zone) for one in told] == [("ok", "UTC")]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["topics"], "in the last 200 days; the latest before them is of 2015-01"),
        (["times", "--channel", "x"], "The last 200 days were looked at; all of history holds 2"),
        (["times"], "X: not enough data, 0 posts"),
    ],
)
async def test_the_command_line_names_the_window(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], said: str
) -> None:
    await old_posts(tmp_path)
    import asyncio

    assert await asyncio.to_thread(run, ["history", *command, "--days", "200", "--as-of", NOW.isoformat()]) == 0
    assert said in capsys.readouterr().out
