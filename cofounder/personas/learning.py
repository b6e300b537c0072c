"""What people see and say of the voices: how each does, which weights count, and looks that are begun and taken back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock, cursors, live
from cofounder.kit.errors import CofounderError, Conflict, InputInvalid, NotFound
from cofounder.kit.http import Page
from cofounder.kit.versions import require, version_of
from cofounder.people.roles import Caller
from cofounder.people.service import audit
from cofounder.personas import drawing, flags, history, looking, optimising, policies_known, queries
from cofounder.personas.breaks import SPAN
from cofounder.personas.followers import service as followers
from cofounder.personas.narrowing import about
from cofounder.personas.optimising import AGE_HOURS, TOPIC, Mode, chances, roster, voices
from cofounder.personas.outdated import outdated
from cofounder.personas.performance import performance
from cofounder.personas.queries import Standing
from cofounder.personas.roster import persona
from cofounder.personas.schemas import (
    FlagOut,
    LookOut,
    PersonaIn,
    PersonaOut,
    PersonasOut,
    WaitingOut,
)
from cofounder.personas.tables import OptimisationRun, PersonaStanding
from cofounder.settings import settings

LOOK_BACK_DAYS = 7
MOST_TOPICS = 50
SINCE = SPAN + timedelta(days=7)  # posts that flags are seen by


class PersonaMissing(NotFound):
    """There is no voice with this id."""

    hint = "GET /api/personas lists them; their ids are written like dataNerd."


class LookMissing(NotFound):
    """There is no look at the voices with this id."""

    hint = "See them with: cofounder personas runs"


class NobodyLeft(Conflict):
    """At least one voice must be active and not set by a person."""

    hint = "Make another one active first."


class ProbabilityNeedsReason(InputInvalid):
    """Who sets a voice's probability says why."""

    hint = "Send reason, for example: the campaign wants one voice."


class NotProposed(Conflict):
    """This look waits for nobody."""

    hint = "Only a proposal is decided, and only once; what is in use can be rolled back."


class Superseded(Conflict):
    """A later look has taken the place of this proposal."""

    hint = "Decide on the newest one, or look now: cofounder optimize"


class VoicesChanged(Conflict):
    """What voices are drawn with was changed since this look: these weights would do something else than it tells."""

    hint = "Look again, and decide on what that proposes: cofounder optimize"


class NotInUse(Conflict):
    """These weights are not in use."""

    hint = "Only the run in use can be rolled back; the one before it counts again then."


class LookUnknown(InputInvalid):
    """This place in the list is unknown."""

    hint = "Take next_cursor as the last answer gave it, or leave it out."


def mode() -> Mode:
    chosen: Mode = settings().persona_mode
    return chosen


async def listed(
    session: AsyncSession,
    *,
    days: int = LOOK_BACK_DAYS,
    channel: str | None = None,
    topic: str | None = None,
    as_of: datetime | None = None,
) -> PersonasOut:
    """Every voice with what its posts of the last days came to, the highest F/1K first.

    Raises ChannelNotCounted and TopicUnknown.
    """
    moment = as_of or clock.now()
    standing = await queries.standing(session)
    said = await queries.standings(session)
    # What counts is when a post was scored: readings or counts that come once a month score old posts now.
    posts = await queries.outcomes(session, since=moment - timedelta(days=days) - SPAN, as_of=moment, hours=AGE_HOURS)
    topics = Counter(one.topic for one in posts if one.topic)
    posts = about(posts, channel, topic)
    wanted = [one for one in posts if (one.seen_at or one.published_at) > moment - timedelta(days=days)]
    told = {one.persona: one for one in performance(wanted)}
    known = voices(standing)
    drawn = chances(standing)
    used = await queries.in_use(session)
    items = []
    for one, born in zip(known, roster(standing), strict=True):
        seen, row = told.get(one.id), said.get(one.id)
        figures = {
            name: getattr(seen, name) if seen else empty
            for name, empty in (
                ("posts", 0),
                ("waiting", 0),
                ("early", 0),
                ("impressions", 0),
                ("likes", 0),
                ("followers", 0.0),
            )
        }
        items.append(
            PersonaOut(
                id=one.id,
                name=born.name,
                status=one.status,
                initial_weight=born.weight,
                weight=one.weight,
                probability=drawn.get(one.id, 0.0),
                override=one.override,
                reason=row.reason if row else None,
                per_1k=seen.per_1k if seen else None,
                low=seen.low if seen else None,
                high=seen.high if seen else None,
                band=seen.band if seen else "unknown",
                note=_note(one, drawn, standing),
                changed_by=row.changed_by if row else None,
                version=_version(one.id, one.status, row),
                **figures,
            )
        )
    items.sort(key=lambda one: (one.per_1k is None, -(one.per_1k or 0.0), -one.probability))
    proposal, _ = await queries.waiting(session)
    return PersonasOut(
        items=items,
        mode=mode(),
        policy=settings().persona_policy,
        policies=policies_known.names(),
        topics=[name for name, _ in topics.most_common(MOST_TOPICS)],
        uncounted=sorted({one.platform for one in wanted if one.uncounted}),
        run_id=used.id if used else None,
        applied_at=used.applied_at if used else None,
        look_back_days=days,
        proposal=proposal,
        is_sample=await queries.of_sample(session, moment),
    )


