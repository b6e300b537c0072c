"""Patterns and the runs that look for them, over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.channels import UnknownChannel
from cofounder.flow.learn.patterns import service
from cofounder.flow.learn.patterns.schemas import Metric, PatternDetail, PatternIn, PatternOut, PatternsOut, RunOut
from cofounder.flow.learn.patterns.service import PatternMissing, PatternRejected, RunCursorInvalid, RunMissing
from cofounder.kit import cursors
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.people import Approver, Operator, Viewer

router = Router(prefix="/api/orchestrator/learning", tags=["learning"])


@router.get("/patterns", responses=documented(UnknownChannel))
async def list_patterns(
    session: Session,
    caller: Viewer,
    metric: Metric | None = None,
    type: Annotated[str | None, Query(max_length=40, description="topic, voice, time, form, business or mixed")] = None,
    channel: Annotated[
        str | None, Query(max_length=100, description="Compared on this channel, by any of its names: twitter is x")
    ] = None,
) -> PatternsOut:
    """Tested statements about what works, grouped by frequency and strength; empty, and saying so, without enough data."""
    return await service.listed(session, metric=metric, type=type, channel=channel)


@router.get("/patterns/{pattern_id}", responses=documented(PatternMissing))
async def get_pattern(pattern_id: UUID, session: Session, caller: Viewer) -> PatternDetail:
    """A pattern with what each search said of it."""
    return await service.get(session, pattern_id)


@router.patch("/patterns/{pattern_id}", responses=documented(PatternMissing, PatternRejected))
async def change_pattern(pattern_id: UUID, body: PatternIn, session: Session, caller: Approver) -> PatternOut:
    """Reject a pattern for good or let it in again, pin it, write a note. Each is put on record; a rejected one is not pinned."""
    return await service.change(session, pattern_id, body, by=caller)


@router.post("/runs", status_code=202, responses=documented())
async def search_patterns(session: Session, caller: Operator) -> RunOut:
    """Look for patterns now. A worker does it; while one search has not ended, this answers with that one."""
    return await service.told(session, await service.begin(session, by=caller))


@router.get("/runs", responses=documented(RunCursorInvalid))
async def list_pattern_runs(
    session: Session,
    caller: Viewer,
    cursor: cursors.OfMoment = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Page[RunOut]:
    """Searches for patterns, newest first: what each read, how many candidates it tested, what came of it."""
    return await service.runs(session, cursor=cursor, limit=limit)


@router.get("/runs/{run_id}", responses=documented(RunMissing))
async def get_pattern_run(run_id: UUID, session: Session, caller: Viewer) -> RunOut:
    """One search for patterns."""
    return await service.run_of(session, run_id)
