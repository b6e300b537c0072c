"""One request to one language model, with a typed answer."""

import asyncio
import json
import time
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

from cofounder.kit import storable
from cofounder.models import counting, failing, prices, providers
from cofounder.models.calls import Spent
from cofounder.models.chain import Target
from cofounder.models.trained import Plain
from cofounder.settings import Settings

MAX_TOKENS = 8_192  # room for a blog article after a reasoning model's thoughts

Out = TypeVar("Out", bound=BaseModel)


class NoUsableAnswer(Exception):
    """The model failed, was late, or answered something that is no answer. `spent` counts all the same."""

    def __init__(self, reason: str, spent: Spent) -> None:
        super().__init__(reason)
        self.spent = spent


@dataclass(frozen=True)
class Answered(Generic[Out]):
    output: Out
    spent: Spent


@dataclass(frozen=True)
class Request(Generic[Out]):
    """What is sent: the words, the shape of the answer, and how many tokens the answer may have."""

    instructions: str
    prompt: str
    output: type[Out]
    most: int = MAX_TOKENS

    @cached_property
    def tokens(self) -> int:
        """An upper estimate of what goes in; the answer's shape is sent too."""
        shape = "" if self.output is Plain else _shape(self.output)
        return prices.tokens_in(self.instructions + self.prompt + shape)


@lru_cache
def _shape(output: type[BaseModel]) -> str:
    return json.dumps(output.model_json_schema())


def at_most(target: Target, request: Request[Any]) -> Decimal | None:
    """What the request can cost in USD; None where no price is known."""
    return prices.cost(target, request.tokens, request.most)


def too_long(target: Target, chosen: Settings, request: Request[Any]) -> str | None:
    """Why the request does not fit into the model's context, None when it does or the context is not known.

    Raises providers.ProviderNotReady.
    """
    window = providers.build(target, chosen).context_window
    needed = request.tokens + request.most
    return f"needs up to {needed} tokens, the model holds {window}" if window is not None and needed > window else None


async def ask(target: Target, chosen: Settings, request: Request[Out]) -> Answered[Out]:
    """Send one request and read its answer as its `output`. Raises NoUsableAnswer, with what was spent."""
    from pydantic_ai import Agent, capture_run_messages
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.usage import UsageLimits

    from cofounder.models.providers.resending import OnceMore

    model = OnceMore(providers.build(target, chosen))
    # Our own limit comes before the SDK's, so that a late answer is always told as one.
    asked = ModelSettings(max_tokens=request.most, timeout=2 * chosen.model_timeout_seconds, max_retries=0)
    wanted: Any = str if request.output is Plain else request.output
    agent = Agent(model, output_type=wanted, instructions=request.instructions, retries=0, name="cofounder")
    began = time.perf_counter()
    with capture_run_messages() as messages:
        try:
            async with asyncio.timeout(chosen.model_timeout_seconds):
                result = await agent.run(
                    request.prompt, model_settings=asked, usage_limits=UsageLimits(request_limit=1)
                )
        except Exception as error:  # an SDK may raise anything; whatever it is, the next model is asked
            spent = _spent(target, messages, request, began)
            if not spent.answered_by and failing.may_be_billed(error):  # late, or lost on the way
                most = at_most(target, request)
                spent = replace(spent, cost_usd=most or Decimal(0), cost_is="not_known" if most is None else "most")
            raise NoUsableAnswer(failing.in_words(error), spent) from error
    spent = _spent(target, messages, request, began)
    output = Plain(text=result.output) if request.output is Plain else result.output
    return Answered(_kept(cast(Out, output), spent), spent)


def _kept(output: Out, spent: Spent) -> Out:
    """The answer as it can be kept. Raises NoUsableAnswer where it cannot."""
    if storable.first_fault(output.model_dump(mode="json")) is None:
        return output
    try:
        mended = type(output).model_validate(storable.mended(output.model_dump(mode="json")))
        fault = storable.first_fault(mended.model_dump(mode="json"))
    except ValueError as error:
        fault = failing.wrong(error)
    if fault is not None:
        raise NoUsableAnswer(f"malformed answer: {fault}", spent)
    return mended


def _spent(target: Target, messages: list[Any], request: Request[Any], began: float) -> Spent:
    used = counting.counted(messages, request.tokens, request.most)
    return Spent.of(target, used, time.perf_counter() - began)
