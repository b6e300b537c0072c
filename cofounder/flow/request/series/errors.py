"""What can be wrong with a series."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class SeriesMissing(NotFound):
    """There is no such series."""

    hint = "List them: cofounder series list, or Content, Series on the page."


class SeriesNameTaken(Conflict):
    """Another series has this name."""

    hint = "Give it another name."


class SeriesUnclear(InputInvalid):
    """This does not go with how often it comes."""

    hint = "weekdays go with every week, month_day with every month."


class SeriesEmpty(InputInvalid):
    """No slot of it is to come."""

    hint = "Choose a later end, or none."


class SeriesEnded(Conflict):
    """The series has ended."""

    hint = "Make a new one; this one stays with what it made."


class NoSuchSlot(InputInvalid):
    """The series has no slot to come on that day."""

    hint = "See what is to come: cofounder series show NAME"


class SlotMade(Conflict):
    """The task of that day is made already."""

    hint = "Cancel or reject that task instead."
