"""Register tuned models, say which one a role uses, and write down every change of that."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import __version__
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.models import prices
from cofounder.models.chain import SERVERS
from cofounder.models.registry import queries, using
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
from cofounder.models.registry.tables import ROLES, ModelAlias, ModelVersion, Promotion
from cofounder.people.roles import Caller
from cofounder.people.service import audit

__all__ = ["ROLES", "ModelAlias", "ModelVersion", "Promotion"]

TOPIC = "models"
SYSTEM = "cofounder"  # who did what the product does by itself
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_MOST_HISTORY = 200


class Where(Protocol):
    """Where a tuned model answers, as a tuner says it."""

    @property
    def provider(self) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def base_url(self) -> str | None: ...


async def register(
    session: AsyncSession,
    *,
    name: str,
    role: str,
    address: Where | Mapping[str, Any],
    base_model: str,
    target: str,
    dataset_id: UUID | None,
    dataset_hash: str | None,
    job_id: UUID | None,
    artifacts: Mapping[str, Any],
    by: Caller | str,
    system_prompt: str | None = None,
) -> ModelVersion:
    """Add a model: the next version of its name, ready to be benchmarked. The same job again gives the same row.

    `system_prompt` is that of its training lines; left out it is the dataset's, else the role's own.
    Raises ModelEntryInvalid.
    """
    if job_id is not None and (known := await queries.of_job(session, job_id)) is not None:
        return known
    if not _NAME.fullmatch(name):
        raise ModelEntryInvalid("A name has up to 80 letters, digits, dots and dashes.", field="name")
    if role not in ROLES:
        raise ModelEntryInvalid(f"{role!r} is no role. Roles are {', '.join(ROLES)}.", field="role")
    where = _address(address)
    await queries.take_turn(session, name)
    taken = await queries.role_of(session, name)
    if taken not in (None, role):
        raise ModelEntryInvalid(f"{name!r} is the name of a {taken}.", field="name")
    row = ModelVersion(
        id=new_id(),
        name=name,
        version=await queries.next_version(session, name),
        role=role,
        target=target,
        base_model=base_model,
        address=where,
        system_prompt=system_prompt or (await queries.system_prompt(session, dataset_id) if dataset_id else None),
        dataset_id=dataset_id,
        dataset_hash=dataset_hash,
        job_id=job_id,
        code_version=__version__,
        artifacts=dict(artifacts),
        metrics={},
        state="ready",
        created_by=who(by),
        created_at=now(),
    )
    await queries.add(session, row)
    await audit(session, who(by), "model.registered", "model", str(row.id), {"name": label(row), "role": role})
    live.changed(session, TOPIC, row.id)
    return row


def _address(given: Where | Mapping[str, Any]) -> dict[str, Any]:
    read = given.get if isinstance(given, Mapping) else lambda part: getattr(given, part, None)
    provider, name, base_url = read("provider"), read("name"), read("base_url")
    if provider not in SERVERS:
        raise ModelEntryInvalid(f"{provider!r} serves no models. Known are {', '.join(SERVERS)}.", field="address")
    if not isinstance(name, str) or not name.strip() or len(name) > 500:
        raise ModelEntryInvalid("The address does not say what the model is called there.", field="address")
    if base_url is not None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise ModelEntryInvalid(f"{base_url!r} is no address of a server.", field="address")
    if provider == "openai-compatible" and base_url is None:
        raise ModelEntryInvalid("An OpenAI-compatible server needs its address.", field="address")
    return {"provider": provider, "name": name.strip(), "base_url": base_url}


def label(row: ModelVersion) -> str:
    """A version as people name it: NAME@VERSION."""
    return f"{row.name}@{row.version}"


async def label_of(session: AsyncSession, id: UUID) -> str:
    """A version by its id as people name it. Versions are never taken out of the registry."""
    row = await queries.one(session, id)
    return label(row) if row is not None else str(id)


def who(by: Caller | str) -> str:
    return by if isinstance(by, str) else by.who


async def page(
    session: AsyncSession,
    *,
    role: str | None = None,
    name: str | None = None,
    state: str | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> tuple[Sequence[ModelVersion], int]:
    """(versions, newest first; how many there are)."""
    return await queries.page(session, role=role, name=name, state=state, before=before, limit=limit)


async def of_datasets(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[ModelVersion]:
    """The versions that were trained on any of these datasets."""
    return await queries.of_datasets(session, ids)


async def of_job(session: AsyncSession, job_id: UUID) -> ModelVersion | None:
    """The version that a job made."""
    return await queries.of_job(session, job_id)


async def get(session: AsyncSession, id: UUID) -> ModelVersion:
    """A version. Raises ModelNotKnown."""
    row = await queries.one(session, id)
    if row is None:
        raise ModelNotKnown(field="model_id")
    return row


async def find(session: AsyncSession, named: str) -> ModelVersion:
    """A version by its id, the beginning of one, NAME@VERSION, or NAME for the newest. Raises ModelNotKnown."""
    name, _, version = named.removeprefix("tuned:").partition("@")
    if not version or (version.isascii() and version.isdigit() and len(version) < 10):
        row = await queries.named(session, name, int(version) if version else None)
        if row is not None:
            return row
    if re.fullmatch(r"[0-9a-f-]{4,36}", named):
        found = await queries.beginning_with(session, named)
        if len(found) == 1:
            return found[0]
    raise ModelNotKnown(f"There is no model {named!r}.", field="model")


async def aliases(session: AsyncSession, role: str) -> dict[str, ModelAlias]:
    """alias -> what a role has under it, for those that were ever set."""
    return {row.alias: row for row in await queries.aliases(session, role)}


async def model_of(session: AsyncSession, role: str, alias: str) -> ModelVersion | None:
    """The model that an alias of a role names; None: none, so the configured models."""
    row = (await aliases(session, role)).get(alias)
    return await queries.one(session, row.model_id) if row is not None and row.model_id is not None else None


async def history(
    session: AsyncSession, *, role: str | None = None, model_id: UUID | None = None, limit: int = 50
) -> Sequence[Promotion]:
    """Every change of what a role uses, newest first."""
    return await queries.history(session, role, model_id, min(limit, _MOST_HISTORY))


async def set_active(
    session: AsyncSession,
    id: UUID,
    *,
    by: Caller,
    gate: Mapping[str, Any] | None = None,
    force: bool = False,
    reason: str | None = None,
) -> ModelVersion:
    """Let a role use this version from now on; what it used becomes `previous`.

    `gate` is the record of the benchmark: passed, against_id, the model that was active then, and `moved`, that something
    else is asked now, in words. Without one that passed an admin may `force` it and says why. Raises ModelNotKnown, ModelUnfit, AlreadyActive, GateNotPassed,
    ActiveMoved, ForceRefused, ReasonMissing, PriceMissing.
    """
    row = await get(session, id)
    await queries.take_turn(session, row.role)
    row = await _usable(session, id)
    standing = (await aliases(session, row.role)).get("active")
    active = standing.model_id if standing is not None else None
    if active == row.id:
        raise AlreadyActive(f"{label(row)} is the active {row.role} already.", field="model_id")
    if force:
        if not by.may("admin"):
            raise ForceRefused()
        ReasonMissing.unless_said(reason)
    else:
        _passed(gate, row, active)
    require_price(row)
    await _switch(session, row.role, row.id, active, row.id)
    await _record(
        session, "force" if force else "promote", row.role, row.id, active, by=by.who, gate=gate, reason=reason
    )
    return row


def _passed(gate: Mapping[str, Any] | None, row: ModelVersion, active: UUID | None) -> None:
    if gate is None or gate.get("passed") is not True or gate.get("model_id") != str(row.id):
        words = str((gate or {}).get("words") or "")
        raise GateNotPassed(f"{label(row)} has not passed the gate. {words}".strip(), field="model_id")
    if gate.get("moved") or gate.get("against_id") != (str(active) if active else None):
        hint = f"Compare it again: cofounder models benchmark {label(row)}"
        raise ActiveMoved(str(gate.get("moved") or ""), field="model_id", hint=hint)


def require_price(row: ModelVersion) -> None:
    """A model without a known price is never asked. Raises PriceMissing, saying what to set."""
    reason = prices.unpriced(using.of_row(row).target)
    if reason is not None:
        raise PriceMissing(
            f"{reason[0].upper()}{reason[1:]}.",
            field="model_id",
            hint=f"Nothing was changed; {row.name} can be used once it has one.",
        )


async def _usable(session: AsyncSession, id: UUID) -> ModelVersion:
    row = await queries.one(session, id, lock=True)
    if row is None:
        raise ModelNotKnown(field="model_id")
    if row.state != "ready":
        raise ModelUnfit(f"{label(row)} is {row.state}. {row.problem or ''}".strip(), field="model_id")
    return row


async def _switch(
    session: AsyncSession, role: str, to: UUID | None, previous: UUID | None, candidate: UUID | None
) -> None:
    """Point `active` and `previous`; a candidate that takes over is a candidate no more."""
    at = now()
    await queries.point(session, role, "active", to, {}, at, SYSTEM)
    await queries.point(session, role, "previous", previous, {}, at, SYSTEM)
    standing = (await aliases(session, role)).get("candidate")
    if standing is not None and standing.model_id is not None and standing.model_id == candidate:
        await queries.point(session, role, "candidate", None, {}, at, SYSTEM)


async def _record(
    session: AsyncSession,
    kind: str,
    role: str,
    model_id: UUID | None,
    from_id: UUID | None,
    *,
    by: str,
    gate: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Promotion:
    row = Promotion(
        id=new_id(),
        role=role,
        kind=kind,
        model_id=model_id,
        from_model_id=from_id,
        gate=dict(gate) if gate is not None else None,
        reason=reason,
        by=by,
        at=now(),
    )
    await queries.add(session, row)
    details = {"role": role, "from": str(from_id) if from_id else None, "reason": reason}
    await audit(session, by, f"model.{kind}", "model", str(model_id) if model_id else role, details)
    live.changed(session, TOPIC, model_id or role)
    using.forget_after(session)
    return row


async def roll_back(
    session: AsyncSession,
    role: str,
    *,
    by: Caller | str,
    meant: UUID | None = None,
    reason: str | None = None,
    kind: str = "roll_back",
) -> ModelVersion | None:
    """Let a role use again what it used before; None: the configured models. Raises NothingBefore, ActiveMoved.

    `meant` is the active one that is to go; where it went meanwhile nothing is changed. A previous one that was retired
    meanwhile is passed over for the configured models.
    """
    await queries.take_turn(session, role)
    standing = await aliases(session, role)
    active = standing["active"].model_id if "active" in standing else None
    if meant is not None and active != meant:
        used = await label_of(session, active) if active is not None else "the configured models"
        words = f"{await label_of(session, meant)} is not the active {role}: {used} took its place."
        raise ActiveMoved(words, field="active", hint="Nothing was changed; see what is in use now, and ask again.")
    if active is None:
        raise NothingBefore(field="role")
    back = standing["previous"].model_id if "previous" in standing else None
    row = await queries.one(session, back) if back is not None else None
    if row is not None and row.state != "ready":
        row = None
    await _switch(session, role, row.id if row else None, None, None)
    await _record(session, kind, role, row.id if row else None, active, by=who(by), reason=reason)
    return row


async def set_candidate(
    session: AsyncSession, id: UUID, *, by: Caller, shadow: bool = False, daily_usd: float = 1.0
) -> ModelVersion:
    """Name the candidate of its role; in `shadow` it runs beside the active one for up to `daily_usd` a day.

    Raises ModelNotKnown, ModelUnfit, AlreadyActive, and PriceMissing where it is to run in shadow.
    """
    row = await get(session, id)
    await queries.take_turn(session, row.role)
    row = await _usable(session, id)
    if shadow:
        require_price(row)
    standing = await aliases(session, row.role)
    if "active" in standing and standing["active"].model_id == row.id:
        raise AlreadyActive(f"{label(row)} is the active {row.role} already.", field="model_id")
    before = standing["candidate"].model_id if "candidate" in standing else None
    await queries.point(
        session, row.role, "candidate", row.id, {"shadow": shadow, "daily_usd": daily_usd}, now(), by.who
    )
    limit = f"It may cost up to {prices.dollars(daily_usd)} a day." if shadow else None
    kind = "shadow" if shadow else "candidate"
    await _record(session, kind, row.role, row.id, before, by=by.who, reason=limit)
    return row


async def drop_candidate(session: AsyncSession, role: str, *, by: Caller | str) -> None:
    """A role has no candidate any more, and nothing runs in shadow."""
    await queries.take_turn(session, role)
    standing = (await aliases(session, role)).get("candidate")
    if standing is not None and standing.model_id is not None:
        await queries.point(session, role, "candidate", None, {}, now(), who(by))
        await _record(session, "candidate", role, None, standing.model_id, by=who(by))


async def retire(session: AsyncSession, id: UUID, *, by: Caller, reason: str | None = None) -> ModelVersion:
    """Take a version out of use for good; what is known of it stays. Raises ModelNotKnown, ModelInUse."""
    row = await get(session, id)
    await queries.take_turn(session, row.role)
    row = await queries.one(session, id, lock=True) or row
    used = [alias for alias, one in (await aliases(session, row.role)).items() if one.model_id == row.id]
    if "active" in used:
        raise ModelInUse(f"{label(row)} is the active {row.role}.", field="model_id")
    for alias in used:
        await queries.point(session, row.role, alias, None, {}, now(), by.who)
    if row.state != "retired":
        row.state, row.retired_at = "retired", now()
        await session.flush()
        await _record(session, "retire", row.role, None, row.id, by=by.who, reason=reason)
    return row


async def mark_broken(session: AsyncSession, id: UUID, why: str) -> None:
    """Its files are gone, or its server answers nothing of use: it cannot be chosen any more."""
    await queries.mark(session, id, {"state": "broken", "problem": why[:1000]})
    live.changed(session, TOPIC, id)
    using.forget_after(session)


async def mend(session: AsyncSession, id: UUID, address: Where | Mapping[str, Any]) -> ModelVersion:
    """It answers elsewhere now, and is ready again. Raises ModelNotKnown, ModelEntryInvalid."""
    row = await get(session, id)
    row.address, row.state, row.problem = _address(address), "ready", None
    await session.flush()
    live.changed(session, TOPIC, id)
    using.forget_after(session)
    return row


async def note_metrics(session: AsyncSession, id: UUID, metrics: Mapping[str, Any]) -> None:
    """Keep its figures in the newest benchmark that decided something."""
    await queries.mark(session, id, {"metrics": dict(metrics)})
    live.changed(session, TOPIC, id)
