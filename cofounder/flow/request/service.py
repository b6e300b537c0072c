"""A task is born, asked back, stopped and started again."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask, Source
from cofounder.flow.request import figures, queries
from cofounder.flow.request.phases import FINAL, PHASES
from cofounder.flow.request.schemas import ClarifyIn, PhaseOut, ProcessIn, TaskOut
from cofounder.flow.request.spelling import spelled, spelling
from cofounder.kit import durable, live, once
from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict, InputInvalid
from cofounder.kit.ids import new_id
from cofounder.kit.once import KeyReused
from cofounder.models import service as models
from cofounder.models.offline.parsing.channels import is_thread
from cofounder.people.service import audit

Standing = Callable[[AsyncSession, UUID], Awaitable[tuple[str, str]]]
_standings: list[Standing] = []
PlanCheck = Callable[[dict[str, Any]], Awaitable[None]]
_plan_checks: list[PlanCheck] = []
Ending = Callable[[AsyncSession, UUID], Awaitable[None]]
_endings: list[Ending] = []
# First word of a call's scope -> the phase that asks so; a step of the plan asks by any other name.
_ASKED_IN = {"plan": "planning", "judge": "quality_check", "refine": "refinement", "alternative": "approval"}


class UnknownPersona(InputInvalid):
    """There is no persona with this name."""

    hint = "Leave the persona out to have one chosen."


class TimePassed(InputInvalid):
    """This time has passed."""

    hint = "Give a time in the future with its time zone, or leave it out."


class TaskIsFinal(Conflict):
    """The task has ended."""

    hint = "Run it again with: cofounder task ID --rerun STEP"


class NothingToClarify(Conflict):
    """The task asks nothing at the moment."""

    hint = "See where it stands: cofounder task ID. To ask for changes to a text: cofounder approve ID --changes"


class NothingRuns(Conflict):
    """The task waits; nothing runs that could pause."""

    hint = "See what it waits for: cofounder task ID"


class UnknownQuestion(InputInvalid):
    """The task did not ask this."""

    hint = "See what it asks: cofounder task ID"


def check_plans_with(check: PlanCheck) -> None:
    """Let a later stage look at a supplied plan before the task is stored. It raises when the plan is not sound."""
    if check not in _plan_checks:
        _plan_checks.append(check)


def tell_standing_with(standing: Standing) -> None:
    """Let a later stage say, of a decided task, what became of its texts and what can still be done: detail, hint."""
    if standing not in _standings:
        _standings.append(standing)


def end_with(ending: Ending) -> None:
    """Let a later stage end, with a task that is called off, what it still waits for."""
    if ending not in _endings:
        _endings.append(ending)


async def submit(
    session: AsyncSession,
    body: ProcessIn,
    *,
    by: str,
    source: Source = "user_request",
    idempotency_key: str | None = None,
    automatic: bool = False,
    is_sample: bool = False,
) -> records.TaskRow:
    """Store the task and enqueue its journey in one transaction; a key that `by` repeats answers with the first task.

    Raises InputInvalid with the field at fault (a metric, a channel, a time, a part of the plan) and KeyReused.
    """
    body_hash = _hash(body)
    if idempotency_key is not None:
        idempotency_key = once.named("process", by, idempotency_key)
        await queries.take_turn(session, idempotency_key)
        earlier = await records.find_task(session, idempotency_key=idempotency_key)
        if earlier is not None:
            if earlier.body_hash != body_hash:
                raise KeyReused(field="Idempotency-Key")
            return earlier
    given = figures.given(body)
    if body.plan is not None:
        for check in _plan_checks:
            await check(body.plan)
    _to_come(body)
    wished = await _with_voice(session, _preferences(body))
    task = await records.add_task(
        session,
        NewTask(
            request=body.request,
            source=source,
            priority=body.priority,
            business_metrics=given,
            preferences=wished,
            supplied_plan=body.plan,
            review_plan=body.review_plan,
            not_before=body.not_before,
            publish_at=body.publish_at,
            expires_at=body.expires_at,
            automatic=automatic,
            is_sample=is_sample or await records.only_sample(session),  # as its posts are: it counts with no real data
            idempotency_key=idempotency_key,
            body_hash=body_hash,
            requested_by=by,
        ),
    )
    await begin(session, task.id, priority=body.priority)
    return task


async def check(session: AsyncSession, body: ProcessIn) -> None:
    """Whether this could be asked for now, storing nothing. Raises UnknownChannel, UnknownPersona, TimePassed."""
    _to_come(body)
    await _with_voice(session, _preferences(body))


async def begin(session: AsyncSession, task_id: UUID, *, priority: int = 0) -> None:
    """Give a stored task its phases and its journey."""
    await queries.add_phases(session, task_id, PHASES)
    await durable.enqueue(session, "journey", str(task_id), str(task_id))
    live.changed(session, "tasks", task_id)


def _to_come(body: ProcessIn) -> None:
    for field in ("publish_at", "expires_at"):
        at = getattr(body, field)
        if at is not None and at <= now():
            raise TimePassed(f"{at.isoformat()} has passed.", field=field)


def _hash(body: ProcessIn) -> str:
    said = body.model_dump(mode="json", exclude={"figures"} if body.figures is None else None)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _preferences(body: ProcessIn) -> dict[str, Any]:
    """The preferences with canonical channel names and the spelling that the request used for each."""
    wished = body.preferences.model_dump(mode="json", exclude_none=True)
    names: dict[str, str] = {}
    for index, name in enumerate(body.preferences.channels):
        known = channels.canonical(name)
        if known is None:
            raise channels.UnknownChannel(
                f"There is no channel {name!r}.",
                field=f"preferences.channels.{index}",
            )
        names.setdefault(known, name.strip().lower())
    wished["channels"] = list(names)
    wished["spelling"] = names
    if any(map(is_thread, body.preferences.channels)):
        wished["thread"] = True  # its channel is X, which may be named beside it
    return wished


async def _with_voice(session: AsyncSession, wished: dict[str, Any]) -> dict[str, Any]:
    """What is wished, its voice by its id: "Human voice" is humanVoice. Raises UnknownPersona."""
    from cofounder import personas

    name = wished.get("persona")
    if name is None or name in personas.NAMES:
        return wished
    found = await personas.named(session, name)
    if found is None:
        raise UnknownPersona(
            f"There is no persona {name!r}.",
            field="preferences.persona",
            hint="Personas: " + ", ".join(await personas.names(session)),
        )
    return {**wished, "persona": found}


async def clarify(session: AsyncSession, task_id: UUID, body: ClarifyIn, *, by: str) -> records.TaskRow:
    """Store answers to the task's questions and wake it, in one transaction."""
    task = await records.get_task(session, task_id, lock=True)
    if task.status != "needs_clarification":
        raise NothingToClarify(f"The task is {task.status}.")
    asked = [str(question["field"]) for question in task.questions]
    for field in body.answers:
        if field not in asked:
            raise UnknownQuestion(
                f"The task did not ask about {field!r}.",
                field=f"answers.{field}",
                hint="It asked about: " + ", ".join(asked),
            )
    answers = {**task.answers, **body.answers}
    await records.update_task(session, task_id, answers=answers, questions=[], status="queued")
    await audit(session, by, "task.clarified", "task", str(task_id), {"fields": sorted(body.answers)})
    await durable.send(session, str(task_id), "work", {"why": "clarified"}, key=f"{task_id}:clarify:{new_id()}")
    live.changed(session, "tasks", task_id)
    return await records.get_task(session, task_id)


