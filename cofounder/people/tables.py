"""Who may do what: API keys, and the audit log. Users and sign-in join them here."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Moment,
    OptionalMoment,
    OptionalWords,
    Words,
)
from cofounder.kit.db import Row


class ApiKey(Row):
    __tablename__ = "api_keys"
    id: Mapped[Id]
    name: Mapped[Words] = mapped_column(unique=True)
    role: Mapped[Words]  # viewer, operator, approver, admin
    prefix: Mapped[Words]  # shown in lists
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Moment]
    created_by: Mapped[OptionalWords]
    expires_at: Mapped[OptionalMoment]
    last_used_at: Mapped[OptionalMoment]
    revoked_at: Mapped[OptionalMoment]


class AuditEntry(Row):
    __tablename__ = "audit_log"
    id: Mapped[Id]
    at: Mapped[Moment]
    who: Mapped[Words]  # "local owner", "key:NAME", "automatic"
    action: Mapped[Words]  # "task.approved", "key.created", "settings.changed"
    object_type: Mapped[Words]
    object_id: Mapped[Words]
    details: Mapped[Document]


class Setting(Row):
    """A value a person set at run time; the environment beats it."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Document]  # {"value": ...}
    set_at: Mapped[Moment]
    set_by: Mapped[Words]
