"""The index of earlier work by words and meaning, and the predictions that were given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalDocument, OptionalMoment, OptionalRef, Words
from cofounder.kit.db import Row


class Embedder(Row):
    """A fitted embedder: its words, what they weigh, and the parts that the space of meanings is cut into."""

    __tablename__ = "embedders"
    id: Mapped[Id]
    kind: Mapped[Words]  # tfidf_svd
    state: Mapped[Words]  # fitting, ready, retired: answers about its time are still asked of it
    dimensions: Mapped[int]
    fitted_on: Mapped[int]  # texts
    expected: Mapped[int]  # texts that it was made to search
    fitted_at: Mapped[Moment]
    words: Mapped[bytes | None] = mapped_column(LargeBinary)  # the vocabulary, one word a line, compressed
    weights: Mapped[bytes | None] = mapped_column(LargeBinary)  # idf, float32
    components: Mapped[bytes | None] = mapped_column(LargeBinary)  # words x dimensions, float16
    cells: Mapped[bytes | None] = mapped_column(LargeBinary)  # cells x dimensions, float16
    clusters: Mapped[bytes | None] = mapped_column(LargeBinary)  # topics x dimensions, float16
    topics: Mapped[OptionalDocument]  # the topics' names
    probes: Mapped[int] = mapped_column(server_default="1")  # cells that a search looks into
    looked_at: Mapped[OptionalMoment]  # up to when new work is in the index
    recall: Mapped[float | None]  # recall@10 against exact search, as tried on some of its own texts


class ContextItem(Row):
    """A task or post as search sees it. `at` is when it was there: nothing later than `as_of` is found."""

    __tablename__ = "context_items"
    id: Mapped[UUID] = mapped_column(primary_key=True)  # the task's or post's
    kind: Mapped[Words]  # task, post
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[Moment]  # when its words were read
    words: Mapped[str] = mapped_column(TSVECTOR)
    __table_args__ = (
        Index("ix_context_items_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class ContextVector(Row):
    """Where an embedder places an item."""

    __tablename__ = "context_vectors"
    embedder_id: Mapped[UUID] = mapped_column(ForeignKey("embedders.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("context_items.id", ondelete="CASCADE"), primary_key=True)
    cell: Mapped[int]
    cluster: Mapped[int]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # float16, length 1
    __table_args__ = (
        Index("ix_context_vectors_cell", "embedder_id", "cell"),
        Index("ix_context_vectors_item_id", "item_id"),
    )


class PredictionRow(Row):
    """What was foretold of a text, so that it can be held against what came."""

    __tablename__ = "predictions"
    id: Mapped[Id]
    task_id: Mapped[OptionalRef]
    channel: Mapped[Words]
    version: Mapped[int] = mapped_column(server_default="1")
    as_of: Mapped[Moment]
    made_at: Mapped[Moment]
    outcomes: Mapped[Document]  # outcome -> value, low, high, n
    model: Mapped[str] = mapped_column(Text, server_default="")
    __table_args__ = (Index("ix_predictions_channel", "channel", "made_at"),)
