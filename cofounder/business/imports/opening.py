"""How an import's source is opened: a file where it lies, a database or Google Analytics with the secret of its source."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.imports import queries
from cofounder.business.imports.errors import FileUnreadable, KeyLost, SourceMissing
from cofounder.business.imports.looking import Opening
from cofounder.business.imports.schemas import Form, Ga4Config, PostgresConfig
from cofounder.business.imports.sources import Reader, open_file
from cofounder.business.imports.tables import Import
from cofounder.kit import postgres, secrets


async def of(session: AsyncSession, row: Import) -> Opening:
    """What opens the source when called, in a thread of its own. Raises SourceMissing, KeyLost."""
    form = Form.model_validate(row.form)
    if row.source_type == "file":
        path, label = row.path, row.label
        if path is None:
            raise FileUnreadable("Its file is no longer kept.", field="file")
        return lambda: open_file(Path(path), form, name=label)
    source = await queries.source(session, row.source_id) if row.source_id is not None else None
    if source is None:
        raise SourceMissing("The source of this import is gone.", field="source_id")
    try:
        secret = secrets.unseal(postgres.default_home(), source.secret) if source.secret is not None else None
    except secrets.Unreadable as error:
        raise KeyLost(f"Source {source.name!r}.") from error
    since = row.cursor or (source.cursor if row.kind == source.kind else None)  # of another kind nothing came yet
    if row.source_type == "postgres":
        config = PostgresConfig.model_validate(row.source)
        return lambda: _database(config, secret, since, form)
    property_ = Ga4Config.model_validate(row.source)
    return lambda: _analytics(property_, secret, form)


def _database(config: PostgresConfig, secret: str | None, since: str | None, form: Form) -> Reader:
    from cofounder.business.imports.sources.database import PostgresReader

    return PostgresReader(config, secret, since=since, form=form)


def _analytics(config: Ga4Config, secret: str | None, form: Form) -> Reader:
    from cofounder.business.imports.sources.ga4 import Ga4Reader

    return Ga4Reader(config, secret, form=form)
