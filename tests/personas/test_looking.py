"""The look that a worker begins by itself: when its time has come, once, and whatever a policy does."""

from datetime import timedelta
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.testing import Database
from cofounder.personas import learning, policies_known, what_if
from cofounder.personas.looking import look_if_due
from cofounder.personas.optimising import optimise
from cofounder.settings import settings
from tests.personas.posts import weeks_of


class Raising:
    """A policy that somebody wrote in a hurry."""

    def __init__(self, spec: Any, now: Any) -> None:
        pass

    def observe(self, outcomes: Any) -> None:
        raise RuntimeError("no idea")

    def select(self, context: Any, rng: Any) -> Any:
        raise RuntimeError("no idea")


async def looks() -> list[Any]:
    async with db.reading() as session:
        return (await learning.runs(session, cursor=None, limit=10)).items


async def test_a_house_without_posts_is_not_looked_at(database: Database) -> None:
    assert not await look_if_due(6)
    assert await looks() == []


async def test_a_look_is_begun_once_in_its_hours(database: Database) -> None:
    async with db.transaction() as session:
        await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
    assert await look_if_due(6)
    assert not await look_if_due(6)
    (one,) = await looks()
    assert (one.started_by, one.status, one.standing) == ("schedule", "success", "in use")


async def test_a_policy_that_raises_changes_nothing_and_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = EntryPoint("hurried", f"{__name__}:Raising", policies_known.GROUP)
    monkeypatch.setattr(policies_known, "entry_points", lambda group: EntryPoints([hurried]))
    monkeypatch.setenv("COFOUNDER_PERSONA_POLICY", "hurried")
    settings.cache_clear()
    try:
        async with db.transaction() as session:
            await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
        assert await look_if_due(6)
    finally:
        settings.cache_clear()
    (one,) = await looks()
    assert (one.status, one.standing) == ("failed", "none")
    assert "no idea" in (one.reason or "")
    async with db.reading() as session:
        assert (await learning.listed(session)).run_id is None


class Leaving(Raising):
    """A policy that ends the process where it is at a loss."""

    def observe(self, outcomes: Any) -> None:
        raise SystemExit(3)


class TooMuch(Raising):
    """A policy whose probabilities add up to more than they should."""

    def observe(self, outcomes: Any) -> None:
        pass

    def select(self, context: Any, rng: Any) -> tuple[int, Any]:
        return 0, [0.5] * 12


@pytest.mark.parametrize(
    ("kind", "why"), [("Leaving", "hurried: SystemExit: 3"), ("TooMuch", "hurried answered .* add up to 6, not to 1")]
)
async def test_a_look_that_somebody_begins_and_a_policy_spoils_is_kept_as_failed(
    database: Database, monkeypatch: pytest.MonkeyPatch, kind: str, why: str
) -> None:
    hurried = EntryPoint("hurried", f"{__name__}:{kind}", policies_known.GROUP)
    monkeypatch.setattr(policies_known, "entry_points", lambda group: EntryPoints([hurried]))
    monkeypatch.setenv("COFOUNDER_PERSONA_POLICY", "hurried")
    settings.cache_clear()
    try:
        async with db.transaction() as session:
            await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
        for dry in (True, False):
            with pytest.raises(policies_known.PolicyFailed, match=why):
                async with db.transaction() as session:
                    await learning.optimise(session, by="Mara", dry=dry)
        with pytest.raises(policies_known.PolicyFailed, match="hurried"):
            async with db.reading() as session:
                await what_if.what_if(session, "hurried")
    finally:
        settings.cache_clear()
    (one,) = await looks()
    assert (one.status, one.started_by) == ("failed", "Mara")


class Plain:
    """A policy of nothing but the interface; its `fit` is its own affair."""

    def __init__(self, spec: Any, now: Any) -> None:
        self.count = len(spec.arms)

    def fit(self, rows: Any, labels: Any) -> None:
        raise AssertionError("nobody but itself may call this")

    def observe(self, outcomes: Any) -> None:
        pass

    def select(self, context: Any, rng: Any) -> tuple[int, Any]:
        return 0, [1 / self.count] * self.count


async def test_a_policy_of_a_package_may_have_methods_of_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = EntryPoint("plain", f"{__name__}:Plain", policies_known.GROUP)
    monkeypatch.setattr(policies_known, "entry_points", lambda group: EntryPoints([plain]))
    moment = now()
    async with db.transaction() as session:
        await weeks_of(session, moment, {"dataNerd": 9.0, "coach": 1.0})
        row = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="plain")
        assert row.status == "success"
        found = (await learning.listed(session)).items
        assert {round(one.probability, 6) for one in found} == {round(1 / 12, 6)}


async def test_a_clock_that_ran_ahead_keeps_nobody_from_looking(database: Database) -> None:
    async with db.transaction() as session:
        await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
        await optimise(session, as_of=now() + timedelta(days=400), by="test", mode="watch", policy="default")
    assert await look_if_due(6)
    assert not await look_if_due(6)
