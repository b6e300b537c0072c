"""Jobs that begin by themselves: after so many new examples, or every so many days."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.errors import PersonalDataStays
from cofounder.flow.train.datasets import service as datasets
from cofounder.flow.train.datasets.naming import with_role
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.flow.train.jobs import preparing, queries, service
from cofounder.flow.train.jobs.errors import RuleMissing, RuleNameTaken, RuleUnclear
from cofounder.flow.train.jobs.schemas import JobIn, RuleChange, RuleIn, RuleOut
from cofounder.flow.train.jobs.tables import FineTuningRule
from cofounder.kit import durable, live
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.people import Caller, audit

WORKFLOW = "tuning_rule"


async def create(session: AsyncSession, asked: RuleIn, by: Caller) -> RuleOut:
    """Add a rule; examples that are there already do not count.

    Raises RuleUnclear, RuleNameTaken, DatasetRoleDiffers, PersonalDataStays.
    """
    if not asked.dataset.redact:
        raise PersonalDataStays(
            "A rule makes its versions as an operator, whoever made the rule.",
            field="dataset.redact",
            hint="Let the rule's versions have placeholders; an admin trains on others one by one.",
        )
    if asked.after_examples is None and asked.every_days is None:
        raise RuleUnclear(field="after_examples")
    name = asked.name.strip()
    if await queries.rule(session, name) is not None:
        raise RuleNameTaken(f"There is already a rule named {name!r}.", field="name")
    dataset = await with_role(session, asked.dataset)
    row = FineTuningRule(
        id=new_id(),
        name=name,
        job=asked.job.model_dump(mode="json", exclude_none=True),
        dataset={**dataset.model_dump(mode="json", exclude_none=True), "new_version": True},
        after_examples=asked.after_examples,
        every_days=asked.every_days,
        enabled=True,
        counted=await datasets.count(session, dataset.filters, dataset.role),
        next_at=now() + timedelta(days=asked.every_days) if asked.every_days else None,
        fired=0,
        created_by=by.who,
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    await audit(session, by.who, "tuning_rule.created", "tuning_rule", str(row.id), {"name": name})
    live.changed(session, service.TOPIC, row.id)
    return out(row)


async def listed(session: AsyncSession) -> list[RuleOut]:
    """Every rule, by name."""
    return [out(row) for row in await queries.rules(session)]


async def drop(session: AsyncSession, name: str, by: Caller) -> None:
    """Delete a rule; jobs that it began go on. Raises RuleMissing."""
    row = await queries.rule(session, name, lock=True)
    if row is None:
        raise RuleMissing(f"There is no rule named {name!r}.", field="name")
    await queries.drop_rule(session, row.id)
    await audit(session, by.who, "tuning_rule.deleted", "tuning_rule", str(row.id), {"name": name})
    live.changed(session, service.TOPIC, row.id)


async def change(session: AsyncSession, name: str, asked: RuleChange, by: Caller) -> RuleOut:
    """Pause a rule or let it go on; examples that came meanwhile count, a day that passed does not. Raises RuleMissing."""
    row = await queries.rule(session, name, lock=True)
    if row is None:
        raise RuleMissing(f"There is no rule named {name!r}.", field="name")
    if row.enabled != asked.enabled:
        row.enabled = asked.enabled
        if asked.enabled and row.every_days and row.next_at is not None and row.next_at < now():
            row.next_at = now() + timedelta(days=row.every_days)
        await session.flush()
        kind = "tuning_rule.resumed" if asked.enabled else "tuning_rule.paused"
        await audit(session, by.who, kind, "tuning_rule", str(row.id), {"name": name})
        live.changed(session, service.TOPIC, row.id)
    return out(row)


def out(row: FineTuningRule) -> RuleOut:
    return RuleOut(
        id=row.id,
        name=row.name,
        dataset=row.dataset,
        job=row.job,
        after_examples=row.after_examples,
        every_days=row.every_days,
        enabled=row.enabled,
        next_at=row.next_at,
        fired=row.fired,
        last_job_id=row.last_job_id,
        error=row.problem,
        created_by=row.created_by,
        created_at=row.created_at,
    )


async def _tend() -> None:
    await asyncio.to_thread(preparing.sweep)
    await begin_due()


chore = Chore("tuning rules", _tend, every=60)


async def begin_due() -> int:
    """Begin what is due, each in the transaction that says so; how many."""
    begun = 0
    async with transaction() as session:
        for row in await queries.rules_at_hand(session, now()):
            asked = DatasetIn.model_validate(row.dataset)
            there = await datasets.count(session, asked.filters, asked.role)
            enough = row.after_examples is not None and there - row.counted >= row.after_examples
            if not (enough or (row.next_at is not None and row.next_at <= now())):
                continue
            row.counted, row.fired = there, row.fired + 1
            row.next_at = now() + timedelta(days=row.every_days) if row.every_days else None
            await durable.enqueue(session, WORKFLOW, f"{WORKFLOW}:{row.id}:{row.fired}", str(row.id))
            begun += 1
    return begun


@durable.workflow(WORKFLOW)
async def tuning_rule(rule_id: str) -> None:
    """A new version of the rule's dataset, and a job on it."""
    try:
        dataset_id = await version(rule_id)
        if dataset_id is not None:
            await begin(rule_id, dataset_id)
    except durable.StepFailed as broken:
        await refused(rule_id, broken.cause)


@durable.step("tuning_rule.version", attempts=3, interval_seconds=1.0)
async def version(rule_id: str) -> str | None:
    """Make the version; a repeat after a kill makes another with the same lines, which is the same job."""
    async with reading() as session:
        row = await queries.rule_with(session, UUID(rule_id))
    if row is None:
        return None
    made = await datasets.create(DatasetIn.model_validate(row.dataset), _by(row), wait=True)
    return str(made.id)


@durable.step("tuning_rule.begin", attempts=5, interval_seconds=2.0)
async def begin(rule_id: str, dataset_id: str) -> None:
    async with reading() as session:
        row = await queries.rule_with(session, UUID(rule_id))
    if row is None:
        return
    asked = JobIn.model_validate({**row.job, "dataset_id": dataset_id})
    made = await service.start(asked, _by(row), rule_id=row.id)
    await _tell(UUID(rule_id), {"last_job_id": made.job_id, "problem": None})


@durable.step("tuning_rule.refused", attempts=20, interval_seconds=0.5)
async def refused(rule_id: str, problem: dict[str, Any] | None) -> None:
    """Write down why no job began."""
    await _tell(UUID(rule_id), {"problem": problem or RuleBroke().problem()})


async def _tell(id: UUID, values: dict[str, Any]) -> None:
    async with transaction() as session:
        row = await queries.rule_with(session, id)
        if row is not None:
            for name, value in values.items():
                setattr(row, name, value)
            live.changed(session, service.TOPIC, id)


class RuleBroke(CofounderError):
    """The rule could not begin its job."""

    status = 500
    hint = "The worker's log has the reason; the next time it is due it tries again."


def _by(row: FineTuningRule) -> Caller:
    return Caller(name=f"rule:{row.name}", role="operator", kind="local")


async def set_aside(workflow_id: str) -> None:
    """Write down that a rule's job did not begin; a workflow of another kind is let be."""
    kind, _, rest = workflow_id.partition(":")
    if kind == WORKFLOW:
        await refused(rest.partition(":")[0], RuleBroke("Five workers in a row died while they began it.").problem())
