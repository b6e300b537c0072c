"""A person chooses examples at the page, tags them, takes it back, and freezes what is left as versions."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.api.conftest import House
from tests.flow.train.datasets.making import example, store_examples
from tests.page.conftest import Visitor, visiting

MANY = 30


@pytest.fixture
async def olga(house: House, browser: Browser) -> Any:
    """Olga, an operator of a house with thirty examples: ten score below 0.75, all are of January 2026."""
    rows = [
        example(n, quality_score=Decimal(70 if n < 10 else 90) / 100, timestamp=datetime(2026, 1, n + 1, 9, tzinfo=UTC))
        for n in range(MANY)
    ]
    await store_examples(rows)
    async with visiting(browser, house.url, "Olga", "operator") as visitor:
        yield visitor


async def tagged(house: House, tag: str) -> int:
    asked = {"include_tags": [tag], "limit": 1}
    answer = await house.viewer.post("/api/orchestrator/training/data/filter", json=asked)
    return int(answer.json()["data"]["filtered_count"])


async def make(page: Page, name: str, *, again: bool = False) -> None:
    await page.keyboard.press("d")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill(name)
    await dialog.get_by_role("button", name="Make the dataset").click()
    if again:
        await dialog.get_by_role("checkbox", name="Make the next version of that name").check()
        await dialog.get_by_role("button", name="Make the next version").click()
    await page.get_by_role("region", name="What it is").wait_for()


async def test_examples_are_chosen_tagged_frozen_compared_downloaded_and_rolled_back(
    olga: Visitor, house: House
) -> None:
    page = olga.page
    await page.goto("/training")
    using = page.get_by_role("region", name="In use")
    await expect(using).to_contain_text(f"Using {MANY} of {MANY} examples")
    await make(page, "plans")

    await page.goto("/training")
    await page.get_by_label("At least").fill("0.75")
    await page.get_by_label("At least").press("Enter")
    await expect(using).to_contain_text(f"Using 20 of {MANY} examples")
    await expect(using).to_contain_text("Left out by each part alone: quality 10.")
    await page.reload()  # the choice stands in the address
    await expect(using).to_contain_text(f"Using 20 of {MANY} examples")

    # All that the filter lets through, not only the page that is shown.
    await page.get_by_role("button", name="Select all 20").click()
    await page.get_by_role("toolbar", name="Selected examples").get_by_role("button", name="Add tag").click()
    await page.get_by_role("dialog", name="Add tag").get_by_role("combobox", name="Tags").fill("gold")
    await page.get_by_role("dialog", name="Add tag").get_by_role("button", name="Add").click()
    done = page.get_by_role("status").filter(has_text="20 examples tagged gold.")
    await expect(done).to_be_visible()
    assert await tagged(house, "gold") == 20
    await done.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("20 examples as they were.")).to_be_visible()
    assert await tagged(house, "gold") == 0

    row = page.get_by_role("row").nth(1)
    await row.get_by_role("button").click()
    line = page.get_by_role("region", name="Exactly what is exported").locator("pre")
    await expect(line).to_contain_text('"messages"')
    shown = json.loads(await line.inner_text())
    assert [one["role"] for one in shown["messages"]] == ["system", "user", "assistant"]
    await page.keyboard.press("Escape")

    await make(page, "plans", again=True)
    await expect(page.get_by_role("heading", name="plans, version 2")).to_be_visible()
    lineage = page.get_by_role("region", name="Lineage")
    await lineage.get_by_role("button", name="Compare").click()
    told = page.get_by_role("group", name="What lies between them")
    await expect(told).to_contain_text("Removed10")
    await expect(told).to_contain_text("The same20")
    await expect(page.get_by_text("The filter of that version does not let it through.")).to_have_count(10)

    await page.get_by_role("button", name="All datasets").click()
    await page.get_by_role("button", name="plans, version 1").click()
    await page.get_by_role("button", name="Download").click()
    async with page.expect_download() as download:
        await page.get_by_role("menuitem", name="OpenAI").click()
    lines = (await (await download.value).path()).read_text(encoding="utf-8").splitlines()
    assert len(lines) == MANY
    assert all(set(json.loads(one)) == {"messages"} for one in lines)

    await page.get_by_role("button", name="Roll back to this").click()
    await expect(page.get_by_role("button", name="Roll back to this")).to_have_count(0)
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_label("Why").fill("It was a trial.")
    await page.get_by_role("button", name="Delete this version").click()
    await expect(page.get_by_text("This version was deleted.")).to_be_visible()
    await expect(page.get_by_text(re.compile("It was a trial"))).to_be_visible()


async def test_everything_before_a_day_becomes_development_in_two_clicks(olga: Visitor, house: House) -> None:
    page = olga.page
    await page.goto("/training?until=2026-01-12")
    await page.get_by_role("button", name="Tag by date").click()
    await page.get_by_role("button", name="Tag everything up to it").click()
    await expect(page.get_by_text("12 examples tagged development.")).to_be_visible()
    assert await tagged(house, "development") == 12
    await page.get_by_role("region", name="Last changes").get_by_role("button", name="Undo").first.click()
    await expect(page.get_by_text("12 examples as they were.")).to_be_visible()
    assert await tagged(house, "development") == 0


async def test_what_scores_below_a_bound_is_excluded_and_what_failed_is_found(olga: Visitor, house: House) -> None:
    page = olga.page
    await page.goto("/training")
    using = page.get_by_role("region", name="In use")
    await expect(using).to_contain_text(f"Using {MANY} of {MANY} examples")
    await page.get_by_role("button", name="Tag by quality").click()
    dialog = page.get_by_role("dialog", name="Tag by quality")
    await dialog.get_by_label("Everything that scores below").fill("0.75")
    await dialog.get_by_role("button", name="Tag everything below it").click()
    await expect(page.get_by_text("10 examples tagged exclude.")).to_be_visible()
    await expect(using).to_contain_text(f"Using 20 of {MANY} examples")
    assert await tagged(house, "exclude") == 10
    await page.get_by_text("Failed", exact=True).click()
    await expect(page).to_have_url(re.compile("success=no"))
    await expect(page.get_by_text("Nothing fits this filter.")).to_be_visible()
    await page.goto("/training?most=0.2")
    await expect(page.get_by_label("Most cost")).to_have_value("$0.2")
    await expect(using).to_contain_text("Using 20 of")
    await page.get_by_label("Most cost").fill("0.05")
    await page.get_by_label("Most cost").press("Enter")
    await expect(page.get_by_text("Nothing fits this filter.")).to_be_visible()


async def test_what_a_filter_cannot_ask_for_is_said_and_nothing_pretends_to_be_counted(olga: Visitor) -> None:
    page = olga.page
    using = page.get_by_role("region", name="In use")
    await page.goto("/training?text=%40")
    await expect(page.get_by_text("It has no letter and no digit; write a word of the request")).to_be_visible()
    await expect(using).to_contain_text("Not counted")
    await page.goto("/training?min=0.9&max=0.2")
    await expect(page.get_by_text("Nothing can fit this filter.")).to_be_visible()
    await expect(using).to_contain_text("Not counted")
    await page.goto("/training?text=post")
    await expect(using).to_contain_text(f"of {MANY} examples")


async def test_an_admin_withdraws_a_run_lets_it_in_again_and_erases_it(house: House, browser: Browser) -> None:
    (id,) = await store_examples([example(1)])
    async with visiting(browser, house.url, "Ada", "admin") as visitor:
        page = visitor.page
        await page.goto(f"/training?id={id}")
        await page.get_by_role("button", name="Withdraw").click()
        asked = page.get_by_role("dialog", name="Withdraw this example?")
        await asked.get_by_label("Why").fill("The customer asked")
        await asked.get_by_role("button", name="Withdraw it").click()
        await expect(page.get_by_text("by Ada: The customer asked")).to_be_visible()
        await page.get_by_role("button", name="Let in again").click()
        await page.get_by_role("button", name="Erase").click()
        asked = page.get_by_role("dialog", name="Erase this example?")
        await expect(asked.get_by_role("button", name="Erase this example")).to_be_disabled()
        await asked.get_by_label("Why").fill("It named a person")
        await asked.get_by_role("button", name="Erase this example").click()
        await expect(page.get_by_text("This example was erased.")).to_be_visible()
        await expect(page.get_by_text(re.compile("It named a person"))).to_be_visible()
    answer = await house.viewer.get(f"/api/orchestrator/training/data/{id}")
    assert answer.json()["data"]["example"] is None


async def test_an_operator_is_offered_neither_withdrawing_nor_erasing(olga: Visitor) -> None:
    page = olga.page
    await page.goto("/training")
    await page.get_by_role("row").nth(1).get_by_role("button").click()
    await page.get_by_role("region", name="Exactly what is exported").wait_for()
    assert await page.get_by_role("button", name="Withdraw").count() == 0
    assert await page.get_by_role("button", name="Erase").count() == 0


async def test_another_filter_is_another_selection_however_it_comes(olga: Visitor, house: House) -> None:
    page = olga.page
    bar = page.get_by_role("toolbar", name="Selected examples")
    using = page.get_by_role("region", name="In use")
    sidebar = page.get_by_role("navigation", name="Journey").get_by_role("link", name="Training")
    asked = {"name": "weak", "filter": {"quality_max": 0.75}}
    assert (await house.operator.post("/api/orchestrator/training/filters", json=asked)).is_success

    async def ten() -> None:
        await expect(using).to_contain_text(f"Using 10 of {MANY} examples")
        await page.get_by_role("button", name="Select all 10").click()
        await expect(bar).to_contain_text("10 examples selected")

    async def nothing_is(selected: int = MANY) -> None:
        await expect(using).to_contain_text(f"Using {selected} of {MANY} examples")
        await expect(bar).to_have_count(0)
        await page.keyboard.press("x")

    await page.goto("/training?max=0.75")
    await ten()
    await sidebar.click()
    await nothing_is()
    await page.go_back()  # nor does it come back with its filter
    await nothing_is(10)
    for place in (0, 1):
        await page.get_by_role("checkbox", name=re.compile("^Select: ")).nth(place).check()
    await expect(bar).to_contain_text("2 examples selected")
    await sidebar.click()
    await nothing_is()
    await page.get_by_role("button", name=f"Select all {MANY}").click()
    await page.get_by_role("button", name="Saved").click()
    await page.get_by_role("menuitem", name="weak", exact=True).click()
    await nothing_is(10)
    assert await tagged(house, "exclude") == 0


async def test_a_saved_filter_keeps_its_limit_until_it_is_taken_away(olga: Visitor, house: House) -> None:
    asked = {"name": "five", "filter": {"limit": 5}}
    assert (await house.operator.post("/api/orchestrator/training/filters", json=asked)).is_success
    page = olga.page
    await page.goto("/training")
    using = page.get_by_role("region", name="In use")
    await page.get_by_role("button", name="Saved").click()
    await page.get_by_role("menuitem", name="five", exact=True).click()
    await expect(using).to_contain_text(f"Using 5 of {MANY} examples")
    await expect(using).to_contain_text("Left out by each part alone: the limit 25.")
    await page.reload()
    await expect(using).to_contain_text(f"Using 5 of {MANY} examples")
    await expect(page.get_by_role("row")).to_have_count(1 + 5)
    await page.get_by_role("button", name="Select all 5").click()
    await page.get_by_role("toolbar", name="Selected examples").get_by_role("button", name="Archive").click()
    await expect(page.get_by_text("5 examples archived.")).to_be_visible()
    await page.get_by_role("button", name="Take “the newest 5” away").click()
    await expect(using).to_contain_text("Using 25 of 25 examples")


async def test_a_saved_filter_of_the_house_is_forgotten_only_after_a_question_and_many_fit_a_phone(
    olga: Visitor, house: House
) -> None:
    kept = "/api/orchestrator/training/filters"
    for number in range(25):
        asked = {"name": f"{'long' * 12} {number:02}", "filter": {"date_after": "2026-01-05T10:00:00Z"}}
        assert (await house.operator.post(kept, json=asked)).is_success
    page = olga.page
    await page.set_viewport_size({"width": 360, "height": 800})
    await page.goto("/training?since=2026-01-05T10:00:00Z")
    await page.get_by_role("button", name="Filter, narrowed").click()
    await expect(page.get_by_text("From 10:00 UTC of that day on")).to_be_visible()
    await page.get_by_role("button", name="Saved").click()
    await expect(page.get_by_role("menuitem").first).to_have_text("Save this filter")
    box = await page.get_by_role("menu").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert box["height"] < 500
    await page.get_by_role("menuitem", name="Forget").first.click()
    question = page.get_by_role("dialog", name="Forget this filter?")
    await expect(question).to_contain_text("UTC")
    assert (await house.operator.get(kept)).json()["data"]["total"] == 25
    await question.get_by_role("button", name="Forget it").click()
    await expect(question).to_be_hidden()
    assert (await house.operator.get(kept)).json()["data"]["total"] == 24


async def test_where_archived_ones_are_shown_too_they_can_be_restored(olga: Visitor, house: House) -> None:
    await house.operator.post("/api/orchestrator/training/data/archive", json={"filter": {"quality_max": 0.75}})
    page = olga.page
    await page.goto("/training?archived=with")
    await page.get_by_role("button", name=f"Select all {MANY}").click()
    bar = page.get_by_role("toolbar", name="Selected examples")
    await expect(bar.get_by_role("button", name="Archive")).to_be_visible()
    await bar.get_by_role("button", name="Restore").click()
    await expect(page.get_by_text("10 examples restored.")).to_be_visible()
