"""A provider's key is tried as it is entered: a wrong one is refused by name, one nobody can try is kept and tried again."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cofounder import app
from cofounder.kit.testing import Database
from cofounder.ops import connections, probing
from cofounder.settings import settings
from tests.flow.server import signed_in
from tests.flow.train.tuners.servers.wire import SECRET, Bad
from tests.flow.train.tuners.worlds import TARGETS, World, world

KEYS = {
    "openai": "openai_api_key",
    "together": "together_api_key",
    "gemini": "vertex_service_account",
    "bedrock": "bedrock_secret_access_key",
}


@pytest.fixture(params=TARGETS)
async def there(
    request: pytest.FixtureRequest, tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A provider whose address is known, and whose key is not set yet."""
    app.wire()
    async with world(request.param, tmp_path) as made:
        for name, value in made.environment().items():
            if "BASE_URL" in name:
                monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield made
    settings.cache_clear()


@pytest.fixture
async def admin(there: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in("admin") as (made,):
        yield made


def right(there: World) -> dict[str, Any]:
    """What an admin enters for this provider."""
    names = [name for name in connections.NAMES if name.startswith(KEYS[there.target].split("_")[0])]
    found = {}
    for name in names:
        value = getattr(there.settings, name)
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        if plain:
            found[name] = plain
    return found


def wrong(there: World) -> dict[str, Any]:
    changed = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else value
        for name, value in there.wrong_key.items()
    }
    return {**right(there), **changed}


async def note(admin: httpx.AsyncClient, there: World) -> Any:
    return (await admin.get("/api/connections")).json()[KEYS[there.target]]["note"]


async def test_a_wrong_key_is_refused_by_name_and_nothing_is_kept(there: World, admin: httpx.AsyncClient) -> None:
    answer = await admin.put("/api/connections", json=wrong(there))
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert (told["code"], told["errors"][0]["field"]) == ("key_refused", KEYS[there.target])
    assert SECRET not in answer.text
    after = (await admin.get("/api/connections")).json()
    assert not any(after[name]["source"] == "settings" for name in right(there))


async def test_a_right_key_is_kept_without_a_note(there: World, admin: httpx.AsyncClient) -> None:
    answer = await admin.put("/api/connections", json=right(there))
    assert answer.status_code == 200, answer.text
    assert (
        answer.json()[KEYS[there.target]] | {"value": None, "given": True, "source": "settings", "note": None}
        == (answer.json()[KEYS[there.target]])
    )
    assert there.provider.asked
    assert there.provider.jobs == {}


async def test_a_key_that_nobody_can_try_is_kept_with_a_note_until_it_can(
    there: World, admin: httpx.AsyncClient
) -> None:
    there.provider.bad.append(Bad(503))
    assert (await admin.put("/api/connections", json=right(there))).status_code == 200
    assert "not known to work" in await note(admin, there)
    await probing.try_again()
    assert "not known to work" in await note(admin, there)
    there.provider.bad.clear()
    await probing.try_again()
    assert await note(admin, there) is None


async def test_a_key_that_turns_out_wrong_later_is_told(there: World, admin: httpx.AsyncClient) -> None:
    there.provider.bad.append(Bad(503))
    assert (await admin.put("/api/connections", json=wrong(there))).status_code == 200
    there.provider.bad.clear()
    await probing.try_again()
    assert "does not take" in await note(admin, there)
    assert (await admin.put("/api/connections", json={KEYS[there.target]: None})).status_code == 200
    assert await note(admin, there) is None


async def test_what_is_not_whole_yet_is_kept_untried(there: World, admin: httpx.AsyncClient) -> None:
    part = dict(list(right(there).items())[:1])
    if len(right(there)) == 1:
        part = {"model_prices": "openai:x=1/2"}
    assert (await admin.put("/api/connections", json=part)).status_code == 200
    assert there.provider.asked == []
