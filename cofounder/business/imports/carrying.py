"""Carrying an import out: read and convert in a thread, merge in a transaction a batch, the next batch read meanwhile.

Each batch commits with how far it came, so that a kill costs one batch. A dry run merges into tables of its own, which
nobody sees. All or nothing is read whole first, laid aside as it would go in, and then merged in one transaction. So
other imports of the kind wait while rows go in, never while they are read or counted.
"""

import asyncio
import pickle
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import IO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import contradictions, opening, queries, storage
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
    place: str | None
    share: float | None


@dataclass(frozen=True)
class Outcome:
    """How a part ended: more is to come, done, refused, cancelled, or gone (somebody else carries it, or nobody)."""

    state: str
    counts: Counts


class _TakenBack(Exception):
    """Leaves a transaction without keeping it; the state that the part ended in."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


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
        position, cursor, place = row.position, row.cursor, row.place
    reader = await asyncio.to_thread(opens)
    try:
        converter = Converter(kind, mapping, units, reader.columns, now=begun or clock.now())
        job = _Job(import_id, run, kind.name, label, reader, converter)
        if check_only:
            return await job.dry()
        if all_or_nothing:
            return await job.whole()
        if position and place is None and cursor is None:
            await job.from_the_top()
        return await job.parts(place, seconds, cursor)
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

    async def parts(self, place: str | None, seconds: float, since: str | None = None) -> Outcome:
        """Batch by batch, each kept as it comes, from where an earlier part came to; `since`: its cursor.

        A source that cannot go on later than this part began is read to its end: it would never get there else.
        """
        deadline = time.monotonic() + seconds
        counts = Counts()
        async with aclosing(self._ready(place)) as batches:
            async for ready in batches:
                async with transaction() as session:
                    await merging.take_turn(session, self.kind)
                    row = await get(session, self.import_id, lock=True)
                    counts = Counts.model_validate(row.counts)
                    if row.run != self.run or row.state not in OPEN:
                        return Outcome("gone", counts)
                    if row.cancel_asked:
                        return Outcome("cancelled", counts)
                    made, apart = await self._merge(session, ready)
                    counts = counts.plus(made)
                    await queries.refuse(session, self.import_id, [*ready.faults, *apart])
                    row.counts, row.position = counts.model_dump(), row.position + ready.read
                    row.cursor, row.place, row.share = ready.cursor or row.cursor, ready.place, ready.share
                    live.changed(session, TOPIC, self.import_id)
                goes_on = ready.place is not None or ready.cursor not in (None, since)
                if durable.stopping() or (goes_on and time.monotonic() > deadline):
                    return Outcome("more", counts)
        if not counts.read:
            counts = await self._counted()
        return Outcome("done", counts)

    async def dry(self) -> Outcome:
        """Count what would happen, exactly as it would, without a row or a lock in the records."""
        counts = await self.from_the_top()
        try:
            async with transaction() as session, aclosing(self._ready()) as batches:
                async for ready in batches:
                    made, apart = await self._merge(session, ready, dry=True)
                    counts = counts.plus(made)
                    await self._told(counts, ready.share, [*ready.faults, *apart])
                raise _TakenBack("done")
        except _TakenBack as ended:
            return Outcome(ended.state, counts if ended.state == "done" else Counts())

    async def whole(self) -> Outcome:
        """All of it, when no row is refused: read and laid aside first, then merged in one transaction."""
        counts = await self.from_the_top()
        with tempfile.TemporaryFile(dir=storage.folder()) as aside:
            try:
                counts, cursor, number = await self._laid_aside(aside, counts)
                if counts.refused:
                    return Outcome("refused", counts)
                aside.seek(0)
                return Outcome("done", await self._moved(aside, counts, cursor, number))
            except _TakenBack as ended:
                return Outcome(ended.state, Counts())

    async def _laid_aside(self, aside: IO[bytes], counts: Counts) -> tuple[Counts, str | None, int]:
        """(what was read and refused, the last cursor, how many batches were laid aside)."""
        cursor, number = None, 0
        async with aclosing(self._ready()) as batches:
            async for ready in batches:
                found = Counts(read=ready.read, refused=ready.refused, flagged=ready.flagged, flags=ready.flags)
                counts, cursor = counts.plus(found), ready.cursor or cursor
                if not counts.refused:
                    await asyncio.to_thread(pickle.dump, replace(ready, faults=[]), aside)
                    number += 1
                share = None if ready.share is None else ready.share / 2
                await self._told(counts, share, ready.faults)
        return counts, cursor, number

    async def _moved(self, aside: IO[bytes], counts: Counts, cursor: str | None, number: int) -> Counts:
        """The counts with what was merged of the batches laid aside; all of it or, where it breaks off, none."""
        async with transaction() as session:
            await merging.take_turn(session, self.kind)
            for done in range(1, number + 1):
                ready: Ready = await asyncio.to_thread(pickle.load, aside)
                made, apart = await self._merge(session, replace(ready, read=0, refused=0, flagged=0, flags={}))
                counts = counts.plus(made)
                await self._told(counts, 0.5 + done / number / 2, apart)
            row = await get(session, self.import_id, lock=True)
            row.counts, row.position, row.cursor = counts.model_dump(), counts.read, cursor
        return counts

    async def from_the_top(self) -> Counts:
        """Forget what an earlier attempt counted and refused: it begins again, with these counts."""
        async with transaction() as session:
            row = await get(session, self.import_id, lock=True)
            counts = Counts.model_validate(row.counts).anew()
            row.counts, row.position, row.place, row.share = counts.model_dump(), 0, None, None
            await queries.forget_refusals(session, self.import_id)
        return counts

    async def _told(self, counts: Counts, share: float | None, faults: list[Fault]) -> None:
        """Keep refusals and progress beside the one transaction. Raises _TakenBack where it is not to go on."""
        async with transaction() as session:
            row = await get(session, self.import_id, lock=True)
            await queries.refuse(session, self.import_id, faults)
            row.counts, row.share = counts.model_dump(), share
            live.changed(session, TOPIC, self.import_id)
            cancelled = row.cancel_asked or row.run != self.run
        if cancelled or durable.stopping():
            raise _TakenBack("cancelled" if cancelled else "more")

    async def _counted(self) -> Counts:
        async with transaction() as session:
            return Counts.model_validate((await get(session, self.import_id)).counts)

    async def _merge(self, session: AsyncSession, ready: Ready, *, dry: bool = False) -> tuple[Counts, list[Fault]]:
        """What became of a batch, and in which values its rows contradict others of the source."""
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
                dry=dry,
            )
        counts = Counts(
            read=ready.read,
            parts=ready.height,
            added=made.added,
            corrected=made.corrected,
            unchanged=made.unchanged,
            repeated=made.repeated,
            contradicted=made.contradicted,
            refused=ready.refused,
            flagged=ready.flagged + made.flagged,
            flags=ready.flags,
        )
        return counts.plus(Counts(flags=made.flags)), contradictions.told(made.contradictions, self.converter.mapping)

    async def _ready(self, place: str | None = None) -> AsyncGenerator[Ready, None]:
        """Converted batches; while one is merged a thread makes the next."""
        source: Generator[Ready, None, None] = (self._one(batch) for batch in self.reader.batches(BATCH_ROWS, place))
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
            batch.place,
            batch.share,
        )
