"""The service functions that users' scripts import. They need a database: `await open_database()` once, first.

from cofounder import api
await api.open_database()
task_id = await api.process("Create a LinkedIn post about our Q4 growth metrics")
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from cofounder.app import open_database, wire
from cofounder.business.context import predicting, service
from cofounder.business.derive import baselines
from cofounder.business.state import business_state
from cofounder.flow.learn import service as learned
from cofounder.flow.learn.patterns import giving
from cofounder.flow.learn.performance import service as performance
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.run import status as view
from cofounder.flow.train.data.api import (
    add_tags,
    export_as_jsonl,
    filter_training_data,
    get_all_training_data,
    get_statistics,
    remove_tags,
    save_training_example,
    tag_by_date_range,
    tag_by_quality,
)
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.flow.train.jobs.api import (
    cancel_job,
    deploy_model,
    fine_tune_claude,
    fine_tune_gemini,
    fine_tune_gpt4,
    fine_tune_ollama,
    get_job_status,
    list_jobs,
)
from cofounder.flow.train.promotion.api import (
    benchmark_model,
    get_active_model,
    list_available_models,
    set_active_model,
)
from cofounder.kit import clock
from cofounder.kit.db import reading, transaction
from cofounder.people import LOCAL_OWNER
from cofounder.personas.generators import (
    calculate_optimal_weights,
    get_bottom_performers,
    get_generator_performance,
    get_top_performers,
    is_generator_failing,
    run_autonomous_optimization,
)

__all__ = [
    "add_tags",
    "benchmark_model",
    "calculate_optimal_weights",
    "cancel_job",
    "create_dataset",
    "deploy_model",
    "enrich_execution_with_context",
    "export_as_jsonl",
    "filter_training_data",
    "find_similar_historical_tasks",
    "fine_tune_claude",
    "fine_tune_gemini",
    "fine_tune_gpt4",
    "fine_tune_ollama",
    "get_active_model",
    "get_all_training_data",
    "get_bottom_performers",
    "get_business_state",
    "get_correlation_analysis",
    "get_dataset",
    "get_generator_performance",
    "get_job_status",
    "get_learning_patterns",
    "get_metrics_summary",
    "get_platform_baseline",
    "get_statistics",
    "get_top_performers",
    "get_topic_effectiveness",
    "is_generator_failing",
    "list_available_models",
    "list_datasets",
    "list_jobs",
    "open_database",
    "predict",
    "process",
    "remove_tags",
    "run_autonomous_optimization",
    "save_training_example",
    "set_active_model",
    "status",
    "suggest_time",
    "tag_by_date_range",
    "tag_by_quality",
    "tools",
    "wire",
]


async def process(
    request: str, *, business_metrics: dict[str, Any] | None = None, preferences: dict[str, Any] | None = None
) -> UUID:
    """Store a request as a task; a running worker carries it out. Raises InputInvalid naming the field at fault."""
    body = ProcessIn.model_validate(
        {"request": request, "business_metrics": business_metrics, "preferences": preferences or {}}
    )
    async with transaction() as session:
        return (await requests.submit(session, body, by=LOCAL_OWNER.who, source="api")).id


async def status(task_id: UUID) -> dict[str, Any]:
    """Where a task is, in the shape of GET /api/orchestrator/status/{task_id}. Raises TaskMissing."""
    async with transaction() as session:
        return (await view.status(session, task_id)).model_dump(mode="json")


async def tools() -> list[dict[str, Any]]:
    """Every tool that was found, with schemas, estimates and measured success."""
    wire()
    async with transaction() as session:
        return [tool.model_dump(mode="json") for tool in await view.tools_available(session)]


def _plain(found: BaseModel) -> dict[str, Any]:
    return found.model_dump(mode="json")


async def find_similar_historical_tasks(
    topic: str, keyword: str | None = None, limit: int = 5, *, as_of: datetime | None = None
) -> list[dict[str, Any]]:
    """Earlier tasks and posts like a topic, best first, as GET /api/business/similar has them; `as_of` None is now."""
    async with reading() as session:
        found = await service.find_similar(session, topic, keyword, as_of=as_of or clock.now(), limit=limit)
    return [_plain(one) for one in found]


async def enrich_execution_with_context(
    execution_id: UUID | None,
    topic: str,
    business_context: dict[str, Any] | None = None,
    *,
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """What history says to a request, as of the task's own time unless told otherwise. Raises MetricInvalid."""
    async with reading() as session:
        return _plain(await service.enrich(session, execution_id, topic, business_context, as_of=as_of))


