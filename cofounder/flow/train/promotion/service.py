"""Promote through the gate, show what each role uses, and how candidates do beside it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.benchmark import service as benchmarks
from cofounder.flow.train.datasets import queries as datasets
from cofounder.flow.train.jobs import remains
from cofounder.flow.train.promotion import queries
from cofounder.flow.train.promotion.schemas import (
    ActiveIn,
    Agreed,
    CandidateIn,
    ModelComparisonOut,
    ModelDetail,
    ModelVersionList,
    ModelVersionOut,
    PromotionOut,
    RoleOut,
    RolesOut,
    RollBackIn,
    ShadowOut,
)
from cofounder.flow.train.promotion.shares import wilson
from cofounder.flow.train.promotion.watching import KIND
from cofounder.kit import cursors, live
from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid
from cofounder.models import offered, prices, tuned
from cofounder.models.registry import service as registry
from cofounder.models.registry.errors import ModelEntryInvalid, ModelNotKnown
from cofounder.models.registry.service import ModelAlias, ModelVersion, Promotion
from cofounder.models.registry.using import of_row
from cofounder.ops import connections
from cofounder.ops import queries as alerts
from cofounder.people import Caller


class ModelPlaceUnclear(InputInvalid):
    """This cursor is none of this list."""

    hint = "Take next_cursor of the page before, or leave it out."


async def promote(session: AsyncSession, asked: ActiveIn, by: Caller) -> RoleOut:
    """Make a model the active one of its role: on its newest gate, or by force.

    Raises ModelNotKnown, ModelUnfit, AlreadyActive, GateNotPassed, ActiveMoved, ForceRefused, ReasonMissing.
    """
    await connections.refresh(session)  # the prices that were set
    model = await registry.find(session, asked.model)
    active = await registry.model_of(session, model.role, "active")
    record = await benchmarks.passed(session, model, active)
    await registry.set_active(session, model.id, by=by, gate=record, force=asked.force, reason=asked.reason)
    await alerts.clear(session, KIND, model.role, at=now())
    live.changed(session, "alerts", model.role)
    return await role(session, model.role)


async def roll_back(session: AsyncSession, asked: RollBackIn, by: Caller) -> RoleOut:
    """Let a role use again what it used before. Raises ModelNotKnown, NothingBefore, ActiveMoved."""
    meant = None
    if asked.active is not None:
        try:
            meant = (await registry.find(session, asked.active)).id
        except ModelNotKnown as missing:
            raise ModelNotKnown(missing.detail, field="active") from None
    await registry.roll_back(session, asked.role, by=by, meant=meant, reason=asked.reason)
    await alerts.clear(session, KIND, asked.role, at=now())  # what it says is in use is so no more
    live.changed(session, "alerts", asked.role)
    return await role(session, asked.role)


async def candidate(session: AsyncSession, asked: CandidateIn, by: Caller) -> RoleOut:
    """Name a role's candidate, or say that it has none. Raises ModelNotKnown, ModelUnfit, AlreadyActive, ModelEntryInvalid."""
    if asked.model is None:
        if asked.role is None:
            raise ModelEntryInvalid("Name the model, or the role that is to have no candidate.", field="role")
        await registry.drop_candidate(session, asked.role, by=by)
        return await role(session, asked.role)
    await connections.refresh(session)
    model = await registry.find(session, asked.model)
    await registry.set_candidate(session, model.id, by=by, shadow=asked.shadow, daily_usd=asked.daily_usd)
    return await role(session, model.role)


async def retire(session: AsyncSession, id: UUID, reason: str | None, by: Caller) -> ModelVersionOut:
    """Take a version out of use, and begin to stop what of it costs while nobody asks it. Raises ModelNotKnown, ModelInUse.

    Asked for again it tries again to stop what could not be stopped.
    """
    await connections.refresh(session)
    row = await registry.retire(session, id, by=by, reason=reason)
    if row.job_id is not None:
        await remains.rest(session, row.job_id, by)
    return (await told(session, [row]))[0]


async def role(session: AsyncSession, name: str) -> RoleOut:
    """What a role uses."""
    chosen = await connections.refresh(session)
    standing = await registry.aliases(session, name)
    named = {alias: await registry.model_of(session, name, alias) for alias in ("active", "previous", "candidate")}
    known = {one.id: one for one in await told(session, [row for row in named.values() if row is not None])}
    shown = {alias: known[row.id] if row is not None else None for alias, row in named.items()}
    since = standing["active"].since if "active" in standing else None
    configured = [*map(str, offered.configured()), "offline"]
    in_turn = chosen.model_routing == "in_turn" or len(configured) == 1
    shadow = await _shadow(session, name, standing.get("candidate"))
    found = {"since": since, "configured": configured, "in_turn": in_turn, "shadow": shadow}
    return RoleOut.model_validate({"role": name, **shown, **found})


