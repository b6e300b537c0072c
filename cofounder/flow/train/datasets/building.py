"""A version from what was asked for: read, press, then one transaction that makes it known. Whole, or not there at all."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data import lacking
from cofounder.flow.train.datasets import naming, queries, shaping
from cofounder.flow.train.datasets.errors import DatasetEmpty, DatasetNameTaken
from cofounder.flow.train.datasets.press import Built, Press
from cofounder.flow.train.datasets.schemas import DatasetIn
from cofounder.flow.train.datasets.tables import Dataset, LeftOut, Member
from cofounder.flow.train.datasets.workshop import workshop
from cofounder.flow.train.roles import redaction
from cofounder.flow.train.roles.shaper import FORMATTER, Shaper
from cofounder.kit import live, store
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction

TOPIC = "datasets"
_TELL_SECONDS = 1.0
Tell = Callable[[str, int, int | None], Awaitable[None]]


def recipe(asked: DatasetIn) -> dict[str, Any]:
    """All that decides what a version holds, but for the examples themselves; its hash covers this."""
    shaper = _shaper(asked)
    short = {"answer": asked.answer} if shaper.short else {}  # a recipe from before there was a choice keeps its hash
    return {
        "role": asked.role,
        "filter": asked.filters.canonical(),
        "formatter": FORMATTER[asked.role],
        "system_prompt": shaper.system,
        "redaction": redaction.policy() if asked.redact else redaction.NONE,
        "duplicates": asked.duplicates,
        "split": {**asked.split.model_dump(), "together": sorted(set(asked.split.together))},
        "seed": asked.seed,
        "ratio": asked.ratio if asked.role == "writer" else None,
        **short,
    }


def _shaper(asked: DatasetIn) -> Shaper:
    return Shaper(asked.role, redact=asked.redact, system=asked.system_prompt, answer=asked.answer)


async def press(asked: DatasetIn, folder: Path, tell: Tell) -> Built:
    """Everything of a version but its rows. Raises DatasetEmpty, StoreFull, StoreOutOfReach."""
    shaper = _shaper(asked)
    made = Press(folder, split=asked.split, seed=asked.seed, duplicates=asked.duplicates, recipe=recipe(asked))
    async with transaction() as session:
        total = await queries.count(session, asked.filters, asked.role)
        lines = shaping.lines(session, asked.filters, shaper, ratio=asked.ratio, left_out=made.pairs_left_out)
        read = 0
        async with aclosing(lines) as batches:  # nobody may want it any more: then what is still coming is called off
            async for entries, pairs in batches:
                await asyncio.to_thread(made.take, entries, pairs)
                read += len({one.execution_id for one in entries})
                await tell("reading", read, total)
    if not made.count:
        raise await _empty(asked)
    await tell("writing", 0, made.count)
    return await asyncio.to_thread(made.finish)


async def _empty(asked: DatasetIn) -> DatasetEmpty:
    """Why there is nothing to learn from, and what to do about it."""
    async with reading() as session:
        said, hint = await lacking.reason(session, asked.filters, asked.role, queries.needs(asked.role))
    return DatasetEmpty(said, field="filters", hint=hint)


async def settle(session: AsyncSession, row: Dataset, built: Built, *, new_version: bool) -> None:
    """Make a version known, in the session's transaction: members, files, number, and that its name stands for it.

    Raises DatasetNameTaken, DatasetRoleDiffers, StoreOutOfReach.
    """
    await queries.take_turn(session, row.name)
    row.name = await queries.spelling(session, row.name)
    newest = await queries.next_version(session, row.name)
    if not new_version and await queries.is_ready(session, row.name):
        raise DatasetNameTaken(f"There is already a dataset named {row.name!r}.", field="name")
    await naming.check_role(session, row.name, row.role)
    await queries.copy_in(session, Member, built.members(row.id))
    await queries.copy_in(session, LeftOut, built.left_out(row.id))
    await _hold_files(session, built)
    row.state, row.version, row.finished_at = "ready", newest, now()
    row.content_hash, row.example_count, row.avg_quality = built.content_hash, built.count, built.avg_quality  # type: ignore[assignment]
    row.files = [one.model_dump() for one in built.files]
    row.file_size = sum(one.bytes for one in built.files)
    row.statistics, row.leakage, row.progress, row.problem = built.statistics, built.leakage, {}, None
    await session.flush()
    await queries.stand_for(session, row.name, row.id)
    live.changed(session, TOPIC, row.id)


async def _hold_files(session: AsyncSession, built: Built) -> None:
    """Let nobody remove a file that another version had too, and see that nobody did. Raises StoreOutOfReach."""
    await queries.hold_files(session)
    if not all([await asyncio.to_thread(store.lies_there, one.key) for one in built.files]):
        raise store.StoreOutOfReach(
            "The same files were of another version, which was deleted just now.",
            hint="Make it again; nothing of it was kept.",
        )


async def _silently(phase: str, done: int, total: int | None) -> None:
    return None


async def make(row: Dataset, asked: DatasetIn, tell: Tell = _silently) -> None:
    """Make a version whose row nobody has seen yet, and add that row with it.

    Raises DatasetEmpty, DatasetNameTaken, StoreFull, StoreOutOfReach; then there is nothing of it.
    """
    async with workshop() as folder:
        built = await press(asked, folder, tell)
        async with transaction() as session:
            await queries.add(session, row)
            await settle(session, row, built, new_version=asked.new_version)


class Gone(Exception):
    """Nobody wants this version any more."""


async def carry_out(id: UUID) -> None:
    """Make a version whose row waits for it. Whoever is killed at it begins again; two at once end as one."""
    async with reading() as session:
        row = await queries.one(session, id)
    if row is None or row.state != "building":
        return
    asked = asked_of(row)
    try:
        async with workshop() as folder:
            built = await press(asked, folder, _teller(id))
            async with transaction() as session:
                locked = await queries.one(session, id, lock=True)
                if locked is not None and locked.state == "building":
                    await settle(session, locked, built, new_version=asked.new_version)
    except Gone:
        return


def asked_besides(asked: DatasetIn) -> dict[str, Any]:
    """What the recipe does not say, and is forgotten once the version is there: the first words with what is taken out."""
    raw = {"system_prompt": asked.system_prompt} if asked.system_prompt != _shaper(asked).system else {}
    return {"new_version": asked.new_version, **(raw if asked.system_prompt else {})}


def asked_of(row: Dataset) -> DatasetIn:
    """What was asked for, read back from a version's row."""
    kept = row.recipe
    return DatasetIn.model_validate(
        {
            "name": row.name,
            "description": row.description,
            "role": row.role,
            "filters": row.filters,
            "split": kept["split"],
            "seed": kept["seed"],
            "duplicates": kept["duplicates"],
            "redact": kept["redaction"] != redaction.NONE,
            "system_prompt": row.progress.get("system_prompt") or kept["system_prompt"],
            "ratio": kept["ratio"] or 3.0,
            "answer": kept.get("answer", "plan"),
            "new_version": bool(row.progress.get("new_version")),
        }
    )


def _teller(id: UUID) -> Tell:
    last = 0.0

    async def tell(phase: str, done: int, total: int | None) -> None:
        nonlocal last
        if phase == "reading" and time.monotonic() - last < _TELL_SECONDS:
            return
        last = time.monotonic()
        async with transaction(durable=False) as session:
            wanted = await queries.note_progress(session, id, {"phase": phase, "done": done, "total": total})
            live.changed(session, TOPIC, id)
        if not wanted:
            raise Gone()

    return tell
