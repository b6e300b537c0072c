"""What can be wrong with a question, or keep it from being answered."""

from cofounder.kit.errors import Conflict, InputInvalid, NotAllowed, NotFound


class ConversationMissing(NotFound):
    """You have no conversation with this id."""

    hint = "See yours with: cofounder chat --list"


class AnswerMissing(NotFound):
    """You have no answer with this id."""

    hint = "See what was answered with GET /api/chat/history?conversation_id=ID"


class AnswerRunning(Conflict):
    """An answer is still being written in this conversation."""

    hint = "Wait for its end, or stop it: POST /api/chat/answers/ID/stop"


class NotTheLast(Conflict):
    """Only the last answer of a conversation can be asked for again."""

    hint = "Ask the question anew at the end of the conversation."


class AnswerComplete(Conflict):
    """This answer is complete."""

    hint = "Only an answer that failed, was stopped or was cut off can be asked for again."


class ModelUnknown(InputInvalid):
    """There is no model with this name."""

    hint = "See the models with GET /api/chat/models"


class AgentUnknown(InputInvalid):
    """There is no such agent to talk to."""

    hint = "Agents: co-founder, content, financial, market_insight, compliance"


class WorkNotAllowed(NotAllowed):
    """A viewer may ask questions, but not start work."""

    hint = "Ask for the role operator, or leave the mode out to have a question answered."
