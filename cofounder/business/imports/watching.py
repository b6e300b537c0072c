"""A watched folder: each new file that fits is taken in once, when nobody writes to it any more."""

import asyncio
import fnmatch
import time
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import queries, service, storage
from cofounder.business.imports.errors import FileUnreadable
from cofounder.business.imports.schemas import FolderConfig, Form, Mapping, Units
from cofounder.business.imports.tables import Import, ImportSource
from cofounder.kit import clock
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger

_STILL_SECONDS = 2.0  # a file that was written to later than this is left for the next look
_AT_ONCE = 100

log = logger(__name__)


async def take_in(session: AsyncSession, source: ImportSource, *, by: str | None) -> list[Import]:
    """Drafts for the folder's new files. One that cannot be read is noted as seen, and why in the log.

    Raises FileUnreadable where the folder cannot be read.
    """
    config = FolderConfig.model_validate(source.config)
    begun = []
    mapping = Mapping.model_validate(source.mapping)
    for path in await asyncio.to_thread(_files, config):
        digest = await asyncio.to_thread(storage.digest_of, path)
        if await queries.is_seen(session, source.id, digest):
            continue
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


def _files(config: FolderConfig) -> list[Path]:
    """Plain files right inside the folder, oldest first; links are not followed."""
    place = Path(config.path)
    try:
        found = [
            (one.stat().st_mtime, one)
            for one in place.iterdir()
            if fnmatch.fnmatch(one.name, config.pattern)
            and not one.name.startswith(".")
            and one.is_file()
            and not one.is_symlink()
        ]
    except OSError as error:
        raise FileUnreadable(f"{place}: {error.strerror}.", field="folder.path") from error
    still = time.time() - _STILL_SECONDS
    return [path for changed, path in sorted(found) if changed < still][:_AT_ONCE]
