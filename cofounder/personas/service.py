"""Draws a voice once for each deliverable and keeps all that is needed to check the draw."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid
from cofounder.kit.ids import new_id
from cofounder.personas import drawing, queries
from cofounder.personas.optimising import chances, roster, voices
from cofounder.personas.policies import fixed
from cofounder.personas.queries import Standing
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
    *,
    then: bool = False,
) -> str:
    """The voice of a deliverable, drawn the first time and the same ever after.

    With `override`, a person's wish, the draw is made and kept all the same, and the wish is what is used; `then`, as
    voices stood while the clock stands in the past. Raises PersonaUnknown.
    """
    moment = now()
    standing = await queries.standing(session, _cell(context, moment), then=then)
    wished = _known(override, standing) if override else None
    # Not looked for first: nearly every call is the first of its deliverable, and one that is not writes nothing.
    found = await queries.put(session, _drawn(task_id, deliverable, context, standing, moment))
    if wished is not None and wished != found.used:
        await queries.publish_as(session, found.id, wished)
        return wished
    return found.used


async def drawn_with(session: AsyncSession) -> dict[str, float]:
    """The probability of every voice that is drawn now, where no experiment says otherwise."""
    return chances(await queries.standing(session))


async def names(session: AsyncSession) -> list[str]:
    """The id of every voice: the twelve, and those that people made."""
    return [one.id for one in roster(await queries.standing(session))]


async def named(session: AsyncSession, name: str) -> str | None:
    """The id of the voice that a person means by its id or its name, however spelt; None where there is none."""
    found = persona(name, (await queries.standing(session)).own)
    return found.id if found is not None else None


async def chosen(session: AsyncSession, task_id: UUID, deliverable: str = "main") -> str | None:
    """The voice in use for a deliverable, None before it was drawn."""
    found = await queries.choice(session, task_id, deliverable)
    return found.used if found is not None else None


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


def _drawn(
    task_id: UUID, deliverable: str, context: Mapping[str, Any], standing: Standing, moment: datetime
) -> dict[str, Any]:
    here = (standing.cells or {}).get(_cell(context, moment), standing.weights)
    known = voices(standing._replace(weights=here))
    trial, rule, arm = standing.trial, standing.adopted, "control"
    if trial is not None:
        arm = drawing.arm_of(task_id, str(trial.id), trial.parts)
        own = trial.rules[arm]
        rule = rule if own == drawing.Rule() else own  # an arm without a way of its own goes as all did before
    shares = drawing.ruled(known, rule)
    draw = uniform(task_id, deliverable)
    return {
        "id": new_id(),
        "task_id": task_id,
        "deliverable": deliverable,
        "context": dict(context),
        "availability": {one.id: one.status for one in known},
        "probabilities": shares,
        "draw": draw,
        "chosen": pick(shares, draw),
        "arm": arm,
        "experiment_id": trial.id if trial else None,
        "policy": rule.draws if rule and rule.found is not None else standing.policy or fixed.NAME,
        "run_id": standing.run_id,
        "chosen_at": moment,
    }


def _cell(context: Mapping[str, Any], moment: datetime) -> str:
    """The place of a draw among weights that are told apart by topic, time of day and platform."""
    channels = context.get("channels") or [""]
    return f"{context.get('topic') or ''}|{moment.astimezone(UTC).hour // 6}|{channels[0]}"


def _known(name: str, standing: Standing) -> str:
    found = persona(name, standing.own)
    if found is None:
        raise PersonaUnknown(
            f"There is no voice {name!r}.",
            field="persona",
            hint=f"The voices are {', '.join(one.id for one in roster(standing))}.",
        )
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
