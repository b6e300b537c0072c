"""What can be wrong with a reading."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class NothingToMeasure(Conflict):
    """This publication stands nowhere yet."""

    hint = "A text of the outbox is read once somebody said that it was posted: POST /api/publications/ID/posted"


class ReadingEmpty(InputInvalid):
    """A reading has one counter at least."""

    hint = "Send impressions, views, reach, clicks, likes, shares, comments or bookmarks."


class ReadingMissing(NotFound):
    """There is no such reading of this publication."""

    hint = "Its readings, with their ids: GET /api/publications/ID/measurements"


class ReadingNotTyped(Conflict):
    """Only what a person typed can be mended or taken away by hand."""

    hint = "What a channel's account read is read anew by itself; what was imported is corrected by importing it again."


class ReadingThere(Conflict):
    """At the time that a reading is moved to there is another one."""

    hint = "Mend that one instead, or take it away first."


class ReadingTimeUnfit(InputInvalid):
    """It cannot have been read at this time."""

    hint = "Give a time after the post went out that has passed, with its time zone; left out: now."
