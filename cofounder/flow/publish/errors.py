"""What can be wrong with a publication."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class PublicationMissing(NotFound):
    """There is no publication with this id."""


class TooLateToCancel(Conflict):
    """Only what is scheduled can be cancelled."""


class NothingToSettle(Conflict):
    """The outcome of this publication is known."""


class NothingToRetry(Conflict):
    """Only what surely was not sent can be sent again."""


class AnswerMisplaced(InputInvalid):
    """This does not go with the verdict."""


class RecipientUnknown(InputInvalid):
    """The publication has no such recipient."""


class PlatformUnknown(InputInvalid):
    """There is no such platform."""
