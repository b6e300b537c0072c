"""A table or a query of a PostgreSQL database, read only, through a cursor of its server: never whole in memory."""

from collections.abc import Iterator
from typing import Any

from cofounder.business.imports.errors import FileEmpty, SourceOutOfReach, SourceRefused
from cofounder.business.imports.schemas import Form, PostgresConfig
from cofounder.business.imports.sources.batches import BATCH_ROWS, Batch, Gathered, as_text, names

_CONNECT_SECONDS = 10
_STATEMENT_MS = 30 * 60 * 1000
_FETCHED = 500  # rows that the server sends at a time: each may hold a whole article
_TIMES = ("date", "timestamp", "timestamptz", "time", "timetz", "interval")


class PostgresReader:
    """With a cursor column only rows from `since` on, in its order; those of the very last value come again.

    So do rows where the cursor says nothing: nobody can tell whether they are new.
    """

    total: int | None = None

    def __init__(self, config: PostgresConfig, password: str | None, *, since: str | None, form: Form) -> None:
        import psycopg

        self.form = form
        self.notes: list[str] = []
        self._config, self._since = config, since
        self._connection: Any = None
        try:
            self._connection = psycopg.connect(
                host=config.host,
                port=config.port,
                dbname=config.database,
                user=config.user,
                password=password,
                sslmode=config.tls,
                connect_timeout=_CONNECT_SECONDS,
                application_name="cofounder import",
                options=f"-c default_transaction_read_only=on -c statement_timeout={_STATEMENT_MS} -c timezone=UTC"
                " -c datestyle=ISO -c intervalstyle=iso_8601",
            )
            self._connection.read_only = True
            _times_as_text(self._connection)
            # prepared: the server takes a single statement then, whatever closes the brackets
            cursor = self._connection.execute(self._query(empty=True), prepare=True)
            stored = [column.name for column in cursor.description or ()]
        except psycopg.OperationalError as error:
            self.close()
            raise SourceOutOfReach(f"{config.host}: {_said(error)}", field="source") from error
        except psycopg.Error as error:
            self.close()
            raise SourceRefused(f"The database refused it: {_said(error)}", field="source") from error
        if not stored:
            self.close()
            raise FileEmpty("The query gives no columns.", field="source")
        if config.cursor is not None and config.cursor not in stored:
            self.close()
            raise SourceRefused(f"There is no column {config.cursor!r} to go on from.", field="cursor")
        self._at = stored.index(config.cursor) if config.cursor is not None else None
        self.columns = names(stored, self.notes)

    def _query(self, *, empty: bool = False) -> Any:
        """The table, or the query in brackets."""
        from psycopg import sql

        config = self._config
        if config.table is not None:
            source: Any = sql.Identifier(*config.table.split("."))
        else:
            source = sql.SQL("(\n{}\n)").format(sql.SQL(str(config.query).strip().rstrip(";")))
        query = sql.SQL("SELECT * FROM {} AS wanted").format(source)
        if empty:
            return query + sql.SQL(" LIMIT 0")
        if config.cursor is not None:
            column = sql.Identifier(config.cursor)
            if self._since is not None:
                query += sql.SQL(" WHERE {0} >= {1} OR {0} IS NULL").format(column, sql.Literal(self._since))
            query += sql.SQL(" ORDER BY {} NULLS FIRST").format(column)
        return query

    def batches(self, size: int = BATCH_ROWS, place: str | None = None) -> Iterator[Batch]:
        import psycopg

        number, last = 0, None
        found = Gathered(self.columns, size)
        try:
            with self._connection.cursor(name="cofounder_import") as cursor:
                cursor.itersize = min(_FETCHED, size)
                cursor.execute(self._query())
                for row in cursor:
                    number += 1
                    cells = [as_text(value) for value in row]
                    found.row(number, cells, sum(len(cell) for cell in cells if cell is not None))
                    if self._at is not None and cells[self._at] is not None:
                        last = cells[self._at]
                    if found.is_full:
                        yield found.batch(last)
                if found:
                    yield found.batch(last)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            raise SourceOutOfReach(f"After row {number - len(found):,}: {_said(error)}", field="source") from error
        except psycopg.Error as error:
            raise SourceRefused(f"After row {number - len(found):,}: {_said(error)}", field="source") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def _times_as_text(connection: Any) -> None:
    """Times as the server writes them (ISO 8601): Python knows no infinity and no year 20000, and one cell would end it all."""
    from psycopg.adapt import Loader

    class AsText(Loader):
        def load(self, data: Any) -> str:
            return bytes(data).decode()

    for name in _TIMES:
        connection.adapters.register_loader(name, AsText)


def _said(error: Exception) -> str:
    """The first line of what the database said; its own words hold no password."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
