"""What the queue refuses."""

from cofounder.kit.errors import Conflict, InputInvalid, NotFound


class CommandMissing(NotFound):
    """There is no command with this id."""

    hint = "See the commands with: cofounder commands list"


class UnknownAgentType(InputInvalid):
    """No agent of this type is known."""

    hint = "See GET /api/commands/types. A type is known once an agent has polled for it or declared its actions."


class UnknownAction(InputInvalid):
    """Agents of this type do not do that."""

    hint = "See the actions of every type at GET /api/commands/types."


class PayloadUnfit(InputInvalid):
    """The payload does not fit what the action takes."""

    hint = "See the action's input_schema at GET /api/commands/types."


class ResultUnfit(InputInvalid):
    """The result does not fit what the action gives."""

    hint = "See the action's output_schema at GET /api/commands/types; the lease holds, so send one that fits."


class SchemaUnfit(InputInvalid):
    """This is no JSON schema of an object."""

    hint = 'Give a JSON schema such as {"type": "object", "properties": {...}}.'


class TypeIsServer(Conflict):
    """A tool server has this name already."""

    hint = "Choose another type; it is the first half of the tools' ids."


class UnknownDependency(InputInvalid):
    """The command would wait for one that does not exist."""

    hint = "Name ids of commands that exist."


class CommandKeyReused(Conflict):
    """This idempotency key came before with another command."""

    hint = "Use a new key for a new command; send the same command to get the first one again."


class TokenRefused(Conflict):
    """This fencing token was never given out for this command."""

    hint = "Send the fencing_token that came with your claim, unchanged."


class TokenOfAnother(Conflict):
    """This fencing token was given to somebody else."""

    hint = "Send it with the key that claimed the command, or claim one with yours. An admin may send it too."


class LeaseLost(Conflict):
    """The lease is over; the command is no longer yours."""

    hint = (
        "Stop working on it and claim again. What you sent is on record in the command's history and changed nothing."
    )


class HeldByAnother(Conflict):
    """An agent holds this command under a lease."""

    hint = "Claim commands before you work on them, and send the fencing_token of your claim."


class AlreadyFinished(Conflict):
    """This command is finished."""

    hint = "Nothing is left to do. A person may retry a failed one."


class StillWaiting(Conflict):
    """The command waits for others that are not completed."""

    hint = "See depends_on. It can be finished once those are completed."


class NotFailed(Conflict):
    """Only a failed command can be retried."""

    hint = "A pending or processing one runs by itself; make a new one to do a completed one again."


class TaskIsOver(Conflict):
    """The task that waited for this command is over."""

    hint = "Run the task again from that step: cofounder task ID --rerun STEP"


class InHand(Conflict):
    """An agent works on this command."""

    hint = "Cancel it first; then it can be deleted."


class WaitedFor(Conflict):
    """Something still waits for this command."""

    hint = "Delete what depends on it first (a cancelled one may still be retried), or end the task it belongs to."
