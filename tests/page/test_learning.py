"""A person reads what was learned, says no to a pattern, reads what goes together, and takes the figures along."""

import random
import re
from datetime import timedelta
from decimal import Decimal

from playwright.async_api import expect

from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from tests.api.conftest import House
from tests.flow.learn.published import publish, search
from tests.flow.learn.test_performance import ran
from tests.flow.train.datasets.making import example, store_examples
from tests.page.conftest import Visitor


async def learned() -> None:
    """Posts of which those with a question did better, runs whose cost follows their refinements, and one search."""
    draw = random.Random(1)
    async with transaction() as session:
        await publish(session, 240, effect=0.6)
        for _ in range(30):
            refinements = draw.randrange(4)
            await ran(
                session,
                timestamp=now() - timedelta(days=draw.randrange(30)),
                execution_result={"refinements_needed": refinements},
                cost=Decimal(str(round(0.1 + 0.1 * refinements + draw.random() * 0.02, 4))),
                execution_plan={"steps": 2, "agents": ["content", "financial"]},
            )
    async with transaction() as session:
        await search(session)


async def test_patterns_are_read_one_is_rejected_what_goes_together_is_a_table_and_figures_are_taken_along(
    mara: Visitor, working: House
) -> None:
    page = mara.page
    await page.goto("/learning")
    # without data the page says how many posts are missing, and what to do
    await expect(page.get_by_text(re.compile(r"Not enough data, 0 of \d+ scored posts"))).to_be_visible()
    await expect(page.get_by_role("main").get_by_role("link", name="Bring readings in")).to_be_visible()
    await learned()
    await page.reload()
    standing = page.get_by_role("region", name="Patterns that stand")
    first = standing.get_by_role("button", name=re.compile("^Posts with a question had"))
    await expect(first).to_be_visible()
    await expect(
        standing.get_by_role("img", name=re.compile(r"Effect on engagement: 1\.\d+×, 1\.\d+× to"))
    ).to_be_visible()
    await expect(standing).to_contain_text("it is retired")  # what would refute it
    await expect(page.get_by_role("region", name="Watching")).to_contain_text("never used")
    # a person's word: a note, then no
    await first.click()
    opened = page.get_by_role("dialog")
    await opened.get_by_label("Note").fill("Only on weekdays, I think.")
    await opened.get_by_role("button", name="Save note").click()
    await expect(standing).to_contain_text("Only on weekdays, I think.")
    await page.keyboard.press("Escape")
    await standing.get_by_role("button", name=re.compile("^Reject")).first.click()
    await page.get_by_role("dialog").get_by_label("Why").fill("We ask in every post now.")
    await page.get_by_role("button", name="Reject it").click()
    rejected = page.get_by_role("region", name="Rejected")
    await expect(rejected).to_contain_text("We ask in every post now.")
    await expect(first).to_have_count(0)
    held = (await working.viewer.get("/api/orchestrator/learning/patterns")).json()
    assert [one["why"] for one in held["rejected"]] == ["We ask in every post now."]
    assert held["patterns"] == []
    # it stays so when patterns are looked for again
    await page.get_by_role("button", name="Search now").click()
    searches = page.get_by_role("region", name="Searches")
    await expect(
        searches.get_by_role("row", name=re.compile("by Mara")).get_by_text(re.compile("Searched|Nothing new"))
    ).to_be_visible()
    await expect(rejected).to_contain_text("Posts with a question had")

    await page.get_by_role("tab", name="Correlations").click()
    runs = page.get_by_role("region", name="Runs", exact=True)
    await runs.get_by_role("button", name=re.compile("^(Refinements and Run cost|Run cost and Refinements)")).click()
    await expect(runs.get_by_role("img")).to_be_visible()  # its interval
    await runs.get_by_role("button", name="Runs: show as table").click()
    await expect(runs.get_by_role("row", name=re.compile("Refinements.*30")).first).to_be_visible()

    await page.get_by_role("tab", name="Performance").click()
    await expect(page.get_by_role("group", name="Totals")).to_contain_text("Executions30")
    await page.get_by_role("combobox", name="Split").click()
    await page.get_by_role("option", name="By intent").click()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="By intent: download as CSV").click()
    lines = (await (await download.value).path()).read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("name,runs,")
    assert lines[1].startswith("create_post,30,")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="By intent: download as Parquet").click()
    assert (await (await download.value).path()).read_bytes()[:4] == b"PAR1"


async def test_training_statistics_say_what_there_is_to_learn_from_and_give_it_as_files(
    mara: Visitor, working: House
) -> None:
    page = mara.page
    await page.goto("/learning?tab=training")
    await expect(page.get_by_text("No example is in use.")).to_be_visible()
    await store_examples([example(n, quality_score=Decimal("0.7" if n < 4 else "0.9")) for n in range(12)])
    await page.reload()
    figures = page.get_by_role("group", name="Training statistics")
    await expect(figures).to_contain_text("Examples in use12of 12")
    await expect(figures).to_contain_text("High quality8")
    await expect(page.get_by_role("region", name="By platform")).to_contain_text("LinkedIn12100%")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Examples as JSON lines").click()
    assert len((await (await download.value).path()).read_text(encoding="utf-8").splitlines()) == 12
    async with page.expect_download() as download:
        await page.get_by_role("button", name="By intent: download as CSV").click()
    assert (await (await download.value).path()).read_text().startswith("intent,Examples")


async def test_on_a_phone_the_strip_of_tabs_shows_the_open_one(quiet: Visitor) -> None:
    page = quiet.page
    await page.set_viewport_size({"width": 360, "height": 740})
    for address, name in (
        ("/learning?tab=performance", "Performance"),
        ("/learning", "Patterns"),
        ("/training/models", "Models"),
        ("/content?tab=channels", "Channels"),
        ("/settings?tab=you", "You"),
        ("/personas?tab=what-if", "What if"),
    ):
        await page.goto(address)
        chosen = page.get_by_role("tab", name=name, exact=True)
        await expect(chosen).to_have_attribute("aria-selected", "true")
        await expect(chosen).to_be_in_viewport(ratio=0.9)  # but for parts of a pixel
        assert await page.evaluate("window.scrollY") == 0
    await page.goto("/learning")
    await page.get_by_role("tab", name="Patterns").focus()
    await page.keyboard.press("End")
    await expect(page.get_by_role("tab", name="Performance")).to_be_in_viewport(ratio=0.9)
