"""A tool that answers when a file says so, and a worker that has it: the test decides in which order steps finish."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any
from uuid import UUID

from fastmcp import FastMCP

SERVER = FastMCP("gates")


def gate(task_id: UUID, name: str) -> Path:
    """The file that lets a task's step finish."""
    return Path(os.environ["COFOUNDER_HOME"]) / "gates" / f"{task_id}-{name}"


@SERVER.tool(version="1.0.0")
async def hold(name: str, task_id: UUID, after: list[str] | None = None) -> dict[str, Any]:
    """Wait for the gate of this step, then say whose it is."""
    while not gate(task_id, name).exists():  # noqa: ASYNC110 - a file tells nobody
        await asyncio.sleep(0.02)
    return {"word": f"{name} of {task_id}", "after": after or []}


async def _work() -> None:
    from cofounder import app
    from cofounder.flow.plan.tools import registry
    from cofounder.kit import db
    from cofounder.settings import settings

    chosen = settings()
    assert chosen.database_url
    db.connect(chosen.database_url, chosen.database_schema)
    app.wire()
    registry.register({"gates": SERVER})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with app.working():
        print("ready", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_work())
