"""Who is compared, and how each is asked one line. Each answer is put on record as a model call, and keeps its budget."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from cofounder.flow.train.benchmark import chained, scoring
from cofounder.flow.train.benchmark.chained import NEXT
from cofounder.flow.train.benchmark.lines import HeldOut
from cofounder.kit.errors import CofounderError
from cofounder.models import budgets, calls, jobs, judging, offered, prices, trained
from cofounder.models.chain import Served, Target
from cofounder.models.registry.service import ModelVersion
from cofounder.models.registry.using import Using, of_row
from cofounder.ops import connections
from cofounder.settings import Settings

MOST_TOKENS, LEAST_TOKENS = 8_192, 256
_HOSTED = ("openai", "google", "together")  # the base of a model that was tuned there can be asked there too


@dataclass(frozen=True)
class Contender:
    """One of those that are compared. `how`: trained (as its lines say), told (by our instructions), own (built in)."""

    part: str  # candidate, active, next_1 and on (asked where the active one fails), base, built_in
    how: Literal["trained", "told", "own"]
    target: Target | None
    system: str = ""
    starts: str | None = None  # a local job's folder: its base model is served from there for as long as it is asked

    def shown(self) -> dict[str, Any]:
        """As a row keeps it, and as `read` takes it back."""
        served = self.target.served if self.target is not None else None
        return {
            "how": self.how,
            "name": str(self.target) if self.target is not None else "offline",
            "provider": self.target.provider if self.target is not None else None,
            "model": self.target.name if self.target is not None else None,
            "served": [served.provider, served.name, served.base_url, served.base] if served is not None else None,
            "system": self.system,
            "starts": self.starts,
            "ready": self.how != "told" or self.target is None or ready(self.target),
        }


def ready(target: Target) -> bool:
    """Whether a configured model could be asked as things are set up; else others answer for it."""
    from cofounder.models import providers

    return providers.problem(target, connections.current()) is None


def held(kept: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What a candidate is held against, of contenders as a row keeps them: who is asked without it, in order."""
    order = [part for part in chained.order(list(kept)) if part in kept]
    return [str(kept[part]["name"]) for part in order if kept[part].get("ready", True)]


def held_now(row: ModelVersion, active: Using | None) -> list[str]:
    """What a candidate would be held against now."""
    return held({one.part: one.shown() for one in choose(row, active)})


