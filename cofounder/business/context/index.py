"""The index of earlier work: kept up to date by a worker, stored in the database, read by whoever asks.

A history that is small enough is looked through whole, and needs no index.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import embedder, queries
from cofounder.business.context.embedder import OWN, Fitted
from cofounder.kit import clock, db
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.models import embedding

INDEX_FROM = 1_000  # posts and tasks; fewer are compared one by one
# Fitted anew when there is so many times as much: a second source as large as the first brings its own topics. A fit
# takes at most `embedder.FITTED_ON` texts however many there are, and places every item once more: over a whole history
# of n items twofold steps place at most 2n, fourfold ones 4/3 n.
_GROWN = 2
_KEPT = 2  # newest fits out of use that still answer about their time, beside the oldest
_MOST_HELD = 2  # fits in this process's memory
_MARGIN = timedelta(minutes=10)  # an import's batch commits what it learned a while ago
_SMALLEST = UUID(int=0)
_BATCH, _BATCH_OUTSIDE = 5_000, 480  # texts placed at once
_MOST_ASKED = 500  # topics whose vectors from outside are remembered
_PARTS = (
    *("words", "weights", "components", "cells", "clusters", "topics"),
    *("kind", "dimensions", "fitted_on", "expected", "probes", "recall"),
)
_FITTED_ON_OUTSIDE = 5_000  # texts whose vectors from outside say how the space is cut; each costs a call's share
log = structlog.get_logger()
_held: dict[UUID, Fitted] = {}
_asked: dict[tuple[str, str], Any] = {}


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


async def fitted(session: AsyncSession, as_of: datetime | None = None) -> InUse | None:
    """The embedder in use, or the one that was at a time; None where there is no index, or was none and no need of one.

    So a question about then is answered the same after a new fit. Its parts are kept in this process's memory.
    """
    found = await queries.versions(session)
    chosen = await _of_then(session, found, as_of) if as_of is not None else found[-1] if found else None
    if chosen is None:
        return None
    if chosen.id not in _held:
        row = await queries.parts(session, chosen.id)
        if row is None:
            return None
        while len(_held) >= _MOST_HELD:
            _held.pop(next(iter(_held)))
        _held[chosen.id] = embedder.unpacked({name: getattr(row, name) for name in _PARTS})
    return InUse(chosen.id, _held[chosen.id], chosen.looked_at - _MARGIN if chosen.looked_at else None)


async def _of_then(
    session: AsyncSession, versions: Sequence[queries.Version], as_of: datetime
) -> queries.Version | None:
    """The newest fit not after a time; where history by then has grown out of it since, the first that knows enough."""
    if not versions or versions[-1].fitted_at <= as_of:
        return versions[-1] if versions else None
    n = await queries.count(session, as_of)
    before = [one for one in versions if one.fitted_at <= as_of]
    if not before and n < INDEX_FROM:
        return None
    able = (one for one in (*before[-1:], *versions[len(before) :]) if n <= _GROWN * one.expected)
    return next(able, versions[-1])


async def refresh(*, again: bool = False) -> IndexState:
    """Bring the index up to date; fit it first where there is none, where history has doubled, or `again`."""
    async with db.transaction() as session:
        if not await queries.alone(session):
            return await state(session)
        row = await queries.ready(session)
        n = await queries.size(session, INDEX_FROM) if row is None else await queries.count(session)
    if row is None and n < INDEX_FROM:
        return IndexState(note=f"{n} posts: compared one by one, an index is made from {INDEX_FROM} on.")
    wanted = embedding.outside()
    if wanted is not None and (row is None or again or row.kind != wanted or n > _GROWN * row.expected):
        try:
            return await _rebuild_outside(wanted)
        except CofounderError as error:
            log.warning("the embedder that is set gave no index; the one there is stays", error=str(error))
            if row is None:
                return await _rebuild()
    elif row is None or again or n > _GROWN * row.expected or (wanted is None and row.kind != OWN):
        return await _rebuild()
    since = row.looked_at - _MARGIN if row.looked_at else None
    async with db.transaction() as session:
        if await queries.alone(session):
            now = clock.now()
            changed = await queries.read_words(session, since)
            if changed:
                await queries.forget_vectors(session, row.id, changed)
                await _place(session, row.id, await _loaded(session, row.id))
                await _place_back(session, changed)
            await queries.change_embedder(session, row.id, looked_at=now)
    async with db.reading() as session:
        return await state(session)


async def _place_back(session: AsyncSession, changed: Sequence[UUID]) -> None:
    """Place what came late but was there earlier in the fits of its time as well, as long as these know enough."""
    found = await queries.versions(session)
    for one, following in pairwise(found):
        if await queries.count(session, following.fitted_at) > _GROWN * one.expected:
            continue
        among = (changed, following.fitted_at)
        if await queries.unplaced(session, one.id, _SMALLEST, 1, among):
            row = await queries.parts(session, one.id)
            if row is not None and row.kind == OWN:  # one from outside would be asked, and paid, once more
                made = embedder.unpacked({name: getattr(row, name) for name in _PARTS})
                await _place(session, one.id, made, among=among)


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
        values = {"id": id, "state": "fitting", "fitted_at": now, "looked_at": now}
        await queries.keep_embedder(session, {**values, **embedder.packed(made)})
        await queries.forget_gone(session)
        await queries.read_words(session, None)
        await queries.make_heap(session)
        await _place(session, id, made, queries.HEAP)
        await queries.settle_heap(session)
        await queries.retire_embedders(session, id, _KEPT, embedding.outside())
        await queries.change_embedder(session, id, state="ready")
    async with db.reading() as session:
        return await state(session)


async def _rebuild_outside(name: str) -> IndexState:
    """The same with vectors from outside, batch by batch: each is paid for once, and a new start goes on where it was.

    Raises EmbeddingFailed, ProviderNotReady.
    """
    async with db.reading() as session:
        row = await queries.unfinished(session, name)
        made = embedder.unpacked({part: getattr(row, part) for part in _PARTS}) if row else None
        texts = await queries.some_texts(session, _FITTED_ON_OUTSIDE) if row is None else []
        expected = await queries.count(session)
    id = row.id if row else new_id()
    if made is None:
        given = (name, await embedding.embed(name, texts))
        made = await asyncio.to_thread(partial(embedder.fit_apart, texts, expected, given=given))
        async with db.transaction() as session:
            values = {"id": id, "state": "fitting", "fitted_at": clock.now()}
            await queries.keep_embedder(session, {**values, **embedder.packed(made)})
    async with db.transaction() as session:
        if not await queries.alone(session):
            return await state(session)
        now = clock.now()
        await queries.forget_gone(session)
        await queries.read_words(session, None)
    after: UUID | None = _SMALLEST
    while after is not None:
        async with db.transaction() as session:
            if not await queries.alone(session):
                return await state(session)
            after = await _place_some(session, id, made, after, _BATCH_OUTSIDE)
    async with db.transaction() as session:
        await queries.retire_embedders(session, id, _KEPT)
        await queries.change_embedder(session, id, state="ready", looked_at=now)
    async with db.reading() as session:
        return await state(session)


async def _place(
    session: AsyncSession,
    id: UUID,
    made: Fitted,
    table: str = queries.VECTORS,
    among: tuple[Sequence[UUID], datetime] | None = None,
) -> None:
    """Give every item that has none its vector, cell and topic; `among`: only these, up to a time."""
    after: UUID | None = _SMALLEST
    while after is not None:
        after = await _place_some(session, id, made, after, _BATCH_OUTSIDE if made.outside else _BATCH, table, among)


async def _place_some(
    session: AsyncSession,
    id: UUID,
    made: Fitted,
    after: UUID,
    most: int,
    table: str = queries.VECTORS,
    among: tuple[Sequence[UUID], datetime] | None = None,
) -> UUID | None:
    """Place the next of them; up to which item that was, None where there is no more."""
    import numpy as np

    batch = await queries.unplaced(session, id, after, most, among)
    if not batch:
        return None
    texts = [text for _, _, text in batch]
    vectors = made.placed(await _meant(made, texts)) if made.outside else await asyncio.to_thread(made.embed, texts)
    cells = embedder.nearest(made.cells, vectors)[:, 0]
    clusters = made.topics_of(vectors)
    half = vectors.astype(np.float16)
    rows = [
        (id, item, int(cell), int(cluster), at, vector.tobytes())
        for (item, at, _), cell, cluster, vector in zip(batch, cells, clusters, half, strict=True)
    ]
    await queries.place(session, rows, table)
    return batch[-1][0]


async def _meant(made: Fitted, texts: Sequence[str], *, query: bool = False) -> list[Sequence[float]]:
    """Vectors of the embedder that the index was made with. Raises EmbeddingFailed, ProviderNotReady."""
    found = await embedding.embed(made.kind, texts, query=query)
    if found and len(found[0]) != made.dimensions:
        raise embedding.EmbeddingFailed(f"{made.kind} gives {len(found[0])} numbers a text now, not {made.dimensions}.")
    return found


async def meaning(made: Fitted, topic: str) -> Any:
    """The topic's vector; None where it has no known word, or where an embedder from outside does not answer."""
    if not made.outside:
        vector = made.embed([topic])[0]
        return vector if vector.any() else None
    held = _asked.get((made.kind, topic))
    if held is None:
        try:
            held = made.placed(await _meant(made, [topic], query=True))[0]
        except CofounderError as error:
            log.warning("searched by words alone", error=str(error))
            return None
        while len(_asked) >= _MOST_ASKED:
            _asked.pop(next(iter(_asked)))
        _asked[(made.kind, topic)] = held
    return held


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
