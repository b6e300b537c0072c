"""A look made again from what was stored by its time: the same posts, the same weights, whatever came since."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import __version__
from cofounder.kit.errors import Conflict
from cofounder.personas import optimising, queries
from cofounder.personas.followers import crediting
from cofounder.personas.learning import LookMissing
from cofounder.personas.optimising import AGE_HOURS, REACH
from cofounder.personas.queries import Standing
from cofounder.personas.schemas import ReplayedOut, ReplayOut
from cofounder.personas.tables import OptimisationRun

NEAR = 1e-9


class NothingToReplay(Conflict):
    """This look learnt nothing: it was skipped, or failed."""

    hint = "Only looks that made weights are replayed; see them with: cofounder personas runs"


class _Undone(Exception):
    """Books as they were then are let go again."""


async def replay(session: AsyncSession, id: UUID) -> ReplayOut:
    """Make a look's weights again, by rows that were stored by then alone; nothing is kept.

    Raises LookMissing, NothingToReplay, PolicyUnknown and PolicyFailed.
    """
    await queries.lock(session)
    row = await queries.run(session, id)
    if row is None:
        raise LookMissing()
    if row.status != "success":
        raise NothingToReplay()
    then = {one.persona: one.weight for one in await queries.weights_of(session, id)}
    try:
        async with session.begin_nested():
            learnt = await _learnt(session, row)
            raise _Undone
    except _Undone:
        pass
    voices = [
        ReplayedOut(persona=name, then=weight, now=learnt.weights.get(name, 0.0)) for name, weight in then.items()
    ]
    same = learnt.weights.keys() == then.keys() and all(abs(one.then - one.now) < NEAR for one in voices)
    return ReplayOut(
        run_id=id,
        same_input=learnt.input_hash == row.input_hash,
        same_weights=same,
        input_hash=learnt.input_hash,
        told=_told(same, learnt.input_hash == row.input_hash, row.code_version),
        voices=voices,
    )


async def _learnt(session: AsyncSession, row: OptimisationRun) -> optimising.Learnt:
    at = row.ran_at
    known_by = None if row.is_sample else at  # a sample company's past was stored all at once, later than its looks
    await crediting.credit(session, at, known_by=known_by)
    posts = await queries.outcomes(session, since=at - REACH, as_of=at, hours=AGE_HOURS, known_by=known_by)
    standing = await _standing(session, row)
    known = {one.id for one in optimising.roster(standing)}
    posts = [one for one in posts if one.persona in known]
    return await asyncio.to_thread(optimising.learn, posts, row.policy, at, standing)


async def _standing(session: AsyncSession, row: OptimisationRun) -> Standing:
    """The voices there were, and the weights that were in use before it."""
    present = await queries.standing(session)
    arms = set(row.found.get("arms", ()))
    before = await queries.used_before(session, row)
    weights = {one.persona: one.weight for one in await queries.weights_of(session, before)} if before else {}
    return present._replace(own=tuple(one for one in present.own if one.id in arms), weights=weights)


def _told(same: bool, input: bool, version: str) -> str:
    other = "" if version == __version__ else f" It was made by version {version}, this is {__version__}."
    if same:
        return f"The same posts and the same weights, by what was stored by then.{other}"
    if input:
        return f"The same posts, other weights.{other}"
    return f"Rows that it read were changed or deleted since: the posts are not the same any more.{other}"