async def get_topic_effectiveness(topic: str, days: int = 180, *, as_of: datetime | None = None) -> dict[str, Any]:
    """What posts on a topic brought in the last `days` days, with intervals, or "not enough data" and the n."""
    async with reading() as session:
        return _plain(await service.topic_effectiveness(session, topic, as_of=as_of or clock.now(), days=days))


async def get_correlation_analysis(*, as_of: datetime | None = None) -> dict[str, Any]:
    """Which figures go together, with n, effective n, coefficient, interval, p and q."""
    async with reading() as session:
        return _plain(await service.correlation_analysis(session, as_of=as_of or clock.now()))


async def get_business_state(*, as_of: datetime | None = None) -> dict[str, Any]:
    """The company's figures as known at a time, in the names that examples use."""
    async with reading() as session:
        return (await business_state(session, as_of=as_of or clock.now())).state


async def get_platform_baseline(
    platform: str | None = None, *, as_of: datetime | None = None
) -> dict[str, dict[str, Any]]:
    """Platform -> what a post usually gets there, this month beside the long run."""
    async with reading() as session:
        channels = [platform] if platform else []
        found = await baselines.baselines(session, channels=channels, as_of=as_of or clock.now())
    return {name: _plain(one) for name, one in found.items()}


async def predict(draft: str | dict[str, Any], channel: str, *, as_of: datetime | None = None) -> dict[str, Any]:
    """What a draft may bring on a channel. A draft is its text, or the fields of `predicting.Text`."""
    text = predicting.Text(content=draft) if isinstance(draft, str) else predicting.Text(**draft)
    async with reading() as session:
        return _plain(await predicting.predict(session, text, channel, as_of=as_of or clock.now()))


async def suggest_time(channel: str, *, zone: str = "UTC", as_of: datetime | None = None) -> dict[str, Any]:
    """When to publish next on a channel. Raises TimeZoneUnknown, UnknownChannel."""
    async with reading() as session:
        named = await service.known_channel(session, channel)
        return _plain(await service.suggest_time(session, named, as_of=as_of or clock.now(), zone=zone))


async def get_learning_patterns(channels: Sequence[str] = (), *, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Patterns that stood at a time and say something about these channels, strongest first; never a watched one.

    Raises UnknownChannel.
    """
    async with reading() as session:
        named = [await service.known_channel(session, name) for name in channels]
        found = await giving.standing(session, as_of=as_of or clock.now(), channels=named)
    return [one.document() for one in found]


async def get_metrics_summary(
    *, since: datetime | None = None, until: datetime | None = None, step: Literal["day", "week", "month"] = "week"
) -> dict[str, Any]:
    """Totals over our own runs and their splits, as GET /api/orchestrator/metrics/summary has them. Raises SpanBackwards."""
    async with reading() as session:
        whole = await learned.summary(session)
        return _plain(await performance.performance(session, whole, since=since, until=until, step=step))


async def create_dataset(
    name: str, description: str = "", filters: dict[str, Any] | None = None, *, role: str | None = None, **more: Any
) -> dict[str, Any]:
    """Freeze what a filter lets through as a version, here and now; `more` as in POST /training/datasets (seed, split, …).

    Without a role: that of the name's version before, else planner.

    Raises DatasetNameTaken, DatasetRoleDiffers, DatasetEmpty, StoreFull, StoreOutOfReach; ValidationError naming what does not fit.
    """
    said = {"role": role} if role is not None else {}
    asked = DatasetIn.model_validate(
        {"name": name, "description": description, "filters": filters or {}, **said, **more}
    )
    return _plain(await datasets.create(asked, LOCAL_OWNER, wait=True))


async def list_datasets(name: str | None = None, *, limit: int = 50) -> list[dict[str, Any]]:
    """Versions, newest first."""
    async with reading() as session:
        return [_plain(one) for one in (await datasets.listed(session, name=name, limit=limit)).items]


async def get_dataset(dataset: UUID | str) -> dict[str, Any]:
    """A version by its id, its name or name@version. Raises DatasetMissing."""
    async with reading() as session:
        return _plain(datasets.out(await datasets.named(session, str(dataset))))
