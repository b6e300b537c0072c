"""What came out of a benchmark whose answers are there: the figures, and the gate's record."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.benchmark import chained, contenders, queries, report
from cofounder.flow.train.benchmark.contenders import Contender
from cofounder.flow.train.benchmark.tables import Benchmark
from cofounder.flow.train.promotion import gate
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.models import service as models
from cofounder.models.registry import service as registry

if TYPE_CHECKING:
    from cofounder.flow.train.benchmark.running import Run

TOPIC = "benchmarks"


def against(run: "Run") -> str:
    """The part that the candidate has to beat."""
    return "active" if "active" in run.row.contenders else "built_in"


async def _results(run: "Run", learned: int) -> dict[str, Any]:
    """Every figure of a benchmark whose answers are there."""
    async with reading() as session:
        rows = await queries.answers(session, run.row.id)
        guessed = {
            part.part: await models.uncounted(session, run.scope(part.part)) for part in [*run.parts, *run.after]
        }
    by_part: dict[str, dict[int, dict[str, Any]]] = {}
    wanted = {line.number for line in run.asked}
    for one in rows:
        if one.line in wanted:
            fields = ("scores", "error", "cost_usd", "seconds", "tokens_in", "tokens_out")
            kept = by_part.setdefault(one.contender, {})[one.line] = {name: getattr(one, name) for name in fields}
            kept["uncounted_usd"] = guessed.get(one.contender, {}).get(one.line, 0)
    labels = {line.number: {"intent": line.intent, "channel": line.channel} for line in run.asked}
    return await asyncio.to_thread(_figures, run, by_part, labels, learned)


def _figures(
    run: "Run", by_part: dict[str, dict[int, dict[str, Any]]], labels: dict[int, dict[str, str]], learned: int
) -> dict[str, Any]:
    seed, other = run.row.settings["seed"], against(run)
    mine = by_part.get("candidate", {})
    judge = by_part.pop("judge", {})
    others = 0
    away = {part: report.not_asked(by_part.get(part, {})) for part in ("candidate", other)}
    if "active" in by_part:
        by_part["active"], others = chained.composed(by_part)
    by_part = {part: found for part, found in by_part.items() if not part.startswith(chained.NEXT)}
    by_part = {part: found for part, found in by_part.items() if part not in run.broken}
    figures = {part: report.summary(list(found.values())) for part, found in by_part.items()}
    for part in run.parts:
        if part.part in figures:
            figures[part.part]["priced"] = _priced(part)
    if "active" in figures:
        figures["active"]["others"] = others  # lines that somebody else answered, for it gave nothing of use
    found: dict[str, Any] = {
        "lines": len(run.asked),
        "learned_from": learned,
        "contenders": figures,
        "differences": {
            part: report.compared(mine, theirs, seed) for part, theirs in by_part.items() if part != "candidate"
        },
        "left_out": run.left_out,
        "not_asked": away,
        "against": other,
        "slices": report.slices(mine, by_part.get(other, {}), labels, seed),
    }
    if judge:
        preferred = [one["scores"]["preferred"] - 0.5 for one in judge.values()]
        mean, low, high = report.paired(preferred, seed)
        found["judge"] = {"n": len(judge), "preferred": 0.5 + mean, "low": 0.5 + low, "high": 0.5 + high}
    return found


def _priced(part: Contender) -> bool:
    from cofounder.models import prices

    return part.target is None or prices.cost(part.target, 1_000, 1_000) is not None


def _gone(folder: str) -> bool:
    return not Path(folder).exists()


def _name(run: "Run", found: dict[str, Any]) -> str:
    """What the candidate is held against, in words."""
    if found["against"] == "built_in":
        return "the built-in one"
    name, figures = run.row.contenders["active"]["name"], found["contenders"]["active"]
    if not figures["others"]:
        return str(name)
    return f"what is in use ({name}, and where it failed, in {figures['others']} of {figures['n']} lines, what is asked next)"


async def finish(run: "Run", model: Any, learned: int, *, whole: bool) -> None:
    """Put the figures and the gate's record on its row, and on the model's. `whole`: no line was left undrawn."""
    found = await _results(run, learned)
    row, record = run.row, _record(run, found, whole)
    candidate = found["contenders"]["candidate"]
    async with transaction() as session:
        locked = await queries.one(session, row.id, lock=True)
        if locked is None or locked.state != "running":
            return
        await queries.take_turn(session, row.model_id)  # what ends at once with it counts as earlier for one of the two
        held = contenders.held(row.contenders)
        before = await earlier(session, row.model_id, row.against_id, held)
        record = gate.counted(record, row.settings, before)
        locked.state, locked.finished_at, locked.results, locked.gate = "succeeded", now(), found, record
        locked.progress = {"done": run.done, "total": run.done}
        if gate.deciding([record, *before]) is record:  # the figures of the one whose words are shown
            await registry.note_metrics(session, row.model_id, {**candidate, "benchmark_id": str(row.id)})
        folder = model.artifacts.get("folder")
        if candidate["failed"] == candidate["n"] and folder and await asyncio.to_thread(_gone, str(folder)):
            await registry.mark_broken(session, row.model_id, "Its files are gone, and nothing answers at its address.")
        live.changed(session, TOPIC, row.id)


def _record(run: "Run", found: dict[str, Any], whole: bool) -> dict[str, Any]:
    """The gate's record of these figures by themselves."""
    row, other = run.row, found["against"]
    record = gate.decide(
        {
            "candidate": found["contenders"]["candidate"],
            "against": found["contenders"][other],
            "against_name": _name(run, found),
            "difference": found["differences"][other],
            "slices": found["slices"],
            "not_asked": found["not_asked"],
        },
        margin=row.settings["margin"],
        minimum=row.settings["minimum"],
    )
    return record | {
        "model_id": str(row.model_id),
        "against_id": str(row.against_id) if row.against_id else None,
        "benchmark_id": str(row.id),
        "dataset_id": str(row.dataset_id),
        "dataset_hash": row.dataset_hash,
        "whole": whole,
        "held_against": _held(run, found),
    }


def _held(run: "Run", found: dict[str, Any]) -> list[str]:
    """Who answered for what is in use: a tuned model alone where it answered every line, else everyone who is asked."""
    names, active = contenders.held(run.row.contenders), found["contenders"].get("active")
    alone = run.row.against_id is not None and active is not None and not active["others"] and not active["failed"]
    return names[:1] if alone else names


def record_of(row: Benchmark) -> dict[str, Any]:
    """The record of a benchmark that came to one, as it counts by itself."""
    return gate.counted({"held_against": contenders.held(row.contenders), **(row.gate or {})}, row.settings)


async def earlier(
    session: AsyncSession, model_id: UUID, against_id: UUID | None, held: Sequence[str]
) -> list[dict[str, Any]]:
    """The records of a model's benchmarks against one active model and what is asked with it, newest first."""
    return comparable(await queries.ended(session, [model_id]), against_id, held)


def comparable(rows: Sequence[Benchmark], against_id: UUID | None, held: Sequence[str]) -> list[dict[str, Any]]:
    """The records of benchmarks against one active model and what is asked with it."""
    found = [record_of(row) for row in rows if row.against_id == against_id]
    return [record for record in found if contenders.still(record["held_against"], held)]
