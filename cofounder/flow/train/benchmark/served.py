"""The base model of a local job, served for as long as a benchmark asks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from cofounder.flow.train.benchmark.contenders import Contender
from cofounder.flow.train.tuners.local import LocalTuner
from cofounder.models.chain import Served, Target
from cofounder.settings import Settings


@asynccontextmanager
async def base(part: Contender, base_model: str, chosen: Settings) -> AsyncIterator[Contender]:
    """The contender as it can be asked. A worker that is killed leaves the server to whoever goes on, who ends it.

    Raises TunerNotReady, TunerRefused, TunerAway.
    """
    assert part.starts is not None
    assert part.target is not None
    tuner = LocalTuner(chosen)
    try:
        address = await tuner.serve_base(part.starts, base_model)
        found = Served(address.provider, address.name, address.base_url)
        yield replace(part, target=Target(part.target.provider, part.target.name, found))
    finally:
        await asyncio.shield(tuner.end_base(part.starts))
