"""The memory agent: what was learned from the work done so far, with the rows it rests on."""

from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cofounder.agents.tools import agent, tool
from cofounder.business import wording
from cofounder.business.records import service as records
from cofounder.business.records.schemas import TaskFilter
from cofounder.flow.learn import service as learned
from cofounder.flow.learn.patterns import giving
from cofounder.flow.learn.patterns import service as learned_patterns
from cofounder.flow.learn.performance import service as performance
from cofounder.flow.run.commands import views as commands_held
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.models.brief import Period

SERVER = agent("memory", "Patterns that stand, training examples, how well the work went. Reads only.")
By = Literal["agent", "tool", "model", "channel", "intent", "persona"]
Limit = Annotated[int, Field(ge=1, le=50, description="At most this many")]
AskedFor = Annotated[
    Period | None, Field(description="Only what was asked for on these days, both included, UTC; none means all")
]


class Patterns(BaseModel):
    patterns: list[dict[str, Any]] = Field(description="Statements that stood a test; empty until enough is measured")
    watching: int = Field(
        description="Candidates that do not stand yet; they are not to be relied on, so not told here"
    )
    n: int = Field(description="Measured publications so far")
    needed: int = Field(description="Measured publications before any pattern is looked for")
    narrative: str


class ExampleRow(BaseModel):
    """A finished run."""

    task_id: str
    request: str
    at: datetime
    platforms: list[str]
    quality: float | None = Field(description="0-1")
    approved: bool | None
    success: bool
    persona: str | None
    tags: list[str]
    likeness: float | None = Field(default=None, description="To the words asked for, 0-1")


class Examples(BaseModel):
    items: list[ExampleRow] = Field(description="Newest first, or most alike first where words were given")
    total: int
    narrative: str


class Totals(BaseModel):
    """Over our own runs; tests and sample data are left out. Money in US dollars, rates 0-1."""

    runs: int
    successful: int
    called_off: int = Field(description="Cancelled by a person before any step began: no part of success_rate")
    success_rate: float | None
    approved: int
    rejected: int
    approval_rate: float | None
    avg_quality: float | None
    high_quality: int
    training_ready: int
    avg_seconds: float | None
    total_cost: float
    avg_cost: float | None
    narrative: str


class Doer(BaseModel):
    """What one of them did. Rates 0-1; quality and decisions are of the runs that it was part of."""

    name: str
    runs: int
    success_rate: float | None
    approved: int
    rejected: int
    avg_quality: float | None
    avg_seconds: float | None
    avg_cost: float | None


class Effectiveness(BaseModel):
    by: By
    items: list[Doer] = Field(description="Most runs first")
    narrative: str


class TaskRow(BaseModel):
    """A task, where it stands."""

    task: str = Field(description="What it is about")
    status: str = Field(examples=["pending_approval"])
    phase: str | None
    created_at: datetime
    completed_at: datetime | None
    quality: float | None = Field(description="0-1")
    error: str | None = Field(description="Why it failed or was rejected")


class Tasks(BaseModel):
    items: list[TaskRow] = Field(description="Newest first")
    total: int = Field(description="As many fit the filter")
    by_status: dict[str, int] = Field(
        description="Status -> tasks of that time and on that matter, whatever their status; those with none are left out"
    )


class Commands(BaseModel):
    """The queue of commands as it stands now, archived ones left out; no span of time narrows it."""

    total: int
    by_status: dict[str, int]
    by_agent_type: dict[str, dict[str, int]]
    waiting: int = Field(description="Pending ones that wait for others or for their time")
    dead_letters: int = Field(description="Failed for good and waiting for a person")
    oldest_pending_seconds: float | None


@tool(SERVER, category="memory", seconds=0.1)
async def patterns(
    as_of: Annotated[datetime | None, Field(description="As known then, never later; none: now")] = None,
    channels: Annotated[list[str] | None, Field(description="Only what was compared on one of these")] = None,
) -> Patterns:
    """What was learned about what works: statements that stood a test, and how many outcomes are still missing."""
    async with db.reading() as session:
        stand = await giving.standing(session, as_of=as_of or now(), channels=channels or ())
        found = await learned_patterns.listed(session)
    if stand:
        told = f"{len(stand)} {'pattern stands' if len(stand) == 1 else 'patterns stand'}."
    elif found.n < found.needed:
        told = (
            f"No pattern yet: {found.n} publications have been measured, and {found.needed} are needed before "
            "anything is tested."
        )
    else:
        told = f"No pattern stands yet, though {found.n} publications have been measured."
    return Patterns(
        patterns=[one.document() for one in stand],
        watching=len(found.watching),
        n=found.n,
        needed=found.needed,
        narrative=told,
    )


@tool(SERVER, category="memory", seconds=0.2)
async def examples(
    like: Annotated[str | None, Field(max_length=500, description="Runs that share words with this")] = None,
    limit: Limit = 10,
) -> Examples:
    """Finished runs as training examples: the request, how it was judged, what a person decided."""
    async with db.reading() as session:
        found, total = await learned.recent(session, words=like, limit=limit)
    items = [_row(row, score) for row, score in found]
    about = f" like {like!r}" if like else ""
    told = f"{len(items)} of {total} finished runs{about}." if items else f"No finished run{about} is stored."
    return Examples(items=items, total=total, narrative=told)


