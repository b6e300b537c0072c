"""Begin a benchmark, show it, end it early."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.benchmark import contenders, queries
from cofounder.flow.train.benchmark.errors import BenchmarkMissing, BenchmarkOver, HoldOutMissing, HoldOutUnfit
from cofounder.flow.train.benchmark.finishing import comparable, record_of
from cofounder.flow.train.benchmark.running import TOPIC
from cofounder.flow.train.benchmark.schemas import BenchmarkIn, BenchmarkOut
from cofounder.flow.train.benchmark.tables import Benchmark
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.promotion import gate
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.models.registry import service as registry
from cofounder.models.registry.errors import ModelUnfit
from cofounder.models.registry.service import ROLES, ModelVersion
from cofounder.models.registry.using import of_row
from cofounder.ops import connections
from cofounder.people import Caller
from cofounder.people.service import audit

WORKFLOW = "benchmark"


async def begin(session: AsyncSession, asked: BenchmarkIn, by: Caller) -> BenchmarkOut:
    """Compare a model with what its role uses now; it goes on as a workflow of its own.

    Lines of a version that keeps personal data go to the models that answer: that is an admin's to begin, by name.

    Raises ModelNotKnown, ModelUnfit, PriceMissing, DatasetMissing, DatasetDeleted, DatasetNotReady, PersonalDataStays,
    HoldOutUnfit, HoldOutMissing.
    """
    model = await registry.find(session, asked.model)
    if model.state != "ready":
        raise ModelUnfit(f"{registry.label(model)} is {model.state}. {model.problem or ''}".strip(), field="model")
    await connections.refresh(session)
    registry.require_price(model)
    dataset_id = asked.dataset_id or model.dataset_id
    if dataset_id is None:
        raise HoldOutMissing("It does not say what it was trained with: name a dataset.", field="dataset_id")
    dataset = await datasets.ready(session, dataset_id)
    kept = datasets.keeps_personal_data(dataset)
    if kept:
        datasets.may_have(dataset, by)
    if dataset.role != model.role:
        raise HoldOutUnfit(f"{dataset.name} is of the role {dataset.role}.", field="dataset_id")
    if not (dataset.statistics.get("by_split") or {}).get("test"):
        raise HoldOutMissing(f"{dataset.name} v{dataset.version} has no test part.", field="dataset_id")
    if not await queries.fresh(session, dataset.id, model.dataset_id):
        words = f"{registry.label(model)} learned from every line that {dataset.name} v{dataset.version} holds out."
        raise HoldOutMissing(words, field="dataset_id", hint="Name a dataset with lines that it has not seen.")
    active = await registry.model_of(session, model.role, "active")
    if active is not None and active.id == model.id:
        active = await registry.model_of(session, model.role, "previous")
    using = of_row(active) if active is not None else None
    parts = contenders.choose(model, using)
    row = Benchmark(
        id=new_id(),
        model_id=model.id,
        role=model.role,
        dataset_id=dataset.id,
        dataset_hash=dataset.content_hash or "",
        state="running",
        settings=asked.model_dump(mode="json", exclude={"model", "dataset_id"}),
        contenders={one.part: one.shown() for one in parts},
        against_id=active.id if active is not None else None,
        progress={"done": 0, "total": None},
        created_by=by.who,
        created_at=now(),
    )
    await queries.add(session, row)
    await audit(session, by.who, "model.benchmarked", "model", str(model.id), {"dataset": str(dataset.id)})
    if kept:
        details = {"benchmark": str(row.id), "model": registry.label(model), "dataset": str(dataset.id)}
        await audit(session, by.who, "training.let_out", "export", "benchmark", details)
    await durable.enqueue(session, WORKFLOW, f"{WORKFLOW}:{row.id}", str(row.id))
    live.changed(session, TOPIC, row.id)
    return out(row, registry.label(model))


async def get(session: AsyncSession, id: UUID) -> BenchmarkOut:
    """How far it is, or what came out. Raises BenchmarkMissing."""
    row = await queries.one(session, id)
    if row is None:
        raise BenchmarkMissing(field="benchmark_id")
    return out(row, await registry.label_of(session, row.model_id))


async def of_model(session: AsyncSession, model_id: UUID, limit: int = 20) -> list[BenchmarkOut]:
    """A model's benchmarks, newest first."""
    label = registry.label(await registry.get(session, model_id))
    return [out(row, label) for row in await queries.of_model(session, model_id, limit)]


