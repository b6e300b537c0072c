"""The books of the site's visits: every row in one place, each part counted once, and the parts make the whole."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import attributed
from cofounder.business.derive.books import Book, books
from cofounder.business.matching import service as matching
from cofounder.business.records import service as records
from cofounder.business.records.schemas import WEB_PARTS, NewPost, NewTask, NewWebDay
from cofounder.channels.tagging import tags
from cofounder.kit.ids import new_id

OUT, NOW = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
SITES = ("acme.com",)
CHANNELS = ("linkedin", "x", "email")


async def company(session: AsyncSession) -> dict[str, tuple[UUID, str, str]]:
    """Three publications of one task, and an imported post: name -> (post, campaign, utm_content)."""
    task = NewTask(id=new_id(), request="Write about prices", title="Prices", status="completed", created_at=OUT,
                   completed_at=OUT)  # fmt: skip
    await records.add_history(session, [task], [], [])
    assert task.id is not None
    made = {}
    for channel in CHANNELS:
        given = tags(SITES, channel, task.id, "Prices")
        id = new_id()
        await records.add_post(
            session,
            NewPost(id=id, task_id=task.id, publication_id=id, platform=channel, published_at=OUT,
                    content=given.on("Read https://acme.com/prices"), campaign=given.campaign),
        )  # fmt: skip
        made[channel] = (id, given.campaign, given.content)
    old = NewPost(id=new_id(), platform="linkedin", content="Old. https://acme.com/old?utm_campaign=old", title="Old",
                  published_at=OUT, is_legacy=True)  # fmt: skip
    await records.add_post(session, old)
    assert old.id is not None
    made["old"] = (old.id, "old", "")
    return made


def drawn(seed: int) -> list[dict[str, Any]]:
    """What web analytics may say, of whomever, in whatever report."""
    chance = random.Random(seed)

    def one() -> dict[str, Any]:
        return {
            "who": chance.choice([*CHANNELS, "old", "nobody"]),
            "by": chance.choice(["content", "campaign", "page", "none"]),
            "day": chance.randint(0, 20),
            "sessions": chance.choice([None, chance.randint(0, 500)]),
            "conversions": chance.choice([None, chance.randint(0, 9)]),
            "revenue": chance.choice([None, Decimal(chance.randint(0, 99_999)) / 100]),
            "currency": chance.choice(["USD", "EUR"]),
        }

    return [one() for _ in range(chance.randint(0, 40))]


def a_row(given: dict[str, Any], made: dict[str, tuple[UUID, str, str]]) -> NewWebDay:
    """A row as web analytics tell it, which says by its marks alone whose it is."""
    _, campaign, content = made.get(given["who"], (None, "", ""))
    source = given["who"] if given["who"] in CHANNELS else "linkedin" if given["who"] == "old" else "google"
    parts: dict[str, str] = {"source": source}
    if given["by"] == "content":
        parts |= {"campaign": campaign, "content": content}
    elif given["by"] == "campaign":
        parts["campaign"] = campaign
    elif given["by"] == "page":
        parts["page_id"] = f"https://acme.com/prices?utm_content={content}&utm_campaign={campaign}"
    values = {name: given[name] for name in ("sessions", "conversions", "revenue")}
    return NewWebDay(
        day=date(2026, 6, 2) + timedelta(days=given["day"]), measured_at=OUT + timedelta(days=30),
        currency=given["currency"] if given["revenue"] is not None else None, **parts, **values,
    )  # fmt: skip


def key(row: NewWebDay) -> tuple[Any, ...]:
    return (row.day, *(getattr(row, part) for part in WEB_PARTS))


@pytest.mark.parametrize("seed", range(20))
async def test_the_books_balance_whatever_the_reports_say(session: AsyncSession, seed: int) -> None:
    made = await company(session)
    rows = list({key(row): row for row in (a_row(one, made) for one in drawn(seed))}.values())
    await records.add_web_days(session, rows)
    for _ in range(2):  # matched again, nothing counts twice
        await matching.run(session)
    found = await books(session, as_of=NOW, since=date(2026, 5, 1), until=date(2026, 7, 1))
    by_report = defaultdict(list)
    for row in rows:
        by_report[tuple(part for part in WEB_PARTS if getattr(row, part))].append(row)
    assert {tuple(one.split_by) for one in found.reports} == set(by_report)
    for report in found.reports:
        holds(report, by_report[tuple(report.split_by)])
    for channel in CHANNELS:
        await agrees(session, found.reports, made[channel][0])


def holds(report: Book, rows: list[NewWebDay]) -> None:
    """The whole is what came in, and the parts make the whole."""
    assert report.rows == len(rows)
    assert (report.sessions or 0) == sum(row.sessions or 0 for row in rows)
    money: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.revenue is not None:
            money[row.currency or ""] += row.revenue
    assert report.revenue == {name: float(value) for name, value in money.items()}
    parts = [report.publications, report.other_posts, report.not_attributed]
    for whole, some in ((report, parts), (report.publications, report.items)):
        assert whole.rows == sum(one.rows for one in some)
        assert (whole.sessions or 0) == sum(one.sessions or 0 for one in some)
        assert (whole.conversions or 0) == sum(one.conversions or 0 for one in some)
        for currency, amount in whole.revenue.items():
            assert round(sum(one.revenue.get(currency, 0) for one in some), 2) == amount


async def agrees(session: AsyncSession, reports: list[Book], id: UUID) -> None:
    """What is shown of one publication stands in the books of its report."""
    alone = await attributed.of_post(session, id, as_of=NOW)
    there = {tuple(one.split_by): item for one in reports for item in one.items if item.publication_id == id}
    assert (alone is None) == (not there)
    if alone is not None:
        item = there[tuple(alone.split_by)]
        assert (item.sessions, item.conversions) == (alone.website_traffic_attributed, alone.conversions_attributed)
        assert alone.revenue_attributed is None or item.revenue == {alone.currency: alone.revenue_attributed}


async def test_each_row_that_carries_a_mark_is_its_publication_s(session: AsyncSession) -> None:
    made = await company(session)
    whole = {"sessions": 10, "conversions": 1, "revenue": Decimal(5), "currency": "USD", "day": 1}
    await records.add_web_days(
        session,
        [a_row({**whole, "who": who, "by": by}, made) for who in CHANNELS for by in ("content", "campaign", "page")],
    )
    await matching.run(session)
    found = await books(session, as_of=NOW, since=date(2026, 5, 1), until=date(2026, 7, 1))
    assert [one.not_attributed.rows for one in found.reports] == [0, 0, 0]
    assert all([item.sessions for item in one.items] == [10, 10, 10] for one in found.reports)


async def test_a_mark_wins_over_a_campaign_that_several_carry(session: AsyncSession) -> None:
    """A report without the source says by utm_content which of a task's publications it was; without it, nobody knows."""
    made = await company(session)
    _, campaign, content = made["x"]
    common = {"measured_at": OUT + timedelta(days=30), "sessions": 7, "campaign": campaign}
    await records.add_web_days(
        session,
        [NewWebDay(day=date(2026, 6, 3), content=content, **common), NewWebDay(day=date(2026, 6, 3), **common)],
    )
    await matching.run(session)
    found = {tuple(one.split_by): one for one in
             (await books(session, as_of=NOW, since=date(2026, 5, 1), until=date(2026, 7, 1))).reports}  # fmt: skip
    assert [one.channel for one in found["campaign", "content"].items] == ["x"]
    assert found["campaign",].not_attributed.sessions == 7


