"""An answer says over which days it looked, and that there is more before them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cofounder.business.context import service
from cofounder.business.derive import windows
from cofounder.business.imports.schemas import Units
from cofounder.cli.program import run
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
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
    for sentence in (times.sentence, topic.sentence):
        assert "the latest before them is of 2015-01" in sentence


@pytest.mark.parametrize("command", [["topics"], ["times", "--channel", "x"]])
async def test_the_command_line_names_the_window(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    await old_posts(tmp_path)
    import asyncio

    assert await asyncio.to_thread(run, ["history", *command, "--days", "200", "--as-of", NOW.isoformat()]) == 0
    assert "in the last 200 days; the latest before them is of 2015-01" in capsys.readouterr().out
