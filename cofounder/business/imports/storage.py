"""Files that people hand over: kept in the home until their import is done with, whole or not at all."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from cofounder.business.imports.errors import FileTooLarge
from cofounder.kit import postgres
from cofounder.kit.store import full_in_words

_CHUNK = 1_000_000


def folder() -> Path:
    """Where uploads lie, for their owner alone."""
    place = postgres.default_home() / "imports"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


async def keep(id: UUID, chunks: AsyncIterator[bytes], *, most: int) -> tuple[Path, int, str]:
    """(path, bytes, SHA-256) of an upload, written as it comes, and on disk then: its row must name no file that is not.

    Raises FileTooLarge, StoreFull, and leaves nothing then.
    """
    path = folder() / id.hex
    digest = hashlib.sha256()
    size = 0
    try:
        with full_in_words(), await asyncio.to_thread(open, path, "wb", opener=_for_owner) as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise FileTooLarge(f"It is larger than {most:,} bytes.", field="file")
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(_to_disk, file)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, size, digest.hexdigest()


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    folder = os.open(Path(file.name).parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def digest_of(path: Path) -> str:
    """SHA-256 of a file. Blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove(path: str | None) -> None:
    """Delete an upload that is done with; nothing outside the folder of uploads."""
    if path is not None and Path(path).parent == folder():
        Path(path).unlink(missing_ok=True)


def old(older_than_seconds: float) -> list[Path]:
    """Files of the folder that nobody wrote to for so long. Blocks."""
    before = time.time() - older_than_seconds
    found = []
    for path in folder().iterdir():
        try:
            if path.is_file() and path.stat().st_mtime < before:
                found.append(path)
        except FileNotFoundError:
            continue  # its import ended between two looks
    return found


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
