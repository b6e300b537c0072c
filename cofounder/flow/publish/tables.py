"""Publications: one variant to one channel and account, each with its own fate."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cofounder.kit.columns import (
    Document,
    Id,
    Listing,
    Moment,
    OptionalMoment,
    OptionalRef,
    OptionalWords,
    Ref,
    Tags,
    Words,
)
from cofounder.kit.db import Row

# Where a publication stands in lists and calendars: when it ended, else when it will be or was handed over.
STANDS_AT = "coalesce(finished_at, retry_at, attempted_at, scheduled_at, created_at)"
PUBLICATION_STATE = ("scheduled", "attempting", "published", "refused", "unknown", "cancelled")


class Publication(Row):
    __tablename__ = "publications"
    id: Mapped[Id]
    task_id: Mapped[Ref]
    decision_id: Mapped[Ref]
    channel: Mapped[Words]  # the variant's
    delivered_by: Mapped[Words]  # the sender: outbox, email, linkedin, ...
    account: Mapped[Words]  # account name, as it is called now; "outbox" for the default
    account_id: Mapped[OptionalRef]  # the connected account: it alone is sent by, whoever has its name by now
    sent_as: Mapped[OptionalWords]  # of an e-mail: its From line as it was approved
    variant_version: Mapped[int]
    content: Mapped[Document]  # the exact rendered text
    fingerprint: Mapped[Words]
    recipients: Mapped[Tags]  # as of the first attempt; one empty name where a channel has none
    state: Mapped[Words]
    carried_by: Mapped[Words]  # the workflow that sends it; another one, from before a person asked again, lets go
    attempts: Mapped[int] = mapped_column(default=0)  # since a person last asked for it
    unsent: Mapped[int] = mapped_column(default=0)  # recipients that surely did not get it
    unknown: Mapped[int] = mapped_column(default=0)  # recipients of whom nobody knows whether they got it
    retry_at: Mapped[OptionalMoment]  # scheduled again, because the last attempt surely sent nothing
    scheduled_at: Mapped[OptionalMoment]
    first_attempted_at: Mapped[OptionalMoment]  # what every try has in common: recipients, file names, search windows
    attempted_at: Mapped[OptionalMoment]  # the last attempt
    finished_at: Mapped[OptionalMoment]
    external_id: Mapped[OptionalWords]
    url: Mapped[OptionalWords]  # or the outbox file
    note: Mapped[OptionalWords]  # why it goes where it goes
    settled_by: Mapped[OptionalWords]  # who said that it is out, which nobody knew: that can be mended
    looks: Mapped[int] = mapped_column(default=0)  # how often the channel was asked since nobody knew
    look_at: Mapped[OptionalMoment]  # when it is asked again what became of it
    orphaned_at: Mapped[OptionalMoment]  # its account was disconnected while it waited, and is not connected again
    said: Mapped[OptionalWords]  # what became of it, in words
    history: Mapped[Listing]  # each attempt that ended: at what time, which one, as what, and what was said
    created_at: Mapped[Moment]
    __table_args__ = (
        UniqueConstraint("task_id", "channel", "variant_version", "account"),
        CheckConstraint("state IN ('" + "','".join(PUBLICATION_STATE) + "')", name="state"),
        Index("ix_publications_stands_at", text(STANDS_AT), "id"),  # the order of a list
        Index("ix_publications_look_at", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_publications_open_question", "created_at", postgresql_where=text("state = 'unknown' OR unknown > 0")),
    )

    @property
    def stands_at(self) -> datetime:
        """As `STANDS_AT` has it."""
        return self.finished_at or self.retry_at or self.attempted_at or self.scheduled_at or self.created_at
