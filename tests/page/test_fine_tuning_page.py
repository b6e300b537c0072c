"""A person tunes a model at the page and sees what comes of it; another takes over, and goes back."""

import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.kit.testing import Database, until
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.api.conftest import House
from tests.flow.train.benchmark import test_benchmark as benchmarks
from tests.flow.train.datasets.making import example, store_examples
from tests.flow.train.tuners.servers.together import Together
from tests.flow.train.tuners.servers.wire import SECRET, Bad, running
from tests.models.plain_server import PlainServer, serving
from tests.page.conftest import Visitor, visiting
from tests.page.test_axe import AXE, _wrong_with

# `together` stands before `house` in every signature: the server is told of it when it starts.


@pytest.fixture
async def together(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Together]:
    """Together on loopback; a job above ten cents waits for an approver."""
    provider = Together()
    async with running(provider):
        around = {
            "TOGETHER_API_KEY": SECRET,
            "COFOUNDER_TOGETHER_BASE_URL": f"{provider.url}/v1",
            "COFOUNDER_TUNING_POLL_SECONDS": "0.2",
            "COFOUNDER_COST_LIMIT_USD": "0.1",
        }
        for name, value in around.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield provider
    settings.cache_clear()


@pytest.fixture
async def mara(together: Together, working: House, browser: Browser) -> AsyncIterator[Visitor]:
    """Mara, an admin of a house where jobs are carried out and one dataset is there."""
    await store_examples([example(number) for number in range(40)])
    await datasets.create(DatasetIn(name="plans", role="planner", duplicates="exact"), LOCAL_OWNER, wait=True)
    async with visiting(browser, working.url, "Mara", "admin") as visitor:
        yield visitor


async def ask_for_a_job(page: Page) -> None:
    """From the list to a job that waits for an approver."""
    await page.goto("/training/fine-tuning?new=1")
    await page.get_by_role("combobox", name="Version").click()
    await page.get_by_role("option", name="plans, version 1, planner").click()
    await page.get_by_role("radio", name="Together, open").check()
    await page.get_by_role("button", name="Estimate", exact=True).click()
    told = page.get_by_role("region", name="What it would take")
    await expect(told).to_contain_text("It will wait for an approver")
    await expect(told).to_contain_text("the limit is 0.10")
    await told.get_by_role("button", name="Ask for approval").click()
    await expect(page.get_by_text("Needs approval")).to_be_visible()


async def nothing_serious(page: Page, where: str) -> None:
    """What axe finds serious in both themes, where it is installed: nothing."""
    if AXE.is_file():
        await page.evaluate(AXE.read_text(encoding="utf-8"))
        assert await _wrong_with(page, (where,)) == []


async def handed_over(together: Together) -> str:
    await until(lambda: bool(together.jobs), within=60)
    (id,) = together.jobs
    return id


async def test_a_job_is_estimated_approved_followed_and_its_model_registered(together: Together, mara: Visitor) -> None:
    page = mara.page
    await page.goto("/training/fine-tuning?new=1")
    openai = page.get_by_role("radio", name="OpenAI, not set up")
    await expect(openai).to_be_disabled()
    await expect(page.get_by_text("There is no key for OpenAI.")).to_be_visible()
    await ask_for_a_job(page)
    assert together.jobs == {}
    await page.get_by_role("button", name="Approve").click()
    remote = await handed_over(together)

    # What the provider tells is drawn as it comes, and can be read as a table.
    together.run(remote)
    await expect(page.get_by_role("img", name="Loss by step. Training 1.000 to 0.333.")).to_be_visible()
    await page.get_by_role("button", name="Loss: show as table").click()
    table = page.get_by_role("region", name="Loss, as a table")
    await expect(table.get_by_role("row")).to_have_count(4)
    await expect(page.get_by_role("region", name="What happened")).to_contain_text("Job started")
    await nothing_serious(page, "a job that runs")

    together.succeed(remote)
    await page.get_by_role("button", name="Deploy", exact=True).click()
    dialog = page.get_by_role("dialog", name="Deploy planner-plans")
    await dialog.get_by_role("checkbox", name="Use it as the planner at once").check()
    await expect(dialog.get_by_role("button", name="Deploy and use")).to_be_disabled()  # an admin says why
    await dialog.get_by_role("checkbox", name="Use it as the planner at once").uncheck()
    await dialog.get_by_role("button", name="Deploy", exact=True).click()
    deployment = page.get_by_role("region", name="Deployment")
    await until(lambda: bool(together.serving), within=60)
    for endpoint in together.serving.values():
        endpoint["state"] = "STARTED"
    await expect(deployment).to_contain_text("Registered as planner-plans@1")
    await deployment.get_by_role("link", name="Open the model").click()
    lineage = page.get_by_role("region", name="Lineage")
    await expect(lineage.get_by_role("link", name="plans, version 1")).to_be_visible()
    await lineage.get_by_role("link", name="Together, ").click()
    await expect(page.get_by_role("heading", name="planner-plans")).to_be_visible()


