"""Accounts of channels, and sign-ins at a provider that are under way."""

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import Document, Id, Moment, OptionalMoment, OptionalRef, OptionalWords, Words
from cofounder.kit.db import Row

STATES = ("choosing", "connected", "needs_sign_in", "disconnected")


class AccountRow(Row):
    """Where a channel publishes to. What is secret lies sealed in one piece, and goes when it is disconnected."""

    __tablename__ = "accounts"
    id: Mapped[Id]
    channel: Mapped[Words]
    provider: Mapped[Words]
    name: Mapped[Words]
    external_id: Mapped[Words]  # the provider's own id of it; of a webhook the address, of e-mail the sender's
    address: Mapped[Words]  # of a site or webhook; empty where the provider has the one that everybody knows
    details: Mapped[Document]  # handle, scopes, the app's id, pages to choose from, ...: nothing secret
    sealed: Mapped[OptionalWords]  # tokens, passwords, keys and the app's secret
    access_expires_at: Mapped[OptionalMoment]  # of the access token; a refresh token brings a new one
    sign_in_expires_at: Mapped[OptionalMoment]  # when a person has to connect it again; none: no end is known
    renewing_since: Mapped[OptionalMoment]  # a refresh token was handed in and its answer is not written down yet
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[Words]
    problem: Mapped[OptionalWords]
    checked_at: Mapped[OptionalMoment]
    version: Mapped[int] = mapped_column(server_default=text("1"))  # of what is sealed
    who: Mapped[Words]
    created_at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("channel", "name"),
        CheckConstraint("state IN ('" + "','".join(STATES) + "')", name="state"),
        Index(
            "ix_accounts_default",
            "channel",
            unique=True,
            postgresql_where=text("is_default AND state IN ('connected', 'needs_sign_in')"),
        ),
    )


class SignInRow(Row):
    """A sign-in at a provider: good once, for ten minutes, for whoever began it."""

    __tablename__ = "channel_sign_ins"
    id: Mapped[Id]
    state_hash: Mapped[Words] = mapped_column(unique=True)  # SHA-256 of what travels; it is kept nowhere else
    browser_hash: Mapped[OptionalWords]  # of the cookie of the browser that began it; none: the command line or a key
    provider: Mapped[Words]
    sealed: Mapped[OptionalWords]  # the app's secret and the verifier; gone once it was used
    details: Mapped[Document]  # redirect address, app id, wished name and kind
    who: Mapped[Words]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    used_at: Mapped[OptionalMoment]
    account_id: Mapped[OptionalRef]  # what came of it
    problem: Mapped[OptionalWords]  # or why nothing did
