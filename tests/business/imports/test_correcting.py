"""What a correction leaves, replaces and takes along: invented rows, links, flags."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business import sample
from cofounder.business.imports.schemas import Units
from cofounder.business.matching import service as matching
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.business.imports.carried import carry_out, mapped, of, write

TODAY = date(2026, 11, 21)
DAY = {"day": of("day")}
NAMED = {name: of(name) for name in ("platform", "external_id", "title", "published_at")}
POSTS = mapped({**NAMED, "task_external_id": of("task")})
READINGS = {name: of(name) for name in ("platform", "post_external_id", "measured_at")}


async def asked(query: str, **values: Any) -> list[Any]:
    async with transaction() as session:
        return list((await session.execute(text(query), values)).all())


async def test_a_row_of_ones_own_takes_the_place_of_an_invented_one_whole(database: Database, tmp_path: Path) -> None:
    async with transaction() as session:
        await sample.load(session, today=TODAY)
    path = write(tmp_path / "web.csv", "day,sessions\n2026-10-15,7\n")
    for check_only in (True, False):
        made = await carry_out(path, "web", mapped({**DAY, "sessions": of("sessions")}), check_only=check_only)
        counts = made.checked if check_only else made.counts
        assert counts is not None
        assert (counts.added, counts.corrected) == (1, 0)
    rows = await asked("""SELECT sessions, users, page_views, conversions, is_sample, superseded_at
                          FROM web_analytics WHERE day = '2026-10-15'""")
    assert rows == [(7, None, None, None, False, None)]
    assert await asked("SELECT count(*) FROM earlier_contents") == [(0,)], "what was invented is no history"
    again = await carry_out(path, "web", mapped({**DAY, "sessions": of("sessions")}))
    assert again.counts.unchanged == 1


async def test_a_row_that_says_what_an_invented_one_says_is_ones_own(database: Database, tmp_path: Path) -> None:
    async with transaction() as session:
        await sample.load(session, today=TODAY)
    (revenue,) = (
        await asked("""SELECT metric_value FROM financial_metrics
                                 WHERE metric_type = 'revenue' AND period_start = '2026-10-01' AND split_by = 0""")
    )[0]
    # known before the invented one, which must not supersede it
    path = write(tmp_path / "m.csv", f"month,revenue,seen\n2026-10-01,{revenue},2026-10-20\n")
    money = mapped(
        {"period_start": of("month"), "measured_at": of("seen")},
        figures=[{"column": "revenue", "metric_type": "revenue"}],
    )
    made = await carry_out(path, "financial", money, units=Units(period="month"))
    assert (made.counts.added, made.counts.unchanged) == (1, 0)
    assert await asked("""SELECT is_sample, superseded_at FROM financial_metrics
                          WHERE metric_type = 'revenue' AND period_start = '2026-10-01'""") == [(False, None)]


async def test_a_post_of_ones_own_inherits_no_reading_of_an_invented_one(database: Database, tmp_path: Path) -> None:
    async with transaction() as session:
        await sample.load(session, today=TODAY)
    (name, platform) = (await asked("SELECT external_id, platform FROM posts LIMIT 1"))[0]
    path = write(tmp_path / "p.csv", f"platform,external_id,title,published_at\n{platform},{name},Mine,2026-10-01\n")
    assert (await carry_out(path, "posts", mapped(NAMED))).counts.added == 1
    (post,) = await asked("SELECT id, title, topic, task_id, is_sample FROM posts WHERE external_id = :name", name=name)
    assert tuple(post)[1:] == ("Mine", None, None, False)
    assert await asked("SELECT count(*) FROM social_post_analytics WHERE post_id = :id", id=post.id) == [(0,)]


TASKS = "external_id,title,request,created_at\nA1,Alpha brewing,Alpha,2026-09-01\nA2,Beta roasting,Beta,2026-09-01\n"


async def _tasks_and_post(tmp_path: Path, task: str, title: str = "Our post") -> Any:
    path = write(
        tmp_path / "posts.csv", f"platform,external_id,title,published_at,task\nx,p1,{title},2026-09-05,{task}\n"
    )
    return await carry_out(path, "posts", POSTS)


_LINKED = """SELECT t.external_id FROM posts p LEFT JOIN tasks t ON t.id = p.task_id WHERE p.external_id = 'p1'"""
_NOTED = """SELECT t.external_id, m.state, m.method FROM matches m JOIN tasks t ON t.id = m.target_id ORDER BY 1"""


async def _tasks(tmp_path: Path) -> None:
    fields = mapped({name: of(name) for name in ("external_id", "title", "request", "created_at")})
    await carry_out(write(tmp_path / "tasks.csv", TASKS), "tasks", fields)


async def test_a_link_follows_the_correction_of_the_name_it_was_made_by(database: Database, tmp_path: Path) -> None:
    await _tasks(tmp_path)
    await _tasks_and_post(tmp_path, "A1")
    assert await asked(_NOTED) == [("A1", "sure", "id")]
    assert (await _tasks_and_post(tmp_path, "A2")).counts.corrected == 1
    assert await asked(_LINKED) == [("A2",)]
    assert await asked(_NOTED) == [("A2", "sure", "id")]
    assert (await _tasks_and_post(tmp_path, "")).counts.corrected == 1
    assert await asked(_LINKED) == [(None,)]
    assert await asked(_NOTED) == []


async def test_a_link_that_a_person_confirmed_or_refused_stays_theirs(database: Database, tmp_path: Path) -> None:
    await _tasks(tmp_path)
    await _tasks_and_post(tmp_path, "A1")

    async def match_of(name: str) -> UUID:
        found = await asked(
            "SELECT m.id FROM matches m JOIN tasks t ON t.id = m.target_id WHERE t.external_id = :name", name=name
        )
        return UUID(str(found[0].id))

    async with transaction() as session:
        await matching.decide(session, await match_of("A1"), confirmed=True, by="ada")
    await _tasks_and_post(tmp_path, "A2")
    assert await asked(_LINKED) == [("A1",)], "a person said so"
    async with transaction() as session:
        await matching.decide(session, await match_of("A1"), confirmed=False, by="ada")
    await _tasks_and_post(tmp_path, "A2", "Another title")
    assert await asked(_LINKED) == [("A2",)]
    assert await asked(_NOTED) == [("A1", "refused", "id"), ("A2", "sure", "id")]
    async with transaction() as session:
        await matching.decide(session, await match_of("A2"), confirmed=False, by="ada")
    await _tasks_and_post(tmp_path, "A2", "A third title")
    assert await asked(_LINKED) == [(None,)], "no import sets what a person refused"


async def test_readings_follow_their_post_when_its_address_is_corrected(database: Database, tmp_path: Path) -> None:
    fields = mapped({**NAMED, "url": of("url")})
    rows = "platform,external_id,title,published_at,url\n"
    rows += "x,p1,One thing,2026-09-05,https://x.com/a/1\nx,p2,Another matter,2026-09-05,https://x.com/a/2\n"
    await carry_out(write(tmp_path / "posts.csv", rows), "posts", fields)
    readings = mapped({**READINGS, "post_url": of("url"), "views": of("views")})
    for place in ("1", "2"):
        said = f"platform,post_external_id,measured_at,url,views\nx,r1,2026-09-09,https://x.com/a/{place},10\n"
        await carry_out(write(tmp_path / "r.csv", said), "social", readings)
        linked = await asked("SELECT p.external_id FROM social_post_analytics r JOIN posts p ON p.id = r.post_id")
        assert linked == [(f"p{place}",)]
        noted = await asked("SELECT p.external_id, m.state FROM matches m JOIN posts p ON p.id = m.target_id")
        assert noted == [(f"p{place}", "sure")]


async def test_a_correction_of_one_column_leaves_what_is_odd_about_the_others(
    database: Database, tmp_path: Path
) -> None:
    first = write(tmp_path / "a.csv", "day,sessions,bounce\n2026-09-01,5,0\n2026-09-02,,0.4\n")
    made = await carry_out(first, "web", mapped({**DAY, "sessions": of("sessions"), "bounce_rate": of("bounce")}))
    assert made.counts.flags == {"bounce_zero": 1, "sessions_missing": 1}
    second = write(tmp_path / "b.csv", "day,conversions\n2026-09-01,9\n2026-09-02,3\n")
    made = await carry_out(second, "web", mapped({**DAY, "conversions": of("conversions")}))
    assert (made.counts.corrected, made.counts.flagged) == (2, 2)
    assert made.counts.flags == {"bounce_zero": 1, "conversions_above_sessions": 1, "sessions_missing": 1}
    told = await asked("SELECT flags FROM web_analytics ORDER BY day")
    assert [sorted(row.flags) for row in told] == [["bounce_zero", "conversions_above_sessions"], ["sessions_missing"]]
    third = write(tmp_path / "c.csv", "day,sessions,bounce\n2026-09-01,50,0.3\n2026-09-02,4,0.4\n")
    made = await carry_out(third, "web", mapped({**DAY, "sessions": of("sessions"), "bounce_rate": of("bounce")}))
    assert (made.counts.flagged, made.counts.flags) == (0, {})
    assert await asked("SELECT DISTINCT flags FROM web_analytics") == [([],)]


@pytest.mark.parametrize(
    ("below", "above", "flag"),
    [
        ("views", "clicks", "clicks_above_views"),
        ("reach", "likes", "likes_above_impressions"),
        ("impressions", "shares", "shares_above_impressions"),
    ],
)
async def test_more_reactions_than_views_are_odd_whichever_file_brought_them(
    database: Database, tmp_path: Path, below: str, above: str, flag: str
) -> None:
    for name, figure in ((below, 10), (above, 50)):
        path = write(tmp_path / f"{name}.csv", f"platform,post_external_id,measured_at,n\nx,p1,2026-09-09,{figure}\n")
        made = await carry_out(path, "social", mapped({**READINGS, name: of("n")}))
    assert made.counts.flags == {flag: 1}
    assert await asked(f"SELECT {below}, {above}, flags FROM social_post_analytics") == [(10, 50, [flag])]


async def test_a_correction_that_names_no_time_makes_no_post_undated(database: Database, tmp_path: Path) -> None:
    await _tasks_and_post(tmp_path, "")
    path = write(tmp_path / "p.csv", "platform,external_id,title\nx,p1,Better\n")
    made = await carry_out(path, "posts", mapped({name: of(name) for name in ("platform", "external_id", "title")}))
    assert (made.counts.corrected, made.counts.flags) == (1, {})
    assert await asked("SELECT title, flags FROM posts") == [("Better", [])]


async def test_what_is_filled_into_a_post_of_ours_is_judged_as_it_stands_then(
    database: Database, tmp_path: Path
) -> None:
    at = datetime(2026, 9, 5, tzinfo=UTC)
    async with transaction() as session:
        id = UUID(int=7)
        await records.add_post(
            session,
            NewPost(id=id, platform="x", external_id="p1", content="Ours", publication_id=id, published_at=at),
        )
    path = write(tmp_path / "p.csv", "platform,external_id,title\nx,p1,Theirs\n")
    await carry_out(path, "posts", mapped({name: of(name) for name in ("platform", "external_id", "title")}))
    assert await asked("SELECT content, title, flags FROM posts") == [("Ours", "Theirs", [])]
