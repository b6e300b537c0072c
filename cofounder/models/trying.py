"""Asks each model of the chain one word, so that a key, an address or a name that is wrong is found before work is."""

import asyncio

from cofounder.kit.ids import new_id
from cofounder.models import budgets, calls, providers, remote
from cofounder.models.chain import OFFLINE, Target, chain
from cofounder.models.trained import Plain
from cofounder.ops.trying import ConnectionTried
from cofounder.settings import Settings

_MOST = 1_024  # a reasoning model thinks before it says one word
_ASKED = remote.Request("Answer with one word.", "Say: ready", Plain, _MOST)
_MEND = {
    "refused the key": "Give the key again in Settings.",
    "knows no such model": "Look at the model's name and the server's address in Settings.",
    "cannot be reached": "Look at the address in Settings, and whether the server runs.",
    "no answer in time": "Look at whether the server runs; COFOUNDER_MODEL_TIMEOUT_SECONDS says how long is waited.",
    "no credit left": "Fill the account up at the provider.",
    "takes no more requests": "Try again in a minute.",
    "no price is known": "Give its price in Settings, or with: cofounder settings set model_prices.",
    "is left for": "Raise the budget in Settings, or wait for the next day.",
}


async def trial(chosen: Settings) -> list[ConnectionTried]:
    """Every model that is named, side by side; the built-in one last."""
    asked = [target for target in chain(chosen.model) if target != OFFLINE]
    found = await asyncio.gather(*(_one(target, chosen) for target in asked))
    return [*found, ConnectionTried(name="offline", works=True, detail="Built in; it needs no key and no network.")]


async def _one(target: Target, chosen: Settings) -> ConnectionTried:
    """What came of one. What it cost is on record, and counts."""
    call = calls.Call("try", {"try": str(new_id())}, None, "try", 1, "try-1")
    try:
        providers.build(target, chosen)
        intended = await calls.intend(call, target, None, remote.at_most(target, _ASKED))
    except providers.ProviderNotReady as error:
        return ConnectionTried(name=str(target), works=False, detail=error.detail, mend=error.advice or "")
    except budgets.OverBudget as error:
        return _failed(target, str(error), calls.Spent())
    assert intended is not None  # without a task no earlier call is taken for this one
    try:
        answered = await remote.ask(target, chosen, _ASKED)
    except remote.NoUsableAnswer as error:
        reason = calls.without_keys(str(error), chosen)
        await calls.fail(intended, reason, error.spent)
        return _failed(target, reason, error.spent)
    await calls.answer(intended, {"text": answered.output.text[:200]}, answered.spent)
    said = " ".join(answered.output.text.split())[:60]
    return ConnectionTried(
        name=str(target),
        works=True,
        detail=f"It answered: {said}" if said else "It answered.",
        seconds=round(answered.spent.seconds, 2),
        cost_usd=float(answered.spent.cost_usd),
    )


def _failed(target: Target, reason: str, spent: calls.Spent) -> ConnectionTried:
    return ConnectionTried(
        name=str(target),
        works=False,
        detail=f"{reason[:1].upper()}{reason[1:]}.",
        mend=next((mend for words, mend in _MEND.items() if words in reason), ""),
        seconds=round(spent.seconds, 2),
        cost_usd=float(spent.cost_usd),
    )
