"""A process that makes what series are due, again and again, and may be killed at will."""

import asyncio
import sys
from datetime import datetime

from cofounder.flow.request.series import making
from cofounder.kit import clock, db
from cofounder.settings import settings


async def work(at: datetime) -> None:
    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    print("ready", flush=True)
    with clock.frozen(at):
        while True:
            made = await making.look()
            if made:
                print(f"made {made}", flush=True)
            else:
                print("idle", flush=True)
                await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(work(datetime.fromisoformat(sys.argv[1])))
