"""What a conversation takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AliasChoices, Field, StrictBool, StrictFloat, StringConstraints

from cofounder.kit.http import VISIBLE, Body, ShortText, Shown, Whole, stripped
from cofounder.models.calls import CostIs

MOST_CHARACTERS = 20_000
MOST_ROWS = 120  # as many as a history has: what an answer says it used, it shows

MessageText = Annotated[
    str, StringConstraints(min_length=1, max_length=MOST_CHARACTERS), AfterValidator(stripped), VISIBLE
]
Mode = Literal["conversation", "orchestration", "learning", "automatic"]
Did = Literal["conversation", "orchestration", "learning"]
State = Literal["streaming", "done", "stopped", "cut_off", "failed"]


class ChatIn(Body):
    """A question, or work to be done."""

    message: MessageText = Field(examples=["What was our best month?"])
    conversation_id: ShortText | None = Field(
        default=None,
        validation_alias=AliasChoices("conversation_id", "conversationId"),
        description=(
            "Goes on with a conversation: its id, or a name of your own such as default, which makes one the first "
            "time. Left out: a new one. conversationId is the same."
        ),
        examples=["default"],
    )
    agent: ShortText | None = Field(
        default=None, description="Who answers: co-founder (all tools), content, financial, market_insight, compliance."
    )
    mode: Mode | None = Field(default=None, description="Left out or automatic: chosen by what the message asks for.")
    model: ShortText | None = Field(
        default=None,
        description="An id of GET /api/chat/models, auto to have one chosen by complexity, left out: the first that answers.",
    )
    temperature: StrictFloat | None = Field(default=None, ge=0, le=2)
    max_tokens: Whole | None = Field(default=None, ge=1, le=32_000, description="Longest answer.")
    stream: StrictBool = Field(
        default=False, description="Answer as an event stream. So does Accept: text/event-stream."
    )
    wait: StrictBool = Field(
        default=True,
        description="Answer when the answer is complete. false: at once, while it is still streaming; follow its events.",
    )


class AgainIn(Body):
    stream: StrictBool = Field(
        default=False, description="Answer as an event stream. So does Accept: text/event-stream."
    )
    wait: StrictBool = Field(default=True, description="Answer when the answer is complete; false: at once.")


class Source(Shown):
    """A tool that was asked for an answer, and the rows it gave that were used."""

    tool: str = Field(examples=["financial.history"])
    title: str = Field(examples=["Revenue by month"])
    arguments: dict[str, Any]
    rows: list[dict[str, Any]] = Field(max_length=MOST_ROWS)
    link: str | None = Field(default=None, description="Where the page shows it.")


class Message(Shown):
    """A question or an answer. Money in US dollars."""

    id: UUID
    conversation_id: UUID
    role: Literal["user", "assistant"]
    text: str
    state: State
    mode: Did | None
    mode_reason: str | None
    agent: str | None
    model: str | None = Field(description="The model that answered, or was writing when the answer ended.")
    model_asked: str | None
    model_reason: str | None
    fallback_from: str | None = Field(description="The model that should have answered and could not.")
    tokens_in: int = Field(description="Of every model that was asked, each time it was.")
    tokens_out: int
    cost_usd: float = Field(description="As the budgets count it, also of an answer that was stopped or broke off.")
    cost_is: CostIs = Field(
        description=(
            "counted: by the provider's tokens. estimated: by the texts, as for an answer that was stopped. most: what an "
            "answer that did not arrive may have come to. not_known: a model has no known price."
        )
    )
    seconds: float
    sources: list[Source]
    task_id: UUID | None
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class Exchange(Shown):
    """A question and its answer."""

    conversation_id: UUID
    question: Message
    answer: Message


class ConversationOut(Shown):
    id: UUID
    title: str
    updated_at: datetime
    messages: int
    running: bool = Field(description="An answer is being written.")


class TitleIn(Body):
    title: ShortText = Field(examples=["Revenue in spring"])


class Price(Shown):
    """US dollars per million tokens."""

    input: float
    output: float


class ModelOut(Shown):
    id: str = Field(examples=["openai:gpt-5-mini"])
    name: str
    provider: str
    price: Price | None = Field(description="null: not known.")
    reachable: bool
    why_not: str | None


class ModelsOut(Shown):
    items: list[ModelOut]


class AgentOut(Shown):
    id: str = Field(examples=["financial"])
    name: str
    does: str
    tools: list[str]


class AgentsOut(Shown):
    items: list[AgentOut]


class Deleted(Shown):
    conversation_id: UUID
    messages: int


class Export(Shown):
    """A whole conversation as data."""

    id: UUID
    title: str
    created_at: datetime
    messages: list[Message]
