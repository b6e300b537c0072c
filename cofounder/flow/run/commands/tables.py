"""Commands, the agents that take them, and what those agents say they can do."""

from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalDocument,
    OptionalMoment,
    OptionalRef,
    OptionalWords,
    Usd,
    Words,
)
from cofounder.kit.db import Row

_PENDING = text("status = 'pending'")
_HELD_BACK = text("status = 'pending' AND cardinality(depends_on) > 0")


class Command(Row):
    """A unit of work for an agent. `fencing_token` is new with every claim; only its holder may finish the command."""

    __tablename__ = "commands"
    id: Mapped[Id]
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))  # first in, first out
    agent_type: Mapped[Words]
    action: Mapped[Words]
    payload: Mapped[Document]
    priority: Mapped[int] = mapped_column(default=0)  # the greater goes first
    depends_on: Mapped[list[UUID]] = mapped_column(ARRAY(PgUUID(as_uuid=True)), server_default="{}")
    status: Mapped[Words]  # pending, processing, completed, failed
    result: Mapped[object | None] = mapped_column(JSONB(none_as_null=True))
    error: Mapped[OptionalDocument]
    attempts: Mapped[int] = mapped_column(server_default="0")  # claims
    failures: Mapped[int] = mapped_column(server_default="0")  # errors since it was made or a person retried it
    losses: Mapped[int] = mapped_column(server_default="0")  # leases that ran out, likewise
    not_before: Mapped[OptionalMoment]
    lease_owner: Mapped[OptionalWords]  # the agent that holds it, or held it last
    claimed_by: Mapped[OptionalWords]  # the person or key that the token was given to
    lease_until: Mapped[OptionalMoment]
    fencing_token: Mapped[UUID | None]
    idempotency_key: Mapped[OptionalWords] = mapped_column(unique=True)
    requested_by: Mapped[Words]
    task_id: Mapped[OptionalRef]
    step_id: Mapped[UUID | None]  # the plan's step that waits for it
    history: Mapped[Listing] = mapped_column(JSONB, server_default="[]", deferred=True)  # {at, what, by, ...}
    created_at: Mapped[Moment]
    started_at: Mapped[OptionalMoment]  # the first claim
    finished_at: Mapped[OptionalMoment]
    archived_at: Mapped[OptionalMoment]
    __table_args__ = (
        Index("ix_commands_due", "agent_type", text("priority DESC"), "number", postgresql_where=_PENDING),
        Index("ix_commands_leases", "lease_until", postgresql_where=text("status = 'processing'")),
        Index("ix_commands_finished", "finished_at", postgresql_where=text("archived_at IS NULL")),
        Index("ix_commands_number", "number"),
        Index("ix_commands_step", "step_id", postgresql_where=text("step_id IS NOT NULL")),
        Index("ix_commands_upstream", "depends_on", postgresql_using="gin", postgresql_where=_HELD_BACK),
    )


class CommandAgent(Row):
    """An agent that has polled, claimed or answered: who it is and how it does."""

    __tablename__ = "command_agents"
    agent_type: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    completed: Mapped[int] = mapped_column(server_default="0")
    failed: Mapped[int] = mapped_column(server_default="0")  # errors it reported
    lost: Mapped[int] = mapped_column(server_default="0")  # leases it let run out


class CommandAction(Row):
    """What agents of a type say they can do; each is a tool that plans may use."""

    __tablename__ = "command_actions"
    agent_type: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    description: Mapped[Words]
    input_schema: Mapped[Document]
    output_schema: Mapped[OptionalDocument]
    estimated_cost: Mapped[Usd]
    estimated_seconds: Mapped[float] = mapped_column(server_default="10")
    requires_approval: Mapped[bool] = mapped_column(server_default="false")
    declared_by: Mapped[Words]
    declared_at: Mapped[Moment]
