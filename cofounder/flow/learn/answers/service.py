"""Bring what was measured of models up to date."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.answers import queries
from cofounder.flow.learn.schemas import OUT_UNLESS_ASKED
from cofounder.kit.clock import now
from cofounder.models.routing import foretell
from cofounder.models.routing import service as routing

_LOOKED_AT = 5_000  # newest outcomes of a model whose words are looked at
_PARTS = ("decided", "approved", "scored", "score", "edited")


async def measure(session: AsyncSession) -> int:
    """Sum up the outcomes of every model's answers and hand them to the router; how many sums there are."""
    found = await queries.sums(session, OUT_UNLESS_ASKED)
    rows = [_row(one) for one in found]
    await routing.remember(session, rows, await _words(session, found))
    return len(rows)


def _row(one: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in one.items() if name not in _PARTS}
    return kept | {"parts": {name: float(one[name]) for name in _PARTS}, "as_of": now()}


async def _words(session: AsyncSession, found: list[dict[str, Any]]) -> dict[str, foretell.Foretelling]:
    """What the words of a job foretell of each model that was measured often enough."""
    means = {(one["model"], one["task_type"], one["complexity"]): one["total"] / one["n"] for one in found}
    learned = {}
    for model in sorted({one["model"] for one in found}):
        if sum(one["n"] for one in found if one["model"] == model) < foretell.ENOUGH:
            continue
        outcomes = await queries.newest(session, model, OUT_UNLESS_ASKED, _LOOKED_AT)
        jobs = [
            (one["task_type"], one["words"], one["outcome"] - means[model, one["task_type"], one["complexity"]])
            for one in outcomes
            if (model, one["task_type"], one["complexity"]) in means  # what came since the sums were made waits
        ]
        learned[model] = await asyncio.to_thread(foretell.learn, jobs)
    return {model: one for model, one in learned.items() if one.columns}
