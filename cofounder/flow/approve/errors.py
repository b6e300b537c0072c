"""What can be wrong with a decision."""

from cofounder.kit.errors import Conflict, InputInvalid


class NotPending(Conflict):
    """This task does not wait for a decision."""

    hint = "See where it stands: cofounder task ID"


class AlreadyDecided(Conflict):
    """This round has been decided."""

    hint = "Read the approval again to see the decision."


class OldRound(Conflict):
    """The task has gone round since; this is not the current round."""

    hint = "Read the approval again and decide on what it shows."


class DraftChanged(Conflict):
    """The text changed after you opened it. Read it again before approving."""

    hint = "Read the approval again and send its fingerprint with your decision."


class KindDiffers(InputInvalid):
    """Something else waits for a decision."""

    hint = "Read the approval: its kind says what waits."


class VerdictMissing(InputInvalid):
    """Say approved (true or false) or a verdict: approve, changes or reject."""

    hint = "For example approved: true, or verdict: changes with your feedback."


class VerdictUnfit(InputInvalid):
    """A plan is approved, approved as you edited it, or rejected."""

    hint = "Send the edited plan with verdict approve."


class FeedbackMissing(InputInvalid):
    """Say what should change."""

    hint = "Put it into feedback, as you would tell a colleague."


class EditMisplaced(InputInvalid):
    """Edits belong to a text that you approve."""

    hint = "Approve with the edits, or ask for changes in feedback."


class PlanMisplaced(InputInvalid):
    """An edited plan belongs to the approval of a plan."""

    hint = "Leave the plan out; a plan can be edited only while the plan itself waits for a decision."


class ChannelUnknown(InputInvalid):
    """This task has no variant for that channel."""

    hint = "Name channels that the approval shows under channel_variants."


class NoChannelChosen(InputInvalid):
    """An approval names the channels to publish on; an empty list would publish nothing."""

    hint = "Leave publish_to_channels out to publish on all of them, or reject to publish on none."


class ScheduleInPast(InputInvalid):
    """The time to publish has passed."""

    hint = "Give a time in the future with its time zone, or leave schedule_at out to publish now."


class TextTooLong(InputInvalid):
    """The text is longer than the channel takes."""

    hint = "Shorten the text, or leave the channel out."


class TextUnfit(InputInvalid):
    """The channel would refuse this text."""

    hint = "Mend the text, or leave the channel out."


class TextEmpty(InputInvalid):
    """There is no text left."""

    hint = "Write a text, or leave the channel out."


class ComplianceBlocks(InputInvalid):
    """A compliance finding forbids publishing this text."""

    hint = "Change what the findings name, or leave the channel out."


class NothingToApprove(Conflict):
    """The task has no text for any channel."""

    hint = "See what the task made: cofounder task ID"


class EnoughOffered(Conflict):
    """There are as many texts to choose from as may be asked for."""

    hint = "Choose one, edit it, or ask for changes in feedback."


class NoOtherText(Conflict):
    """The writer found no other text from the same facts."""

    hint = "Edit the text, or ask for changes in feedback."


class VersionUnknown(InputInvalid):
    """This is none of the texts to choose from."""

    hint = "Take a version that the approval lists under alternatives."