@tool(SERVER, category="memory", seconds=0.1)
async def summary(period: AskedFor = None) -> Totals:
    """How well the work went: runs, success, approvals, quality, seconds, cost, examples ready for training."""
    async with db.reading() as session:
        found = await learned.summary(session)
        if period is not None:
            since, until = _span(period)
            found = await performance.totals(session, found, since=since, until=until)
    return Totals(
        runs=found.total_executions,
        successful=found.successful,
        called_off=found.called_off,
        success_rate=found.success_rate,
        approved=found.approved,
        rejected=found.rejected,
        approval_rate=found.approval_rate,
        avg_quality=found.avg_quality_score,
        high_quality=found.high_quality,
        training_ready=found.training_ready,
        avg_seconds=found.avg_seconds,
        total_cost=found.total_cost,
        avg_cost=found.avg_cost,
        narrative=_told(found, period),
    )


@tool(SERVER, category="memory", seconds=0.1)
async def tasks(
    status: Annotated[list[str] | None, Field(description="Only tasks that stand there; none means all")] = None,
    period: AskedFor = None,
    about: Annotated[str | None, Field(max_length=200, description="Found in request, title or topic")] = None,
    limit: Limit = 10,
) -> Tasks:
    """The tasks as they stand now: which run, which wait for a person, which failed and why; none is touched."""
    since, until = (None, None) if period is None else _span(period)
    every = TaskFilter(is_legacy=False, text=about, created_after=since, created_before=until)
    async with db.reading() as session:
        page = await records.list_tasks(session, every.model_copy(update={"status": status}), limit=limit)
        counts = await records.tasks_by_status(session, every)
    return Tasks(items=[_task(row) for row in page.items], total=page.total, by_status=counts)


@tool(SERVER, category="memory", seconds=0.1)
async def commands() -> Commands:
    """The commands for agents as they stand now: how many wait, are claimed, done or failed, by the agents' type."""
    async with db.reading() as session:
        found = await commands_held.statistics(session)
    return Commands.model_validate(found, from_attributes=True)


@tool(SERVER, category="memory", seconds=0.2)
async def effectiveness(
    by: Annotated[By, Field(description="What is set side by side")] = "agent",
    period: AskedFor = None,
    limit: Limit = 20,
) -> Effectiveness:
    """How well the work went by agent, tool, model, channel, kind of work or voice: runs, success, approval, quality."""
    since, until = (None, None) if period is None else _span(period)
    async with db.reading() as session:
        found = await performance.lines(session, by, since=since, until=until, limit=limit)
    items = [Doer.model_validate(one, from_attributes=True) for one in found]
    told = f"{len(items)} with finished runs{_asked_for(period)}." if items else _no_run(period)
    return Effectiveness(by=by, items=items, narrative=told)


def _span(period: Period) -> tuple[datetime, datetime]:
    """The first and the last moment of a stretch of days."""
    last = datetime.combine(period.end, time.max, tzinfo=UTC)
    return datetime.combine(period.start, time.min, tzinfo=UTC), last


def _asked_for(period: Period | None) -> str:
    """ " asked for in March 2025"; empty where no time narrows it."""
    return f" asked for {wording.within(period)}" if period else ""


def _no_run(period: Period | None) -> str:
    if period is None:
        return "No run of your own is finished yet."
    return f"No run of your own{_asked_for(period)} is finished."


def _task(row: records.TaskRow) -> TaskRow:
    error = (row.error or {}).get("detail") or (row.error or {}).get("message")
    return TaskRow(
        task=" ".join((row.title or row.topic or row.request).split())[:200],
        status=row.status,
        phase=row.phase,
        created_at=row.created_at,
        completed_at=row.completed_at,
        quality=None if row.quality_score is None else float(row.quality_score),
        error=None if error is None else str(error)[:300],
    )


def _row(row: learned.Example, score: float | None) -> ExampleRow:
    return ExampleRow(
        task_id=str(row.execution_id),
        request=row.user_request[:300],
        at=row.timestamp,
        platforms=list(row.platforms),
        quality=None if row.quality_score is None else float(row.quality_score),
        approved=row.user_approval,
        success=row.success,
        persona=row.persona,
        tags=list(row.tags),
        likeness=None if score is None else round(score, 4),
    )


def _told(found: Any, period: Period | None) -> str:
    if not found.total_executions:
        return _no_run(period)
    parts = [
        f"{found.total_executions} finished {'run' if found.total_executions == 1 else 'runs'}{_asked_for(period)}"
    ]
    if found.success_rate is not None:
        parts.append(f"{found.success_rate:.0%} came to a good end")
    if found.approval_rate is not None:
        parts.append(f"{found.approved} approved and {found.rejected} rejected by a person")
    if found.avg_quality_score is not None:
        parts.append(f"quality {found.avg_quality_score:.2f} on average")
    ready = found.training_ready
    return f"{', '.join(parts)}; {ready} {'example is' if ready == 1 else 'examples are'} ready for training."
