"""What can be wrong with a publication."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class PublicationMissing(NotFound):
    """There is no publication with this id."""

    hint = "List them: GET /api/publications, or with their task: cofounder task ID"


class TooLateToCancel(Conflict):
    """Only what is scheduled can be cancelled."""

    hint = "Read the publication again to see what became of it."


class TooLateToMove(Conflict):
    """Only what waits for its time, and was never tried, can be given another."""

    hint = "Read the publication again to see what became of it."


class MovedMeanwhile(Conflict):
    """Somebody gave it another time since you looked."""

    hint = "Read the publication again; move it if you still want to."


class NothingToSettle(Conflict):
    """The outcome of this publication is known."""

    hint = "Read the publication again to see its outcome."


class AttemptOutdated(Conflict):
    """It was sent once more since you looked: your answer is about an earlier attempt."""

    hint = "Read the publication again, look at the channel once more, then answer."


class NothingToRetry(Conflict):
    """Only what surely was not sent can be sent again."""

    hint = "Read the publication again: its state says what can be done."


class AccountGone(Conflict):
    """Part of it stands, and the account that it stands at is not connected."""

    hint = "Connect the account again: what is missing is sent then, as an answer to what stands."


class AnswerMisplaced(InputInvalid):
    """This does not go with the verdict."""

    hint = "Send the verdict with only what belongs to it."


class NotByHand(Conflict):
    """Only a text that lies in the outbox is posted by hand."""

    hint = "Read the publication again: its state says what can be done."


class PostedTimeUnfit(InputInvalid):
    """It cannot have been posted at this time."""

    hint = "Give a time after its approval that has passed, with its time zone; left out: now."


class AddressTaken(Conflict):
    """Another publication is said to stand at this address."""

    hint = "Give the post's own address; where the other publication has the wrong one, mend that first."


class AddressElsewhere(InputInvalid):
    """This is no address of the post."""

    hint = "Give the post's own address, or leave it out."


class RecipientUnknown(InputInvalid):
    """The publication has no such recipient."""

    hint = "Name a recipient that the publication lists."


class RecipientReached(InputInvalid):
    """Of this recipient it is known: the message was taken."""

    hint = "Name only recipients whose outcome is unknown."


class PlatformUnknown(InputInvalid):
    """There is no such platform."""

    hint = "For example linkedin, x, facebook, email or blog."


class TitleMissing(InputInvalid):
    """An article needs a title."""

    hint = "Give it one: metadata.title, or at the command line --title."
