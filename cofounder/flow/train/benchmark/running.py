"""Carry a benchmark out: each contender answers each line once, whoever is killed meanwhile; then the figures."""

import asyncio
import json
import time
from collections.abc import Awaitable, Sequence
from uuid import UUID

from cofounder.flow.plan import service as plans
from cofounder.flow.train.benchmark import chained, contenders, finishing, lines, queries, report, scoring, served
from cofounder.flow.train.benchmark.contenders import Contender
from cofounder.flow.train.benchmark.errors import BenchmarkBroke, HoldOutMissing
from cofounder.flow.train.benchmark.lines import HeldOut
from cofounder.flow.train.benchmark.tables import Benchmark
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.tuners.interface import TunerAway, TunerNotReady, TunerRefused
from cofounder.kit import db, live, storable, store
from cofounder.kit.clock import today
from cofounder.kit.db import reading, transaction
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.models import offered
from cofounder.models.calls import Spent
from cofounder.models.registry import service as registry
from cofounder.ops import connections
from cofounder.settings import Settings

TOPIC = finishing.TOPIC
log = logger(__name__)
_CALLED = {
    "candidate": "The candidate",
    "active": "What is in use",
    "base": "The base model",
    "built_in": "The built-in one",
}
AWAY = 6  # times in a row that a model's server gives nothing, and it is asked no more
_TELL_SECONDS = 1.0


class Gone(Exception):
    """Nobody wants this benchmark any more."""


async def held_out(row: Benchmark, learned_from: UUID | None) -> tuple[list[HeldOut], int, bool]:
    """(lines to ask, lines that were left out because the model had learned from them, whether these are all others).

    Raises HoldOutMissing, ArtifactLost.
    """
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
    drawn = lines.sample(found, row.settings["most"], row.settings["seed"])
    return drawn, len(places) - len(fresh), len(drawn) == len(found)


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
        every = [contenders.read(part, kept) for part, kept in row.contenders.items()]
        self.parts = [one for one in every if not one.part.startswith(chained.NEXT)]
        self.after = [one for one in every if one.part.startswith(chained.NEXT)]  # asked where the active one fails
        self.away: dict[str, int] = {}  # part -> times in a row that its server gave nothing
        self.unready: dict[str, str] = {}  # part -> why it cannot be asked as things are set up
        self.left_out: dict[str, str] = {}  # part -> why it could not be asked
        self.broken: dict[str, BenchmarkBroke] = {}  # part -> what went wrong with it here
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
        self.done = sum(not part.startswith(chained.NEXT) for part, _ in known)
        left = {
            part.part: [line for line in self.asked if (part.part, line.number) not in known] for part in self.parts
        }
        try:
            async with asyncio.TaskGroup() as group:
                for part in self.parts:
                    if part.starts is None:
                        group.create_task(self._by_itself(part, self._contend(part, left[part.part])))
        except BaseExceptionGroup as broken:
            raise broken.exceptions[0] from None  # the step knows by its kind whether to wait for the database
        for part in [one for one in self.parts if one.starts is not None and left[one.part]]:
            await self._by_itself(part, self._contend_served(part, left[part.part]))
        for needed in ("candidate", finishing.against(self)):
            if needed in self.broken:
                raise self.broken[needed]

    async def _by_itself(self, part: Contender, contending: Awaitable[None]) -> None:
        """Let one contender answer: where it breaks, the others go on, and the answers that it gave stay out."""
        try:
            await contending
        except Exception as error:
            if isinstance(error, Gone) or db.is_out_of_reach(error):
                raise
            log.error("a contender broke off", benchmark=str(self.row.id), contender=part.part, exc_info=error)
            name = self.row.contenders[part.part]["name"]
            broke = BenchmarkBroke.of(type(error).__name__, str(error), f"{_CALLED[part.part]} ({name})")
            self.broken[part.part], self.left_out[part.part] = broke, broke.detail

    async def _contend_served(self, part: Contender, left: Sequence[HeldOut]) -> None:
        try:
            async with served.base(part, self.base_model, self.chosen) as reachable:
                await self._contend(reachable, left)
        except (TunerNotReady, TunerRefused, TunerAway) as error:
            self.left_out[part.part] = error.detail

    async def _contend(self, part: Contender, left: Sequence[HeldOut]) -> None:
        """One after the other: what a line takes is measured without others in its way."""
        for line in left:
            answer, scores = await self._ask(part, line)
            for other in self.after if part.part == "active" else []:
                if _usable(answer, scores):
                    break
                instead = await self._ask(other, line)
                await self._keep(other.part, line, *instead)
                if _usable(*instead):
                    break
            await self._keep(part.part, line, answer, scores)  # last: a worker that is killed asks for the rest again

    async def _ask(self, part: Contender, line: HeldOut) -> tuple[contenders.Answer, dict[str, float]]:
        if self.away.get(part.part, 0) >= AWAY:
            words = self.unready.get(part.part) or f"{report.NOT_ASKED}: {AWAY} times in a row it gave nothing"
            answer = contenders.Answer(None, words, Spent())
        else:
            answer = await contenders.ask(part, line, self.row.role, self.scope(part.part), self.chosen)
            self.away[part.part] = self.away.get(part.part, 0) + 1 if answer.away else 0
            if answer.unready and answer.error:
                self.unready[part.part] = answer.error
        given = await scoring.score(line, answer.text, plans.check_told) if answer.text is not None else None
        return answer, given or scoring.nothing(line)

    async def _keep(self, part: str, line: HeldOut, answer: contenders.Answer, scores: dict[str, float]) -> None:
        unusable = None if _usable(answer, scores) else "unusable"
        values = {
            "id": new_id(),
            "benchmark_id": self.row.id,
            "contender": part,
            "line": line.number,
            "answer": storable.mended((answer.text or "")[:20_000]) or None,
            "error": answer.error or unusable,
            "scores": scores,
            "tokens_in": answer.spent.tokens_in,
            "tokens_out": answer.spent.tokens_out,
            "cost_usd": answer.spent.cost_usd,
            "seconds": answer.spent.seconds,
        }
        self.done += not part.startswith(chained.NEXT)
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


