"""Which model answers, and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cofounder.flow.request.chat.errors import ModelUnknown
from cofounder.flow.request.chat.schemas import ModelOut, Price
from cofounder.flow.request.chat.subject import Subject
from cofounder.models import offered, providers
from cofounder.models.chain import OFFLINE, Target, of_row
from cofounder.models.routing import service as routing
from cofounder.models.routing.complexity import Complexity, Seen
from cofounder.ops import connections

AUTO = "auto"
_SHORT = 25  # words of a question that nothing else says is hard


@dataclass(frozen=True)
class Plan:
    """Models to ask, best first; our own comes after them. `unreachable` was wished for and cannot be asked."""

    targets: tuple[Target, ...]
    reason: str
    unreachable: str | None = None
    routed: dict[str, Any] | None = None  # the router's record, where it chose


def check(model: str | None) -> None:
    """Refuse a name that no model has. Raises ModelUnknown."""
    if model is not None and model != AUTO and offered.named(model) is None:
        raise ModelUnknown(f"There is no model {model!r}.", field="model")


async def choose(wished: str | None, subject: Subject, question: str, before: Sequence[str] = ()) -> Plan:
    """The models for one question. A configured model that lacks its key is left out.

    `before` are the models that answered earlier in the conversation, oldest first.
    """
    await connections.latest()
    configured = offered.configured()
    if wished is None:
        return _configured(configured, "The first of the configured models.")
    if wished == AUTO:
        return await _auto(configured, subject, question, before)
    target = offered.named(wished) or OFFLINE
    if target == OFFLINE:
        return Plan((), "You chose the built-in model.")
    lacking = providers.problem(target, connections.current())
    others = tuple(one for one in configured if one != target)
    if lacking is not None:
        return Plan(others, f"{wished} cannot be asked: {lacking}", unreachable=wished)
    return Plan((target, *others), f"You chose {target}.")


def _configured(targets: tuple[Target, ...], reason: str) -> Plan:
    lacking = {target: providers.problem(target, connections.current()) for target in targets}
    ready = tuple(target for target in targets if lacking[target] is None)
    if ready:
        skipped = [f"{target} cannot be asked: {lacking[target]}" for target in targets if target not in ready]
        return Plan(ready, " ".join([reason, *skipped]), unreachable=None)
    if targets:
        return Plan((), f"{targets[0]} cannot be asked: {lacking[targets[0]]}", unreachable=str(targets[0]))
    return Plan((), "No other model is set up, so the built-in one answers.")


async def _auto(targets: tuple[Target, ...], subject: Subject, question: str, before: Sequence[str]) -> Plan:
    """By complexity: what our own model reads out of the rows needs no other; what is open does, and is routed.

    A conversation stays with the model that answered in it where that is strong enough.
    """
    if subject.kind != "unknown":
        return Plan(
            (), "Chosen by complexity (simple): a question that the company's own rows answer, exactly and free."
        )
    base = Complexity.SIMPLE if len(question.split()) <= _SHORT else Complexity.MEDIUM
    earlier = next((of_row(one) for one in reversed(before) if one != str(OFFLINE)), None)
    routed = await routing.decide(Seen("chat", question, base), ",".join(map(str, targets)), sticky=earlier)
    ordered = tuple(target for target in routed.targets if target != OFFLINE)
    why = f"Chosen by complexity (open): a question that wants a language model. {routed.record['why']}"
    plan = _configured(ordered, why)
    if plan.targets:
        return replace(plan, routed=routed.record)
    return Plan((), f"Chosen by complexity (open), and {plan.reason[:1].lower()}{plan.reason[1:]}", plan.unreachable)


async def models() -> list[ModelOut]:
    """Every model that can be asked, the configured ones first."""
    return [_shown(one) for one in await offered.offers()]


def _shown(one: offered.Offer) -> ModelOut:
    known = one.input_usd is not None and one.output_usd is not None
    return ModelOut(
        id=str(one.target),
        name="Built-in" if one.target == OFFLINE else one.target.name,
        provider=one.target.provider,
        price=Price(input=float(one.input_usd or 0), output=float(one.output_usd or 0)) if known else None,
        reachable=one.why_not is None,
        why_not=one.why_not,
    )
