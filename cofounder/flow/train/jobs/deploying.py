"""Make a job's model reachable and register it: what `deployment` does, as often as it is tried."""

from pathlib import Path
from typing import Any
from uuid import UUID

from cofounder.flow.train.jobs import queries, service
from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import Artifacts
from cofounder.kit.db import reading, transaction
from cofounder.models.registry import service as registry
from cofounder.models.registry.errors import AlreadyActive, PriceMissing
from cofounder.ops import connections
from cofounder.people import Caller


async def carry_out(id: UUID) -> None:
    """Serve, register, and switch where that was asked for. Done once, a repeat changes nothing.

    Raises TunerNotReady, TunerRefused, TunerAway, ModelEntryInvalid, ForceRefused.
    """
    async with reading() as session:
        row = await queries.one(session, id)
    if row is None or (row.deployment or {}).get("state") != "deploying":
        return
    wanted: dict[str, Any] = dict(row.deployment or {})
    tuner = known.tuner(row.target, await connections.latest())
    left = _left(row.result or {})
    address = await tuner.serve(left, str(wanted["model_name"]))
    by = caller_of(wanted)
    async with transaction() as session:
        row = await service.locked(session, id)
        if (row.deployment or {}).get("state") != "deploying":
            return
        model = await registry.register(
            session,
            name=str(wanted["model_name"]),
            role=str(wanted["role"]),
            address=address,
            base_model=row.base_model,
            target=row.target,
            dataset_id=row.dataset_id,
            dataset_hash=row.dataset_hash,
            job_id=row.id,
            artifacts=row.result or {},
            by=by,
            system_prompt=row.system_prompt,
        )
        note, active = address.note or None, bool(wanted["set_active"])
        if active:
            try:
                await registry.set_active(session, model.id, by=by, force=True, reason=wanted["reason"])
            except AlreadyActive:
                pass
            except PriceMissing as missing:  # it is served, and may be made active once there is a price
                note, active = f"It is not active: {missing.detail}", False
        label = registry.label(model)
        row.deployment = {
            **wanted,
            "state": "deployed",
            "model_id": str(model.id),
            "model": label,
            "note": note,
            "problem": None,
        }
        await service.say(session, row, f"It is registered as {label}{' and active' if active else ''}.")


def _left(result: dict[str, Any]) -> Artifacts:
    folder = result.get("folder")
    return Artifacts(
        folder=Path(folder) if folder else None,
        remote=result.get("model"),
        kind=result.get("kind", "remote"),
        details=dict(result.get("details") or {}),
    )


def caller_of(kept: dict[str, Any]) -> Caller:
    """Who asked, as it was written down."""
    kind, _, name = str(kept["by"]).partition(":")
    if not name:
        return Caller(name=kind, role=kept["by_role"], kind="local")
    return Caller(name=name, role=kept["by_role"], kind="key" if kind == "key" else "person")
