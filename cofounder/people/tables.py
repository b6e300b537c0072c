"""Who may do what: people and their sign-ins, API keys, the audit log, and settings."""

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Moment,
    OptionalMoment,
    OptionalRef,
    OptionalWords,
    Ref,
    Words,
)
from cofounder.kit.db import Row


class User(Row):
    """A person who may sign in. Never deleted: what they decided stays theirs."""

    __tablename__ = "users"
    id: Mapped[Id]
    name: Mapped[Words]
    folded: Mapped[Words] = mapped_column(unique=True)  # the name without regard to case
    email: Mapped[OptionalWords]
    role: Mapped[Words]  # viewer, operator, approver, admin
    password: Mapped[OptionalWords]  # Argon2; none: signs in by link only
    password_at: Mapped[OptionalMoment]
    created_at: Mapped[Moment]
    created_by: Mapped[OptionalWords]
    last_sign_in_at: Mapped[OptionalMoment]
    disabled_at: Mapped[OptionalMoment]


class SignIn(Row):
    """One sign-in of a person, with all tokens that came of it: they end together."""

    __tablename__ = "sign_ins"
    id: Mapped[Id]
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[Words]  # cookie, tokens
    how: Mapped[Words]  # password, link
    created_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    ended_at: Mapped[OptionalMoment]
    ended_because: Mapped[OptionalWords]


class Token(Row):
    """A secret that was handed out once, kept as a digest: a sign-in link, a page's cookie, a refresh token."""

    __tablename__ = "tokens"
    id: Mapped[Id]
    kind: Mapped[Words]  # link, cookie, refresh
    user_id: Mapped[Ref] = mapped_column(ForeignKey("users.id"))
    sign_in_id: Mapped[OptionalRef] = mapped_column(ForeignKey("sign_ins.id", ondelete="CASCADE"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[OptionalMoment]


class SigningKey(Row):
    """The public half of a key that signs access tokens; the private half never leaves its home."""

    __tablename__ = "signing_keys"
    id: Mapped[str] = mapped_column(primary_key=True)  # the start of the public half's SHA-256
    public: Mapped[bytes] = mapped_column(LargeBinary)  # Ed25519, 32 bytes
    created_at: Mapped[Moment]
    retired_at: Mapped[OptionalMoment]


class SignInAttempts(Row):
    """How often a name or an address failed lately, and until when it has to wait."""

    __tablename__ = "sign_in_attempts"
    subject: Mapped[str] = mapped_column(primary_key=True)  # "name:DIGEST", "address:203.0.113.7"
    failures: Mapped[int]
    last_at: Mapped[Moment]
    blocked_until: Mapped[OptionalMoment]


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
    who: Mapped[Words]  # "local owner", "person:NAME", "key:NAME", "automatic"
    action: Mapped[Words]  # "task.approved", "key.created", "settings.changed"
    object_type: Mapped[Words]
    object_id: Mapped[Words]
    details: Mapped[Document]
    __table_args__ = (Index("ix_audit_log_at_id", "at", "id"), Index("ix_audit_log_object", "object_type", "object_id"))


class Setting(Row):
    """A value a person set at run time; the environment beats it."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Document]  # {"value": ...}
    set_at: Mapped[Moment]
    set_by: Mapped[Words]
