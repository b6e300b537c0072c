"""A watched folder: each new file that fits is taken in once, when nobody writes to it any more."""

import asyncio
import fnmatch
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import queries, service, storage
from cofounder.business.imports.errors import FileUnreadable
from cofounder.business.imports.schemas import FolderConfig, Form, Mapping, Units
from cofounder.business.imports.tables import Import, ImportSource
from cofounder.kit import clock
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger

_STILL_SECONDS = 2.0  # a file that was written to later than this is left for the next look
_HALF_SECONDS = 60.0  # so long a file that looks half written is left for a later look
_AT_ONCE = 100
_REMEMBERED = 50_000
_digests: dict[
    tuple[UUID, str, int, int], str
] = {}  # of files as this process read them: one that stands still is not read anew

log = logger(__name__)


async def take_in(session: AsyncSession, source: ImportSource, *, by: str | None) -> list[Import]:
    """Drafts for the folder's new files, at most a hundred at a time. One that cannot be read is the source's problem.

    Raises FileUnreadable where the folder cannot be read.
    """
    config = FolderConfig.model_validate(source.config)
    begun: list[Import] = []
    mapping = Mapping.model_validate(source.mapping)
    for file in await asyncio.to_thread(_files, config):
        path = file.path
        try:
            digest = await asyncio.to_thread(_digest, source.id, file)
        except OSError as error:  # it may not be read, or went away meanwhile: the others are read all the same
            source.problem = FileUnreadable(f"{path.name}: {error.strerror}.", field="folder.path").problem()
            continue
        if await queries.is_seen(session, source.id, digest):
            continue
        if len(begun) == _AT_ONCE:
            break
        made: Import | None = None
        try:
            made = await service.begin_file(
                session,
                path,
                kind=source.kind,
                label=path.name,
                by=by,
                digest=digest,
                form=Form.model_validate(source.form),
                mapping=mapping if mapping.fields or mapping.figures else None,
                units=Units.model_validate(source.units),
                source_id=source.id,
            )
            begun.append(made)
        except CofounderError as error:
            if file.age < _HALF_SECONDS:
                continue  # somebody may still be writing to it, slowly
            log.warning("a file of a watched folder was refused", file=path.name, error=error.detail)
            source.problem = error.problem()
        await queries.note_seen(
            session,
            source_id=source.id,
            digest=digest,
            name=path.name,
            import_id=made.id if made is not None else None,
            seen_at=clock.now(),
        )
    return begun


@dataclass(frozen=True)
class _File:
    path: Path
    size: int
    changed_ns: int
    age: float  # seconds since somebody wrote to it


def _files(config: FolderConfig) -> list[_File]:
    """Plain files right inside the folder that nobody writes to, oldest first; links are not followed."""
    place = Path(config.path)
    now = time.time()
    found = []
    try:
        for path in place.iterdir():
            if path.name.startswith(".") or not fnmatch.fnmatch(path.name, config.pattern):
                continue
            try:
                if path.is_symlink() or not path.is_file():
                    continue
                is_ = path.stat()
            except FileNotFoundError:
                continue  # gone between two looks
            found.append(_File(path, is_.st_size, is_.st_mtime_ns, now - is_.st_mtime))
    except OSError as error:
        raise FileUnreadable(f"{place}: {error.strerror}.", field="folder.path") from error
    found.sort(key=lambda file: (file.changed_ns, file.path.name))
    return [file for file in found if file.age > _STILL_SECONDS and not _is_half(file)]


def _is_half(file: _File) -> bool:
    """Whether a file that is new ends in the middle of a line: text that is whole seldom does."""
    if file.age > _HALF_SECONDS or not file.size:
        return False
    try:
        with file.path.open("rb") as opened:
            begins = opened.read(4)
            opened.seek(-1, 2)
            ends = opened.read(1)
    except OSError:
        return False  # told where its contents are read
    is_packed = begins[:2] == b"\x1f\x8b" or begins in (b"PAR1", b"PK\x03\x04")
    return not is_packed and ends not in (b"\n", b"\r", b"\x00")


def _digest(source_id: UUID, file: _File) -> str:
    key = (source_id, file.path.name, file.size, file.changed_ns)
    if key not in _digests:
        if len(_digests) >= _REMEMBERED:
            _digests.clear()
        _digests[key] = storage.digest_of(file.path)
    return _digests[key]
