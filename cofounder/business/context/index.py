"""The index of earlier work: kept up to date by a worker, stored in the database, read by whoever asks.

A history that is small enough is looked through whole, and needs no index.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import embedder, queries
from cofounder.business.context.embedder import Fitted
from cofounder.kit import clock, db
from cofounder.kit.ids import new_id

INDEX_FROM = 1_000  # posts and tasks; fewer are compared one by one
_GROWN = 4  # fitted anew when there is so many times as much
_MARGIN = timedelta(minutes=10)  # an import's batch commits what it learned a while ago
_SMALLEST = UUID(int=0)
_PARTS = (
    *("words", "weights", "components", "cells", "clusters", "topics"),
    *("dimensions", "fitted_on", "expected", "probes", "recall"),
)
_held: dict[UUID, Fitted] = {}


class IndexState(BaseModel):
    """Whether search has an index, and of what."""

    kind: str | None = None
    items: int = 0
    fitted_on: int = 0
    fitted_at: datetime | None = None
    up_to: datetime | None = None
    recall: float | None = None
    note: str


@dataclass(frozen=True)
class InUse:
    """The embedder in use, and up to when new work is in its index."""

    id: UUID
    fitted: Fitted
    up_to: datetime | None


async def fitted(session: AsyncSession) -> InUse | None:
    """The embedder in use, from this process's memory where it has it; None where there is no index."""
    found = await queries.in_use(session)
    if found is None:
        return None
    id, looked_at = found
    if id not in _held:
        row = await queries.ready(session)
        if row is None:
            return None
        _held.clear()
        _held[row.id] = embedder.unpacked({name: getattr(row, name) for name in _PARTS})
        id = row.id
    return InUse(id, _held[id], looked_at - _MARGIN if looked_at else None)


async def refresh(*, again: bool = False) -> IndexState:
    """Bring the index up to date; fit it first where there is none, where history has grown fourfold, or `again`."""
    async with db.transaction() as session:
        if not await queries.alone(session):
            return await state(session)
        row = await queries.ready(session)
        n = await queries.size(session, INDEX_FROM) if row is None else await queries.count(session)
    if row is None and n < INDEX_FROM:
        return IndexState(note=f"{n} posts: compared one by one, an index is made from {INDEX_FROM} on.")
    if row is None or again or n > _GROWN * row.expected:
        return await _rebuild()
    since = row.looked_at - _MARGIN if row.looked_at else None
    async with db.transaction() as session:
        if await queries.alone(session):
            now = clock.now()
            changed = await queries.read_words(session, since)
            if changed:
                await queries.forget_vectors(session, changed)
                await _place(session, row.id, await _loaded(session, row.id))
            await queries.change_embedder(session, row.id, looked_at=now)
    async with db.reading() as session:
        return await state(session)


async def _loaded(session: AsyncSession, id: UUID) -> Fitted:
    found = await fitted(session)
    if found is None or found.id != id:
        raise RuntimeError("the index was replaced while it was brought up to date")
    return found.fitted


async def _rebuild() -> IndexState:
    """Fit on what there is, place everything, and let the new index take the place of the old in one commit."""
    async with db.reading() as session:
        texts = await queries.some_texts(session, embedder.FITTED_ON)
        expected = await queries.count(session)
    made = await asyncio.to_thread(embedder.fit_apart, texts, expected)
    id = new_id()
    async with db.transaction() as session:
        if not await queries.alone(session):
            return await state(session)
        now = clock.now()
        values = {"id": id, "kind": "tfidf_svd", "state": "fitting", "fitted_at": now, "looked_at": now}
        await queries.keep_embedder(session, {**values, **embedder.packed(made)})
        await queries.forget_gone(session)
        await queries.read_words(session, None)
        await _place(session, id, made)
        await queries.drop_embedders(session, id)
        await queries.change_embedder(session, id, state="ready")
    async with db.reading() as session:
        return await state(session)


async def _place(session: AsyncSession, id: UUID, made: Fitted) -> None:
    """Give every item that has none its vector, cell and topic."""
    import numpy as np

    after = _SMALLEST
    while batch := await queries.unplaced(session, id, after):
        vectors = await asyncio.to_thread(made.embed, [text for _, _, text in batch])
        cells = embedder.nearest(made.cells, vectors)[:, 0]
        clusters = embedder.nearest(made.clusters, vectors)[:, 0]
        half = vectors.astype(np.float16)
        rows = [
            (id, item, int(cell), int(cluster), at, vector.tobytes())
            for (item, at, _), cell, cluster, vector in zip(batch, cells, clusters, half, strict=True)
        ]
        await queries.place(session, rows)
        after = batch[-1][0]


async def state(session: AsyncSession) -> IndexState:
    """What the index is of."""
    row = await queries.ready(session)
    if row is None:
        return IndexState(note=f"No index yet: it is made from {INDEX_FROM} posts on.")
    return IndexState(
        kind=row.kind,
        items=await queries.count(session),
        fitted_on=row.fitted_on,
        fitted_at=row.fitted_at,
        up_to=row.looked_at,
        recall=row.recall,
        note="Searched by words and meaning.",
    )
