"""A person sees what each voice brings, sets one, has the posts looked at, and takes the new weights back."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.personas.optimising import optimise
from cofounder.settings import settings
from tests.api.conftest import House
from tests.page.conftest import visiting
from tests.page.test_axe import AXE, _wrong_with
from tests.personas.posts import weeks_of

GAINS = {"dataNerd": 4.0, "humanVoice": 2.0, "coach": 0.0}


async def test_a_voice_is_seen_set_looked_at_and_the_weights_rolled_back(house: House, browser: Browser) -> None:
    async with visiting(browser, house.url, "Mara", "approver") as mara:
        page = mara.page
        if AXE.is_file():
            await mara.context.add_init_script(AXE.read_text(encoding="utf-8"))
        await page.goto("/personas")
        voices = page.get_by_role("table", name="Voices")
        # Nothing is known yet, and it says what is missing; a look says the same and changes nothing.
        await expect(page.get_by_text("Not enough data: no post was scored in 7 days.")).to_be_visible()
        await expect(page.get_by_text("No look and no person has changed a weight yet")).to_be_visible()
        await page.get_by_role("button", name="Look now").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Skipped: insufficient data")
        await expect(dialog).to_contain_text("0 posts scored in 7 days; 20 are needed.")
        await expect(dialog.get_by_role("button", name="Look and keep it")).to_have_count(0)
        await page.keyboard.press("Escape")

        async with transaction() as session:
            await weeks_of(session, now() - timedelta(hours=1), GAINS)
        await page.reload()
        await page.get_by_role("button", name="Look now").click()
        await expect(dialog).to_contain_text(re.compile(r"Would change \d+ weights"))
        assert (await house.viewer.get("/api/personas/runs")).json()["items"] == []  # told, not kept
        await dialog.get_by_role("button", name="Look and keep it").click()
        looks = page.get_by_role("region", name="Looks")
        await expect(looks).to_contain_text(re.compile(r"Changed \d+ weights"))
        found = (await house.viewer.get("/api/personas")).json()["items"]
        nerd = next(one for one in found if one["id"] == "dataNerd")
        row = voices.get_by_role("row", name=re.compile(nerd["name"]))
        told = f"F/1K of {nerd['name']}: {nerd['per_1k']:.1f}, {nerd['low']:.1f} to {nerd['high']:.1f}, n = {nerd['posts']}"
        await expect(row.get_by_role("img", name=told)).to_be_visible()
        await expect(row).to_contain_text(f"{nerd['probability']:.1%}")
        await page.get_by_role("button", name="Weights over time: show as table").click()
        weights = page.get_by_role("region", name="Weights over time, as a table").get_by_role("row")
        await expect(weights).to_have_count(3)  # its names, the initial weights, the look's, which hold until now
        await expect(weights.nth(1)).to_contain_text("Initial weights")

        # Who gives a probability says why; what was typed stays where the server refuses.
        coach = next(one for one in found if one["id"] == "coach")
        await page.get_by_role("button", name=f"Set {coach['name']}").click()
        await dialog.get_by_role("radio", name="Given by me").check()
        await dialog.get_by_role("textbox", name="Probability, percent").fill("30")
        await dialog.get_by_role("textbox", name="Reason").fill("The spring campaign speaks with one voice.")
        await dialog.get_by_role("button", name="Save").click()
        mine = voices.get_by_role("row", name=re.compile(coach["name"]))
        await expect(mine).to_contain_text("set by a person")
        await expect(mine).to_contain_text("30.0%")

        await expect(dialog).to_have_count(0)
        await looks.get_by_text("What changed").first.click()
        if AXE.is_file():
            assert await _wrong_with(page, ("/personas", "with figures")) == []

        await looks.get_by_role("button", name="Roll back").click()
        await dialog.get_by_role("button", name="Roll back").click()
        await expect(looks).to_contain_text("rolled back")
        assert (await house.viewer.get("/api/personas")).json()["run_id"] is None
        await expect(mine).to_contain_text("30.0%")  # what a person set outlives it

        # The books: what is counted is what posts gained and what is nobody's, together.
        await expect(page.get_by_role("table", name="Books of followers").get_by_role("row")).to_have_count(2)
        form = page.get_by_role("form", name="Count followers")
        await form.get_by_role("combobox", name="Channel").fill("carrier pigeon")
        await form.get_by_role("textbox", name="Followers").fill("1250")
        await form.get_by_role("button", name="Write down").click()
        await expect(form).to_contain_text("There is no channel")
        await expect(form.get_by_role("textbox", name="Followers")).to_have_value("1,250")
        await form.get_by_role("combobox", name="Channel").fill("LinkedIn")
        await form.get_by_role("button", name="Write down").click()
        await expect(page.get_by_text("1,250 followers of LinkedIn written down.")).to_be_visible()

        # On a small laptop every column is within reach, the one to set a voice among them; on a tablet one scrolls to it.
        within = "table => table.offsetWidth <= table.parentElement.clientWidth"
        await page.set_viewport_size({"width": 1280, "height": 900})
        assert await voices.evaluate(within)
        await page.set_viewport_size({"width": 820, "height": 900})
        scrolls = "table => getComputedStyle(table.parentElement).overflowX === 'auto'"
        assert await voices.evaluate(within) or await voices.evaluate(scrolls)
        button = page.get_by_role("button", name=f"Set {coach['name']}")
        await button.scroll_into_view_if_needed()
        box = await button.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 820
        await page.set_viewport_size({"width": 1280, "height": 900})

        # What was mistyped is put right where it is listed.
        await page.get_by_text(re.compile(r"^\d+ counts$")).click()
        await page.get_by_role("button", name=re.compile("Put right: 1,250 of LinkedIn")).click()
        await dialog.get_by_role("textbox", name="Followers").fill("1205")
        await dialog.get_by_role("button", name="Correct").click()
        await page.get_by_role("button", name=re.compile("Put right: 1,205 of LinkedIn")).click()
        await dialog.get_by_role("button", name="Withdraw the count").click()
        await expect(page.get_by_role("button", name=re.compile("Put right: 1,2"))).to_have_count(0)

        # One topic at a time, also by its address.
        await page.get_by_role("combobox", name="Topic").click()
        await page.get_by_role("option", name="growth").click()
        await expect(page.get_by_role("region", name="Who performs")).to_contain_text("about growth")


async def test_a_proposal_waits_and_is_decided_at_the_page(house: House, browser: Browser) -> None:
    async with transaction() as session:
        await weeks_of(session, now() - timedelta(hours=1), GAINS)
        await optimise(session, as_of=now(), by="schedule", mode="propose", policy="default")
    async with visiting(browser, house.url, "Vera", "viewer") as vera:
        await vera.page.goto("/personas")
        waits = vera.page.get_by_role("region", name="New weights to approve")
        await expect(waits).to_contain_text("An approver decides.")
        await expect(waits.get_by_role("button")).to_have_count(0)
    async with visiting(browser, house.url, "Mara", "approver") as mara:
        await mara.page.goto("/personas")
        waits = mara.page.get_by_role("region", name="New weights to approve")
        await expect(waits).to_contain_text(re.compile("Draw Data nerd.* more often"))
        assert (await house.viewer.get("/api/personas")).json()["run_id"] is None
        await waits.get_by_role("button", name="Approve weights").click()
        await expect(waits).to_have_count(0)
        await expect(mara.page.get_by_role("region", name="Looks")).to_contain_text("in use")
        assert (await house.viewer.get("/api/personas")).json()["run_id"] is not None


async def test_a_proposal_that_was_overtaken_by_what_a_person_set_asks_to_look_again(
    house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_PERSONA_MODE", "propose")
    settings.cache_clear()
    async with transaction() as session:
        await weeks_of(session, now() - timedelta(hours=1), GAINS)
        await optimise(session, as_of=now(), by="schedule", mode="propose", policy="default")
    try:
        async with visiting(browser, house.url, "Mara", "approver") as mara:
            await mara.page.set_viewport_size({"width": 360, "height": 740})
            await mara.page.goto("/personas")
            waits = mara.page.get_by_role("region", name="New weights to approve")
            approve = waits.get_by_role("button", name="Approve weights")
            await expect(approve).to_be_visible()
            place = await waits.bounding_box()
            others = await mara.page.get_by_role("region", name="Who performs").bounding_box()
            assert place is not None
            assert others is not None
            assert place["y"] < min(740, others["y"])
            pinned = {"override": 0.1, "reason": "Less of it in spring."}
            assert (await house.approver.patch("/api/personas/dataNerd", json=pinned)).status_code == 200
            await expect(waits).to_contain_text("something else than it tells")
            await expect(approve).to_have_count(0)
            await waits.get_by_role("button", name="Look again").click()
            await expect(approve).to_be_visible()
            await approve.click()
            await expect(waits).to_have_count(0)
            found = {one["id"]: one for one in (await house.viewer.get("/api/personas")).json()["items"]}
            assert found["dataNerd"]["probability"] == 0.1
    finally:
        settings.cache_clear()


async def test_who_only_reads_is_offered_nothing_to_change(house: House, browser: Browser) -> None:
    async with visiting(browser, house.url, "Vera", "viewer") as vera:
        page = vera.page
        await page.goto("/personas")
        await expect(page.get_by_role("table", name="Voices")).to_be_visible()
        for name in ("Look now", "Write down", re.compile("^Set ")):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)


async def test_two_people_set_one_voice_and_neither_undoes_the_other(house: House, browser: Browser) -> None:
    async with (
        visiting(browser, house.url, "Mara", "approver") as mara,
        visiting(browser, house.url, "Nils", "approver") as nils,
    ):
        for one in (mara, nils):
            await one.page.goto("/personas")
            row = one.page.get_by_role("table", name="Voices").get_by_role("row").filter(has_text="Storyteller")
            await row.get_by_role("button", name="Set").click()
        first, second = mara.page.get_by_role("dialog"), nils.page.get_by_role("dialog")
        await second.get_by_label("Reason").fill("Only the reason")
        await first.get_by_label("Disabled").check()
        await first.get_by_role("button", name="Save").click()
        await expect(first).to_have_count(0)
        # Nils is told who changed what before he can save, and keeps what he wrote.
        await expect(second).to_contain_text("Somebody set this voice since you opened it")
        await expect(second).to_contain_text("Mara")
        await expect(second.get_by_role("button", name="Save")).to_be_disabled()
        await second.get_by_role("button", name="Go on from there").click()
        await expect(second.get_by_label("Disabled")).to_be_checked()
        await second.get_by_role("button", name="Save").click()
        await expect(second).to_have_count(0)
    found = (await house.viewer.get("/api/personas")).json()
    (told,) = [one for one in found["items"] if one["id"] == "storyteller"]
    assert (told["status"], told["reason"]) == ("disabled", "Only the reason")
