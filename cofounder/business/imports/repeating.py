"""Sources that are read again and again: set up by an admin, their secrets encrypted and never shown again."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import looking, opening, queries, service
from cofounder.business.imports.errors import MappingUnfit, NameTaken, NotNow, SourceBroke, SourceMissing
from cofounder.business.imports.schemas import Counts, Form, Mapping, NewSource, SourceIn, SourceOut, Units
from cofounder.business.imports.tables import Import, ImportSource
from cofounder.kit import clock, db, live, postgres, secrets
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger
from cofounder.people import Caller, audit

SourceRow = ImportSource
TOPIC = "import_sources"
log = logger(__name__)


async def add(session: AsyncSession, wanted: NewSource, *, by: Caller) -> ImportSource:
    """Set a source up. Raises NameTaken."""
    if await queries.source_named(session, wanted.name) is not None:
        raise NameTaken(f"{wanted.name!r} exists.", field="name")
    home = postgres.default_home()
    now = clock.now()
    row = ImportSource(
        id=new_id(),
        name=wanted.name,
        type=wanted.type,
        kind=wanted.kind,
        config=wanted.config,
        secret=await asyncio.to_thread(secrets.seal, home, wanted.secret) if wanted.secret else None,
        form=wanted.form.model_dump(mode="json"),
        mapping=wanted.mapping.model_dump(mode="json", exclude_defaults=True),
        units=wanted.units.model_dump(mode="json"),
        every_minutes=wanted.every_minutes,
        next_at=now if wanted.every_minutes is not None else None,
        created_by=by.who,
        created_at=now,
    )
    try:
        async with session.begin_nested():  # two people may choose one name at the same moment
            session.add(row)
    except IntegrityError as error:
        raise NameTaken(f"{wanted.name!r} exists.", field="name") from error
    await audit(
        session, by.who, "import_source.created", "import_source", str(row.id), {"name": row.name, "type": row.type}
    )
    live.changed(session, TOPIC, row.id)
    return row


async def get(session: AsyncSession, id: UUID, *, lock: bool = False) -> ImportSource:
    """The source's row. Raises SourceMissing."""
    row = await queries.source(session, id, lock=lock)
    if row is None:
        raise SourceMissing(f"No source {id}.", field="source_id")
    return row


async def named(session: AsyncSession, name: str) -> ImportSource | None:
    """The source of this name, if any."""
    return await queries.source_named(session, name)


async def listed(session: AsyncSession) -> list[SourceOut]:
    """Every source by name."""
    return [out(row) for row in await queries.sources(session)]


async def remove(session: AsyncSession, id: UUID, *, by: Caller) -> None:
    """Forget a source and its secret; what came from it stays. Raises SourceMissing."""
    row = await get(session, id, lock=True)
    await audit(
        session, by.who, "import_source.removed", "import_source", str(id), {"name": row.name, "type": row.type}
    )
    await queries.drop_source(session, id)
    live.changed(session, TOPIC, id)


async def begin(session: AsyncSession, wanted: SourceIn, *, by: str | None) -> Import:
    """A draft of one reading of a database or of Google Analytics.

    Raises SourceMissing, NotNow, KeyLost, SourceOutOfReach, SourceRefused, QuotaSpent, FileEmpty, MappingUnfit.
    """
    source = await get(session, wanted.source_id)
    if source.type == "folder":
        raise NotNow("A folder is read whole.", hint="Read it: each of its new files becomes an import of its own.")
    mapping = Mapping.model_validate(source.mapping)
    row = Import(
        id=new_id(),
        kind=wanted.kind,
        state="draft",
        source_type=source.type,
        label=source.name,
        source_id=source.id,
        source=dict(source.config),
        form=Form.model_validate(source.form).model_dump(mode="json"),
        mapping={},
        units=source.units,
        all_or_nothing=wanted.all_or_nothing,
        counts=Counts().model_dump(),
        created_by=by,
        created_at=clock.now(),
    )
    opened = await opening.of(session, row)
    given = mapping if mapping.fields or mapping.figures else None
    kind = service.kind_of(wanted.kind)
    found = await asyncio.to_thread(
        looking.at, opened, kind, given, Units.model_validate(source.units), source.name, strict=given is not None
    )
    row.mapping = found.mapping.model_dump(mode="json", exclude_defaults=True)
    row.units = found.units.model_dump(mode="json")
    row.total = found.total
    session.add(row)
    await session.flush()
    live.changed(session, service.TOPIC, row.id)
    return row


async def run_now(session: AsyncSession, source: ImportSource, *, by: str | None) -> list[Import]:
    """Read a source, and let a worker carry it out: one import, or one for each new file of a folder."""
    from cofounder.business.imports import watching

    source.problem = None
    if source.type == "folder":
        begun = await watching.take_in(session, source, by=by)
    else:
        begun = [await begin(session, SourceIn(kind=source.kind, source_id=source.id), by=by)]
    for row in begun:
        try:
            await service.start(session, row.id)
        except MappingUnfit as error:
            if source.type != "folder":
                raise
            source.problem = MappingUnfit(f"{row.label}: {error.detail}", field=error.field).problem()
            continue  # it stays a draft, which a person maps; the other files come in
        source.last_import_id = row.id
    return begun


async def look(session: AsyncSession) -> bool:
    """Read one source whose time has come; whether there was one. What it raises is noted, and it waits for its next turn.

    One whose last import is still under way waits too: the next reading takes up what came meanwhile.
    """
    now = clock.now()
    source = await queries.due(session, now)
    if source is None:
        return False
    source.next_at = now + timedelta(minutes=source.every_minutes) if source.every_minutes else None
    if await _is_under_way(session, source):
        return True
    name, problem = source.name, None
    try:
        async with session.begin_nested():
            await run_now(session, source, by=f"schedule:{name}")
    except CofounderError as error:
        problem = error.problem()
    except Exception as error:  # else it would be first in turn for ever, and no other source would be read
        if db.is_out_of_reach(error):
            raise
        log.warning("a source was not read", source=name, error=f"{type(error).__name__}: {error}")
        problem = SourceBroke(f"{type(error).__name__}.").problem()
    if problem is not None:
        await session.refresh(source)
        source.problem = problem
    live.changed(session, TOPIC, source.id)
    return True


async def _is_under_way(session: AsyncSession, source: ImportSource) -> bool:
    if source.type == "folder" or source.last_import_id is None:
        return False
    last = await queries.one(session, source.last_import_id)
    return last is not None and last.state in service.OPEN


def out(row: ImportSource) -> SourceOut:
    """What goes over the wire: never the secret."""
    names = ("id", "name", "type", "kind", "config", "every_minutes", "next_at", "cursor", "last_import_id", "problem")
    return SourceOut(**{name: getattr(row, name) for name in (*names, "created_at")}, has_secret=row.secret is not None)
