"""A worker as any other, but channels show what they took at once, and it may be killed at will."""

import asyncio
import signal
from datetime import timedelta

from cofounder import app
from cofounder.channels.senders import books, calling, linkedin, x
from cofounder.kit import db, leases
from cofounder.settings import settings

QUICK = calling.Times(call_seconds=5.0, ask_seconds=10.0, shows_seconds=0.3)


def hurry() -> None:
    """Nobody waits for minutes, and no quota is ever full."""
    many = books.Quota(100_000, timedelta(minutes=15), "100,000 posts in 15 minutes")
    x.QUOTA = linkedin.QUOTA = many
    for name in ("linkedin", "x", "facebook", "wordpress", "ghost", "webhook"):
        calling.TIMES[name] = QUICK


async def work() -> None:
    chosen = settings()
    assert chosen.database_url
    hurry()
    leases.TAKEOVERS = 1_000
    db.connect(chosen.database_url, chosen.database_schema)
    app.wire()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with app.working():
        print("ready", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(work())
