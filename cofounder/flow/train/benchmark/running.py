"""Carry a benchmark out: each contender answers each line once, whoever is killed meanwhile; then the figures."""

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from cofounder.flow.plan import service as plans
from cofounder.flow.train.benchmark import contenders, lines, queries, report, scoring, served
from cofounder.flow.train.benchmark.contenders import Contender
from cofounder.flow.train.benchmark.errors import HoldOutMissing
from cofounder.flow.train.benchmark.lines import HeldOut
from cofounder.flow.train.benchmark.tables import Benchmark
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.promotion import gate
from cofounder.flow.train.tuners.interface import TunerAway, TunerNotReady, TunerRefused
from cofounder.kit import live, store
from cofounder.kit.clock import now, today
from cofounder.kit.db import reading, transaction
from cofounder.kit.ids import new_id
from cofounder.models import offered
from cofounder.models import service as models
from cofounder.models.calls import Spent
from cofounder.models.registry import service as registry
from cofounder.ops import connections
from cofounder.settings import Settings

TOPIC = "benchmarks"
AWAY = 6  # times in a row that a model's server gives nothing, and it is asked no more
_TELL_SECONDS = 1.0


class Gone(Exception):
    """Nobody wants this benchmark any more."""


async def held_out(row: Benchmark, learned_from: UUID | None) -> tuple[list[HeldOut], int]:
    """(lines to ask, lines that were left out because the model had learned from them). Raises HoldOutMissing, ArtifactLost."""
    async with reading() as session:
        dataset = await datasets.ready(session, row.dataset_id)
        places = await queries.held_out(session, row.dataset_id, learned_from)
    keys = [one["key"] for one in dataset.files if (one["kind"], one["split"]) == ("lines", "test")]
    if not keys or not places:
        raise HoldOutMissing(field="dataset_id")
    fresh = [(at, size) for at, size, seen in places if not seen]
    found = await asyncio.to_thread(_read, str(keys[0]), fresh, row.role)
    if not found:
        raise HoldOutMissing("Every line that it held out was learned from, or cannot be asked.", field="dataset_id")
    return lines.sample(found, row.settings["most"], row.settings["seed"]), len(places) - len(fresh)


def _read(key: str, places: Sequence[tuple[int, int]], role: str) -> list[HeldOut]:
    found = []
    with store.opened(key) as file:
        for number, (at, size) in enumerate(places):
            file.seek(at)
            line = lines.read(file.read(size), number, role, today())
            if line is not None:
                found.append(line)
    return found


class Run:
    """One benchmark at work."""

    def __init__(self, row: Benchmark, asked: list[HeldOut], chosen: Settings, base_model: str) -> None:
        self.row = row
        self.base_model = base_model
        self.asked = asked
        self.chosen = chosen.model_copy(update={"model_timeout_seconds": row.settings["timeout_seconds"]})
        self.parts = [contenders.read(part, kept) for part, kept in row.contenders.items()]
        self.left_out: dict[str, str] = {}  # part -> why it could not be asked
        self.done = 0
        self.told_at = 0.0
        self.told = asyncio.Lock()

    def scope(self, part: str) -> str:
        """Of a contender's calls."""
        return f"benchmark:{self.row.id}:{part}"

    async def answer_all(self, known: set[tuple[str, int]]) -> None:
        """Ask every contender for every line that it has not answered yet. Raises Gone.

        A base model that is served for this only comes last: two models at once would take each other's time.
        """
        self.done = len(known)
        left = {
            part.part: [line for line in self.asked if (part.part, line.number) not in known] for part in self.parts
        }
        try:
            async with asyncio.TaskGroup() as group:
                for part in self.parts:
                    if part.starts is None:
                        group.create_task(self._contend(part, left[part.part]))
        except BaseExceptionGroup as broken:
            raise broken.exceptions[0] from None  # the step knows by its kind whether to wait for the database
        for part in [one for one in self.parts if one.starts is not None and left[one.part]]:
            await self._contend_served(part, left[part.part])

    async def _contend_served(self, part: Contender, left: Sequence[HeldOut]) -> None:
        try:
            async with served.base(part, self.base_model, self.chosen) as reachable:
                await self._contend(reachable, left)
        except (TunerNotReady, TunerRefused, TunerAway) as error:
            self.left_out[part.part] = error.detail

    async def _contend(self, part: Contender, left: Sequence[HeldOut]) -> None:
        """One after the other: what a line takes is measured without others in its way."""
        away = 0
        for line in left:
            if away >= AWAY:
                answer = contenders.Answer(None, f"not asked: {AWAY} times in a row it gave nothing", Spent())
            else:
                answer = await contenders.ask(part, line, self.row.role, self.scope(part.part), self.chosen)
                away = away + 1 if answer.away else 0
            given = await scoring.score(line, answer.text, plans.check_told) if answer.text is not None else None
            await self._keep(part.part, line, answer, given or scoring.nothing(line))

    async def _keep(self, part: str, line: HeldOut, answer: contenders.Answer, scores: dict[str, float]) -> None:
        unusable = None if scores.get("valid", 1.0) else "unusable"
        values = {
            "id": new_id(),
            "benchmark_id": self.row.id,
            "contender": part,
            "line": line.number,
            "answer": (answer.text or "")[:20_000].replace("\x00", "") or None,
            "error": answer.error or unusable,
            "scores": scores,
            "tokens_in": answer.spent.tokens_in,
            "tokens_out": answer.spent.tokens_out,
            "cost_usd": answer.spent.cost_usd,
            "seconds": answer.spent.seconds,
        }
        self.done += 1
        async with transaction(durable=False) as session:
            await queries.keep(session, values)
        await self._tell()

    async def _tell(self) -> None:
        async with self.told:
            if time.monotonic() - self.told_at < _TELL_SECONDS:
                return
            self.told_at = time.monotonic()
            total = len(self.asked) * len(self.parts)
            async with transaction(durable=False) as session:
                wanted = await queries.note_progress(session, self.row.id, {"done": self.done, "total": total})
                live.changed(session, TOPIC, self.row.id)
        if not wanted:
            raise Gone()


