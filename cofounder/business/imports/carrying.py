"""Carrying an import out: read and convert in a thread, merge in a transaction a batch, the next batch read meanwhile.

Each batch commits with how far it came, so that a kill costs one batch. All or nothing, and a dry run, are one
transaction over everything: its outcome is kept or taken back whole.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import opening, queries
from cofounder.business.imports.convert import Converter
from cofounder.business.imports.schemas import Counts, Fault, Mapping, Units
from cofounder.business.imports.service import OPEN, TOPIC, get, kind_of
from cofounder.business.imports.sources import Batch, Reader
from cofounder.business.imports.sources.batches import BATCH_ROWS
from cofounder.business.imports.writing import as_copy
from cofounder.business.records import merging
from cofounder.kit import clock, durable, live
from cofounder.kit.db import transaction

PART_SECONDS = 300.0  # after so long the step ends, and another begins where it came to


@dataclass(frozen=True)
class Ready:
    """A batch that only has to be merged."""

    rows: bytes
    columns: list[str]
    height: int
    read: int
    refused: int
    flagged: int
    flags: dict[str, int]
    faults: list[Fault]
    cursor: str | None


@dataclass(frozen=True)
class Outcome:
    """How a part ended: more is to come, done, refused, cancelled, or gone (somebody else carries it, or nobody)."""

    state: str
    counts: Counts


class _TakenBack(Exception):
    """Leaves a transaction without keeping it."""


async def carry_on(import_id: UUID, run: int, *, check_only: bool, seconds: float = PART_SECONDS) -> Outcome:
    """Carry an import out from where it stands. Raises what reading its source raises, and MappingUnfit."""
    async with transaction() as session:
        row = await get(session, import_id, lock=True)
        if row.run != run or row.state not in OPEN:
            return Outcome("gone", Counts())
        if row.cancel_asked:
            return Outcome("cancelled", Counts.model_validate(row.counts))
        if row.state == "queued":
            row.state = "running"
            live.changed(session, TOPIC, import_id)
        opens = await opening.of(session, row)
        kind, label, all_or_nothing = kind_of(row.kind), row.label, row.all_or_nothing
        mapping, units, begun = Mapping.model_validate(row.mapping), Units.model_validate(row.units), row.started_at
        position, cursor = row.position, row.cursor
    reader = await asyncio.to_thread(opens)
    try:
        converter = Converter(kind, mapping, units, reader.columns, now=begun or clock.now())
        job = _Job(import_id, run, kind.name, label, reader, converter)
        if check_only or all_or_nothing:
            return await job.whole(keep=not check_only)
        if position and not reader.steady and cursor is None:
            position = await job.from_the_top()
        return await job.parts(position if reader.steady else 0, seconds)
    finally:
        await asyncio.to_thread(reader.close)


@dataclass
class _Job:
    import_id: UUID
    run: int
    kind: str
    label: str
    reader: Reader
    converter: Converter

    async def parts(self, skip: int, seconds: float) -> Outcome:
        """Batch by batch, each kept as it comes."""
        deadline = time.monotonic() + seconds
        counts = Counts()
        async with aclosing(self._ready(skip)) as batches:
            async for ready in batches:
                async with transaction() as session:
                    await merging.take_turn(session, self.kind)
                    row = await get(session, self.import_id, lock=True)
                    counts = Counts.model_validate(row.counts)
                    if row.run != self.run or row.state not in OPEN:
                        return Outcome("gone", counts)
                    if row.cancel_asked:
                        return Outcome("cancelled", counts)
                    counts = counts.plus(await self._merge(session, ready))
                    await queries.refuse(session, self.import_id, ready.faults)
                    row.counts, row.position = counts.model_dump(), row.position + ready.read
                    row.cursor = ready.cursor or row.cursor
                    live.changed(session, TOPIC, self.import_id)
                if durable.stopping() or time.monotonic() > deadline:
                    return Outcome("more", counts)
        if not counts.read:
            counts = await self._counted()
        return Outcome("done", counts)

    async def whole(self, *, keep: bool) -> Outcome:
        """All of it in one transaction; kept only when asked for, and when no row was refused."""
        await self.from_the_top()
        counts, cursor, cancelled = Counts(), None, False
        try:
            async with transaction() as session, aclosing(self._ready(0)) as batches:
                await merging.take_turn(session, self.kind)
                async for ready in batches:
                    counts = counts.plus(await self._merge(session, ready))
                    cursor = ready.cursor or cursor
                    cancelled = await self._told(ready, counts)
                    if cancelled or durable.stopping():
                        raise _TakenBack
                if not keep or counts.refused:
                    raise _TakenBack
                row = await get(session, self.import_id, lock=True)
                row.counts, row.position, row.cursor = counts.model_dump(), counts.read, cursor
        except _TakenBack:
            if cancelled:
                return Outcome("cancelled", Counts())
            if durable.stopping():
                return Outcome("more", Counts())
        return Outcome("refused" if keep and counts.refused else "done", counts)

    async def from_the_top(self) -> int:
        """Forget what an earlier attempt counted and refused: it begins again. 0."""
        async with transaction() as session:
            row = await get(session, self.import_id, lock=True)
            row.counts, row.position = Counts().model_dump(), 0
            await queries.forget_refusals(session, self.import_id)
        return 0

    async def _told(self, ready: Ready, counts: Counts) -> bool:
        """Keep refusals and progress beside the one transaction; whether a person cancelled."""
        async with transaction() as session:
            row = await get(session, self.import_id, lock=True)
            await queries.refuse(session, self.import_id, ready.faults)
            row.counts = counts.model_dump()
            live.changed(session, TOPIC, self.import_id)
            return row.cancel_asked or row.run != self.run

    async def _counted(self) -> Counts:
        async with transaction() as session:
            return Counts.model_validate((await get(session, self.import_id)).counts)

    async def _merge(self, session: AsyncSession, ready: Ready) -> Counts:
        made = merging.Merged(0, 0, 0, 0)
        if ready.height:
            made = await merging.merge(
                session,
                self.kind,
                ready.rows,
                ready.columns,
                import_id=self.import_id,
                origin=self.label,
                now=clock.now(),
            )
        return Counts(
            read=ready.read,
            added=made.added,
            corrected=made.corrected,
            unchanged=made.unchanged,
            repeated=made.repeated,
            refused=ready.refused,
            flagged=ready.flagged,
            flags=ready.flags,
        )

    async def _ready(self, skip: int) -> AsyncGenerator[Ready, None]:
        """Converted batches; while one is merged a thread makes the next."""
        source = self._made(skip)
        pending = asyncio.create_task(asyncio.to_thread(next, source, None))
        try:
            while (ready := await pending) is not None:
                pending = asyncio.create_task(asyncio.to_thread(next, source, None))
                yield ready
        finally:
            await asyncio.wait([pending])  # a thread cannot be cancelled, and the source must not close under it
            if not pending.cancelled():
                pending.exception()  # whoever waited has it; else nobody wants it any more
            source.close()

    def _made(self, skip: int) -> Generator[Ready, None, None]:
        seen = 0
        for batch in self.reader.batches(BATCH_ROWS):
            seen += batch.read
            if seen > skip:
                yield self._one(batch)

    def _one(self, batch: Batch) -> Ready:
        made = self.converter.convert(batch)
        rows, columns = as_copy(made.rows) if made.rows.height else (b"", [])
        return Ready(
            rows,
            columns,
            made.rows.height,
            made.read,
            made.refused,
            made.flagged,
            made.flags,
            made.faults,
            batch.cursor,
        )
