"""Images by the hash of their content, and which task shows which of them where."""

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Id, Moment, Ref, Tags, Words
from cofounder.kit.db import Row


class ImageRow(Row):
    """The bytes lie in the row: neither is ever there without the other, and a backup has both."""

    __tablename__ = "images"
    sha256: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[Words]  # jpeg, png, gif, webp
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]  # bytes
    frames: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    by: Mapped[Words]
    uploaded_at: Mapped[Moment]  # the last time that somebody did
    __table_args__ = (Index("ix_images_uploaded_at", "uploaded_at"),)


class AttachedImage(Row):
    """One image of a task's texts. A round under decision freezes what is attached; no row changes after it."""

    __tablename__ = "attached_images"
    id: Mapped[Id]
    task_id: Mapped[Ref]
    sha256: Mapped[str] = mapped_column(Text, ForeignKey("images.sha256"), index=True)
    position: Mapped[int]
    alt: Mapped[Words]
    channels: Mapped[Tags]  # canonical names; empty: all
    by: Mapped[Words]
    attached_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("task_id", "position"), UniqueConstraint("task_id", "sha256"))
