"""The voices over HTTP: look at them as a viewer, set them as an approver."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from cofounder.kit import cursors
from cofounder.kit.http import Page, Router, Session, Time, documented
from cofounder.kit.openapi import ETAG
from cofounder.kit.versions import IfMatch, OldVersion, etag
from cofounder.people import Approver, Operator, Viewer
from cofounder.personas import history, learning, replaying, what_if
from cofounder.personas.followers.service import ChannelNotCounted
from cofounder.personas.narrowing import TopicUnknown
from cofounder.personas.policies_known import PolicyFailed, PolicyUnknown
from cofounder.personas.schemas import (
    DecideIn,
    FlagOut,
    LookOut,
    OptimiseIn,
    PersonaIn,
    PersonaOut,
    PersonasOut,
    PointOut,
    ReplayOut,
    WaitingOut,
    WhatIfOut,
)

router = Router(prefix="/api/personas", tags=["personas"])


@router.get("", responses=documented(ChannelNotCounted, TopicUnknown))
async def list_personas(
    session: Session,
    caller: Viewer,
    days: Annotated[int, Query(ge=1, le=365, description="Posts scored within so many days.")] = 7,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    topic: Annotated[str | None, Query(max_length=200, description="Only posts on it.")] = None,
    as_of: Time | None = None,
) -> PersonasOut:
    """Every voice: how it stands, how likely it is drawn, what its posts came to; the highest F/1K first."""
    return await learning.listed(session, days=days, channel=channel, topic=topic, as_of=as_of)


@router.get("/weights", responses=documented())
async def list_persona_weights(
    session: Session, caller: Viewer, days: Annotated[int, Query(ge=1, le=3650)] = 90
) -> Page[PointOut]:
    """The probabilities of all voices over time, one point for each look, each change by a person."""
    found = await history.weights(session, days=days)
    return Page[PointOut](items=found, next_cursor=None, total=len(found))


@router.get("/waiting", responses=documented())
async def list_persona_decisions(session: Session, caller: Viewer) -> WaitingOut:
    """What waits for a person: proposed weights, an experiment whose time is up."""
    return await learning.waiting(session)


@router.get("/flags", responses=documented())
async def list_persona_flags(session: Session, caller: Viewer) -> Page[FlagOut]:
    """What should make a person look: weights that never change, a voice that rules, followers that fall."""
    found = await learning.flagged(session)
    return Page[FlagOut](items=found, next_cursor=None, total=len(found))


@router.get("/what-if", responses=documented(ChannelNotCounted, PolicyUnknown, PolicyFailed))
async def replay_persona_policy(
    session: Session,
    caller: Viewer,
    policy: Annotated[str, Query(max_length=100)],
    days: Annotated[int, Query(ge=1, le=365, description="Posts published within so many days.")] = 180,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    as_of: Time | None = None,
) -> WhatIfOut:
    """Replay another policy on the posts of the past: what it would have gained, and what it would draw from now."""
    return await what_if.what_if(session, policy, days=days, channel=channel, as_of=as_of)


@router.get("/runs", responses=documented(learning.LookUnknown))
async def list_persona_runs(
    session: Session,
    caller: Viewer,
    cursor: cursors.OfId = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Page[LookOut]:
    """Looks at the voices, newest first: what each read, what it changed and why."""
    return await learning.runs(session, cursor=cursor, limit=limit)


@router.post("/runs", responses=documented(PolicyUnknown, PolicyFailed))
async def optimise_personas(body: OptimiseIn, session: Session, caller: Approver) -> LookOut:
    """Look at the voices now. A dry run tells what would change and keeps nothing."""
    return await learning.optimise(session, by=caller.who, dry=body.dry_run)


@router.get("/runs/{run_id}", responses=documented(learning.LookMissing))
async def get_persona_run(run_id: UUID, session: Session, caller: Viewer) -> LookOut:
    """One look at the voices."""
    return await learning.get_run(session, run_id)


@router.post(
    "/runs/{run_id}/replay",
    responses=documented(learning.LookMissing, replaying.NothingToReplay, PolicyUnknown, PolicyFailed),
)
async def replay_persona_run(run_id: UUID, session: Session, caller: Operator) -> ReplayOut:
    """Make a look's weights again from what was stored by its time, and compare; nothing is kept."""
    return await replaying.replay(session, run_id)


@router.post(
    "/runs/{run_id}/decide",
    responses=documented(learning.LookMissing, learning.NotProposed, learning.Superseded, learning.VoicesChanged),
)
async def decide_persona_run(run_id: UUID, body: DecideIn, session: Session, caller: Approver) -> LookOut:
    """Apply proposed weights, or decline them."""
    return await learning.decide(session, run_id, body.approved, by=caller)


@router.post("/runs/{run_id}/rollback", responses=documented(learning.LookMissing, learning.NotInUse))
async def roll_persona_run_back(run_id: UUID, session: Session, caller: Approver) -> LookOut:
    """Take the weights in use back; those before them count again."""
    return await learning.roll_back(session, run_id, by=caller)


@router.patch(
    "/{persona}",
    responses=ETAG
    | documented(learning.PersonaMissing, OldVersion, learning.NobodyLeft, learning.ProbabilityNeedsReason),
)
async def change_persona(
    persona: str, body: PersonaIn, session: Session, caller: Approver, response: Response, if_match: IfMatch = None
) -> PersonaOut:
    """Set a voice active, testing (drawn at the floor) or disabled, or the probability with which it is drawn.

    What is not sent stays as it is. With If-Match, a voice's `version` in quotes, only if nobody set it since.
    """
    found = await learning.change(session, persona, body, by=caller, if_match=if_match)
    response.headers["ETag"] = etag(found.version)
    return found