async def pause(session: AsyncSession, task_id: UUID, *, by: str) -> records.TaskRow:
    """Let running steps finish and start no more. Pausing twice changes nothing."""
    task = await _unfinished(session, task_id)
    if not task.is_paused:
        resting = task.status in ("needs_clarification", "pending_approval", "approved", "publishing")
        if resting:
            raise NothingRuns(f"The task is {task.status}.")
        await records.update_task(session, task_id, is_paused=True, status="paused")
        await audit(session, by, "task.paused", "task", str(task_id), {})
        live.changed(session, "tasks", task_id)
    return await records.get_task(session, task_id)


async def resume(session: AsyncSession, task_id: UUID, *, by: str) -> records.TaskRow:
    """Go on where the task paused. Resuming a task that is not paused changes nothing."""
    task = await _unfinished(session, task_id)
    if task.is_paused:
        going_on = "running" if task.status == "paused" else task.status  # else it asks a person, and still does
        await records.update_task(session, task_id, is_paused=False, status=going_on)
        await audit(session, by, "task.resumed", "task", str(task_id), {})
        await durable.send(session, str(task_id), "work", {"why": "resumed"}, key=f"{task_id}:resume:{new_id()}")
        live.changed(session, "tasks", task_id)
    return await records.get_task(session, task_id)


