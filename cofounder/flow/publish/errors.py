"""What can be wrong with a publication."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class PublicationMissing(NotFound):
    """There is no publication with this id."""


class TooLateToCancel(Conflict):
    """Only what is scheduled can be cancelled."""


class OutcomeKnown(Conflict):
    """The outcome of this publication is known; there is nothing to settle."""


class PlatformUnknown(InputInvalid):
    """There is no such platform."""


class KeyReused(Conflict):
    """This Idempotency-Key came before with another text."""

    hint = "Use a new key for a new text; the same text answers with the first publication."
