"""What can be wrong with a reading."""

from cofounder.kit.errors import Conflict, InputInvalid


class NothingToMeasure(Conflict):
    """This publication stands nowhere yet."""

    hint = "A text of the outbox is read once somebody said that it was posted: POST /api/publications/ID/posted"


class ReadingEmpty(InputInvalid):
    """A reading has one counter at least."""

    hint = "Send impressions, views, reach, clicks, likes, shares, comments or bookmarks."


class ReadingTimeUnfit(InputInvalid):
    """It cannot have been read at this time."""

    hint = "Give a time after the post went out that has passed, with its time zone; left out: now."
