"""Providers on loopback, a database of one's own, and nothing known from a test before."""

from collections.abc import AsyncIterator

import pytest

from cofounder.channels.accounts import book
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.channels.accounts.world import World, running


@pytest.fixture
async def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The providers, in the place of the real ones; sites may lie on loopback."""
    async with running() as made:
        here = made.url
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"linkedin={here},x={here},facebook={here}")
        monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", here.removeprefix("http://"))
        settings.cache_clear()
        book.forget()
        yield made
        book.forget()
    monkeypatch.undo()
    settings.cache_clear()
