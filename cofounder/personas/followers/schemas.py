"""What goes over the wire about followers."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from cofounder.kit.http import Body, Page, ShortText, Shown, Time, Whole

Number = Annotated[Whole, Field(ge=0, le=10**12)]


class CountIn(Body):
    """How many follow a channel, at one time."""

    platform: ShortText
    count: Number
    counted_at: Time | None = Field(default=None, description="Now where it is not said.")


class CorrectionIn(Body):
    """What was wrong about a count."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    count: Number | None = None
    counted_at: Time | None = None


class CountOut(Shown):
    """How many followed a channel, at one time."""

    id: UUID | None = Field(description="By which it is corrected; none: a reading of a post brought it.")
    platform: str
    counted_at: Time
    count: int
    said_by: str
    said_at: Time
    doubt: str | None = Field(description="Why it does not count until the next count is near it.")


class BalanceOut(Shown):
    """A channel's change of followers, and whose it is: credited and background are together what was counted."""

    platform: str
    since: Time
    until: Time
    counted: int
    credited: Decimal = Field(description="To posts.")
    background: Decimal = Field(description="Nobody's.")


class BooksOut(Page[BalanceOut]):
    """The books of all channels, after a count was written down, corrected or withdrawn."""

    doubt: str | None = Field(description="Why this count does not count yet; none where it does.")
