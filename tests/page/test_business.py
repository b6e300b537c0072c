"""A person brings a file in at the page, sees what it did to the figures, and says what belongs together."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewFinancial, NewPost, NewReading, NewTask
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from tests.api.conftest import House
from tests.page.conftest import Visitor, visiting

DAY = f"{now() - timedelta(days=20):%Y-%m-%d}"
FILE = {
    "name": "readings.csv",
    "mimeType": "text/csv",
    "buffer": f"""Post ID,Network,Noted,Views,Link clicks,Likes,Shares,Comments
p1,linkedin,{DAY},1000,20,40,6,4
p2,linkedin,{DAY},many,12,4,1,0
p3,linkedin,{DAY},500,10,4,3,2
p4,linkedin,{DAY},2000,-5,4,1,0
""".encode(),
}


async def posts(house: House) -> None:
    """Four posts, of which nobody knows yet what came of them."""
    async with transaction() as session:
        for place in range(1, 5):
            at = now() - timedelta(days=60 + place)
            text = f"Post {place} on how we roast slowly."
            await records.add_post(
                session,
                NewPost(platform="linkedin", external_id=f"p{place}", content=text, topic="roasting", published_at=at),
            )


@pytest.fixture
async def olga(working: House, browser: Browser) -> Any:
    async with visiting(browser, working.url, "Olga", "operator") as visitor:
        yield visitor


async def test_a_file_is_looked_at_mapped_checked_and_brought_in_and_the_figures_follow(
    olga: Visitor, working: House
) -> None:
    await posts(working)
    page = olga.page
    await page.goto("/business?tab=posts")
    await expect(page.get_by_text("No measured post yet.")).to_be_visible()
    await page.keyboard.press("i")
    await page.get_by_role("radio", name="Social analytics").check()
    await page.locator("input[type=file]").set_input_files(FILE)  # type: ignore[arg-type]
    await page.get_by_role("button", name="Look at it").click()
    # The guess misses when the counters were read, and says so; the person maps it.
    await expect(page.get_by_text("No column says when the counters were read")).to_be_visible()
    await expect(page.get_by_role("combobox", name="Column for Clicks")).to_have_value("Link clicks")
    await page.get_by_role("button", name=re.compile("more fields")).click()
    await page.get_by_role("combobox", name="Column for Measured at").click()
    await page.get_by_role("option", name="Noted").click()
    await page.reload()  # what was chosen is still there
    await expect(page.get_by_role("combobox", name="Column for Measured at")).to_have_value("Noted")
    await page.get_by_role("button", name="Check all rows").click()
    would = page.get_by_role("group", name="What would happen")
    await expect(would).to_contain_text("Would be added2")
    await expect(would).to_contain_text("Would be refused2")
    refused = page.get_by_role("region", name="Refused values")
    await expect(refused).to_contain_text("many")
    await expect(refused).to_contain_text("A count is never negative.")
    assert (await working.viewer.get("/api/business/posts")).json()["items"] == []  # nothing was written yet
    await page.get_by_role("button", name="Bring 2 rows in").click()
    await expect(page.get_by_role("group", name="What happened")).to_contain_text("Added2")
    async with page.expect_download() as download:
        await refused.get_by_role("link", name="Download CSV").click()
    path = await (await download.value).path()
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3
    assert "many" in lines[1]
    await page.get_by_role("link", name="See the figures").click()
    grid = page.get_by_role("grid", name="Posts")
    await expect(grid.get_by_role("row")).to_have_count(3)  # its names, and a row a post that was read
    await expect(grid).to_contain_text("3.00%")  # (20 + 6 + 4) / 1000, and (10 + 3 + 2) / 500
    await grid.get_by_text("Post 1 on how we roast slowly.").click()
    drawer = page.get_by_role("dialog")
    await expect(drawer).to_contain_text("30 clicks, shares and comments: 3.00% of views")
    await drawer.get_by_role("link", name="The import of its rows").click()
    await expect(page.get_by_role("heading", name="readings.csv")).to_be_visible()
    await page.goto("/business?tab=topics")
    await expect(page.get_by_role("row", name=re.compile("^Roasting"))).to_contain_text("Not enough data, 2 of 5")


async def test_a_doubtful_match_is_confirmed_by_a_key_and_its_figures_count(olga: Visitor, working: House) -> None:
    async with transaction() as session:
        for days in (40, 50):
            await records.add_post(
                session,
                NewPost(
                    platform="linkedin",
                    title="Seven ways to brew better coffee",
                    content="Seven ways to brew better coffee at home.",
                    published_at=now() - timedelta(days=days),
                ),
            )
    reading = b"Title,Network,Measured at,Views,Clicks,Shares,Comments\nSeven ways to brew better coffee,linkedin,%s,800,30,6,4\n"
    day = f"{now() - timedelta(days=30):%Y-%m-%d}".encode()
    made = await working.operator.post(
        "/api/import-files",
        params={"kind": "social_analytics", "name": "by-title.csv"},
        content=reading % day,
        headers={"Content-Type": "application/octet-stream"},
    )
    assert made.status_code == 201, made.text
    assert (await working.operator.post(f"/api/imports/{made.json()['id']}/run")).status_code == 202

    async def matched() -> bool:
        return len((await working.viewer.get("/api/business/matches")).json()["items"]) == 2

    await until(matched)
    page = olga.page
    await page.goto("/business?tab=matches")
    main = page.get_by_role("main")
    await expect(main.get_by_role("button", name=re.compile("^They belong together"))).to_have_count(2)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("c")
    await expect(page.get_by_text("No match waits for you.")).to_be_visible()  # the other was of the same readings
    states = [one["state"] for one in (await working.viewer.get("/api/business/matches")).json()["items"]]
    assert sorted(states) == ["confirmed", "refused"]
    await page.get_by_role("tab", name="Posts").click()
    await expect(page.get_by_role("grid", name="Posts")).to_contain_text("5.00%")


async def test_all_doubtful_matches_of_one_task_are_refused_at_once(olga: Visitor, working: House) -> None:
    async with transaction() as session:
        at = now() - timedelta(days=10)
        await records.add_task(
            session,
            NewTask(request="Write it", title="Brewing guide for spring", status="completed", source="legacy",
                    is_legacy=True, created_at=at, completed_at=at),
        )  # fmt: skip
        for place in range(3):
            post = NewPost(platform="x", title=f"Brewing guide {place}", content=f"Guide {place}", published_at=at)
            await records.add_post(session, post.model_copy(update={"is_legacy": True}))
    assert (await working.operator.post("/api/business/matches/run")).json()["doubtful"] == 3
    await olga.page.goto("/business?tab=matches")
    await olga.page.get_by_role("button", name=re.compile("^None of the 3 does")).first.click()
    await expect(olga.page.get_by_text("No match waits for you.")).to_be_visible()
    states = [one["state"] for one in (await working.viewer.get("/api/business/matches")).json()["items"]]
    assert states == ["refused"] * 3


async def test_a_viewer_looks_and_changes_nothing(working: House, browser: Browser) -> None:
    async with visiting(browser, working.url, "Vera", "viewer") as vera:
        await vera.page.goto("/business?tab=imports")
        await expect(vera.page.get_by_text("Nothing was brought in yet.")).to_be_visible()
        await expect(vera.page.get_by_role("button", name=re.compile("^Import"))).to_have_count(0)
        await vera.page.keyboard.press("i")
        await vera.page.goto("/business?tab=matches")
        await expect(vera.page.get_by_text("No match waits for you.")).to_be_visible()
        await expect(vera.page.get_by_role("button", name="Match again")).to_have_count(0)


async def test_no_tab_is_wider_than_a_phone(olga: Visitor, working: House) -> None:
    await posts(working)
    await olga.page.set_viewport_size({"width": 360, "height": 780})
    for tab in ("overview", "topics", "posts", "imports", "imports&new=file", "matches"):
        await olga.page.goto(f"/business?tab={tab}")
        await expect(olga.page.get_by_label("Loading")).to_have_count(0)
        await olga.page.get_by_role("tablist").wait_for()
        assert await olga.page.evaluate("document.documentElement.scrollWidth") <= 360, tab


async def test_weekdays_and_hours_stand_beside_their_mean_and_amounts_in_their_own_currency(
    olga: Visitor, working: House
) -> None:
    """Posts of one weekday do three times as well; a figure in euro is told in euro among its rows."""
    start = now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=150)
    async with transaction() as session:
        for place in range(140):
            at = start + timedelta(days=place)
            post = await records.add_post(
                session, NewPost(platform="linkedin", content=f"Tea {place}", published_at=at)
            )
            read = NewReading(post_id=post.id, platform="linkedin", measured_at=at + timedelta(days=4), views=1000,
                              clicks=(90 if at.weekday() == 1 else 30) + place % 5, source="t")  # fmt: skip
            await records.add_readings(session, [read])
        for month in (8, 9):
            await records.add_financial(session, [NewFinancial(
                metric_type="revenue", metric_value=Decimal(40_000 + month), unit="usd", currency="EUR", source="t",
                period_start=date(start.year - 1, month, 1), period_end=date(start.year - 1, month, 29),
                measured_at=start,
            )])  # fmt: skip
    page = olga.page
    await page.goto("/business")
    times = page.get_by_role("region", name="When posts did better")
    await expect(times.get_by_role("list", name="Weekdays").get_by_role("listitem")).to_have_count(7)
    await expect(times).to_contain_text(re.compile(r"(Monday|Tuesday|Wednesday): 2\.\d+× the usual engagement"))
    await expect(times.get_by_role("link", name="140 posts")).to_be_visible()
    await times.get_by_role("button", name="When posts did better: show as table").click()
    await expect(times.get_by_role("row")).to_have_count(1 + 7 + 1)
    await page.goto("/business?metric=revenue")
    await expect(page.get_by_role("dialog")).to_contain_text("€40,008")


async def test_what_is_old_is_seen_and_figures_of_another_length_or_currency_are_a_choice_away(
    olga: Visitor, working: House
) -> None:
    async with transaction() as session:
        for place in range(3):
            at = now().replace(year=2013) + timedelta(days=place)
            post = await records.add_post(
                session,
                NewPost(platform="upworthy", title=f"Old {place}", content="Seen.", topic="cats", published_at=at),
            )
            read = NewReading(
                post_id=post.id,
                platform="upworthy",
                measured_at=at + timedelta(days=7),
                views=100,
                clicks=5,
                source="t",
            )
            await records.add_readings(session, [read])
        first = date(2024, 1, 1)
        weeks = [(first + timedelta(days=7 * at), first + timedelta(days=7 * at + 6), "USD") for at in range(6)]
        months = [(date(2024, 1, 1), date(2024, 1, 31), "EUR"), (date(2024, 2, 1), date(2024, 2, 29), "USD")]
        await records.add_financial(
            session,
            [
                NewFinancial(metric_type="revenue", metric_value=Decimal(100 + at), unit="usd", currency=currency,
                             period_start=start, period_end=end, source="books", measured_at=now())
                for at, (start, end, currency) in enumerate([*weeks, *months])
            ],
        )  # fmt: skip
    page = olga.page
    await page.goto("/business")
    panel = page.get_by_role("region", name="Revenue", exact=True)
    await expect(panel).to_contain_text("Not compared with 1 month in EUR")
    which = panel.get_by_role("combobox", name="Revenue: which values")
    await which.click()
    await expect(
        panel.get_by_role("img", name=re.compile("6 values$"))
    ).to_be_visible()  # weeks, of which there are most
    await page.get_by_role("option", name="by month, EUR (1)").click()
    await expect(panel.get_by_role("img", name=re.compile("1 value$"))).to_be_visible()
    await expect(panel).to_contain_text("€106.00")
    compared = page.get_by_role("region", name="Platforms compared")
    await compared.get_by_role("link", name="Upworthy").click()
    await expect(page.get_by_role("grid", name="Posts").get_by_role("row")).to_have_count(4)
    await page.goto("/business?tab=topics")
    await page.get_by_role("link", name="Cats").click()
    await expect(page.get_by_role("grid", name="Posts").get_by_role("row")).to_have_count(4)
    await page.goto("/business?tab=posts&days=365")
    await expect(page.get_by_text("No measured post of the last year.")).to_be_visible()
    await expect(
        page.get_by_text(f"The latest measured post before the last year is of {now():%b} 2013.")
    ).to_be_visible()
    await page.get_by_role("button", name="Look at all time").click()
    await expect(page.get_by_role("grid", name="Posts").get_by_role("row")).to_have_count(4)
    await page.goto("/business?tab=topics&days=90")
    await expect(page.get_by_text(f"The latest measured post before is of {now():%b} 2013.")).to_be_visible()


async def test_every_column_of_the_posts_is_seen_and_on_a_phone_every_figure_is_named(
    olga: Visitor, working: House
) -> None:
    async with transaction() as session:
        at = now() - timedelta(days=20)
        post = await records.add_post(session, NewPost(platform="linkedin", content="Tea", published_at=at))
        read = NewReading(post_id=post.id, platform="linkedin", measured_at=now(), views=1000, clicks=5, source="t")
        await records.add_readings(session, [read])
        rows = [
            NewFinancial(metric_type="marketing_spend", metric_value=Decimal(value), unit="usd", channel=channel,
                         period_start=date(2024, 1, 1), period_end=date(2024, 1, 31), source="t", measured_at=now())
            for value, channel in ((100, ""), (12_700_000, "display"))
        ]  # fmt: skip
        await records.add_financial(session, rows)
    page = olga.page
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto("/business?tab=posts")
    grid = page.get_by_role("grid", name="Posts")
    await expect(grid.get_by_role("gridcell", name="5 clicks")).to_be_visible()
    edges = "grid => [grid.querySelector('[role=columnheader]:last-child').getBoundingClientRect().right, "
    seen, edge = await grid.evaluate(edges + "grid.getBoundingClientRect().left + grid.clientWidth]")
    assert seen <= edge
    await page.set_viewport_size({"width": 360, "height": 780})
    await expect(grid.get_by_role("gridcell", name="Views 1,000")).to_be_visible()
    await expect(grid.get_by_role("gridcell", name="Engagement 0.50%")).to_be_visible()
    await page.goto("/business")
    spent = page.get_by_role("region", name="Marketing spend", exact=True)
    await expect(spent).to_contain_text("$100.00")
    await expect(spent).to_contain_text("by channel, all time: $12.7M")