async def test_a_cancel_says_why_it_is_not_possible_and_the_job_goes_on(together: Together, mara: Visitor) -> None:
    page = mara.page
    await ask_for_a_job(page)
    await page.get_by_role("button", name="Approve").click()
    remote = await handed_over(together)
    together.run(remote)
    await expect(page.get_by_text("Loss 0.333")).to_be_visible()
    together.bad.append(Bad(400, on=f"POST /v1/fine-tunes/{remote}/cancel", message="job is not cancellable"))
    await page.get_by_role("button", name="Cancel the job").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    refused = page.get_by_role("alert").filter(has_text="cancel")
    await expect(refused).to_be_visible()
    assert SECRET not in await page.content()
    await refused.locator("xpath=..").get_by_role("button", name="Put this away").click()
    together.bad.clear()
    await page.get_by_role("button", name="Cancel the job").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    await until(lambda: together.jobs[remote]["status"] == "cancel_requested", within=60)
    together.jobs[remote]["status"] = "cancelled"
    await expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


async def test_a_rule_begins_jobs_by_itself_until_it_is_deleted(together: Together, mara: Visitor) -> None:
    page = mara.page
    await page.goto("/training/fine-tuning")
    await page.get_by_role("button", name="New rule").click()
    await page.get_by_role("combobox", name="Made as").click()
    await page.get_by_role("option", name="plans, version 1, planner").click()
    await page.get_by_role("radio", name="Together, open").check()
    await page.get_by_label("Name of the rule").fill("fresh plans")
    await page.get_by_label("Every so many days").fill("7")
    await page.get_by_role("button", name="Make the rule").click()
    rules = page.get_by_role("region", name="Jobs that begin by themselves")
    await expect(rules).to_contain_text("After 50 new examples, or every 7 days: the next version of plans")
    await rules.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete the rule").click()
    await expect(rules).to_contain_text("No rule yet.")


@pytest.fixture
async def tuned(database: Database) -> AsyncIterator[PlainServer]:
    """A model that reads every held-out request right, registered as small@1."""
    async with serving(benchmarks.right) as server:
        await benchmarks.model(server, await benchmarks.dataset())
        yield server


@pytest.fixture
async def olga(tuned: PlainServer, working: House, browser: Browser) -> AsyncIterator[Visitor]:
    """Olga, an approver of a house with that model."""
    async with visiting(browser, working.url, "Olga", "approver") as visitor:
        yield visitor


async def test_a_model_that_passes_the_gate_takes_over_and_goes_back(olga: Visitor, tuned: PlainServer) -> None:
    page = olga.page
    await page.goto("/training/models")
    await page.get_by_role("button", name="small@1").click()
    gate = page.get_by_role("region", name="The gate")
    await expect(gate).to_contain_text("It was not compared yet.")
    await expect(page.get_by_role("button", name="Use as the planner")).to_have_count(0)  # not without the gate
    await expect(page.get_by_role("button", name="Use without the gate")).to_have_count(0)  # nor by who is no admin
    await gate.get_by_role("button", name="Compare").click()
    await page.get_by_role("dialog").get_by_role("button", name="Compare").click()
    await expect(gate).to_contain_text("It is better than the built-in one")
    await expect(gate).to_contain_text("n = 40")
    figures = page.get_by_role("region", name="Figures side by side")
    await expect(figures.get_by_role("row", name="Score")).to_contain_text("1.000")
    assert len(tuned.requests) == 40
    await nothing_serious(page, "a model that was compared")

    await page.get_by_role("button", name="Run in shadow").click()
    await page.get_by_role("dialog").get_by_role("button", name="Run in shadow").click()
    title = page.get_by_role("heading", name=re.compile("^small@1"))
    await expect(title).to_contain_text("candidate, in shadow")
    await page.get_by_role("button", name="Use as the planner").click()
    await expect(title).to_contain_text("active")

    await page.get_by_role("button", name="All models").click()
    planner = page.get_by_role("region", name="Planner")
    await expect(planner).to_contain_text("small@1")
    await planner.get_by_role("button", name="Roll back").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Why").fill("It was a trial.")
    await dialog.get_by_role("button", name="Roll back").click()
    await expect(planner).to_contain_text("The configured models")
    changed = page.get_by_role("region", name="What changed")
    await expect(changed).to_contain_text("Back from small@1 to the configured models.")
    await expect(changed).to_contain_text("It was a trial.")