async def passed(session: AsyncSession, model: ModelVersion, active: ModelVersion | None) -> dict[str, Any] | None:
    """The record that decides whether a model may take over; else its newest against something else."""
    return _verdict(model, active, await queries.ended(session, [model.id]))


async def verdicts(session: AsyncSession, models: Sequence[ModelVersion]) -> dict[UUID, dict[str, Any]]:
    """Model -> the record that decides whether it may take over, or whether the active one might; none without any.

    `later` says what a newer one shows that does not decide.
    """
    ended: dict[UUID, list[Benchmark]] = {}
    for row in await queries.ended(session, [model.id for model in models]):
        ended.setdefault(row.model_id, []).append(row)
    used = {role: [await registry.model_of(session, role, one) for one in ("active", "previous")] for role in ROLES}
    found = {}
    for model in models:
        active, previous = used[model.role]
        active = previous if active is not None and active.id == model.id else active
        record = _verdict(model, active, ended.get(model.id, []))
        if record is not None:
            found[model.id] = record
    return found


def _verdict(model: ModelVersion, active: ModelVersion | None, rows: Sequence[Benchmark]) -> dict[str, Any] | None:
    """Of a model's benchmarks, newest first, the record that decides beside `active`, or one that did beside another."""
    held = contenders.held_now(model, of_row(active) if active is not None else None)
    records = comparable(rows, active.id if active is not None else None, held)
    found = gate.deciding(records)
    if found is not None:
        later = {} if found is records[0] else {"later": _later(records[0])}
        return {**found, **later}
    found = gate.deciding([record_of(row) for row in rows])
    return {**found, "moved": _moved(found["held_against"], held)} if found is not None else None


def _later(record: Mapping[str, Any]) -> str:
    lines = "1 line" if record["n"] == 1 else f"{record['n']} lines"
    return f"A later comparison over {lines} does not decide. {record['words']}"


def _moved(before: Sequence[str], now: Sequence[str]) -> str:
    """That something else is asked than what a record was held against, in words."""
    return f"It was held against {_asked(before)}; asked now is {_asked(now)}."


def _asked(names: Sequence[str]) -> str:
    configured = [one for one in names if one != "offline"]
    return ", then ".join(configured) if configured else "the built-in one"


async def cancel(session: AsyncSession, id: UUID, by: Caller) -> BenchmarkOut:
    """End it where it stands; the answers that came are kept. Raises BenchmarkMissing, BenchmarkOver."""
    row = await queries.one(session, id, lock=True)
    if row is None:
        raise BenchmarkMissing(field="benchmark_id")
    if row.state != "running":
        raise BenchmarkOver(f"It {row.state} already.", field="benchmark_id")
    row.state, row.finished_at = "cancelled", now()
    await session.flush()
    await audit(session, by.who, "benchmark.cancelled", "benchmark", str(id))
    live.changed(session, TOPIC, id)
    return out(row, await registry.label_of(session, row.model_id))


def out(row: Benchmark, model: str) -> BenchmarkOut:
    """A benchmark as it is told."""
    told = {part: {name: one[name] for name in ("how", "name")} for part, one in row.contenders.items()}
    return BenchmarkOut(
        id=row.id,
        model_id=row.model_id,
        model=model,
        role=row.role,
        dataset_id=row.dataset_id,
        dataset_hash=row.dataset_hash,
        state=row.state,
        settings=row.settings,
        contenders=told,
        against_id=row.against_id,
        progress=row.progress,
        results=row.results,
        gate=gate.counted(row.gate, row.settings) if row.gate is not None else None,
        look=gate.look(row.settings),
        problem=row.problem,
        created_by=row.created_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