async def cancel(session: AsyncSession, task_id: UUID, *, by: str) -> records.TaskRow:
    """Stop for good, while it is not decided: what is published stays, and what is scheduled is stopped one by one.

    Raises TaskMissing, TaskIsFinal, which says of a decided task what was sent and what can still be cancelled.
    """
    task = await records.get_task(session, task_id, lock=True)
    if task.status == "cancelled":
        return task
    if task.status in ("approved", "publishing", "completed"):
        for standing in _standings:
            detail, hint = await standing(session, task_id)
            raise TaskIsFinal(f"The task is {task.status}. {detail}".strip(), hint=hint or None)
    if task.status in FINAL or task.status in ("approved", "publishing"):
        raise TaskIsFinal(f"The task is {task.status}.")
    await _end(session, task, "cancelled", "Cancelled by a person.")
    await audit(session, by, "task.cancelled", "task", str(task_id), {})
    return await records.get_task(session, task_id)


async def expire(session: AsyncSession, task_id: UUID) -> bool:
    """End a task that nobody decided by the time that a person set; false where it was decided, ended or has time."""
    task = await records.get_task(session, task_id, lock=True)
    decided = task.status in FINAL or task.status in ("approved", "publishing")
    if decided or task.expires_at is None or task.expires_at > now():
        return False
    at = f"{task.expires_at:%Y-%m-%d %H:%M} UTC"
    await _end(session, task, "expired", f"Nobody had decided by {at}.")
    await audit(session, "the clock", "task.expired", "task", str(task_id), {"expires_at": at})
    return True


async def _end(session: AsyncSession, task: records.TaskRow, status: str, detail: str) -> None:
    """End an undecided task whose row is locked, and tell whatever of it waits."""
    await records.update_task(session, task.id, status=status, is_paused=False, completed_at=now())
    await queries.settle_phases(session, task.id, detail=detail)
    for ending in _endings:
        await ending(session, task.id)
    for topic in ("work", f"decision:{task.round}"):
        await durable.send(session, str(task.id), topic, {"why": status}, key=f"{task.id}:cancel:{topic}")
    await durable.enqueue(session, "example", f"example:{task.id}:{status}", str(task.id))  # what was not wanted
    live.changed(session, "tasks", task.id)
    live.changed(session, "approvals", task.id)


async def _unfinished(session: AsyncSession, task_id: UUID) -> records.TaskRow:
    task = await records.get_task(session, task_id, lock=True)
    if task.status in FINAL:
        raise TaskIsFinal(f"The task is {task.status}.")
    return task


async def phases_of(session: AsyncSession, task_id: UUID) -> list[PhaseOut]:
    """The nine phases in order, with the seconds each has taken so far."""
    moment, costs = now(), await _costs(session, task_id)
    return [
        PhaseOut(
            name=row.name,
            state=row.state,
            note=row.note,
            seconds=round(((row.finished_at or moment) - row.started_at).total_seconds(), 3)
            if row.started_at
            else None,
            cost=costs.get(row.name, 0.0),
        )
        for row in await queries.phases(session, task_id)
    ]


async def _costs(session: AsyncSession, task_id: UUID) -> dict[str, float]:
    costs: dict[str, float] = {}
    for kind, cost in (await models.spent_by_kind(session, task_id)).items():
        phase = _ASKED_IN.get(kind, "execution")
        costs[phase] = round(costs.get(phase, 0.0) + float(cost), 6)
    return costs


async def listed(session: AsyncSession, tasks: Sequence[records.TaskRow]) -> list[TaskOut]:
    """Tasks as rows of a list."""
    worked = await queries.worked(session, [task.id for task in tasks], now())
    return [_as_listed(task, worked.get(task.id)) for task in tasks]


async def seconds_of_work(session: AsyncSession, task_id: UUID) -> float | None:
    """As its page says them; None of a task that never had phases."""
    return (await queries.worked(session, [task_id], now())).get(task_id)


async def as_listed(session: AsyncSession, task: records.TaskRow) -> TaskOut:
    """The task as a row of a list."""
    (one,) = await listed(session, [task])
    return one


def _as_listed(task: records.TaskRow, worked: float | None) -> TaskOut:
    intent, names = task.intent or {}, spelling(task)
    wished = list(intent.get("channels", [])) or list(task.preferences.get("channels", []))
    if worked is None and task.started_at is not None:  # brought in from elsewhere: only its start and end are known
        worked = ((task.completed_at or now()) - task.started_at).total_seconds()
    return TaskOut(
        task_id=task.id,
        request=task.request,
        status=task.status,
        phase=task.phase,
        source=task.source,
        priority=task.priority,
        intent=intent.get("intent"),
        topic=task.topic,
        channels=[spelled(channel, names) for channel in wished],
        quality_score=None if task.quality_score is None else float(task.quality_score),
        cost=float(task.cost or 0),
        seconds=None if worked is None else round(worked, 3),
        publish_at=task.publish_at,
        is_sample=task.is_sample,
        created_at=task.created_at,
        completed_at=task.completed_at,
    )