async def carry_out(id: UUID) -> None:
    """Bring a benchmark to its end. Answers that are there are not asked for again."""
    async with reading() as session:
        row = await queries.one(session, id)
        if row is None or row.state != "running":
            return
        model = await registry.get(session, row.model_id)
        known = await queries.answers(session, id)
    asked, learned = await held_out(row, model.dataset_id)
    run = Run(row, asked, await connections.latest(), model.base_model)
    try:
        await run.answer_all({(one.contender, one.line) for one in known})
    except Gone:
        return
    if row.settings.get("judge") and row.role == "writer":
        await _judge(run)
    await _finish(run, model, learned)


async def _judge(run: Run) -> None:
    """Let the first configured model say which text it prefers, each pair in both orders."""
    target = next(iter(offered.configured()), None)
    if target is None:
        return
    async with reading() as session:
        rows = await queries.answers(session, run.row.id)
    texts = {(one.contender, one.line): one.answer for one in rows if one.answer}
    judged = {one.line for one in rows if one.contender == "judge"}
    against = _against(run)
    for line in run.asked:
        mine, theirs = texts.get(("candidate", line.number)), texts.get((against, line.number))
        if line.number in judged or not mine or not theirs:
            continue
        scope = run.scope("judge")
        preferred, cost = await contenders.prefer(target, line, mine, theirs, scope, run.chosen)
        if preferred is not None:
            words = json.dumps({"preferred": preferred})
            await run._keep(
                "judge", line, contenders.Answer(words, None, Spent(cost_usd=cost)), {"preferred": preferred}
            )


def _against(run: Run) -> str:
    """The part that the candidate has to beat."""
    return "active" if "active" in run.row.contenders else "built_in"


async def results(run: Run, learned: int) -> dict[str, Any]:
    """Every figure of a benchmark whose answers are there."""
    async with reading() as session:
        rows = await queries.answers(session, run.row.id)
        guessed = {part.part: await models.uncounted(session, run.scope(part.part)) for part in run.parts}
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
    run: Run, by_part: dict[str, dict[int, dict[str, Any]]], labels: dict[int, dict[str, str]], learned: int
) -> dict[str, Any]:
    seed, against = run.row.settings["seed"], _against(run)
    mine = by_part.get("candidate", {})
    judge = by_part.pop("judge", {})
    figures = {part: report.summary(list(found.values())) for part, found in by_part.items()}
    for part in run.parts:
        if part.part in figures:
            figures[part.part]["priced"] = _priced(part)
    found: dict[str, Any] = {
        "lines": len(run.asked),
        "learned_from": learned,
        "contenders": figures,
        "differences": {
            part: report.compared(mine, theirs, seed) for part, theirs in by_part.items() if part != "candidate"
        },
        "left_out": run.left_out,
        "against": against,
        "slices": report.slices(mine, by_part.get(against, {}), labels, seed),
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


async def _finish(run: Run, model: Any, learned: int) -> None:
    found = await results(run, learned)
    against = found["against"]
    record = gate.decide(
        {
            "candidate": found["contenders"]["candidate"],
            "against": found["contenders"][against],
            "against_name": "the built-in one" if against == "built_in" else run.row.contenders[against]["name"],
            "difference": found["differences"][against],
            "slices": found["slices"],
        },
        margin=run.row.settings["margin"],
        minimum=run.row.settings["minimum"],
    )
    row = run.row
    record |= {
        "model_id": str(row.model_id),
        "against_id": str(row.against_id) if row.against_id else None,
        "benchmark_id": str(row.id),
        "dataset_id": str(row.dataset_id),
        "dataset_hash": row.dataset_hash,
    }
    async with transaction() as session:
        locked = await queries.one(session, row.id, lock=True)
        if locked is None or locked.state != "running":
            return
        locked.state, locked.finished_at, locked.results, locked.gate = "succeeded", now(), found, record
        locked.progress = {"done": run.done, "total": run.done}
        await registry.note_metrics(
            session,
            row.model_id,
            {**found["contenders"]["candidate"], "benchmark_id": str(row.id), "gate": record["words"]},
        )
        candidate = found["contenders"]["candidate"]
        folder = model.artifacts.get("folder")
        if candidate["failed"] == candidate["n"] and folder and await asyncio.to_thread(_gone, str(folder)):
            await registry.mark_broken(session, row.model_id, "Its files are gone, and nothing answers at its address.")
        live.changed(session, TOPIC, row.id)
