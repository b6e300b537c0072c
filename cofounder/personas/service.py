"""Draws a voice once for each deliverable and keeps all that is needed to check the draw."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid
from cofounder.kit.ids import new_id
from cofounder.personas import queries
from cofounder.personas.policies import fixed
from cofounder.personas.roster import ROSTER, persona
from cofounder.personas.tables import PersonaChoice


class PersonaUnknown(InputInvalid):
    """There is no such voice."""

    hint = f"The voices are {', '.join(one.id for one in ROSTER)}."


@dataclass(frozen=True)
class Choice:
    """A voice and how likely it was."""

    deliverable: str
    persona: str  # the one in use
    drawn: str
    probability: float  # of the drawn one
    arm: str
    policy: str


async def choose(
    session: AsyncSession,
    task_id: UUID,
    deliverable: str,
    context: Mapping[str, Any],
    override: str | None = None,
) -> str:
    """The voice of a deliverable, drawn the first time and the same ever after.

    With `override`, a person's wish, the draw is made and kept all the same, and the wish is what is used.
    Raises PersonaUnknown.
    """
    wished = _known(override) if override else None
    found = await queries.choice(session, task_id, deliverable)
    if found is None:
        await queries.put(session, _drawn(task_id, deliverable, context))
        found = await queries.choice(session, task_id, deliverable)
        assert found is not None
    if wished is not None and wished != (found.published_persona or found.chosen):
        await queries.publish_as(session, found.id, wished)
        return wished
    return found.published_persona or found.chosen


async def chosen(session: AsyncSession, task_id: UUID, deliverable: str = "main") -> str | None:
    """The voice in use for a deliverable, None before it was drawn."""
    found = await queries.choice(session, task_id, deliverable)
    return (found.published_persona or found.chosen) if found is not None else None


async def choices(session: AsyncSession, task_id: UUID) -> list[Choice]:
    """Every voice that a task drew."""
    return [_choice(row) for row in await queries.of_task(session, task_id)]


def pick(probabilities: Mapping[str, float], draw: float) -> str:
    """The persona in whose share of [0, 1) the draw falls, shares laid out by name: jsonb keeps no order of its own."""
    reached = 0.0
    last = ""
    for last, share in sorted(probabilities.items()):
        reached += share
        if draw < reached:
            return last
    return last  # the shares add up to a hair less than 1 in floating point


def uniform(task_id: UUID, deliverable: str) -> float:
    """A number in [0, 1) made of the task's random id, so that a repeated step draws the same."""
    digest = hashlib.sha256(f"{task_id}:{deliverable}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def _drawn(task_id: UUID, deliverable: str, context: Mapping[str, Any]) -> dict[str, Any]:
    shares = fixed.probabilities([one for one in ROSTER if one.status == "active"])
    draw = uniform(task_id, deliverable)
    return {
        "id": new_id(),
        "task_id": task_id,
        "deliverable": deliverable,
        "context": dict(context),
        "availability": {one.id: one.status for one in ROSTER},
        "probabilities": shares,
        "draw": draw,
        "chosen": pick(shares, draw),
        "arm": "control",
        "policy": fixed.NAME,
        "chosen_at": now(),
    }


def _known(name: str) -> str:
    found = persona(name)
    if found is None:
        raise PersonaUnknown(f"There is no voice {name!r}.", field="persona")
    return found.id


def _choice(row: PersonaChoice) -> Choice:
    return Choice(
        deliverable=row.deliverable,
        persona=row.published_persona or row.chosen,
        drawn=row.chosen,
        probability=float(row.probabilities[row.chosen]),
        arm=row.arm,
        policy=row.policy,
    )
