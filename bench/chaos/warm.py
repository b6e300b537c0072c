"""Imported once in the process that `bench.chaos` forks workers from: all that a worker would import as it starts."""

import asyncio
import gc
import importlib


async def _discover() -> None:
    from cofounder.flow.plan.tools import registry

    await registry.discover()
    await registry.close()


def _warm() -> None:
    from cofounder import app

    for name in (
        "alembic.command",
        "cofounder.journey",
        "cofounder.cli.processes",
        "cofounder.models.offline.parser",
        "cofounder.models.offline.writer",
        "cofounder.ops.health",
        "openai",
        "pydantic_ai.models.openai",
        "scipy.stats",
        "sklearn.decomposition",
        "sklearn.feature_extraction.text",
        "statsmodels.api",
    ):
        importlib.import_module(name)
    app.wire()
    asyncio.run(_discover())
    gc.collect()
    gc.freeze()


_warm()
