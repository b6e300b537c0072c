"""A mail account, and the wait between two attempts, as a test wants them."""

from collections.abc import Callable

import pytest

from cofounder.settings import settings
from tests.channels.smtp import Mute, Server
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
