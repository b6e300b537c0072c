"""Published posts of connected accounts, as the steps before leave them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewTask
from cofounder.channels import accounts
from cofounder.channels.accounts import Connected
from cofounder.flow.publish.measuring import queries
from cofounder.flow.publish.measuring.tables import Measurement
from cofounder.flow.publish.tables import Publication
from cofounder.kit.db import transaction

BEGUN = datetime(2030, 1, 7, 9, tzinfo=UTC)
AGES = (3_600, 6 * 3_600, 24 * 3_600, 72 * 3_600, 7 * 86_400)


def use(patch: pytest.MonkeyPatch, *connected: Connected) -> None:
    """These accounts are connected, and no others."""

    async def latest() -> tuple[Connected, ...]:
        return connected

    patch.setattr(accounts, "latest", latest)


async def published(
    number: int,
    *,
    channel: str = "x",
    by: str | None = None,
    account: str = "Acme",
    external_id: str | None = None,
    at: datetime | None = BEGUN,
    persona: str | None = None,
) -> UUID:
    """A publication that ended well at this time, with its task and post; the same number has the same id."""
    id = UUID(int=0x70008000_0000000000000000 + number)
    async with transaction() as session:
        await put(session, id, number, channel, by or channel, account, external_id, at, persona)
    return id


async def put(
    session: AsyncSession,
    id: UUID,
    number: int,
    channel: str,
    by: str,
    account: str,
    external_id: str | None,
    at: datetime | None,
    persona: str | None = None,
) -> None:
    task = UUID(int=id.int ^ 1 << 100)
    made = at or BEGUN
    await records.add_task(
        session,
        NewTask(
            id=task,
            request=f"Write post number {number}.",
            status="completed",
            title=f"Post {number}",
            created_at=made - timedelta(hours=1),
            completed_at=made,
        ),
    )
    outbox = by == "outbox"
    session.add(
        Publication(
            id=id,
            task_id=task,
            decision_id=task,
            channel=channel,
            delivered_by=by,
            account=account,
            variant_version=1,
            content={"text": f"This is post number {number}.", "format": "text"},
            fingerprint=f"{number:064x}",
            recipients=[""],
            state="published",
            carried_by=str(id),
            attempts=1,
            finished_at=made,
            external_id=None if outbox else external_id or str(number),
            created_at=made,
        )
    )
    await session.flush()
    await records.add_post(
        session,
        NewPost(
            id=id,
            task_id=task,
            publication_id=id,
            platform=channel,
            external_id=None if outbox else external_id or str(number),
            title=f"Post {number}",
            content=f"This is post number {number}.",
            persona=persona,
            published_at=at,
        ),
    )


async def ages_of(id: UUID) -> list[Measurement]:
    async with transaction() as session:
        return list(await queries.of(session, id))


async def states(id: UUID) -> dict[int, str]:
    """Hours of age -> how it stands."""
    return {row.age_seconds // 3_600: row.state for row in await ages_of(id)}


async def readings(ids: Sequence[UUID] | None = None) -> list[dict[str, Any]]:
    """Every reading, in the order of time."""
    async with transaction() as session:
        rows = await session.execute(
            text("SELECT * FROM social_post_analytics ORDER BY measured_at, post_id"),
        )
    found = [dict(row) for row in rows.mappings()]
    return found if ids is None else [row for row in found if row["post_id"] in ids]
