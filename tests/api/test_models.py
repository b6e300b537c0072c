"""How models are chosen and what that saved, over HTTP."""

from typing import Any

import pytest

from cofounder.settings import settings

from .conftest import House, problem


async def test_how_models_are_chosen_is_shown_with_their_tiers_and_prices(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL", "anthropic:claude-opus-4-1,openai:gpt-5-mini")
    settings.cache_clear()
    found: dict[str, Any] = (await house.viewer.get("/api/models/routing")).json()
    tiers = {one["model"]: one["tier"] for one in found["models"]}
    assert tiers == {"anthropic:claude-opus-4-1": "FLAGSHIP", "openai:gpt-5-mini": "BUDGET", "offline": "FREE"}
    assert found["first"]["SIMPLE"] == "BUDGET"
    assert found["measured"] == []
    assert (await house.viewer.post("/api/models/routing/measure")).status_code == 403
    assert (await house.operator.post("/api/models/routing/measure")).status_code == 200


async def test_savings_say_that_there_is_nothing_to_choose_from_one_model(house: House) -> None:
    found = (await house.viewer.get("/api/models/savings")).json()
    assert found["saved_usd"] is None
    assert "One model is set up" in found["verdict"]
    wrong = await house.viewer.get("/api/models/savings", params={"margin": 2})
    problem(wrong, 422, field="margin")