def still(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether what a record was held against is what is asked now. Of a tuned model that answered every line itself the
    record names it alone."""
    return list(before) in (list(now), list(now[:1]))


def read(part: str, kept: dict[str, Any]) -> Contender:
    served = Served(*kept["served"]) if kept["served"] else None
    target = Target(kept["provider"], kept["model"], served) if kept["provider"] else None
    return Contender(part, kept["how"], target, kept["system"], kept.get("starts"))


def of_using(part: str, model: Using) -> Contender:
    return Contender(part, "trained", model.target, model.system)


def choose(row: ModelVersion, active: Using | None) -> list[Contender]:
    """The candidate, what its role uses now and what is asked after it, its base where that answers, the built-in one."""
    candidate = of_row(row)
    found = [of_using("candidate", candidate)]
    configured = [Contender("active", "told", one) for one in offered.configured()]
    in_use = [of_using("active", active)] if active is not None and active.id != row.id else []
    for place, one in enumerate([*in_use, *configured]):
        found.append(one if place == 0 else replace(one, part=f"{NEXT}{place}"))
    base, starts = _base(row), _starts(row)
    if base is not None or starts is not None:
        target = Target("tuned", f"base of {row.name}@{row.version}", base)
        found.append(Contender("base", "trained", target, candidate.system, None if base is not None else starts))
    return [*found, Contender("built_in", "own", None)]


def _starts(row: ModelVersion) -> str | None:
    """The folder of the job on this machine that made it from a base model, which can be served too."""
    folder = row.artifacts.get("folder")
    return str(Path(folder).parent) if row.target == "local" and folder and row.base_model else None


def _base(row: ModelVersion) -> Served | None:
    """Where the model answers that this one was tuned from, as far as anybody knows."""
    kept = row.artifacts.get("base_address")
    if isinstance(kept, dict) and kept.get("provider") and kept.get("name"):
        return Served(kept["provider"], kept["name"], kept.get("base_url"))
    provider = row.address["provider"]
    return Served(provider, row.base_model) if provider in _HOSTED and row.base_model else None


@dataclass(frozen=True)
class Answer:
    """What came back: words, or why there are none. `away`: it was the model's server, not its words.

    `unready`: it cannot be asked as things are set up, so others answer for it at work too.
    """

    text: str | None
    error: str | None
    spent: calls.Spent
    away: bool = False
    unready: bool = False


def most(line: HeldOut) -> int:
    """Tokens that an answer may have: three times those of the right one, for a model that does not end."""
    return min(MOST_TOKENS, max(LEAST_TOKENS, 3 * prices.tokens_in(line.wanted)))


async def ask(contender: Contender, line: HeldOut, role: str, scope: str, chosen: Settings) -> Answer:
    """One contender's answer to one line, within the time-out of `chosen`. Never raises for what a model does."""
    if contender.target is None:
        return await _own(line)
    if contender.how == "told":
        return await _told(contender.target, line, role, scope, chosen)
    from cofounder.models import remote

    request = remote.Request(line.system or contender.system, line.asked, trained.Plain, most(line))
    found = await put(contender.target, request, role, scope, line.number, chosen)
    return found if isinstance(found, Answer) else Answer(found[0].text, None, found[1])


async def _own(line: HeldOut) -> Answer:
    began = time.perf_counter()
    try:
        text = await asyncio.to_thread(scoring.own_answer, line)
    except (ValueError, CofounderError) as error:
        return Answer(None, str(error)[:500], calls.Spent(seconds=time.perf_counter() - began))
    return Answer(text, None, calls.Spent(seconds=time.perf_counter() - began))


async def _told(target: Target, line: HeldOut, role: str, scope: str, chosen: Settings) -> Answer:
    """A model that was not tuned is asked with our instructions; what it says is put into the form of the lines."""
    from cofounder.models import remote

    try:
        job = _job(line, role)
        request = remote.Request(job.instructions(), job.prompt(), job.output, MOST_TOKENS)
    except (ValueError, CofounderError) as error:
        return Answer(None, str(error)[:500], calls.Spent())
    found = await put(target, request, role, scope, line.number, chosen)
    if isinstance(found, Answer):
        return found
    try:
        value = job.finish(found[0], target)
        return Answer(_in_form(value, line), None, found[1])
    except (ValueError, CofounderError) as error:
        return Answer(None, f"unusable: {error}"[:500], found[1])


def _job(line: HeldOut, role: str) -> Any:
    """What is asked of a configured model at work where a role has no tuned one. Raises ValueError."""
    if role == "writer":
        return jobs.Writing(scoring.brief_of(line))
    if role == "judge":
        asked, channel = scoring.judged_of(line)
        return judging.Judging(asked.request, asked.text, channel, scoring.rules(line))
    return jobs.Understanding(line.asked, line.day, {}, {})


def _in_form(value: Any, line: HeldOut) -> str:
    from cofounder import channels
    from cofounder.flow.plan import planner

    if line.form == "text":
        return channels.render(scoring.brief_of(line).form.channel, value).plain
    if line.form == "scores":
        return json.dumps(value.model_dump(mode="json", include={"scores", "overall", "decision"}))
    if line.form == "plan":
        plan = planner.sketch(value, has_metrics=False)
        return json.dumps({"plan": plan.model_dump(mode="json", include={"steps", "goal"})})
    actions = [one.model_dump(mode="json") for one in value.actions]
    return json.dumps(trained.compact(value.intent, value.domain, value.channels, actions))


async def put(
    target: Target, request: Any, role: str, scope: str, number: int, chosen: Settings
) -> Answer | tuple[Any, calls.Spent]:
    """Ask, with the call on record and its price reserved before. Gives (output, spent), or why there is none."""
    from cofounder.models import providers, remote

    call = calls.Call(role, {"scope": scope, "line": number}, None, scope, number, trained.VERSION)
    try:
        reason = remote.too_long(target, chosen, request)
        intended = None if reason else await calls.intend(call, target, None, remote.at_most(target, request))
    except providers.ProviderNotReady as error:
        return Answer(None, str(error)[:500], calls.Spent(), away=True, unready=True)
    except budgets.OverBudget as error:
        return Answer(None, str(error)[:500], calls.Spent(), away=True)
    if intended is None:
        return Answer(None, reason or "it was asked already", calls.Spent())
    try:
        answered = await remote.ask(target, chosen, request)
    except remote.NoUsableAnswer as error:
        why = calls.without_keys(str(error), chosen)
        await calls.fail(intended, why, error.spent)
        return Answer(None, why[:500], error.spent, away=not why.startswith("malformed"))
    await calls.answer(intended, {}, answered.spent)
    return answered.output, answered.spent


class Better(BaseModel):
    """Which of two texts is better."""

    better: Literal["first", "second", "neither"]


_COMPARE = (
    "Two texts answer the same request for the same channel. Say which one a careful editor would publish: first, second "
    "or neither of them more than the other. Judge by the facts given, the request and the channel; never by length."
)


async def prefer(
    target: Target, line: HeldOut, mine: str, theirs: str, scope: str, chosen: Settings
) -> tuple[float | None, Decimal]:
    """(1 where the candidate's text is preferred in both orders, 0 the other's, 0.5 where the orders differ; USD)."""
    from cofounder.models import remote

    seen: list[str] = []
    cost = Decimal(0)
    for place, (first, second) in enumerate(((mine, theirs), (theirs, mine))):
        words = f"{line.asked}\n\nFirst text:\n{first}\n\nSecond text:\n{second}"
        found = await put(
            target, remote.Request(_COMPARE, words, Better, 512), "judge", f"{scope}:{place}", line.number, chosen
        )
        if isinstance(found, Answer):
            return None, cost + found.spent.cost_usd
        seen.append(found[0].better)
        cost += found[1].cost_usd
    if seen == ["first", "second"]:
        return 1.0, cost
    return (0.0 if seen == ["second", "first"] else 0.5), cost
