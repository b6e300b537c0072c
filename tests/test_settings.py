"""The environment as it comes: compose files and service managers pass names on without a value."""

from pathlib import Path

import pytest

from cofounder.cli import database_url, home
from cofounder.kit import postgres
from cofounder.settings import Settings, settings


def test_a_variable_that_is_empty_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("COFOUNDER_HOME", "DATABASE_URL", "COFOUNDER_PORT", "COFOUNDER_SMTP_HOST", "COFOUNDER_PUBLIC_URL"):
        monkeypatch.setenv(name, "")
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    try:
        made = Settings()
        assert (made.home, made.database_url, made.port, made.smtp_host) == (None, None, 8000, None)
        assert postgres.default_home() != tmp_path
        assert home.embedded()
        database_url.check()
    finally:
        settings.cache_clear()
