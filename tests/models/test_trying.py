"""Each model that is named can be asked one word before any work is given to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cofounder import app
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.models import offered, service, standing, trying
from cofounder.ops import connections, runtime
from cofounder.ops import trying as trials
from cofounder.settings import settings

KEY = "sk-test-9f8e7d6c5b4a39281706"


@pytest.fixture
def provider(openai_server: Any, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    def configured(key: str) -> Any:
        monkeypatch.setenv("COFOUNDER_MODEL", "openai-compatible:test-model, openai:gpt-5-mini")
        monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "openai-compatible:test-model=1/2")
        monkeypatch.setenv("COFOUNDER_COMPATIBLE_BASE_URL", openai_server.url)
        monkeypatch.setenv("COFOUNDER_COMPATIBLE_API_KEY", key)
        settings.cache_clear()
        return openai_server

    yield configured
    monkeypatch.undo()
    settings.cache_clear()


async def _tried() -> list[Any]:
    app.wire()
    return (await trials.attempt("models")).items


async def test_a_model_that_answers_works_and_its_cost_counts(provider: Callable[[str], Any]) -> None:
    provider(KEY).answers = ["Ready."]
    first, second, last = await _tried()
    assert (first.name, first.works, first.detail) == ("openai-compatible:test-model", True, "It answered: Ready.")
    assert (second.works, last.works) == (False, True)
    assert "key" in second.detail
    assert second.mend
    async with db.reading() as session:
        assert float(await service.cost_today(session)) == pytest.approx(first.cost_usd) != 0


async def test_a_key_that_is_refused_is_told_and_never_repeated(provider: Callable[[str], Any]) -> None:
    wrong = "sk-wrong-0123456789abcdef"
    provider(wrong)
    first = (await _tried())[0]
    assert not first.works
    assert first.detail.startswith("Its server refused the key (401: ")
    assert "key" in first.mend
    assert wrong not in first.model_dump_json()


async def test_a_server_that_is_not_there_is_told(
    provider: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider(KEY)
    monkeypatch.setenv("COFOUNDER_COMPATIBLE_BASE_URL", "http://127.0.0.1:9/v1")
    settings.cache_clear()
    first = (await _tried())[0]
    assert (first.works, first.detail) == (False, "Its server cannot be reached, or hung up.")


async def test_a_model_without_a_price_is_not_asked_and_what_to_set_is_told(
    provider: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = provider(KEY)
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "")
    settings.cache_clear()
    first = (await _tried())[0]
    assert (first.works, asked.requests) == (False, [])
    assert first.detail.startswith(
        "No price is known for openai-compatible:test-model, so no budget can hold for it: set"
    )
    assert "model_prices" in first.mend
    found = next(one for one in standing.findings() if one.name == "Model openai-compatible:test-model")
    assert (found.state, found.detail) == (
        "failed",
        "No price is known for openai-compatible:test-model, so no budget can hold for it: it is not asked.",
    )
    assert "openai-compatible:test-model=0/0" in found.mend
    (offer,) = [one for one in await offered.offers() if one.target.name == "test-model"]
    assert "model_prices" in (offer.why_not or "")


async def test_what_the_budget_does_not_allow_is_not_asked(provider: Callable[[str], Any]) -> None:
    asked = provider(KEY)
    async with db.transaction() as session:
        await runtime.change(session, runtime.RuntimeSettings(daily_budget_usd=0), by="test")
    first = (await trying.trial(await connections.latest()))[0]
    assert (first.works, asked.requests) == (False, [])
    assert "left for today" in first.detail
