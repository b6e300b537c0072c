"""Which model answers, and why."""

from dataclasses import dataclass

from cofounder.flow.request.chat.errors import ModelUnknown
from cofounder.flow.request.chat.reading import Subject
from cofounder.flow.request.chat.schemas import ModelOut, Price
from cofounder.models import offered, providers
from cofounder.models.chain import OFFLINE, Target
from cofounder.ops import connections

AUTO = "auto"


@dataclass(frozen=True)
class Plan:
    """Models to ask, best first; our own comes after them. `unreachable` was wished for and cannot be asked."""

    targets: tuple[Target, ...]
    reason: str
    unreachable: str | None = None


def check(model: str | None) -> None:
    """Refuse a name that no model has. Raises ModelUnknown."""
    if model is not None and model != AUTO and offered.named(model) is None:
        raise ModelUnknown(f"There is no model {model!r}.", field="model")


async def choose(wished: str | None, subject: Subject) -> Plan:
    """The models for one question. A configured model that lacks its key is left out."""
    await connections.latest()
    configured = offered.configured()
    if wished is None:
        return _configured(configured, "The first of the configured models.")
    if wished == AUTO:
        return _auto(configured, subject)
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


def _auto(targets: tuple[Target, ...], subject: Subject) -> Plan:
    """By complexity: what our own model reads out of the rows needs no other; what is open does."""
    if subject.kind != "unknown":
        return Plan(
            (), "Chosen by complexity (simple): a question that the company's own rows answer, exactly and free."
        )
    plan = _configured(targets, "Chosen by complexity (open): a question that wants a language model.")
    if plan.targets:
        return plan
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