async def _shadow(session: AsyncSession, name: str, candidate: ModelAlias | None) -> ShadowOut | None:
    row = await registry.model_of(session, name, "candidate")
    if row is None or candidate is None or not candidate.details.get("shadow"):
        return None
    found = await tuned.shadowing(session, of_row(row, candidate.details))
    return ShadowOut(
        daily_usd=float(found.daily_usd),
        spent_usd=float(found.spent_usd),
        not_asked=found.not_asked,
        why_not=found.why_not,
        warning=found.warning,
    )


async def roles(session: AsyncSession) -> RolesOut:
    """What each role uses."""
    return RolesOut(roles=[await role(session, name) for name in registry.ROLES])


async def listed(
    session: AsyncSession, *, role: str | None, name: str | None, state: str | None, cursor: str | None, limit: int
) -> ModelVersionList:
    """A page of versions, newest first. Raises ModelPlaceUnclear."""
    await connections.refresh(session)
    rows, total = await registry.page(
        session,
        role=role,
        name=name,
        state=state,
        before=cursors.decoded(cursor, ModelPlaceUnclear),
        limit=limit + 1,
    )
    items = await told(session, rows[:limit])
    last = rows[limit - 1] if len(rows) > limit else None
    more = cursors.coded(last.created_at, last.id) if last is not None else None
    return ModelVersionList(items=items, next_cursor=more, total=total)


async def detail(session: AsyncSession, id: UUID) -> ModelDetail:
    """Everything that is known of a version. Raises ModelNotKnown."""
    await connections.refresh(session)
    row = await registry.get(session, id)
    comparisons = [await compared(session, row.id, kind) for kind in ("active", "shadow")]
    model, shown = (await told(session, [row]))[0], await benchmarks.of_model(session, row.id, 10)
    if model.gate is not None and model.gate.benchmark_id not in [one.id for one in shown]:
        shown.append(await benchmarks.get(session, model.gate.benchmark_id))  # what decides may be older than these
    return ModelDetail(
        model=model,
        dataset=await _learned_from(session, row.dataset_id) if row.dataset_id is not None else None,
        benchmarks=shown,
        comparisons=[one for one in comparisons if one.answers],
        history=await history(session, role=None, model_id=row.id),
    )


async def _learned_from(session: AsyncSession, dataset_id: UUID) -> str | None:
    found = await datasets.one(session, dataset_id)
    return f"{found.name}@{found.version}" if found is not None else None


async def compared(session: AsyncSession, id: UUID, kind: str) -> ModelComparisonOut:
    """What a version said beside what was used: in shadow, or as the active one beside the built-in parser."""
    sums, parts = await queries.agreement(session, id, kind)
    agreed = []
    for part, (n, same) in parts.items():
        low, high = wilson(same, n)
        agreed.append(Agreed(part=part, n=n, same=same, share=same / n, low=low, high=high))
    return ModelComparisonOut.model_validate(
        {
            "kind": kind,
            "answers": sums[0],
            "usable": sums[1],
            "cost_usd": float(sums[2]),
            "seconds": None if sums[3] is None else float(sums[3]),
            "agreed": agreed,
        }
    )


async def history(
    session: AsyncSession, *, role: str | None = None, model_id: UUID | None = None, limit: int = 50
) -> list[PromotionOut]:
    """Every change of what a role uses, newest first."""
    rows = await registry.history(session, role=role, model_id=model_id, limit=limit)
    labels: dict[UUID, str] = {}
    for id in {id for row in rows for id in (row.model_id, row.from_model_id) if id is not None}:
        labels[id] = await registry.label_of(session, id)
    return [_change(row, labels) for row in rows]


def _change(row: Promotion, labels: Mapping[UUID, str]) -> PromotionOut:
    kept = ("id", "role", "kind", "model_id", "from_model_id", "gate", "reason", "by", "at")
    named: dict[str, Any] = {
        "model": labels.get(row.model_id) if row.model_id else None,
        "from_model": labels.get(row.from_model_id) if row.from_model_id else None,
    }
    return PromotionOut.model_validate({**{name: getattr(row, name) for name in kept}, **named})


async def told(session: AsyncSession, rows: Sequence[ModelVersion]) -> list[ModelVersionOut]:
    """Versions as they are told, each with the record that decides about it."""
    standing = {one: await registry.aliases(session, one) for one in {row.role for row in rows}}
    verdicts = await benchmarks.verdicts(session, rows)
    return [_out(row, standing[row.role], verdicts.get(row.id)) for row in rows]


def _out(row: ModelVersion, standing: Mapping[str, ModelAlias], gate: dict[str, Any] | None) -> ModelVersionOut:
    mine: Sequence[str] = [alias for alias, one in standing.items() if one.model_id == row.id]
    kept = {name: getattr(row, name) for name in ModelVersionOut.model_fields if hasattr(row, name)}
    shadow = "candidate" in mine and bool(standing["candidate"].details.get("shadow"))
    return ModelVersionOut.model_validate(
        {
            **kept,
            "gate": gate,
            "label": registry.label(row),
            "aliases": sorted(mine),
            "shadow": shadow,
            "price": prices.told(of_row(row).target),
        }
    )
