"""Examples of tasks that were done before the product: their world as it was at the time, no plan made up for them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import similar
from cofounder.business.derive import baselines
from cofounder.business.records import service as records
from cofounder.business.state import business_state
from cofounder.flow.learn import history

AT_ONCE = 50  # tasks a step
UNKNOWN = "unknown"
_SURE = 0.7  # of a reading, below which it is a guess
_READ = 2_000  # characters of a request


async def world(session: AsyncSession, task: records.TaskRow) -> dict[str, dict[str, Any]]:
    """State, similar content and baseline as of the task's own request, in the shape in which plans read them.

    What the sample company stands in for is left out: its figures and posts say nothing about this work.
    """
    at = task.created_at
    invented = await records.invented(session, at)
    found: dict[str, dict[str, Any]] = {}
    if not invented & {"financial_metrics", "web_analytics"}:
        found[history.STATE] = {"state": (await business_state(session, as_of=at)).state}
    if "posts" not in invented:
        topic = task.topic or task.title or task.request
        alike = await similar.similar_content(session, topic, as_of=at, limit=6)
        usual = await baselines.baselines(session, as_of=at)
        found[history.SIMILAR] = {"items": [one.model_dump(mode="json") for one in alike if one.task_id != task.id][:5]}
        found[history.BASELINE] = {"baselines": {name: one.model_dump(mode="json") for name, one in usual.items()}}
    return found


def intent(task: records.TaskRow) -> str:
    """What the built-in parser reads in an earlier request; of what is only a title, or read unsurely, it is unknown."""
    from cofounder.models.offline.parser import parse

    if not task.request.strip() or task.request in (task.title, task.topic):
        return UNKNOWN
    read = parse(task.request[:_READ], today=task.created_at.date())
    return read.intent if read.confidence >= _SURE else UNKNOWN


def cost(task: records.TaskRow) -> Decimal | None:
    """What an earlier task cost, in US dollars: a nought is what stands there when nobody said."""
    return task.cost or None


async def evaluation(session: AsyncSession, task_id: UUID) -> tuple[Any, dict[str, float]]:
    """(score, score by dimension) of the newest imported evaluation of a task, (None, {}) without one."""
    found = await records.latest_evaluation(session, task_id)
    if found is None:
        return None, {}
    return found.score, {name: float(score) for name, score in found.dimensions.items() if score is not None}
