"""What users' scripts import from `cofounder.api` about voices, which they call generators."""

from datetime import timedelta
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from cofounder import api
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid
from cofounder.kit.testing import Database
from cofounder.personas import learning, policies_known
from cofounder.personas.followers import service as followers
from cofounder.personas.learning import PersonaMissing
from cofounder.personas.policies_known import PolicyUnknown
from cofounder.settings import settings
from tests.personas.posts import post, reading, weeks_of

GAINS = {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0}
SHAPE = {
    *("status", "reason", "posts_analyzed", "generators_updated"),
    *("top_performer", "bottom_performer", "changes"),
}


async def lived(days: int = 20) -> None:
    async with db.transaction() as session:
        await weeks_of(session, now(), GAINS, days=days)


async def kept() -> int:
    async with db.reading() as session:
        return (await learning.runs(session, cursor=None, limit=5)).total or 0


async def test_a_script_reads_who_performs(database: Database) -> None:
    await lived()
    await api.run_autonomous_optimization()
    found = await api.get_generator_performance(days=14)
    assert [one["generator"] for one in found[:3]] == ["dataNerd", "coach", "explorer"]
    assert len(found) == 12
    best = found[0]
    assert best["followers_per_1k"] == pytest.approx(1000 * best["followers"] / best["impressions"])
    assert best["low"] <= best["followers_per_1k"] <= best["high"]
    assert (best["name"], best["band"], best["posts"] > 5) == ("Data nerd", "viral", True)
    assert await api.get_generator_performance("data nerd", days=14) == [best]
    assert [one["generator"] for one in await api.get_top_performers(2)] == ["dataNerd", "coach"]
    assert [one["generator"] for one in await api.get_bottom_performers(2)] == ["explorer", "coach"]
    assert await api.is_generator_failing("explorer", days=14)
    assert not await api.is_generator_failing("coach", days=14)
    assert not await api.is_generator_failing("philosopher")  # without a post nobody has failed
    with pytest.raises(PersonaMissing):
        await api.is_generator_failing("nobody")


async def test_who_has_fewer_than_five_posts_is_neither_first_nor_last(database: Database) -> None:
    async with db.transaction() as session:
        moment = now()
        await weeks_of(session, moment, GAINS)
        made = await post(session, moment - timedelta(days=5), "philosopher")
        await reading(session, made, moment - timedelta(days=1), 10, followers=10_900)
    await api.run_autonomous_optimization()
    found = {one["generator"]: one for one in await api.get_generator_performance(days=14)}
    assert found["philosopher"]["posts"] == 1
    assert "philosopher" not in {one["generator"] for one in await api.get_top_performers(12)}
    assert "philosopher" not in {one["generator"] for one in await api.get_bottom_performers(12)}
    row = await api.run_autonomous_optimization(dry_run=True)
    assert row["top_performer"] == (await api.get_top_performers(1))[0]["generator"]
    assert row["bottom_performer"] == (await api.get_bottom_performers(1))[0]["generator"]


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("limit", lambda: api.get_top_performers(-1)),
        ("limit", lambda: api.get_bottom_performers(0)),
        ("days", lambda: api.get_generator_performance(days=0)),
        ("days", lambda: api.get_top_performers(days=366)),
    ],
)
async def test_what_the_api_refuses_a_script_is_refused_too(database: Database, field: str, asked: Any) -> None:
    with pytest.raises(InputInvalid) as refused:
        await asked()
    assert refused.value.field == field


async def test_before_a_time_nothing_was_known(database: Database) -> None:
    await lived(days=4)
    early = now().replace(year=2001)
    assert await api.get_top_performers(as_of=early) == []
    assert {one["posts"] for one in await api.get_generator_performance(as_of=early)} == {0}


async def test_optimal_weights_are_told_and_not_kept(database: Database) -> None:
    before = await api.calculate_optimal_weights()
    assert before["humanVoice"] == pytest.approx(0.15)
    await lived()
    found = await api.calculate_optimal_weights("log_thompson")
    assert max(found, key=lambda one: found[one]) == "dataNerd"
    assert sum(found.values()) == pytest.approx(1)
    assert min(found.values()) >= 0.02 - 1e-9
    assert await kept() == 0
    async with db.reading() as session:
        assert await followers.balances(session) == []  # nor were the books written
    with pytest.raises(PolicyUnknown):
        await api.calculate_optimal_weights("guessing")


async def test_a_run_has_the_shape_that_scripts_know(database: Database) -> None:
    few = await api.run_autonomous_optimization()
    assert set(few) >= SHAPE
    assert (few["status"], few["reason"], few["changes"]) == ("skipped", "insufficient_data", [])
    await lived()
    dry = await api.run_autonomous_optimization(dry_run=True)
    assert (dry["status"], dry["standing"]) == ("success", "dry run")
    made = await api.run_autonomous_optimization()
    assert set(made) >= SHAPE
    assert (made["top_performer"], made["bottom_performer"]) == ("dataNerd", "explorer")
    assert made["generators_updated"] == len(made["changes"])
    assert set(made["changes"][0]) == {"generator", "oldWeight", "newWeight"}
    assert made["changes"] == dry["changes"]
    assert made["found"]["half_life_days"] in (7, 21, 60)
    assert made["found"]["channels_changed"] == []
    assert await kept() == 2


class Raising:
    """A policy that somebody wrote in a hurry."""

    def __init__(self, spec: Any, now: Any) -> None:
        pass

    def observe(self, outcomes: Any) -> None:
        raise RuntimeError("no idea")

    def select(self, context: Any, rng: Any) -> Any:
        raise RuntimeError("no idea")


async def test_a_policy_that_raises_is_a_failed_run(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    hurried = EntryPoint("hurried", f"{__name__}:Raising", policies_known.GROUP)
    monkeypatch.setattr(policies_known, "entry_points", lambda group: EntryPoints([hurried]))
    monkeypatch.setenv("COFOUNDER_PERSONA_POLICY", "hurried")
    settings.cache_clear()
    try:
        await lived()
        made = await api.run_autonomous_optimization()
    finally:
        settings.cache_clear()
    assert (made["status"], made["changes"]) == ("failed", [])
    assert "no idea" in made["reason"]
    assert await kept() == 1
