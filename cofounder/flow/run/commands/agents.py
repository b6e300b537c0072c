"""Agents: which have been seen, how they do, what they say they can do, and whether a command fits that."""

import asyncio
import time
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.schemas import Tool
from cofounder.flow.plan.tools import registry
from cofounder.flow.run.commands import queries
from cofounder.flow.run.commands.errors import PayloadUnfit, ResultUnfit, SchemaUnfit, UnknownAction, UnknownAgentType
from cofounder.flow.run.commands.schemas import ActionOut, ActionsIn, AgentType, AgentTypeOut, CommandIn
from cofounder.kit import live, schemas_of_others
from cofounder.kit.errors import InputInvalid
from cofounder.people.roles import Caller
from cofounder.people.service import audit

OURS = ("business", "compliance", "content", "financial", "market", "publishing")
NOTED_SECONDS = 2.0  # a poll so soon after the last one is not written down again
_noted: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, str], float]]" = (
    weakref.WeakKeyDictionary()
)


async def seen(session: AsyncSession, agent_type: str, name: str) -> None:
    """Note that an agent polled or beat."""
    noted = _noted.setdefault(asyncio.get_running_loop(), {})
    at = time.monotonic()
    if at - noted.get((agent_type, name), -NOTED_SECONDS) < NOTED_SECONDS:
        return
    if len(noted) > 10_000:
        noted.clear()
    noted[agent_type, name] = at
    if await queries.touch(session, agent_type, name):
        live.changed(session, "agents", name)


async def polled(session: AsyncSession, agent_type: str, name: str) -> None:
    """Note an agent that only reads the list; a name that could be no type is passed over."""
    if TypeAdapter(AgentType).validator.isinstance_python(agent_type):
        await seen(session, agent_type, name)


async def count(session: AsyncSession, ended: Sequence[tuple[str, Mapping[str, Any]]], name: str) -> None:
    """Add what an agent finished to its numbers."""
    numbers: dict[str, Counter[str]] = {}
    for agent_type, row in ended:
        numbers.setdefault(agent_type, Counter())["completed" if row["status"] == "completed" else "failed"] += 1
    for agent_type, counted in sorted(numbers.items()):
        await queries.add_numbers(session, agent_type, name, completed=counted["completed"], failed=counted["failed"])


async def count_lost(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    lost = Counter((row["agent_type"], row["lease_owner"]) for row in rows)
    for (agent_type, name), number in sorted(lost.items()):
        await queries.add_numbers(session, agent_type, name, lost=number)


async def declare(session: AsyncSession, agent_type: str, given: ActionsIn, *, by: Caller) -> AgentTypeOut:
    """Say what agents of this type can do, in place of what was said before. Raises SchemaUnfit."""
    for index, one in enumerate(given.actions):
        for name in ("input_schema", "output_schema"):
            schema = getattr(one, name)
            if schema is not None and (said := schemas_of_others.fault(schema)) is not None:
                raise SchemaUnfit(said, field=f"actions.{index}.{name}")
        if one.input_schema.get("type", "object") != "object":
            raise SchemaUnfit("A payload is an object.", field=f"actions.{index}.input_schema.type")
    await queries.replace_actions(session, agent_type, given.actions, by=by.who)
    listed = [one.action for one in given.actions]
    await audit(session, by.who, "agent.actions_declared", "agent_type", agent_type, {"actions": listed})
    live.changed(session, "agents", agent_type)
    return (await types(session, only=agent_type))[0]


async def types(session: AsyncSession, only: str | None = None) -> list[AgentTypeOut]:
    """Every known agent type with what its agents can do."""
    numbers = await queries.numbers(session)
    actions: dict[str, list[ActionOut]] = {}
    for row in await queries.actions(session):
        shown = {name: getattr(row, name) for name in ActionOut.model_fields}
        actions.setdefault(row.agent_type, []).append(
            ActionOut(**{**shown, "estimated_cost": float(row.estimated_cost)})
        )
    names = sorted({*OURS, *numbers, *actions} | ({only} if only else set()))
    return [
        AgentTypeOut(
            agent_type=name,
            agents=numbers.get(name, (0, 0))[0],
            connected=numbers.get(name, (0, 0))[1],
            actions=actions.get(name, []),
        )
        for name in names
        if only is None or name == only
    ]


async def check(session: AsyncSession, wanted: Sequence[tuple[CommandIn, str]]) -> None:
    """Hold commands against what is known of their agents.

    `wanted`: (command, where it stands in the body). Raises UnknownAgentType, UnknownAction or PayloadUnfit.
    """
    known = await queries.known(session, sorted({one.agent_type for one, _ in wanted}))
    for one, at in wanted:
        actions = known.get(one.agent_type)
        if actions is None and one.agent_type not in OURS:
            names = ", ".join(sorted({*OURS, *(await queries.numbers(session))}))
            raise UnknownAgentType(
                f"No agent of type {one.agent_type!r} has polled or declared its actions. Known: {names}.",
                field=f"{at}agent_type",
            )
        if actions and one.action not in actions:
            raise UnknownAction(
                f"Agents of type {one.agent_type!r} do: {', '.join(sorted(actions))}.", field=f"{at}action"
            )
        if actions:
            _fit(one.payload, actions[one.action], f"{at}payload")


def _fit(given: Any, schema: dict[str, Any], field: str, unfit: type[InputInvalid] = PayloadUnfit) -> None:
    try:
        found = schemas_of_others.wrongs(given, schema)
    except schemas_of_others.Unusable as error:
        raise unfit(f"The schema of this action cannot be used for it. {error}", field=field) from None
    errors = [{"field": ".".join([field, *map(str, one.path)]), "message": one.message[:300]} for one in found]
    if errors:
        raise unfit(errors[0]["message"], errors=errors)


def check_result(result: Any, schema: dict[str, Any] | None) -> None:
    """Hold a result against what its action declares to give, if it declares it. Raises ResultUnfit."""
    if schema is not None:
        _fit(result, schema, "result", ResultUnfit)


async def tools(session: AsyncSession) -> dict[str, Tool]:
    """What outside agents offer, as tools that plans may name."""
    return {
        f"{row.agent_type}.{row.action}": Tool(
            tool_id=f"{row.agent_type}.{row.action}",
            name=row.action,
            description=row.description,
            category=row.agent_type,
            agent=row.agent_type,
            input_schema=row.input_schema,
            output_schema=row.output_schema,
            estimated_cost=float(row.estimated_cost),
            estimated_duration=row.estimated_seconds,
            requires_approval=row.requires_approval,
            by_queue=True,
        )
        for row in await queries.actions(session)
        if registry.canonical(f"{row.agent_type}.{row.action}") == f"{row.agent_type}.{row.action}"
    }
