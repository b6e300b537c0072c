"""A conversation with a language model that may ask tools: its words as they come, and what they cost."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from cofounder.kit import storable
from cofounder.models import counting, failing, prices, providers
from cofounder.models.calls import Spent
from cofounder.models.chain import Target
from cofounder.models.remote import NoUsableAnswer
from cofounder.settings import Settings

MAX_TOKENS = 2_000  # of one answer, where nothing else is said
ROUNDS = 8  # requests of one answer: each may ask several tools
_LIKELY_ROUNDS = 3
_ROOM = 4_000  # tokens for what tools answer

Say = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Tool:
    """A tool a model may ask. `call` gives its answer as text, errors told in words."""

    name: str
    description: str
    schema: dict[str, Any]
    call: Callable[[dict[str, Any]], Awaitable[str]]


@dataclass(frozen=True)
class Talk:
    """What is said to the model. `history` holds (who, words), oldest first; who is user or assistant."""

    instructions: str
    question: str
    history: Sequence[tuple[str, str]] = ()
    tools: Sequence[Tool] = ()
    temperature: float | None = None
    max_tokens: int | None = None

    @property
    def most(self) -> int:
        return self.max_tokens or MAX_TOKENS

    def tokens(self) -> int:
        """An upper estimate of what is sent at first."""
        said = [self.instructions, self.question, *(words for _, words in self.history)]
        said += [f"{tool.name}{tool.description}{tool.schema}" for tool in self.tools]
        return sum(map(prices.tokens_in, said))


@dataclass
class Heard:
    """What came so far."""

    text: list[str] = field(default_factory=list)
    messages: list[Any] = field(default_factory=list)


def trimmed(talk: Talk, target: Target, chosen: Settings) -> Talk:
    """The talk with as much of its history, newest first, as the model's window holds.

    Raises providers.ProviderNotReady, and NoUsableAnswer where even the question alone is too long.
    """
    window = providers.build(target, chosen).context_window
    if window is None:
        window = 32_000  # of a server that does not say; most hold more
    room = window - talk.most - _ROOM
    bare = Talk(talk.instructions, talk.question, (), talk.tools, talk.temperature, talk.max_tokens)
    left = room - bare.tokens()
    if left < 0:
        raise NoUsableAnswer(f"the question needs up to {bare.tokens()} tokens, the model holds {window}", Spent())
    kept: list[tuple[str, str]] = []
    for who, words in reversed(talk.history):
        left -= prices.tokens_in(words) + 4
        if left < 0:
            break
        kept.insert(0, (who, words))
    while kept and kept[0][0] == "assistant":  # a talk begins with a question
        kept.pop(0)
    return Talk(talk.instructions, talk.question, tuple(kept), talk.tools, talk.temperature, talk.max_tokens)


def at_most(talk: Talk, target: Target) -> Decimal | None:
    """What the answer is likely to cost at most, in USD; None where no price is known."""
    return prices.cost(target, _LIKELY_ROUNDS * (talk.tokens() + _ROOM), _LIKELY_ROUNDS * talk.most)


async def talk(target: Target, chosen: Settings, what: Talk, say: Say, heard: Heard) -> Spent:
    """Ask, hand the words on as they come, and give what it took.

    Raises NoUsableAnswer where the model fails, is silent for too long or says nothing. `heard` holds what came even
    then, and when the answer is cancelled.
    """
    began = time.perf_counter()
    try:
        await _listen(target, chosen, what, say, heard)
    except (asyncio.CancelledError, NoUsableAnswer):
        raise
    except Exception as error:  # an SDK may raise anything; whatever it is, the next model is asked
        if getattr(error, "is_ours", False):
            raise
        used = spent(target, what, heard, began, lost=failing.may_be_billed(error))
        raise NoUsableAnswer(failing.in_words(error), used) from error
    if not "".join(heard.text).strip():
        raise NoUsableAnswer("it said nothing", spent(target, what, heard, began))
    return spent(target, what, heard, began)


async def _listen(target: Target, chosen: Settings, what: Talk, say: Say, heard: Heard) -> None:
    from pydantic_ai import Agent, capture_run_messages
    from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.usage import UsageLimits

    from cofounder.models.providers.resending import OnceMore

    model = OnceMore(providers.build(target, chosen))
    quiet = chosen.model_timeout_seconds
    asked = ModelSettings(max_tokens=what.most, timeout=2 * quiet, max_retries=0)
    if what.temperature is not None:
        asked["temperature"] = what.temperature
    agent = Agent(model, instructions=what.instructions, tools=_tools(what.tools), retries=2, name="chat")
    limits = UsageLimits(request_limit=ROUNDS)
    with capture_run_messages() as messages:
        heard.messages = messages
        async with agent.run_stream_events(
            what.question, message_history=_history(what.history), model_settings=asked, usage_limits=limits
        ) as events:
            stream = aiter(events)
            while True:
                try:
                    async with asyncio.timeout(quiet):
                        event = await anext(stream)
                except StopAsyncIteration:
                    return
                words = ""
                if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
                    words = ("\n\n" if heard.text and event.part.content else "") + event.part.content
                elif isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
                    words = event.delta.content_delta
                words = storable.mended(words)
                if words:
                    heard.text.append(words)
                    await say(words)


def _tools(given: Sequence[Tool]) -> list[Any]:
    from pydantic_ai import Tool as Offered

    def wrapped(tool: Tool) -> Any:
        async def call(**arguments: Any) -> str:
            return await tool.call(arguments)

        return Offered.from_schema(call, tool.name, tool.description, tool.schema)

    return [wrapped(tool) for tool in given]


def _history(said: Sequence[tuple[str, str]]) -> list[Any]:
    from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, UserPromptPart

    return [
        ModelRequest(parts=[UserPromptPart(words)]) if who == "user" else ModelResponse(parts=[TextPart(words)])
        for who, words in said
    ]


def spent(target: Target, what: Talk, heard: Heard, began: float, *, lost: bool = False) -> Spent:
    """By the provider's own count, else by our estimate. A request without an answer counts what was sent and heard of
    it, and where its answer was lost all that it may have had."""
    used = counting.counted(heard.messages, what.tokens(), what.most)
    lost = lost and used.is_open
    if lost or used.heard:
        into, out = used.tokens_in + what.tokens(), used.tokens_out + (what.most if lost else used.heard)
        used = replace(used, tokens_in=into, tokens_out=out, estimated=True, answers=used.answers + 1)
    found = Spent.of(target, used, time.perf_counter() - began)
    return replace(found, cost_is="most") if lost and found.cost_is == "estimated" else found