def _usable(answer: contenders.Answer, scores: dict[str, float]) -> bool:
    return answer.error is None and bool(scores.get("valid", 1.0))


async def carry_out(id: UUID) -> None:
    """Bring a benchmark to its end. Answers that are there are not asked for again."""
    async with reading() as session:
        row = await queries.one(session, id)
        if row is None or row.state != "running":
            return
        model = await registry.get(session, row.model_id)
        known = await queries.answers(session, id)
    asked, learned, whole = await held_out(row, model.dataset_id)
    run = Run(row, asked, await connections.latest(), model.base_model)
    try:
        await run.answer_all({(one.contender, one.line) for one in known})
    except Gone:
        return
    if row.settings.get("judge") and row.role == "writer":
        await _judge(run)
    await finishing.finish(run, model, learned, whole=whole)


async def _judge(run: Run) -> None:
    """Let the first configured model say which text it prefers, each pair in both orders."""
    target = next(iter(offered.configured()), None)
    if target is None:
        return
    async with reading() as session:
        rows = await queries.answers(session, run.row.id)
    texts = {(one.contender, one.line): one.answer for one in rows if one.answer and one.error is None}
    judged = {one.line for one in rows if one.contender == "judge"}
    answering = chained.order(list(run.row.contenders)) if finishing.against(run) == "active" else ["built_in"]
    for line in run.asked:
        mine = texts.get(("candidate", line.number))
        theirs = next((texts[part, line.number] for part in answering if (part, line.number) in texts), None)
        if line.number in judged or not mine or not theirs:
            continue
        scope = run.scope("judge")
        preferred, cost = await contenders.prefer(target, line, mine, theirs, scope, run.chosen)
        if preferred is not None:
            words = json.dumps({"preferred": preferred})
            await run._keep(
                "judge", line, contenders.Answer(words, None, Spent(cost_usd=cost)), {"preferred": preferred}
            )
