"""The registry: versions, the gate, force, two at once, back again."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models.registry import service, using
from cofounder.models.registry.errors import (
    ActiveMoved,
    AlreadyActive,
    ForceRefused,
    GateNotPassed,
    ModelEntryInvalid,
    ModelInUse,
    ModelNotKnown,
    ModelUnfit,
    NothingBefore,
    PriceMissing,
    ReasonMissing,
)
from cofounder.people import LOCAL_OWNER
from cofounder.people.roles import Caller

APPROVER = Caller(name="mara", role="approver", kind="person")
WHERE = {"provider": "openai-compatible", "name": "small", "base_url": "http://127.0.0.1:9/v1"}


async def register(session: AsyncSession, name: str = "small", **changes: Any) -> service.ModelVersion:
    given: dict[str, Any] = {
        "name": name,
        "role": "planner",
        "address": WHERE,
        "base_model": "tiny",
        "target": "local",
        "dataset_id": None,
        "dataset_hash": None,
        "job_id": None,
        "artifacts": {},
        "by": "local owner",
    }
    return await service.register(session, **{**given, **changes})


def gate(model: service.ModelVersion, against: UUID | None = None, **changes: Any) -> dict[str, Any]:
    return {"passed": True, "model_id": str(model.id), "against_id": str(against) if against else None, **changes}


async def test_the_same_name_is_the_next_version_and_the_same_job_the_same_one(session: AsyncSession) -> None:
    job = new_id()
    first = await register(session, job_id=job)
    again = await register(session, job_id=job)
    second = await register(session)
    assert (first.id, first.version, second.version) == (again.id, 1, 2)
    assert (await service.find(session, "small")).id == second.id
    assert (await service.find(session, "small@1")).id == first.id
    assert (await service.find(session, str(first.id))).id == first.id
    with pytest.raises(ModelNotKnown):
        await service.find(session, "small@7")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "../x"}, "name"),
        ({"role": "poet"}, "role"),
        ({"address": {**WHERE, "provider": "carrier-pigeon"}}, "address"),
        ({"address": {**WHERE, "base_url": "file:///etc/passwd"}}, "address"),
        ({"address": {**WHERE, "base_url": "http://user:secret@host/v1"}}, "address"),
        ({"address": {**WHERE, "base_url": None}}, "address"),
        ({"address": {**WHERE, "name": " "}}, "address"),
    ],
)
async def test_what_is_no_model_is_refused_by_its_field(
    session: AsyncSession, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(ModelEntryInvalid) as refused:
        await register(session, **changes)
    assert refused.value.field == field


async def test_a_name_keeps_its_role(session: AsyncSession) -> None:
    await register(session)
    with pytest.raises(ModelEntryInvalid):
        await register(session, role="writer")


async def test_without_a_gate_that_passed_nothing_becomes_active(session: AsyncSession) -> None:
    model, other = await register(session), await register(session, "other")
    for given in (None, gate(model, passed=False), gate(other)):
        with pytest.raises(GateNotPassed):
            await service.set_active(session, model.id, by=LOCAL_OWNER, gate=given)
    assert await service.model_of(session, "planner", "active") is None
    await service.set_active(session, model.id, by=APPROVER, gate=gate(model))
    active = await service.model_of(session, "planner", "active")
    assert active is not None
    assert active.id == model.id
    with pytest.raises(AlreadyActive):
        await service.set_active(session, model.id, by=APPROVER, gate=gate(model))


async def test_a_model_whose_price_nobody_knows_is_neither_active_nor_in_shadow(session: AsyncSession) -> None:
    model = await register(session, address={**WHERE, "base_url": "http://gpu.example/v1"})
    for refused in (
        service.set_active(session, model.id, by=LOCAL_OWNER, force=True, reason="for a test"),
        service.set_candidate(session, model.id, by=LOCAL_OWNER, shadow=True),
    ):
        with pytest.raises(PriceMissing, match="set model_prices to tuned:small=IN/OUT"):
            await refused
    await service.set_candidate(session, model.id, by=LOCAL_OWNER)


async def test_force_wants_an_admin_and_a_reason_and_both_stay_on_record(session: AsyncSession) -> None:
    model = await register(session)
    with pytest.raises(ForceRefused):
        await service.set_active(session, model.id, by=APPROVER, force=True, reason="I like it")
    for reason, told in ((None, "needs a reason"), ("  ", "needs a reason"), ("x" + " " * 20, "'x' is too short a")):
        with pytest.raises(ReasonMissing) as missing:
            await service.set_active(session, model.id, by=LOCAL_OWNER, force=True, reason=reason)
        assert told in missing.value.detail
        assert "10 characters" in missing.value.advice
    assert await service.history(session) == []
    await service.set_active(session, model.id, by=LOCAL_OWNER, force=True, reason="Compared by hand.")
    (kept,) = await service.history(session)
    assert (kept.kind, kept.reason, kept.by) == ("force", "Compared by hand.", "local owner")


async def test_back_goes_to_the_previous_one_and_then_to_the_configured_models(session: AsyncSession) -> None:
    with pytest.raises(NothingBefore):
        await service.roll_back(session, "planner", by=APPROVER)
    first, second = await register(session), await register(session)
    await service.set_active(session, first.id, by=APPROVER, gate=gate(first))
    await service.set_active(session, second.id, by=APPROVER, gate=gate(second, first.id))
    with pytest.raises(ModelInUse):
        await service.retire(session, second.id, by=APPROVER)
    back = await service.roll_back(session, "planner", by=APPROVER)
    assert back is not None
    assert back.id == first.id
    assert await service.roll_back(session, "planner", by=APPROVER) is None
    assert await service.model_of(session, "planner", "active") is None
    assert [one.kind for one in await service.history(session)] == ["roll_back", "roll_back", "promote", "promote"]


async def test_a_retired_or_broken_one_is_not_chosen_and_not_gone_back_to(session: AsyncSession) -> None:
    first, second, third = await register(session), await register(session), await register(session)
    await service.set_active(session, first.id, by=APPROVER, gate=gate(first))
    await service.set_active(session, second.id, by=APPROVER, gate=gate(second, first.id))
    await service.retire(session, first.id, by=APPROVER)
    assert await service.roll_back(session, "planner", by=APPROVER) is None
    await service.mark_broken(session, third.id, "Its files are gone.")
    for model in (first, third):
        with pytest.raises(ModelUnfit):
            await service.set_active(session, model.id, by=APPROVER, gate=gate(model))
    with pytest.raises(ModelUnfit):
        await service.set_candidate(session, third.id, by=APPROVER, shadow=True)
    mended = await service.mend(session, third.id, WHERE)
    assert (mended.state, mended.problem) == ("ready", None)


async def test_of_two_who_promote_at_once_one_wins(database: Database) -> None:
    async with transaction() as session:
        models = [await register(session), await register(session)]

    async def promote(model: service.ModelVersion) -> str:
        try:
            async with transaction() as session:
                await service.set_active(session, model.id, by=APPROVER, gate=gate(model))
                await asyncio.sleep(0.05)  # the other comes while this one is not committed yet
        except ActiveMoved as refused:
            return refused.code()
        except CofounderError as other:
            return f"unforeseen: {other.code()}"
        return "won"

    ended = await asyncio.gather(*map(promote, models))
    assert sorted(ended) == ["active_moved", "won"]
    async with transaction() as session:
        active = await service.model_of(session, "planner", "active")
        assert active is not None
        assert active.id == models[ended.index("won")].id
        assert len(await service.history(session)) == 1


async def test_what_is_in_use_is_known_at_once_after_a_change(database: Database) -> None:
    assert await using.active("planner") is None
    async with transaction() as session:
        model = await register(session, system_prompt="Read.")
        await service.set_active(session, model.id, by=APPROVER, gate=gate(model))
    active = await using.active("planner")
    assert active is not None
    assert (str(active.target), active.system) == ("tuned:small@1", "Read.")
    async with transaction() as session:
        await service.roll_back(session, "planner", by=APPROVER)
    assert await using.active("planner") is None