def _version(id: str, status: str, row: PersonaStanding | None) -> str:
    """Another one for anything else that a person set of a voice; what is learnt meanwhile is no change."""
    override, reason = (row.override, row.reason) if row else (None, None)
    return version_of({"id": id, "status": status, "override": override, "reason": reason})


async def change(
    session: AsyncSession, name: str, given: PersonaIn, *, by: Caller, if_match: str | None = None
) -> PersonaOut:
    """Set a voice active, testing or disabled, or its probability; what is not given stays. Audited.

    Raises PersonaMissing, OldVersion, ProbabilityNeedsReason and NobodyLeft.
    """
    await queries.lock(session)
    found = persona(name, (await queries.standing(session)).own)
    if found is None:
        raise PersonaMissing()
    row = (await queries.standings(session)).get(found.id)
    before = row.status if row else found.status
    require(_version(found.id, before, row), if_match)
    status = given.status or before
    override = row.override if row else None
    if "override" in given.model_fields_set:
        override = given.override
        if override is not None and not given.reason:
            raise ProbabilityNeedsReason(field="reason")
    values = {
        "id": found.id,
        "status": status,
        "override": override,
        "reason": _why(given, override, row),
        "changed_by": by.who,
        "changed_at": clock.now(),
    }
    await queries.put_standing(session, values)
    standing = await queries.standing(session)
    if not any(one.status == "active" and one.override is None for one in voices(standing)):
        raise NobodyLeft(field="override" if override is not None else "status")
    await history.noted(session, "person", by=by.who, run_id=standing.run_id, persona=found.id)
    told = {"status": status, "override": override, "reason": values["reason"]}
    await audit(session, by.who, "persona.changed", "persona", found.id, told)
    live.changed(session, TOPIC, found.id)
    return next(one for one in (await listed(session)).items if one.id == found.id)


def _note(one: drawing.Drawable, drawn: Mapping[str, float], standing: Standing) -> str | None:
    """What became of a probability that a person set, where it is another."""
    probability = drawn.get(one.id, 0.0)
    if one.override is None or one.status == "disabled" or abs(one.override - probability) < 0.0005:
        return None
    taken = sum(each.override or 0.0 for each in voices(standing) if each.status == "active")
    why = f"what was set adds up to {taken:.0%}, and every voice keeps its floor"
    if one.status == "testing" and one.id in drawn:
        why = "it is in testing, and a voice in testing is drawn at the floor"
    elif standing.adopted is not None and standing.adopted.personas:
        why = "the arm of an experiment was adopted, which draws the voices on its own list only"
    return f"Set to {one.override:.1%}, drawn with {probability:.1%}: {why}."


def _why(given: PersonaIn, override: float | None, row: PersonaStanding | None) -> str | None:
    """The reason that is kept: a probability keeps its own until it is set anew, and takes it along when it goes."""
    if given.reason or row is None:
        return given.reason
    if override is not None:
        return row.reason
    return None if row.override is not None or "reason" in given.model_fields_set else row.reason


async def optimise(session: AsyncSession, *, by: str, dry: bool = False) -> LookOut:
    """Look now. A dry run is undone before it is answered; what a policy raises is kept as a run that failed.

    Raises PolicyUnknown and PolicyFailed.
    """
    moment = clock.now()
    try:
        row = await optimising.optimise(
            session, as_of=moment, by=by, mode=mode(), policy=settings().persona_policy, dry=dry
        )
    except CofounderError as error:
        if not dry:
            await looking.keep_failure(error, moment, by=by)
        raise
    told = run_out(row, row if row.applied_at else None)
    if dry:
        await queries.forget_run(session, row)
        return told.model_copy(update={"run_id": None, "standing": "dry run"})
    return told


async def runs(session: AsyncSession, *, cursor: str | None, limit: int) -> Page[LookOut]:
    before = None
    if cursor is not None:
        last = await queries.run(session, UUID(cursors.parts(cursor, cursors.ID, LookUnknown)[0]))
        if last is None:
            raise LookUnknown(field="cursor")
        before = last.number
    found = await queries.runs(session, limit=limit + 1, before=before)
    used = await queries.in_use(session)
    more = str(found[limit - 1].id) if len(found) > limit else None
    total = await queries.count_runs(session)
    proposal, _ = await queries.waiting(session)
    items = [run_out(row, used, await outdated(session, row) if row.id == proposal else None) for row in found[:limit]]
    return Page[LookOut](items=items, next_cursor=more, total=total)


