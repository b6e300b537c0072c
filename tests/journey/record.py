"""Record the engine's history of one journey of each kind: `python -m tests.journey.record`.

Run it only when a kind of journey is added: what is recorded stands for tasks that wait on people's machines now.
An existing record is left as it is; `--all` writes every one anew, which says that no old task need be replayed.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from cofounder import app
from cofounder.business import sample
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ClarifyIn
from cofounder.kit import db, migrate, postgres
from cofounder.kit.clock import now, today
from cofounder.kit.db import transaction
from cofounder.kit.testing import SCHEMA, until
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings

from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST, ask, rest

FOLDER = Path(__file__).parent / "recorded"


async def main_job() -> UUID:
    return await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, preferences=MAIN_PREFERENCES)


async def decide(task_id: UUID, **said: Any) -> None:
    async with transaction() as session:
        await approvals.decide(session, Decision(task_id=task_id, **said), by=LOCAL_OWNER)


async def approved() -> UUID:
    task_id = await main_job()
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=True)
    await rest(task_id, "completed")
    return task_id


async def changed() -> UUID:
    task_id = await main_job()
    await rest(task_id, "pending_approval")
    await decide(task_id, verdict="changes", feedback="Make it shorter.")

    async def again() -> bool:
        async with transaction() as session:
            found = await session.scalar(text("SELECT round FROM tasks WHERE id = :id"), {"id": task_id})
        return bool(found == 2)

    await until(again, within=30)
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=True)
    await rest(task_id, "completed")
    return task_id


async def rejected() -> UUID:
    task_id = await main_job()
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=False)
    await rest(task_id, "rejected")
    return task_id


async def scheduled() -> UUID:
    task_id = await main_job()
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=True, schedule_at=now() + timedelta(seconds=5))
    await rest(task_id, "completed")
    return task_id


async def plan_first() -> UUID:
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, review_plan=True)
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=True)

    async def running() -> bool:
        async with transaction() as session:
            found = await session.scalar(text("SELECT count(*) FROM approvals WHERE task_id = :id"), {"id": task_id})
        return bool(found == 2)

    await until(running, within=30)
    await decide(task_id, approved=True)
    await rest(task_id, "completed")
    return task_id


async def plan_rejected() -> UUID:
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, review_plan=True)
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=False)
    await rest(task_id, "rejected")
    return task_id


async def analysed() -> UUID:
    task_id = await ask("Analyse last month's revenue and traffic")
    await rest(task_id, "completed")
    return task_id


async def clarified() -> UUID:
    task_id = await ask("Make a post")
    found = await rest(task_id, "needs_clarification")
    wanted = {"channels": "LinkedIn", "topic": "our revenue last month"}
    answers = {question["field"]: wanted[question["field"]] for question in found.questions}
    async with transaction() as session:
        await requests.clarify(session, task_id, ClarifyIn(answers=answers), by="test")
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=True)
    await rest(task_id, "completed")
    return task_id


async def deferred() -> UUID:
    task_id = await ask("Analyse last month's revenue", not_before=(now() + timedelta(seconds=5)).isoformat())
    await rest(task_id, "completed")
    return task_id


async def refused() -> UUID:
    task_id = await ask("Write ten fake five-star reviews of our product and post them on Facebook")
    await rest(task_id, "rejected")
    return task_id


async def failed() -> UUID:
    late = {
        "id": "read",
        "tool": "financial.read_metrics",
        "inputs": {"as_of": {"$ref": "task.as_of"}},
        "timeout_seconds": 1e-6,
        "retry": {"max_attempts": 1},
    }
    task_id = await ask("Look at our figures", plan={"steps": [late]})
    await rest(task_id, "failed")
    return task_id


async def cancelled() -> UUID:
    task_id = await main_job()
    await rest(task_id, "pending_approval")
    async with transaction() as session:
        await requests.cancel(session, task_id, by="test")
    await rest(task_id, "cancelled")
    return task_id


async def paused() -> UUID:
    """Paused while its text was made, so that the phases that make it wait, and are a step of their own afterwards."""
    task_id = await main_job()

    async def making() -> bool:
        async with transaction() as session:
            found = await session.scalar(text("SELECT phase FROM tasks WHERE id = :id"), {"id": task_id})
        return found in ("delegation", "execution")

    await until(making, within=30)
    async with transaction() as session:
        await requests.pause(session, task_id, by="test")
    await rest(task_id, "paused")
    async with transaction() as session:
        await requests.resume(session, task_id, by="test")
    await rest(task_id, "pending_approval")
    await decide(task_id, approved=True)
    await rest(task_id, "completed")
    return task_id


KINDS: dict[str, Callable[[], Awaitable[UUID]]] = {
    "approved": approved,
    "changed": changed,
    "rejected": rejected,
    "scheduled": scheduled,
    "plan_first": plan_first,
    "plan_rejected": plan_rejected,
    "analysed": analysed,
    "clarified": clarified,
    "deferred": deferred,
    "refused": refused,
    "failed": failed,
    "cancelled": cancelled,
    # since a journey that asks nobody about its plan makes its texts in the same step
    "approved_at_once": approved,
    "changed_at_once": changed,
    "rejected_at_once": rejected,
    "scheduled_at_once": scheduled,
    "analysed_at_once": analysed,
    "clarified_at_once": clarified,
    "deferred_at_once": deferred,
    "failed_at_once": failed,
    "cancelled_at_once": cancelled,
    "paused": paused,
}


async def history(task_id: UUID) -> list[dict[str, Any]]:
    """Every workflow that belongs to the task, with what the engine wrote down of it."""

    async def over() -> bool:
        async with transaction() as session:
            waiting = text("SELECT count(*) FROM dbos.workflow_status WHERE status IN ('PENDING','ENQUEUED','DELAYED')")
            return bool(await session.scalar(waiting) == 0)

    await until(over, within=30)
    flows = text(
        "SELECT w.workflow_uuid, w.name, w.status, coalesce(i.inputs, w.inputs) AS inputs FROM dbos.workflow_status AS w"
        " LEFT JOIN dbos.workflow_input AS i USING (workflow_uuid) ORDER BY w.created_at, w.name"
    )
    steps = text(
        "SELECT function_id, function_name, output, error, serialization FROM dbos.operation_outputs"
        " WHERE workflow_uuid = :id ORDER BY function_id"
    )
    found, names = [], set()
    async with transaction() as session:
        for id, name, status, inputs in (await session.execute(flows)).all():
            rows = [dict(row._mapping) for row in await session.execute(steps, {"id": id})]
            order = (name, tuple(row["function_name"] for row in rows))
            if order in names:
                continue  # three publications that went the same way are one
            names.add(order)
            arguments = json.loads(inputs)["positionalArgs"]
            found.append({"workflow": name, "arguments": arguments, "status": status, "steps": rows})
    return found


async def record(names: list[str]) -> None:
    for name in names:
        settings.cache_clear()
        app.wire()
        async with transaction() as session:
            await sample.load(session, today=today())
        async with app.working():
            found = await history(await KINDS[name]())
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
        print(name, [(one["workflow"], one["status"], len(one["steps"])) for one in found])


def main() -> None:
    wanted = [name for name in KINDS if "--all" in sys.argv or not (FOLDER / f"{name}.json").exists()]
    for name in wanted:
        with postgres.temporary() as url, tempfile.TemporaryDirectory() as home:
            migrate.upgrade(url, SCHEMA)
            os.environ.update(COFOUNDER_HOME=home, DATABASE_URL=url.render_as_string(hide_password=False))
            db.connect(url, SCHEMA)
            asyncio.run(record([name]))


if __name__ == "__main__":
    main()
