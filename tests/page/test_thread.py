"""A thread of which nobody knows how much stands: the page asks for that, says where to look, and sends the rest."""

import pytest
from playwright.async_api import expect

from cofounder.channels.accounts import book
from cofounder.channels.senders import calling
from cofounder.settings import settings
from tests.api.conftest import House
from tests.channels.wire.server import running
from tests.channels.wire.town import store
from tests.channels.wire.x import XWire
from tests.flow.publish.at_x import PARTS, address, cut, mend, over, sent
from tests.page.conftest import Visitor


async def test_a_person_says_how_many_posts_stand_and_the_others_follow(
    mara: Visitor, working: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(calling.TIMES, "x", calling.Times(shows_seconds=0.2))
    async with running(XWire()) as wire:
        assert isinstance(wire, XWire)
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"x={wire.url}")
        settings.cache_clear()
        book.forget()
        await store(wire, "Acme", default=True)
        cut(wire, 1)
        id = await sent(wire, parts=PARTS)
        page, main = mara.page, mara.page.get_by_role("main")
        await page.goto(f"/content/{id}")
        asked = main.get_by_role("region", name="Is it out?")
        await expect(asked).to_contain_text("See whether the newest posts and answers of acme at X hold this text")
        await expect(asked.get_by_role("listitem")).to_have_count(3)
        await expect(main.get_by_role("heading", level=1)).to_have_text(PARTS[0])
        await expect(main).not_to_contain_text("1 address")
        await asked.get_by_role("button", name="It is there").click()
        await asked.get_by_label("Posts that are there").select_option("2 of 3")
        await asked.get_by_label("Send the others now").check()
        mend(wire)
        await asked.get_by_role("button", name="Send the others").click()
        await over(id)
        assert wire.threads() == [PARTS]
        await expect(main.get_by_role("link", name=address(wire.posts[0])).first).to_be_visible()
        book.forget()
