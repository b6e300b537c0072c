"""The workflow "import": parts until nothing is left, then what follows from it. A kill at any line loses one batch."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import carrying, posting, queries, storage
from cofounder.business.imports.schemas import Counts, Mapping, Units
from cofounder.business.imports.service import OPEN, TOPIC, WORKFLOW, get
from cofounder.business.matching import service as matching
from cofounder.business.matching import timing
from cofounder.business.records.odd import BEFORE_POST
from cofounder.kit import clock, durable, live
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError

EXAMPLES = "legacy_examples"  # the workflow that makes examples of the tasks an import touched
_TOUCHES_TASKS = ("tasks", "posts", "social_analytics", "quality_evaluations")


class ImportBroke(CofounderError):
    """The import broke off."""

    status = 500
    hint = "What is in stays in, and nothing comes in twice: run it again. The worker's log has the reason."


@durable.workflow(WORKFLOW)
async def carry(import_id: str, run: int, check_only: bool) -> None:
    """Carry one import out."""
    try:
        ended = await part(import_id, run, check_only)
        while ended["state"] == "more":
            ended = await part(import_id, run, check_only)
        await finish(import_id, run, check_only, ended)
    except durable.StepFailed as broken:
        await fail(import_id, run, broken.cause)


@durable.step("import.part", attempts=5, interval_seconds=1.0, backoff_rate=3.0)
async def part(import_id: str, run: int, check_only: bool) -> dict[str, Any]:
    ended = await carrying.carry_on(UUID(import_id), run, check_only=check_only)
    return {"state": ended.state, "counts": ended.counts.model_dump()}


@durable.step("import.finish")
async def finish(import_id: str, run: int, check_only: bool, ended: dict[str, Any]) -> None:
    """Join what now names each other, let examples be made, and write down how it ended."""
    id = UUID(import_id)
    async with transaction() as session:
        row = await get(session, id, lock=True)
        if row.run != run or row.state not in OPEN or ended["state"] == "gone":
            return
        counts = Counts.model_validate(ended["counts"])
        row.finished_at = clock.now()
        if check_only:
            row.state, row.checked = "draft", None if ended["state"] == "cancelled" else counts.model_dump()
            row.counts, row.cancel_asked = Counts().model_dump(), False
        else:
            row.state, row.counts = ended["state"], counts.model_dump()
            mapping = Mapping.model_validate(row.mapping)
            if counts.added or counts.corrected or counts.unchanged or mapping.make_posts:
                await matching.run(session)  # what came in before may find its post now
                if mapping.make_posts and row.state == "done":
                    made = await posting.make(session, id, row.label, Units.model_validate(row.units))
                    counts = counts.model_copy(update={"notes": [*counts.notes, posting.told(made)]})
                if row.kind in _TOUCHES_TASKS and (counts.added or counts.corrected or mapping.make_posts):
                    await durable.enqueue(session, EXAMPLES, f"{EXAMPLES}:{id}:{run}", import_id)
                if row.kind == "social_analytics":
                    counts = await _early(session, id, counts)
                counts = counts.model_copy(update={"alone": await matching.alone(session, id)})
                row.counts = counts.model_dump()
            await _note_source(session, row)
        live.changed(session, TOPIC, id)
        if row.state == "done" and row.is_ours:
            storage.remove(row.path)
        for topic in ("posts", "tasks", "web_analytics", "financial_metrics"):
            live.changed(session, topic)


async def _early(session: AsyncSession, import_id: UUID, counts: Counts) -> Counts:
    """With what matching found: readings from before their post went out, flagged like what is odd in itself."""
    early, only = await timing.count(session, import_id)
    if not early:
        return counts
    flags = {**counts.flags, BEFORE_POST: early}
    return counts.model_copy(update={"flagged": min(counts.flagged + only, counts.read), "flags": flags})


async def _note_source(session: Any, row: Any) -> None:
    if row.source_id is None:
        return
    source = await queries.source(session, row.source_id, lock=True)
    if source is not None:
        source.problem = None
        if row.state == "done" and row.cursor is not None and row.kind == source.kind:
            source.cursor = row.cursor


@durable.step("import.fail", attempts=20, interval_seconds=0.5)
async def fail(import_id: str, run: int, problem: dict[str, Any] | None) -> None:
    """Write down why it ended; what is in stays in."""
    async with transaction() as session:
        row = await get(session, UUID(import_id), lock=True)
        if row.run != run or row.state not in OPEN:
            return
        row.state, row.finished_at = "failed", clock.now()
        row.problem = problem or ImportBroke().problem()
        if row.source_id is not None:
            source = await queries.source(session, row.source_id, lock=True)
            if source is not None:
                source.problem = row.problem
        live.changed(session, TOPIC, row.id)


async def set_aside(workflow_id: str) -> None:
    """End an import whose workflow is not tried any more; a workflow of another kind is let be."""
    kind, _, rest = workflow_id.partition(":")
    id, _, run = rest.partition(":")
    if kind == WORKFLOW and run.isdigit():
        await fail(id, int(run), ImportBroke("Five workers in a row died while they carried it out.").problem())
