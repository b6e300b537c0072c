"""At the page: a voice of one's own is heard, made and changed; an experiment is begun and decided; the rail says what waits."""

import re
from datetime import timedelta

from playwright.async_api import Browser, expect

from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.personas.optimising import optimise
from tests.api.conftest import House
from tests.page.conftest import visiting
from tests.page.test_axe import AXE, _wrong_with
from tests.personas.posts import drawn_weeks_of


async def test_a_voice_of_ones_own_is_heard_made_and_changed(house: House, browser: Browser) -> None:
    async with visiting(browser, house.url, "Mara", "approver") as mara:
        page = mara.page
        if AXE.is_file():
            await mara.context.add_init_script(AXE.read_text(encoding="utf-8"))
        await page.goto("/personas?tab=voices")
        await expect(page.get_by_role("list", name="Sample texts").get_by_role("listitem")).to_have_count(12)
        await page.get_by_role("button", name="Make a voice").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("textbox", name="Name").fill("Coach")
        await dialog.get_by_role("textbox", name="Ends on").fill("Come by when you are near.")
        await dialog.get_by_role("button", name="Hear it").click()
        await expect(dialog).to_contain_text("150,000")
        await dialog.get_by_role("button", name="Make it").click()
        await expect(dialog).to_contain_text("There is a voice")  # and what was typed stays
        await dialog.get_by_role("textbox", name="Name").fill("Workshop")
        if AXE.is_file():
            assert await _wrong_with(page, ("/personas", "a voice")) == []
        await dialog.get_by_role("button", name="Make it").click()
        own = page.get_by_role("region", name="Your own voices")
        await expect(own).to_contain_text("Come by when you are near.")
        await expect(page.get_by_role("list", name="Sample texts").get_by_role("listitem")).to_have_count(13)

        await own.get_by_role("button", name="Change Workshop").click()
        await expect(dialog.get_by_role("textbox", name="Name")).to_have_value("Workshop")
        style = {"closings": ["Come by when you are near."]}
        other = {"name": "Workshop", "like": "coach", "style": style}
        assert (await house.approver.put("/api/personas/voices/workshop", json=other)).status_code == 200
        await dialog.get_by_role("textbox", name="Instructions").fill("You speak over a workbench.")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_contain_text("changed since you read it")
        await dialog.get_by_role("button", name="Leave it").click()
        await own.get_by_role("button", name="Change Workshop").click()
        await dialog.get_by_role("textbox", name="Instructions").fill("You speak over a workbench.")
        await dialog.get_by_role("button", name="Save").click()
        await expect(own).to_contain_text("You speak over a workbench.")
        await expect(own).to_contain_text("Like Coach")


async def test_an_experiment_is_begun_and_decided(house: House, browser: Browser) -> None:
    async with visiting(browser, house.url, "Mara", "approver") as mara:
        page = mara.page
        if AXE.is_file():
            await mara.context.add_init_script(AXE.read_text(encoding="utf-8"))
        await page.goto("/personas?tab=experiments")
        await page.get_by_role("button", name="Begin an experiment").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("textbox", name="Name").fill("Spring")
        await dialog.get_by_role("textbox", name="What you expect").fill("More of the seldom voices brings more.")
        await dialog.get_by_role("textbox", name="Share of Control").fill("60")
        await dialog.get_by_role("button", name="Begin").click()
        await expect(dialog).to_contain_text("The shares add up to 1.1")
        await dialog.get_by_role("textbox", name="Share of Variant A").fill("40")
        await dialog.get_by_role("button", name="Begin").click()
        arms = page.get_by_role("table", name="Arms of Spring")
        await expect(arms.get_by_role("row")).to_have_count(3)
        await expect(arms).to_contain_text("flattened by three tenths")
        if AXE.is_file():
            assert await _wrong_with(page, ("/personas", "experiments")) == []
        await page.get_by_role("button", name="End it").click()
        await dialog.get_by_role("radio", name="Draw by one arm").check()
        await dialog.get_by_role("checkbox", name="Adopt it although no task of it was scored").check()
        await dialog.get_by_role("textbox", name="Reason").fill("We want to hear every voice.")
        await dialog.get_by_role("button", name="End it").click()
        await expect(page.get_by_text("ended, its arm is in force")).to_be_visible()
        await page.get_by_role("button", name="Withdraw it").click()
        await expect(page.get_by_text("ended, withdrawn")).to_be_visible()


async def test_the_rail_says_that_new_weights_wait_and_the_proposal_what_they_gain(
    house: House, browser: Browser
) -> None:
    async with transaction() as session:
        await drawn_weeks_of(session, now() - timedelta(hours=1), {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0})
        await optimise(session, as_of=now(), by="schedule", mode="propose", policy="log_thompson")
    async with visiting(browser, house.url, "Mara", "approver") as mara:
        page = mara.page
        await page.goto("/")
        await (
            page.get_by_role("navigation", name="Journey").get_by_role("link", name=re.compile("^Personas ?1$")).click()
        )
        proven = page.get_by_role("region", name="New weights to approve").get_by_role("region", name="On past draws")
        await expect(proven).to_contain_text("likely a gain")
        await expect(proven.get_by_role("img", name=re.compile("Followers gained for each task"))).to_be_visible()
        await page.get_by_role("button", name="Decline").click()
        await expect(
            page.get_by_role("navigation", name="Journey").get_by_role("link", name="Personas", exact=True)
        ).to_be_visible()
