"""What can be wrong with a tool, a tool server, or a call of one."""

from cofounder.kit.errors import CofounderError, Conflict, InputInvalid, NotFound


class ToolMissing(NotFound):
    """There is no tool with this id."""

    hint = "See the tools with: cofounder tools"


class ToolFailed(CofounderError):
    """A tool answered with an error."""

    status = 502


class ToolRefused(ToolFailed):
    """A tool refused its input; calling it again with the same input changes nothing."""

    status = 422


class ToolTimedOut(ToolFailed):
    """A tool did not answer in time."""

    status = 504


class ServerAway(ToolFailed):
    """The tool's server cannot be reached; nothing was done."""

    status = 503
    hint = "See how it is with: cofounder servers list"


class ServerPaused(ServerAway):
    """The tool's server could not be reached a moment ago; it is left alone for a while."""


class ToolOutcomeUnknown(ToolRefused):
    """Nobody knows whether the tool did it; it is not done again by itself."""

    status = 409
    hint = "Look whether it was done. If it was not, run again from this step."


class ToolNotApproved(ToolRefused):
    """An admin has to approve this tool first."""

    status = 409
    hint = "An admin approves it in the settings, or with: cofounder servers approve"


class ToolUnapproved(InputInvalid):
    """The plan names a tool that an admin has not approved yet."""

    hint = "An admin approves it in the settings, or with: cofounder servers approve"


class ServerMissing(NotFound):
    """There is no tool server with this id."""

    hint = "See them with: cofounder servers list"


class ServerNameTaken(Conflict):
    """There is a tool server or an agent with this name already."""

    hint = "Choose another name; it is the first half of the tools' ids."


class CommandUnusable(InputInvalid):
    """The command is no program that can be started."""

    hint = "Give the whole path of a program: /usr/bin/npx. No shell reads it; its arguments stand in args."


class SecretUnusable(InputInvalid):
    """The secret is no environment variable, or no header, that a server can be given."""

    hint = "Name it like WEATHER_KEY for a program or X-Api-Key for an address, and give its value in one line."


class UrlUnusable(InputInvalid):
    """The address is none of a tool server."""

    hint = "Give the address of its MCP endpoint: https://tools.example/mcp. Keys belong into headers."


class ApprovalOutdated(Conflict):
    """The tool is not what you looked at any more."""

    hint = "Read it again, then approve what you see."


class ToolUnusable(Conflict):
    """The tool cannot be used as its server describes it."""

    hint = "Its server has to mend it; then check the server again."
