"""Deliver one text to X from a process of its own, so that it can be killed: python -m tests.channels.wire.one ADDRESS."""

import asyncio
import sys

from cofounder.channels.senders import calling, x
from cofounder.channels.senders.delivery import Delivery
from cofounder.flow.publish import ledger
from cofounder.kit import db
from cofounder.settings import settings
from tests.channels.wire.x import XWire


async def main(address: str, delivery: str) -> None:
    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    calling.TIMES["x"] = calling.Times(shows_seconds=0.2)
    sender = x.build(XWire(url=address).connected())
    print("begins", flush=True)
    made = await ledger.deliver(sender, Delivery.model_validate_json(delivery))
    print(made.state, flush=True)
    await db.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
