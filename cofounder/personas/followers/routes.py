"""Followers over HTTP: see the books as a viewer, write counts down and put them right as an operator."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.kit import cursors
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.people import Operator, Viewer
from cofounder.personas.followers import service
from cofounder.personas.followers.schemas import BalanceOut, BooksOut, CorrectionIn, CountIn, CountOut

router = Router(prefix="/api/personas/followers", tags=["personas"])


@router.get("", responses=documented())
async def list_follower_balances(session: Session, caller: Viewer) -> Page[BalanceOut]:
    """What was counted of each channel's followers, and whose it is: posts' and nobody's add up to it."""
    found = await service.balances(session)
    return Page[BalanceOut](items=found, next_cursor=None, total=len(found))


@router.post("", responses=documented(service.ChannelNotCounted, service.CountInFuture))
async def count_followers(body: CountIn, session: Session, caller: Operator) -> BooksOut:
    """Write down how many follow a channel at one time; the gain since the count before is divided among its posts."""
    return await service.count(session, body, by=caller)


@router.get("/counts", responses=documented(service.ChannelNotCounted, service.CountUnknown))
async def list_follower_counts(
    session: Session,
    caller: Viewer,
    channel: Annotated[str | None, Query(max_length=100)] = None,
    cursor: cursors.OfPlace = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page[CountOut]:
    """What was counted, the newest first: typed, read at the channel, or brought by a reading of a post."""
    return await service.counts(session, channel=channel, cursor=cursor, limit=limit)


@router.patch(
    "/counts/{count_id}",
    responses=documented(service.CountMissing, service.NothingCorrected, service.CountInFuture),
)
async def correct_follower_count(count_id: UUID, body: CorrectionIn, session: Session, caller: Operator) -> BooksOut:
    """Put a count right; what was gained around it is divided anew."""
    return await service.correct(session, count_id, body, by=caller)


@router.post("/counts/{count_id}/withdraw", responses=documented(service.CountMissing))
async def withdraw_follower_count(count_id: UUID, session: Session, caller: Operator) -> BooksOut:
    """Take a count back that was wrong; what was gained around it is divided anew."""
    return await service.withdraw(session, count_id, by=caller)
