"""Tool servers that a person registered, the tools they list, and every call of one."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalWords,
    Words,
)
from cofounder.kit.db import Row


class ToolServer(Row):
    """How to reach a server, and how it was when it was last looked at."""

    __tablename__ = "tool_servers"
    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)  # the first half of its tools' ids
    transport: Mapped[Words]  # stdio, http
    command: Mapped[OptionalWords]  # stdio: the absolute path of a program
    args: Mapped[Listing]
    url: Mapped[OptionalWords]  # http
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)  # keeping: environment or headers
    secret_names: Mapped[Listing]
    allow_private: Mapped[bool]  # http: may lie on this machine or in this network
    connect_seconds: Mapped[float]
    list_seconds: Mapped[float]
    call_seconds: Mapped[float]
    disabled: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)  # counts changes, so that open connections know
    created_at: Mapped[Moment]
    created_by: Mapped[Words]
    health: Mapped[Words] = mapped_column(default="unknown")  # unknown, up, down
    problem: Mapped[OptionalWords]  # what was wrong when it was last looked at
    about: Mapped[Document]  # what it says of itself: name, version
    checked_at: Mapped[OptionalMoment]
    listed_at: Mapped[OptionalMoment]  # when its tools were last read


class ServerTool(Row):
    """A tool as its server lists it now, and as a person approved it."""

    __tablename__ = "server_tools"
    id: Mapped[Id]
    server_id: Mapped[UUID] = mapped_column(ForeignKey("tool_servers.id", ondelete="CASCADE"))
    name: Mapped[Words]
    seen: Mapped[Document]  # listing.Seen
    digest: Mapped[Words]  # of what was seen
    problem: Mapped[OptionalWords]  # why it cannot be used
    offered: Mapped[bool] = mapped_column(default=True)  # still in the server's list
    approved: Mapped[OptionalDocument]  # listing.Seen, as it was approved
    approved_digest: Mapped[OptionalWords]
    approved_at: Mapped[OptionalMoment]
    approved_by: Mapped[OptionalWords]
    first_seen_at: Mapped[Moment]
    __table_args__ = (UniqueConstraint("server_id", "name"),)


class ToolCall(Row):
    """One call of an outside tool, as it was measured. `key` and `answer`: of a call that may be made only once."""

    __tablename__ = "tool_calls"
    id: Mapped[Id]
    server_id: Mapped[UUID] = mapped_column(ForeignKey("tool_servers.id", ondelete="CASCADE"))
    tool: Mapped[Words]
    at: Mapped[Moment]
    seconds: Mapped[float]
    outcome: Mapped[Words]  # ok, failed, timed_out, away
    cost_usd: Mapped[float | None]  # as the answer says, where it says
    key: Mapped[OptionalWords] = mapped_column(unique=True)
    answer: Mapped[OptionalDocument]
    __table_args__ = (Index("ix_tool_calls_server_tool_at", "server_id", "tool", "at"),)
