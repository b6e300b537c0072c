"""A mail account, an account at X, and the wait between two attempts, as a test wants them."""

from collections.abc import AsyncIterator, Callable

import pytest

from cofounder.channels.accounts import book
from cofounder.channels.senders import calling
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.channels.smtp import Mute, Server
from tests.channels.wire.server import running
from tests.channels.wire.town import store
from tests.channels.wire.x import XWire
from tests.flow.publish.standing import Mail


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Mail:
    """Connect the e-mail account to a server."""

    def connect(server: Server | Mute, recipients: str) -> None:
        values = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_STARTTLS": "false",
            "EMAIL_FROM": "Acme <news@acme.example>",
            "EMAIL_RECIPIENTS": recipients,
        }
        for name, value in values.items():
            monkeypatch.setenv(f"COFOUNDER_{name}", value)
        settings.cache_clear()

    return connect


@pytest.fixture
def retries(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, float], None]:
    """How often it is tried again, and the seconds before the first time."""

    def choose(times: int, seconds: float) -> None:
        monkeypatch.setenv("COFOUNDER_PUBLISH_RETRIES", str(times))
        monkeypatch.setenv("COFOUNDER_PUBLISH_RETRY_SECONDS", str(seconds))
        settings.cache_clear()

    return choose


@pytest.fixture
async def wire(engine_running: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[XWire]:
    """X, with an account of ours that texts go out by."""
    monkeypatch.setitem(calling.TIMES, "x", calling.Times(shows_seconds=0.2))
    async with running(XWire()) as made:
        assert isinstance(made, XWire)
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"x={made.url}")
        settings.cache_clear()
        book.forget()
        await store(made, "Acme", default=True)
        yield made
        book.forget()
