"""What changed, told to whoever watches: one NOTIFY per transaction, sent just before commit."""

import json

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "cofounder_live"
_LIMIT = 7_500  # bytes; PostgreSQL refuses payloads of 8,000


def changed(session: AsyncSession, topic: str, id: object = "") -> None:
    """Note that object `id` of `topic` ("tasks", "steps", ...) changed in this transaction."""
    session.info.setdefault("live", {})[(topic, str(id))] = None


async def flush(session: AsyncSession) -> None:
    """Send what `changed` collected, or "resync" when it is too much to say."""
    pending = session.info.pop("live", None)
    if not pending:
        return
    payload = json.dumps([list(key) for key in pending], separators=(",", ":"))
    if len(payload.encode()) > _LIMIT:
        payload = '"resync"'
    await session.execute(text("SELECT pg_notify(:channel, :payload)"), {"channel": CHANNEL, "payload": payload})
