"""datasets: files of a version, and of what a filter lets through now."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cofounder.cli import home, out, words
from cofounder.cli.groups.choosing_examples import by_filter
from cofounder.cli.groups.datasets_telling import Format, Into, One, Part, Raw, Role
from cofounder.cli.groups.training import chosen_filter


def download(one: One, format: Format = "jsonl", split: Part = "all", into: Into = None) -> int:
    """Write a version to a file: the same bytes every time, whatever became of its examples.

    Example: cofounder datasets download planner@1 --format openai --split train --out train.jsonl
    """

    async def work() -> int:
        from cofounder.flow.train.datasets import exporting, service
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with home.opened():
            async with db.reading() as session:
                row = await service.named(session, one)
            _, _, chunks = await exporting.leave(row.id, format, split, LOCAL_OWNER)
            return await _written(chunks, into)

    return home.run(work())


@by_filter
def export(
    chosen: dict[str, Any],
    role: Role = "planner",
    format: Format = "jsonl",
    limit: Annotated[int | None, typer.Option(min=1, help="The newest so many examples.")] = None,
    keep_personal_data: Raw = False,
    into: Into = None,
) -> int:
    """Write what a filter lets through now to a file, without making a version of it.

    Example: cofounder datasets export --role writer --format chatml --out texts.jsonl
    """

    async def work() -> int:
        from cofounder.flow.train.datasets import exporting
        from cofounder.flow.train.datasets.schemas import DatasetExportIn
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with home.opened():
            async with db.reading() as session:
                filters = await chosen_filter(session, chosen)
            given = {
                "filters": filters,
                "role": role,
                "format": format,
                "limit": limit,
                "redact": not keep_personal_data,
            }
            asked = DatasetExportIn.model_validate(given)
            _, _, chunks = await exporting.begin(asked, LOCAL_OWNER)
            counts = await exporting.counts(asked)
            done = await _written(chunks, into)
            missing = counts.missing(role) if counts else ""
            if counts and missing:
                out.complain(f"{counts.used:,} of {words.of(counts.fit, 'example')} are in the file; {missing}.")
            return done

    return home.run(work())


async def _written(chunks: AsyncIterator[bytes], into: Path | None) -> int:
    """To a file that is there whole or not at all, or to standard output."""
    if into is None:
        async for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return 0
    from cofounder.kit.store import in_words

    part = into.with_name(f".{into.name}.part")
    try:
        with in_words():
            with await asyncio.to_thread(part.open, "wb") as file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(part.replace, into)
    finally:
        part.unlink(missing_ok=True)
    return 0