async def get_run(session: AsyncSession, id: UUID) -> LookOut:
    row = await queries.run(session, id)
    if row is None:
        raise LookMissing()
    return run_out(row, await queries.in_use(session), await outdated(session, row))


async def decide(session: AsyncSession, id: UUID, approved: bool, *, by: Caller) -> LookOut:
    """Apply a proposal, or decline it: the newest one alone is applied, which has read all that the others have.

    Raises LookMissing, NotProposed, Superseded and VoicesChanged.
    """
    await queries.lock(session)
    row = await queries.run(session, id, locked=True)
    if row is None:
        raise LookMissing()
    if not row.proposed or row.decided_at is not None or row.status != "success":
        raise NotProposed()
    if approved and row.is_sample and not await queries.of_sample(session, clock.now()):
        raise Superseded("The company has posts of its own now; this proposal is of the sample company's.")
    later = await queries.newer(session, row) if approved else None
    if later is not None:
        used = await queries.in_use(session)
        became = _standing(later, used) if later.proposed or later.applied_at else "which would change nothing"
        raise Superseded(f"A later look has taken the place of this proposal: {later.id}, {became}.")
    if approved and await outdated(session, row) is not None:
        raise VoicesChanged()
    row.decided_by, row.decided_at = by.who, clock.now()
    if approved:
        row.applied_at = row.decided_at
    await session.flush()
    if approved:
        await history.noted(session, "look", by=by.who, run_id=id)
    verb = "persona_weights.approved" if approved else "persona_weights.declined"
    await audit(session, by.who, verb, "optimisation_run", str(id), {})
    live.changed(session, TOPIC, id)
    return run_out(row, await queries.in_use(session))


async def roll_back(session: AsyncSession, id: UUID, *, by: Caller) -> LookOut:
    """Take the weights in use back: those before them count again. Raises LookMissing and NotInUse."""
    await queries.lock(session)
    row = await queries.run(session, id, locked=True)
    if row is None:
        raise LookMissing()
    used = await queries.in_use(session)
    if used is None or used.id != id:
        raise NotInUse()
    row.withdrawn_at, row.decided_by, row.decided_at = clock.now(), by.who, clock.now()
    await session.flush()
    before = await queries.in_use(session)
    await history.noted(session, "rolled back", by=by.who, run_id=before.id if before else None)
    await audit(session, by.who, "persona_weights.rolled_back", "optimisation_run", str(id), {})
    live.changed(session, TOPIC, id)
    return run_out(row, before)


async def waiting(session: AsyncSession) -> WaitingOut:
    """What waits for a person: cheap, for whoever asks often."""
    proposal, experiment = await queries.waiting(session)
    return WaitingOut(proposal=proposal, experiment=experiment)


async def flagged(session: AsyncSession) -> list[FlagOut]:
    """What should make a person look."""
    moment = clock.now()
    points = await history.weights(session, days=30)
    looks = [(one.at, one.probabilities) for one in points if one.because in ("look", "rolled back")]
    posts = await queries.outcomes(session, since=moment - SINCE, as_of=moment, hours=AGE_HOURS)
    recent = [one for one in posts if one.seen_at is not None and one.seen_at > moment - timedelta(days=LOOK_BACK_DAYS)]
    draws = await queries.drawn(session, since=moment - timedelta(days=30), as_of=moment)
    found = flags.found(looks, performance(recent), posts, draws, moment)
    found += [flags.doubted(platform, at, why) for platform, at, why in await followers.doubts(session, moment)]
    return [FlagOut(**one) for one in found]


def run_out(row: OptimisationRun, used: OptimisationRun | None, why_outdated: str | None = None) -> LookOut:
    names = (
        "ran_at",
        "status",
        "reason",
        "mode",
        "started_by",
        "policy",
        "posts_analyzed",
        "posts_known",
        "posts_waiting",
        "posts_early",
    )
    more = ("top_performer", "bottom_performer", "special", "seed", "input_hash", "code_version", "found", "proof")
    values: dict[str, Any] = {name: getattr(row, name) for name in (*names, *more, "decided_by", "decided_at")}
    changes: Sequence[Any] = row.changes
    return LookOut(
        run_id=row.id,
        generators_updated=len(changes),
        changes=list(changes),
        standing=_standing(row, used),
        outdated=why_outdated,
        **values,
    )


def _standing(row: OptimisationRun, used: OptimisationRun | None) -> Any:
    if row.status != "success":
        return "none"
    if row.withdrawn_at is not None:
        return "rolled back"
    if row.applied_at is not None:
        return "in use" if used is not None and used.id == row.id else "was in use"
    if row.proposed:
        return "declined" if row.decided_at is not None else "proposed"
    return "told"
