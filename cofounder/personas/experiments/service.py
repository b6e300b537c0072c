"""Experiments from their question to the decision: one is open at a time, and its end is somebody's, with evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock, live
from cofounder.kit.errors import Conflict, InputInvalid, NotFound
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.people.roles import Caller
from cofounder.people.service import audit
from cofounder.personas import history, optimising, policies_known
from cofounder.personas import queries as standings
from cofounder.personas.drawing import ARMS, WAYS, Arm
from cofounder.personas.experiments import queries
from cofounder.personas.experiments.results import document, results
from cofounder.personas.experiments.schemas import ArmIn, ArmOut, EndIn, ExperimentIn, ExperimentOut, ResultsOut
from cofounder.personas.experiments.tables import Experiment
from cofounder.personas.optimising import AGE_HOURS, TOPIC
from cofounder.personas.queries import Scored, Standing
from cofounder.personas.roster import persona

log = logger(__name__)
SHORTEST = timedelta(hours=1)
FURTHEST = timedelta(days=366)  # a start: until it has ended, no other experiment can begin


class ExperimentMissing(NotFound):
    """There is no experiment with this id."""

    hint = "See them with: cofounder personas experiments"


class ExperimentOpen(Conflict):
    """Another experiment is open."""

    hint = "End that one first, with a decision: two at once would mix in each other's tasks."


class ExperimentEnded(Conflict):
    """This experiment has ended."""

    hint = "Its decision stands; an adopted arm can be withdrawn."


class NothingAdopted(Conflict):
    """No arm of this experiment is in force."""

    hint = "Only an arm that was adopted, and not withdrawn yet, can be withdrawn."


class ArmsUnclear(InputInvalid):
    """The arms make no experiment."""

    hint = "Give control and one or two variants whose shares add up to 1 and which do not all draw alike."


class ArmVoiceUnknown(InputInvalid):
    """An arm names a voice that does not exist."""

    hint = "GET /api/personas lists them."


class EndUnclear(InputInvalid):
    """The experiment must end after it starts, and later than now."""

    hint = "Give end_at, an hour or more after the start; two weeks are more likely to show something."


class StartTooFar(InputInvalid):
    """The experiment starts within a year."""

    hint = "Give an earlier start_at: until this one has ended, no other can begin."


class NothingScored(Conflict):
    """No task of this arm was scored: nothing speaks for it yet."""

    hint = "Wait for its scores, decide keep, or say without_evidence (--without-evidence) with your reason."


class AdoptedArmMissing(InputInvalid):
    """Who adopts says which arm of the experiment."""

    hint = "Send arm with decision adopt, and none with keep."


async def listed(session: AsyncSession) -> list[ExperimentOut]:
    """Every experiment, newest first."""
    standing = await standings.standing(session)
    return [await _shown(session, row, standing) for row in await queries.every(session)]


async def get(session: AsyncSession, id: UUID) -> ExperimentOut:
    """One experiment with its results. Raises ExperimentMissing."""
    row = await queries.one(session, id)
    if row is None:
        raise ExperimentMissing()
    return await _shown(session, row, await standings.standing(session))


async def begin(session: AsyncSession, given: ExperimentIn, *, by: Caller) -> ExperimentOut:
    """Put a question to use. Audited.

    Raises ExperimentOpen, ArmsUnclear, ArmVoiceUnknown, EndUnclear, StartTooFar, PolicyUnknown and PolicyFailed.
    """
    await standings.lock(session)
    if await queries.open_one(session) is not None:
        raise ExperimentOpen()
    moment = clock.now()
    start = given.start_at or moment
    if start > moment + FURTHEST:
        raise StartTooFar(field="start_at")
    if given.end_at < max(start, moment) + SHORTEST:
        raise EndUnclear(field="end_at")
    standing = await standings.standing(session)
    arms = _arms(given.arms, standing)
    row = Experiment(
        id=new_id(),
        name=given.name,
        hypothesis=given.hypothesis.strip(),
        arms=arms,
        found={},
        start_at=start,
        end_at=given.end_at,
        made_by=by.who,
        made_at=moment,
        is_sample=await standings.of_sample(session, moment),
    )
    posts = await _posts(session, moment) if any(one["draws"] not in WAYS for one in arms.values()) else []
    row.found = _weighed(arms, posts, moment, standing, {})
    await queries.put(session, row)
    await audit(session, by.who, "experiment.begun", "experiment", str(row.id), given.model_dump(mode="json"))
    live.changed(session, TOPIC, row.id)
    return await _shown(session, row, await standings.standing(session))


async def end(session: AsyncSession, id: UUID, given: EndIn, *, by: Caller) -> ExperimentOut:
    """Decide: draw by one arm from now on, or as before. The results of this moment are kept as evidence. Audited.

    Raises ExperimentMissing, ExperimentEnded, AdoptedArmMissing and NothingScored.
    """
    await standings.lock(session)
    row = await queries.one(session, id, locked=True)
    if row is None:
        raise ExperimentMissing()
    if row.ended_at is not None:
        raise ExperimentEnded()
    if (given.decision == "adopt") != (given.arm is not None) or (given.arm is not None and given.arm not in row.arms):
        raise AdoptedArmMissing(field="arm")
    moment = clock.now()
    evidence = await _results(session, row, moment)
    of_arm = next((one for one in evidence.arms if one.arm == given.arm), None)
    if of_arm is not None and of_arm.scored == 0 and not given.without_evidence:
        raise NothingScored()
    row.ended_at, row.decision, row.adopted = moment, given.decision, given.arm
    row.decided_by, row.reason, row.evidence = by.who, given.reason.strip(), document(evidence)
    await session.flush()
    await _noted(session, by)
    told = {**given.model_dump(mode="json"), "told": evidence.told, "sample_ratio_p": evidence.sample_ratio_p}
    await audit(session, by.who, "experiment.ended", "experiment", str(id), told)
    live.changed(session, TOPIC, id)
    return await get(session, id)


async def withdraw(session: AsyncSession, id: UUID, *, by: Caller) -> ExperimentOut:
    """Give an adopted arm up: voices are drawn as before it. Audited. Raises ExperimentMissing and NothingAdopted."""
    await standings.lock(session)
    row = await queries.one(session, id, locked=True)
    if row is None:
        raise ExperimentMissing()
    if row.adopted is None or row.withdrawn_at is not None:
        raise NothingAdopted()
    row.withdrawn_at, row.withdrawn_by = clock.now(), by.who
    await session.flush()
    await _noted(session, by)
    await audit(session, by.who, "experiment.withdrawn", "experiment", str(id), {"arm": row.adopted})
    live.changed(session, TOPIC, id)
    return await get(session, id)


async def _noted(session: AsyncSession, by: Caller) -> None:
    used = (await standings.standing(session)).run_id
    await history.noted(session, "experiment", by=by.who, run_id=used)


async def weighed_anew(session: AsyncSession, posts: Sequence[Scored], as_of: datetime, standing: Standing) -> None:
    """Let arms with a policy of their own learn from the posts that a look has read."""
    for row in await queries.every(session):
        live_now = row.ended_at is None or (row.adopted is not None and row.withdrawn_at is None)
        if live_now and row.found:
            try:
                row.found = _weighed(row.arms, posts, as_of, standing, row.found)
            except (policies_known.PolicyFailed, policies_known.PolicyUnknown) as error:
                # It raised, or is not installed any more: the arm goes on with what it found last.
                log.warning("an arm's policy failed", experiment=str(row.id), error=error.detail)
    await session.flush()


def _arms(given: Mapping[Arm, ArmIn], standing: Standing) -> dict[str, Any]:
    if "control" not in given or len(given) < 2:
        raise ArmsUnclear("There must be a control and at least one variant.", field="arms")
    total = sum(one.share for one in given.values())
    if abs(total - 1) > 1e-6:
        raise ArmsUnclear(f"The shares add up to {total:g}, not to 1.", field="arms")
    arms: dict[str, Any] = {}
    for arm, one in given.items():
        if one.draws not in WAYS and one.draws not in policies_known.names():
            raise policies_known.PolicyUnknown(
                f"There is no policy {one.draws!r}.",
                field=f"arms.{arm}.draws",
                hint=f"Give {', '.join(WAYS)}, or one of {', '.join(policies_known.names())}.",
            )
        voices = []
        for place, name in enumerate(one.personas):
            found = persona(name, standing.own)
            if found is None:
                raise ArmVoiceUnknown(f"There is no voice {name!r}.", field=f"arms.{arm}.personas.{place}")
            voices.append(found.id)
        arms[arm] = {"share": float(one.share), "draws": one.draws, "personas": sorted(set(voices))}
    if len({(one["draws"], tuple(one["personas"])) for one in arms.values()}) == 1:
        raise ArmsUnclear("All arms draw alike: there is nothing to find out.", field="arms")
    return arms


def _weighed(
    arms: Mapping[str, Any],
    posts: Sequence[Scored],
    as_of: datetime,
    standing: Standing,
    found: Mapping[str, dict[str, float]],
) -> dict[str, dict[str, float]]:
    """arm -> what its own policy makes of the posts, of arms that have one: each goes on from where it was itself."""
    return {
        arm: optimising.learn(
            posts, one["draws"], as_of, standing._replace(weights=found.get(arm) or standing.weights)
        ).weights
        for arm, one in arms.items()
        if one["draws"] not in WAYS
    }


async def _posts(session: AsyncSession, as_of: datetime) -> list[Scored]:
    return await standings.outcomes(session, since=as_of - optimising.REACH, as_of=as_of, hours=AGE_HOURS)


async def _results(session: AsyncSession, row: Experiment, as_of: datetime) -> ResultsOut:
    decided = await queries.decisions(session, as_of=as_of, hours=AGE_HOURS, experiment=row.id)
    shares = {arm: float(row.arms[arm]["share"]) for arm in ARMS if arm in row.arms}
    return results(shares, decided, as_of, ends=row.end_at, seed=row.id.int % 2**32)


async def _shown(session: AsyncSession, row: Experiment, standing: Standing) -> ExperimentOut:
    moment = clock.now()
    found = ResultsOut.model_validate(row.evidence) if row.evidence else await _results(session, row, moment)
    state = (
        "ended"
        if row.ended_at
        else "planned"
        if moment < row.start_at
        else "over"
        if moment >= row.end_at
        else "running"
    )
    names = (
        "id", "name", "hypothesis", "start_at", "end_at", "made_by", "made_at", "ended_at", "decision", "adopted",
        "decided_by", "reason", "withdrawn_at", "withdrawn_by",
    )  # fmt: skip
    values: dict[str, Any] = {name: getattr(row, name) for name in names}
    return ExperimentOut(
        **values,
        state=state,
        arms={arm: ArmOut(**row.arms[arm]) for arm in ARMS if arm in row.arms},
        in_force=standing.adopted_by == row.id,
        results=found,
    )
