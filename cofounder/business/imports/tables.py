"""Imports, what they refused, and the sources that are read again and again."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalRef,
    OptionalWords,
    Words,
)
from cofounder.kit.db import Row

KINDS = ("tasks", "posts", "social_analytics", "web_analytics", "financial_metrics", "quality_evaluations")
STATES = ("draft", "checking", "queued", "running", "done", "refused", "failed", "cancelled")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ('" + "','".join(words) + "')"


class Import(Row):
    """One reading of one source into one kind of rows."""

    __tablename__ = "imports"
    id: Mapped[Id]
    kind: Mapped[Words]
    state: Mapped[Words] = mapped_column(server_default="draft")
    source_type: Mapped[Words]  # file, postgres, ga4
    label: Mapped[Words]  # what people call it: the file's name, the source's name
    source_id: Mapped[OptionalRef]  # of one that is set up for good
    source: Mapped[Document]  # where to read; never a secret
    path: Mapped[OptionalWords]  # of a file, on the machine that took it
    is_ours: Mapped[bool] = mapped_column(server_default=text("false"))  # the file is our copy, removed when done with
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[OptionalWords]  # SHA-256 of the file
    form: Mapped[Document]  # encoding, delimiter, sheet, …: how the source is read
    mapping: Mapped[Document]  # field -> where it comes from
    units: Mapped[Document]  # time zone, currency, order of dates, decimal mark
    all_or_nothing: Mapped[bool] = mapped_column(server_default=text("false"))
    counts: Mapped[Document]  # read, added, corrected, unchanged, refused, flagged, repeated
    checked: Mapped[OptionalDocument]  # the counts of the last dry run
    total: Mapped[int | None] = mapped_column(BigInteger)  # rows, where the source knows
    position: Mapped[int] = mapped_column(BigInteger, server_default="0")  # rows that are in and committed
    cursor: Mapped[OptionalWords]  # the highest value of the cursor column so far
    place: Mapped[OptionalWords]  # of a file: where the next batch begins, as its reader says it
    share: Mapped[float | None]  # of the source that is read, 0-1, where its reader can tell
    run: Mapped[int] = mapped_column(server_default="0")  # how often it was started
    cancel_asked: Mapped[bool] = mapped_column(server_default=text("false"))
    problem: Mapped[OptionalDocument]
    created_by: Mapped[OptionalWords]
    created_at: Mapped[Moment]
    started_at: Mapped[OptionalMoment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        Index("ix_imports_created_at", "created_at", "id"),
    )


class Refusal(Row):
    """A value that did not fit, and why. `line` counts as the source does: the header of a file is line 1."""

    __tablename__ = "import_refusals"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    import_id: Mapped[UUID] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"))
    line: Mapped[int] = mapped_column(BigInteger)
    column: Mapped[Words]  # of the source
    value: Mapped[OptionalWords]  # as it stands there, its start
    code: Mapped[Words]  # not_a_number, in_the_future, …
    reason: Mapped[Words]
    __table_args__ = (Index("ix_import_refusals_import", "import_id", "id"),)


class ImportSource(Row):
    """A database, a Google Analytics property or a folder that is read on a schedule."""

    __tablename__ = "import_sources"
    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    type: Mapped[Words]  # postgres, ga4, folder
    kind: Mapped[Words]
    config: Mapped[Document]  # never a secret
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)  # encrypted
    form: Mapped[Document]
    mapping: Mapped[Document]
    units: Mapped[Document]
    every_minutes: Mapped[int | None]  # None: only when asked
    next_at: Mapped[OptionalMoment]
    cursor: Mapped[OptionalWords]  # where the last reading ended
    last_import_id: Mapped[OptionalRef]
    problem: Mapped[OptionalDocument]
    created_by: Mapped[OptionalWords]
    created_at: Mapped[Moment]
    __table_args__ = (
        CheckConstraint(_one_of("kind", KINDS), name="kind"),
        CheckConstraint(_one_of("type", ("postgres", "ga4", "folder")), name="type"),
        Index("ix_import_sources_next_at", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )


class SeenFile(Row):
    """A file of a watched folder that was taken in, so that it is not taken again."""

    __tablename__ = "import_files"
    source_id: Mapped[UUID] = mapped_column(ForeignKey("import_sources.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[Words]
    import_id: Mapped[OptionalRef]
    seen_at: Mapped[Moment]
