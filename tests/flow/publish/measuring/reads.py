"""`python -m tests.flow.publish.measuring.reads URL`: what a worker does to measure, over and over, by one account on X."""

import asyncio
import sys

from cofounder.channels import accounts
from cofounder.channels.accounts import Connected
from cofounder.flow.publish.measuring import carrying
from cofounder.kit import db
from cofounder.settings import settings
from tests.channels.readers.servers import connected


async def main(url: str) -> None:
    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    one = connected("x", url)

    async def latest() -> tuple[Connected, ...]:
        return (one,)

    accounts.latest = latest
    while True:
        await carrying.round_of()
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
