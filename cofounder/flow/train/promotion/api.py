"""The registry's functions that scripts import from `cofounder.api`. They act as the local owner."""

import asyncio
from typing import Any

from cofounder.flow.train.benchmark import service as benchmarks
from cofounder.flow.train.benchmark.schemas import BenchmarkIn
from cofounder.flow.train.promotion import service
from cofounder.flow.train.promotion.schemas import ActiveIn
from cofounder.kit.db import reading, transaction
from cofounder.people import LOCAL_OWNER

_LOOK_SECONDS = 0.5
_MOST = 200


async def list_available_models(role: str | None = None) -> list[dict[str, Any]]:
    """The newest 200 versions of tuned models, newest first: state, where each came from, what its benchmark said."""
    async with reading() as session:
        found = await service.listed(session, role=role, name=None, state=None, cursor=None, limit=_MOST)
    return [one.model_dump(mode="json") for one in found.items]


async def get_active_model(role: str = "planner") -> dict[str, Any]:
    """What a role (planner, writer, judge) uses: active, previous and candidate, null where there is none."""
    async with reading() as session:
        return (await service.role(session, role)).model_dump(mode="json")


async def set_active_model(model: str, *, force: bool = False, reason: str | None = None) -> dict[str, Any]:
    """Let a model's role use it: NAME, NAME@VERSION or an id. Its benchmark must have passed, or `force` with a reason.

    Raises ModelNotKnown, ModelUnfit, AlreadyActive, GateNotPassed, ActiveMoved, ReasonMissing.
    """
    asked = ActiveIn(model=model, force=force, reason=reason)
    async with transaction() as session:
        return (await service.promote(session, asked, LOCAL_OWNER)).model_dump(mode="json")


async def benchmark_model(model: str, *, wait: bool = False, **asked: Any) -> dict[str, Any]:
    """Compare a model on held-out lines; `asked` are the fields of BenchmarkIn. A running worker carries it out.

    `wait`: until it has ended. Raises ModelNotKnown, ModelUnfit, DatasetMissing, HoldOutMissing, HoldOutUnfit.
    """
    async with transaction() as session:
        begun = await benchmarks.begin(session, BenchmarkIn.model_validate({"model": model, **asked}), LOCAL_OWNER)
    while wait and begun.state == "running":
        await asyncio.sleep(_LOOK_SECONDS)
        async with reading() as session:
            begun = await benchmarks.get(session, begun.id)
    return begun.model_dump(mode="json")
