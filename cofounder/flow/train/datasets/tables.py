"""Versions of datasets: what was asked for, what is in them, what was left out and why, where their bytes lie."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Key,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalScore,
    OptionalWords,
    Words,
)
from cofounder.kit.db import Row

STATES = ("building", "ready", "failed", "deleted")
ROLES = ("planner", "writer", "judge")
SPLITS = ("train", "validation", "test")


class Dataset(Row):
    """One version. Nothing of it changes once it is ready but its description, its place in lists and its tombstone."""

    __tablename__ = "training_datasets"
    id: Mapped[Id]
    name: Mapped[Words]
    version: Mapped[int | None]  # given when it is ready: a failed one leaves no gap
    role: Mapped[Words]
    description: Mapped[Words] = mapped_column(server_default="")
    state: Mapped[Words] = mapped_column(server_default="building")
    source: Mapped[Words]  # examples, upload
    filters: Mapped[Document]
    recipe: Mapped[Document]  # role, filter, split, seed, duplicates, redaction, formatter: what the hash covers
    content_hash: Mapped[OptionalWords]
    example_count: Mapped[int] = mapped_column(BigInteger, server_default="0")
    avg_quality: Mapped[OptionalScore]
    file_size: Mapped[int] = mapped_column(BigInteger, server_default="0")
    files: Mapped[Listing]  # {kind, split, key, bytes, sha256, lines}
    statistics: Mapped[Document]
    leakage: Mapped[Document]
    progress: Mapped[Document]  # {phase, done, total} while it is made
    problem: Mapped[OptionalDocument]  # why it failed
    is_current: Mapped[bool] = mapped_column(server_default=text("false"))  # the one that its name stands for
    used_for_fine_tuning: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[Words]
    created_at: Mapped[Moment]
    finished_at: Mapped[OptionalMoment]
    archived_at: Mapped[OptionalMoment]
    deleted_at: Mapped[OptionalMoment]
    deleted_by: Mapped[OptionalWords]
    deleted_why: Mapped[OptionalWords]
    __table_args__ = (
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        CheckConstraint("role IN ('" + "','".join(ROLES) + "')", name="role"),
        Index("uq_training_datasets_name_version", "name", "version", unique=True),
        Index("uq_training_datasets_current", "name", unique=True, postgresql_where=text("is_current")),
        Index("ix_training_datasets_created_at", "created_at", "id"),
    )


class Member(Row):
    """A line of a version, at its place. `at` and `size` say where its bytes lie in the file of its split."""

    __tablename__ = "dataset_members"
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("training_datasets.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    execution_id: Mapped[UUID | None]  # none: a line that was uploaded
    part: Mapped[Words]  # the channel of a writer's or judge's line, and its round
    split: Mapped[int] = mapped_column(SmallInteger)  # place in SPLITS
    hash: Mapped[bytes] = mapped_column(LargeBinary)  # of the line with its labels
    body: Mapped[bytes] = mapped_column(LargeBinary)  # of its messages alone
    at: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int]
    __table_args__ = (Index("ix_dataset_members_execution_id", "execution_id"),)


class LeftOut(Row):
    """A line that the filter let through and that is not in the version: why, and which member stands for it."""

    __tablename__ = "dataset_left_out"
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("training_datasets.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    execution_id: Mapped[UUID | None]
    part: Mapped[Words]
    reason: Mapped[Words]  # exact, near, straddles
    similarity: Mapped[float | None]
    stands: Mapped[int | None]  # the position of the member that stands for it
    __table_args__ = (Index("ix_dataset_left_out_execution_id", "execution_id"),)


class Withdrawn(Row):
    """A run that no version made from now on may hold."""

    __tablename__ = "training_withdrawals"
    execution_id: Mapped[Key] = mapped_column(primary_key=True)
    by: Mapped[Words]
    why: Mapped[Words]
    at: Mapped[Moment]