async def test_what_is_measured_later_or_was_before_the_post_is_not_its(session: AsyncSession) -> None:
    made = await company(session)
    _, campaign, content = made["linkedin"]
    parts = {"source": "linkedin", "campaign": campaign, "content": content, "sessions": 5}
    early, late = date(2026, 5, 20), date(2026, 6, 4)
    await records.add_web_days(
        session,
        [
            NewWebDay(day=early, measured_at=OUT + timedelta(days=1), **parts),
            NewWebDay(day=late, measured_at=NOW + timedelta(days=1), **parts),
        ],
    )
    await matching.run(session)
    (then,) = (await books(session, as_of=NOW, since=date(2026, 5, 1), until=date(2026, 7, 1))).reports
    assert (then.sessions, then.publications.sessions, then.not_attributed.sessions) == (5, None, 5)
    later = NOW + timedelta(days=2)
    (now,) = (await books(session, as_of=later, since=date(2026, 5, 1), until=date(2026, 7, 1))).reports
    assert (now.sessions, now.publications.sessions, now.not_attributed.sessions) == (10, 5, 5)


async def test_a_post_that_is_gone_or_taken_back_leaves_its_visits_to_nobody(session: AsyncSession) -> None:
    made = await company(session)
    rows = [a_row({"who": who, "by": "content", "day": 1, "sessions": 4, "conversions": None, "revenue": None,
                   "currency": "USD"}, made) for who in ("linkedin", "x")]  # fmt: skip
    await records.add_web_days(session, rows)
    await matching.run(session)
    await records.set_posted(session, made["x"][0], None, None)  # it was not posted after all
    await session.execute(text("DELETE FROM posts WHERE id = :id"), {"id": made["linkedin"][0]})
    (found,) = (await books(session, as_of=NOW, since=date(2026, 5, 1), until=date(2026, 7, 1))).reports
    assert (found.sessions, found.publications.sessions, found.not_attributed.sessions) == (8, None, 8)
