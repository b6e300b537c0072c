"""Conversations, their messages, and the pieces of an answer as they come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalWords,
    Usd,
    Words,
)
from cofounder.kit.db import Row

STATES = ("streaming", "done", "stopped", "cut_off", "failed")


class Conversation(Row):
    """One person's talk. `owner` is the person or key it belongs to; nobody else can see it."""

    __tablename__ = "conversations"
    id: Mapped[Id]
    owner: Mapped[Words]
    name: Mapped[OptionalWords]  # a name of the caller's own, such as "default", unique for an owner
    title: Mapped[Words]
    titled_by_hand: Mapped[bool] = mapped_column(server_default=sql("false"))
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    __table_args__ = (
        Index("ix_conversations_owner_updated_at_id", "owner", "updated_at", "id"),
        Index("uq_conversations_owner_name", "owner", "name", unique=True),
    )


class Message(Row):
    """A question or an answer. An answer is written by the process that holds it, and by no other."""

    __tablename__ = "messages"
    id: Mapped[Id]
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    question_id: Mapped[UUID | None]  # of an answer: what it answers
    place: Mapped[int]  # in the conversation, from 1
    role: Mapped[Words]  # user, assistant
    text: Mapped[Words] = mapped_column(server_default="")  # of a running answer: in its pieces
    state: Mapped[Words]
    holder: Mapped[OptionalWords]  # the process that answers, by its lease
    asked: Mapped[Document]  # of an answer: what was wished for, so that it can be asked again
    mode: Mapped[OptionalWords]
    mode_reason: Mapped[OptionalWords]
    agent: Mapped[OptionalWords]
    model: Mapped[OptionalWords]
    model_asked: Mapped[OptionalWords]
    model_reason: Mapped[OptionalWords]
    fallback_from: Mapped[OptionalWords]
    tokens_in: Mapped[int] = mapped_column(server_default="0")
    tokens_out: Mapped[int] = mapped_column(server_default="0")
    cost_usd: Mapped[Usd]
    cost_is: Mapped[Words] = mapped_column(server_default="counted")  # what the tokens and the cost rest on
    seconds: Mapped[float] = mapped_column(server_default="0")
    sources: Mapped[Listing]
    subject: Mapped[OptionalDocument]  # what the answer was about, for "and in June?"
    task_id: Mapped[UUID | None]
    error: Mapped[OptionalWords]
    created_at: Mapped[Moment]
    finished_at: Mapped[OptionalMoment]
    __table_args__ = (
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index("uq_messages_conversation_id_place", "conversation_id", "place", unique=True),
        # one running answer a conversation, whoever asks from wherever
        Index("uq_messages_running", "conversation_id", unique=True, postgresql_where=sql("state = 'streaming'")),
        Index("ix_messages_holder", "holder", postgresql_where=sql("state = 'streaming'")),
    )


class Piece(Row):
    """What came of an answer in some tenths of a second, so that any reader can begin anywhere."""

    __tablename__ = "message_pieces"
    message_id: Mapped[UUID] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 1
    kind: Mapped[Words]  # text, tool, task
    content: Mapped[Document]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql("now()"))
