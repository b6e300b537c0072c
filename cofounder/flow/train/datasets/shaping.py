"""Examples of the database as lines of a role, batch by batch, and the pairs of answers that people's hands left."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.writing import service as writing
from cofounder.flow.train.datasets import queries
from cofounder.flow.train.datasets.press import PairLine
from cofounder.flow.train.formats import dumped
from cofounder.flow.train.roles.shaper import Entry, Raw, Shaper

Batch = tuple[list[Entry], list[PairLine]]


async def lines(
    session: AsyncSession, filter: Filter, shaper: Shaper, *, ratio: float, left_out: Counter[str]
) -> AsyncGenerator[Batch, None]:
    """(lines, pairs) in batches, oldest request first. Pairs only for the role writer; `left_out` counts unfit ones."""
    if shaper.role == "planner":  # nothing else is asked of the database meanwhile, so it may send what it has
        async with aclosing(writing.raws(session, filter, reading=shaper.short)) as batches:
            async for raws in batches:
                yield await asyncio.to_thread(_planner, shaper, raws)
        return
    async for raws in queries.examples(session, filter, shaper.role):
        ids = [raw.execution_id for raw in raws if raw.execution_id is not None]
        if shaper.role == "writer":
            texts, facts, rounds = (
                await queries.texts(session, ids),
                await queries.facts(session, ids),
                await queries.rounds(session, ids),
            )
            yield await asyncio.to_thread(_writer, shaper, raws, texts, facts, rounds, ratio, left_out)
        else:
            rounds, wholes = await queries.rounds(session, ids), await queries.wholes(session, ids)
            yield await asyncio.to_thread(_judge, shaper, raws, rounds, wholes)


def _planner(shaper: Shaper, raws: Sequence[Raw]) -> Batch:
    return [shaper.planner(raw) for raw in raws], []


def _writer(
    shaper: Shaper,
    raws: Sequence[Raw],
    texts: dict[UUID, dict[str, str]],
    facts: dict[tuple[UUID, str], str],
    rounds: Sequence[Any],
    ratio: float,
    left_out: Counter[str],
) -> Batch:
    entries, pairs = [], []
    by_run: dict[UUID, list[Any]] = {}
    for one in rounds:
        by_run.setdefault(one[0], []).append(one)
    for raw in raws:
        assert raw.execution_id is not None
        for channel, text in sorted(texts.get(raw.execution_id, {}).items()):
            if isinstance(text, str) and text.strip():
                brief = facts.get((raw.execution_id, channel))
                entries.append(shaper.writer(raw, channel, text, brief))
                known = [one for one in by_run.get(raw.execution_id, ()) if one[3] == channel]
                pairs += _pairs(shaper, raw, channel, brief, known, ratio, left_out)
    return entries, pairs


def _pairs(
    shaper: Shaper,
    raw: Raw,
    channel: str,
    facts: str | None,
    rounds: Sequence[Any],
    ratio: float,
    left_out: Counter[str],
) -> list[PairLine]:
    """What a person made of a text against what it was; what was approved against what was sent back or left."""
    found: list[tuple[str, str, str]] = []
    approved = next((one for one in reversed(rounds) if one[2] == "approve" and one[8]), None)
    if approved is None:
        return []
    final = approved[4]
    if approved[5] and approved[5] != final:
        found.append(("edit", final, approved[5]))
    found += [("choice", final, text) for text in approved[9] if text != final]
    found += [("revision", final, one[4]) for one in rounds if one[2] in ("changes", "reject") and one[4] != final]
    made, seen = [], set()
    for origin, chosen, rejected in found:
        if not rejected.strip() or not chosen.strip() or rejected in seen:
            continue
        seen.add(rejected)
        longer = max(len(chosen), len(rejected)) / min(len(chosen), len(rejected))
        if longer > ratio:
            left_out["length"] += 1
            continue
        pair = _pair(shaper, raw, channel, facts, origin, chosen, rejected, longer)
        if pair is None:
            left_out["same_without_personal_data"] += 1
        else:
            made.append(pair)
    return made


def _pair(
    shaper: Shaper, raw: Raw, channel: str, facts: str | None, origin: str, chosen: str, rejected: str, longer: float
) -> PairLine | None:
    clean = shaper.redactor(raw, channel, facts, chosen, rejected)
    asked = shaper.brief(raw, channel, facts, clean)
    chosen, rejected = (clean.text(chosen), clean.text(rejected)) if clean else (chosen, rejected)
    if chosen == rejected:
        return None
    assert raw.execution_id is not None
    line = {
        "messages": [{"role": "system", "content": shaper.system}, {"role": "user", "content": asked}],
        "chosen": chosen,
        "rejected": rejected,
        "metadata": {
            "execution_id": str(raw.execution_id),
            "channel": clean.text(channel) if clean else channel,
            "origin": origin,
            "length_ratio": round(longer, 3),
        },
    }
    return PairLine(raw.execution_id, dumped(line) + b"\n")


def _judge(shaper: Shaper, raws: Sequence[Raw], rounds: Sequence[Any], wholes: Mapping[UUID, Any]) -> Batch:
    """A line a text of a round; of an example that was given whole, without rounds, its one text."""
    by_run: dict[UUID, list[Any]] = {}
    for one in rounds:
        by_run.setdefault(one[0], []).append(one)
    entries = []
    for raw in raws:
        whole = wholes.get(raw.execution_id) if raw.execution_id is not None else None
        if whole is not None:
            verdict, channel, text, overall, scores = whole
            entries.append(shaper.judge(replace(raw, quality=overall), channel, channel, text, verdict, scores))
            continue
        for _, number, verdict, channel, text, _, overall, scores, *_ in by_run.get(raw.execution_id, ()):  # type: ignore[arg-type]
            if text.strip() and overall is not None:
                judged = replace(raw, quality=overall)
                entries.append(shaper.judge(judged, f"{channel}/{number}", channel, text, verdict, scores))
    return entries, []
