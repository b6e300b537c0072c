"""The look that a worker begins by itself: when its time has come, once, and whatever a policy does."""

from datetime import timedelta
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import pytest

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from cofounder.personas import learning, policies_known, what_if
from cofounder.personas.arena import Fixed, LogThompson
from cofounder.personas.experiments import service as experiments
from cofounder.personas.experiments.schemas import ExperimentIn
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


class Nul(Raising):
    """A policy whose message no database keeps."""

    def observe(self, outcomes: Any) -> None:
        raise RuntimeError("a byte \x00 and half a character \ud800" + " and much more" * 200)


class Mute(Raising):
    """A policy whose failure cannot even be told."""

    class Untold(Exception):
        def __str__(self) -> str:
            raise RuntimeError("nothing to say")

    def observe(self, outcomes: Any) -> None:
        raise self.Untold


class Clearing(Raising):
    """A policy that takes what it is given for its own."""

    def __init__(self, spec: Any, now: Any) -> None:
        self.count = len(spec.arms)
        spec.arms.clear()


class Growing(Clearing):
    def __init__(self, spec: Any, now: Any) -> None:
        spec.arms.append("pirate")


class Hiding(Clearing):
    """A policy that raises at whatever it is asked for by name."""

    def __init__(self, spec: Any, now: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"no {name}")


class Telling(LogThompson):
    """A policy of ours made over, that tells the log what it cannot keep."""

    def told(self) -> dict[str, Any]:
        return {"note": "\x00"}


class Shorter(Fixed):
    def shares(self, context: Any) -> Any:
        return super().shares(context)[:-1]


@pytest.mark.parametrize("kind", ["Nul", "Mute", "Clearing", "Growing", "Hiding", "Telling", "Shorter"])
async def test_a_policy_that_fails_in_an_odd_way_is_a_failed_run_however_it_is_begun(
    database: Database, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    odd = EntryPoint("odd", f"{__name__}:{kind}", policies_known.GROUP)
    monkeypatch.setattr(policies_known, "entry_points", lambda group: EntryPoints([odd]))
    monkeypatch.setenv("COFOUNDER_PERSONA_POLICY", "odd")
    settings.cache_clear()
    halves = {"control": {"share": 0.5}, "variant_a": {"share": 0.5, "draws": "odd"}}
    given = {"name": "Spring", "hypothesis": "It does.", "arms": halves, "end_at": now() + timedelta(days=2)}
    try:
        async with db.transaction() as session:
            await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
        assert await look_if_due(6)
        with pytest.raises(policies_known.PolicyFailed, match=r"^odd"):
            async with db.transaction() as session:
                await learning.optimise(session, by="Mara")
        with pytest.raises(policies_known.PolicyFailed, match=r"^odd"):
            async with db.transaction() as session:
                await experiments.begin(session, ExperimentIn.model_validate(given), by=LOCAL_OWNER)
    finally:
        settings.cache_clear()
    found = await looks()
    assert [(one.status, one.started_by) for one in found] == [("failed", "Mara"), ("failed", "schedule")]
    for one in found:
        assert one.reason is not None
        assert len(one.reason) <= 500
        assert one.reason.isprintable()


@pytest.mark.parametrize("name", ["learnt", "flattened", "lifted"])
async def test_a_package_may_not_call_its_policy_as_arms_are_called(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    taken = EntryPoint(name, f"{__name__}:Plain", policies_known.GROUP)
    monkeypatch.setattr(policies_known, "entry_points", lambda group: EntryPoints([taken]))
    assert name not in policies_known.names()
    async with db.transaction() as session:
        await weeks_of(session, now(), {"dataNerd": 9.0, "coach": 1.0})
    with pytest.raises(policies_known.PolicyUnknown, match="is no policy"):
        async with db.transaction() as session:
            await optimise(session, as_of=now(), by="test", mode="autonomous", policy=name)


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
