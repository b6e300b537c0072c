"""From weights to probabilities: what a person set, the floor, and the arm of an experiment. Plain arithmetic."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

Status = Literal["active", "testing", "disabled"]
Arm = Literal["control", "variant_a", "variant_b"]
WAYS = ("learnt", "flattened", "lifted")  # in which an arm draws that has no policy of its own
ARMS: tuple[Arm, ...] = ("control", "variant_a", "variant_b")

FLOOR = 0.02
BLEND = 0.3  # how far the arms of an experiment go


@dataclass(frozen=True, slots=True)
class Rule:
    """Another way to draw than by what was learnt: that of an arm of an experiment."""

    draws: str = "learnt"  # learnt, flattened, lifted, or the name of a policy
    personas: tuple[str, ...] = ()  # that may be drawn; none: all
    found: Mapping[str, float] | None = None  # what its own policy made of the posts


class Drawable(NamedTuple):
    """A voice as it stands when one is drawn."""

    id: str
    weight: float  # any scale, not negative
    status: Status = "active"
    override: float | None = None  # the probability that a person gave it


def floor_for(count: int) -> float:
    """The least probability where `count` voices may be drawn: 0.02, and never more than half of all together."""
    return min(FLOOR, 0.5 / max(count, 1))


def shares(voices: Sequence[Drawable]) -> dict[str, float]:
    """id -> probability of every voice that is not disabled; they add up to 1 and none is below the floor.

    A voice in testing is drawn at the floor, one that a person set at what was set; the others share the rest by
    weight, those under the floor set onto it. Where there are no others, those that are set share by what was set.
    Raises ValueError when nobody can be drawn.
    """
    able = [one for one in voices if one.status != "disabled"]
    if not able:
        raise ValueError("no persona can be drawn")
    floor = floor_for(len(able))
    free, fixed = [], {}
    for one in able:
        if one.status == "active" and one.override is None:
            free.append(one)
        else:
            set_by_hand = one.status == "active" and one.override is not None
            fixed[one.id] = max(one.override or 0.0, floor) if set_by_hand else floor
    if not free:
        return _raised(fixed, floor)
    room = 1 - floor * len(free)
    taken = sum(fixed.values())
    if taken > room:  # what was set leaves the others less than their floor: it gives way, not they
        fixed = {id: share * room for id, share in _raised(fixed, floor / room).items()}
        taken = room
    rest = 1 - taken
    spread = _raised({one.id: max(one.weight, 0.0) for one in free}, floor / rest)
    given = {id: share * rest for id, share in spread.items()}
    return {one.id: fixed[one.id] if one.id in fixed else given[one.id] for one in able}


def ruled(voices: Sequence[Drawable], rule: Rule | None) -> dict[str, float]:
    """The probabilities by a rule; those of `shares` without one.

    Voices that the rule leaves out are not drawn, unless nobody else is left. What a person set stays as it is: only
    the others' shares are flattened or lifted. Raises ValueError when nobody can be drawn.
    """
    if rule is None:
        return shares(voices)
    kept = [one for one in voices if not rule.personas or one.id in rule.personas]
    if all(one.status == "disabled" for one in kept):
        kept = list(voices)
    if rule.found is not None:
        kept = [one._replace(weight=rule.found.get(one.id, one.weight)) for one in kept]
    given = shares(kept)
    if rule.draws not in ("flattened", "lifted"):
        return given
    free = {one.id: given[one.id] for one in kept if one.status == "active" and one.override is None}
    total = sum(free.values())
    if not free or total <= 0:
        return given
    changed = bent({id: share / total for id, share in free.items()}, rule.draws)
    return given | {id: share * total for id, share in changed.items()}


def bent(given: Mapping[str, float], draws: str) -> dict[str, float]:
    """Probabilities flattened by three tenths, or with the low ones lifted as much; else as they are."""
    count = len(given)
    if count < 2 or draws not in ("flattened", "lifted"):
        return dict(given)
    if draws == "flattened":
        return {id: (1 - BLEND) * share + BLEND / count for id, share in given.items()}
    return {id: (1 - BLEND) * share + BLEND * (1 - share) / (count - 1) for id, share in given.items()}


def arm_of(task_id: UUID, experiment: str, parts: Mapping[Arm, float]) -> Arm:
    """The arm of a task: by a hash of both names, so that it is the same whoever asks. `parts` add up to 1."""
    digest = hashlib.sha256(f"{experiment}:{task_id}".encode()).digest()
    at, reached = (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53), 0.0
    for arm in ARMS:  # in an order of their own: jsonb keeps none
        reached += parts.get(arm, 0.0)
        if at < reached:
            return arm
    return "control"


def _raised(given: Mapping[str, float], floor: float) -> dict[str, float]:
    """Scaled to add up to 1, none below `floor`: those under it are set onto it, the others share what is left."""
    low: set[str] = set()
    while True:
        total = sum(share for id, share in given.items() if id not in low)
        left = 1 - floor * len(low)
        spread = {
            id: floor if id in low else (share * left / total if total > 0 else left / (len(given) - len(low)))
            for id, share in given.items()
        }
        under = {id for id, share in spread.items() if id not in low and share < floor}
        if not under or len(low | under) == len(given):
            return spread
        low |= under
