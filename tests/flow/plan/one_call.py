"""A worker in the middle of a call of an outside tool: `python -m tests.flow.plan.one_call WORD`."""

import asyncio
import sys

from cofounder.flow.plan.tools import registry
from cofounder.flow.plan.tools.errors import ServerAway
from cofounder.kit import db
from cofounder.settings import settings


async def main() -> None:
    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    while True:
        try:
            await registry.call("toy.say", {"text": sys.argv[1]}, timeout_seconds=600)
        except ServerAway:
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main())
