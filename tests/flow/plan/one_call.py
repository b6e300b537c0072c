"""A worker in the middle of a call of an outside tool: `python -m tests.flow.plan.one_call SERVER`."""

import asyncio
import sys

from cofounder.flow.plan.tools import registry
from cofounder.kit import db
from cofounder.settings import settings


async def main() -> None:
    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    await registry.call("toy.say", {"text": sys.argv[1]}, timeout_seconds=600)


if __name__ == "__main__":
    asyncio.run(main())
