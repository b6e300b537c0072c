"""Which policies there are: ours, and those that installed packages bring under `cofounder.policies`."""

import json
import unicodedata
from asyncio import CancelledError
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from cofounder.kit.errors import CofounderError, InputInvalid
from cofounder.personas.drawing import WAYS

if TYPE_CHECKING:
    from cofounder.personas.policies.interface import Flags, Floats, Outcome, Spec

GROUP = "cofounder.policies"
OURS = {
    "fixed": "Fixed",
    "blueprint": "Blueprint",
    "log_thompson": "LogThompson",
    "contextual_log_thompson": "ContextualLogThompson",
    "blended": "Blended",
    "default": "Default",
}
MOST_CELLS = 400
LOOK_BACK_HOURS = 7 * 24.0
MOST_SAID = 500  # characters of what a policy raised


class PolicyUnknown(InputInvalid):
    """There is no such policy."""

    hint = f"Ours are {', '.join(OURS)}; others come with packages that are installed."


class PolicyFailed(CofounderError):
    """The policy raised instead of answering; the weights stay as they were."""

    status = 500
    hint = "Choose another one with COFOUNDER_PERSONA_POLICY, and tell whoever made it."


@contextmanager
def blamed(name: str) -> Iterator[None]:
    """Whatever a policy raises, also to leave the process by, is a failure of that policy. Raises PolicyFailed."""
    try:
        yield
    except (PolicyFailed, KeyboardInterrupt, CancelledError):
        raise
    except BaseException as error:
        raise PolicyFailed(said(f"{name}: {type(error).__name__}: {_message(error)}")) from error


def said(text: str) -> str:
    """What a stranger's code says, as it can be kept and shown: in a line, without control characters, not too long."""
    plain = "".join(" " if unicodedata.category(one) in ("Cc", "Cs") else one for one in text)
    line = " ".join(plain.split())
    return line if len(line) <= MOST_SAID else f"{line[: MOST_SAID - 1]}…"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # its message is a stranger's code too
        return "it cannot be told"


def answered(name: str, shares: Any, count: int) -> "Floats":
    """The probabilities of all voices that a policy answered. Raises PolicyFailed where they are none."""
    import numpy as np

    answer = np.asarray(shares, float)
    if answer.shape != (count,) or not np.isfinite(answer).all() or (answer < 0).any():
        raise PolicyFailed(f"{name} answered no probabilities: {count} numbers of 0 or more are wanted.")
    if abs(answer.sum() - 1) > 1e-6:
        raise PolicyFailed(f"{name} answered probabilities that add up to {answer.sum():.6g}, not to 1.")
    return answer


def names() -> list[str]:
    """Those that can be chosen. A package's whose name means a way of an experiment's arms is none of them."""
    return [*OURS, *sorted(one.name for one in entry_points(group=GROUP) if one.name not in (*OURS, *WAYS))]


def made(name: str, spec: "Spec", now: Callable[[], float]) -> Any:
    """A policy of this name. Raises PolicyUnknown, and PolicyFailed where a foreign one cannot be made."""
    if name in OURS:
        from cofounder.personas import arena
        from cofounder.personas.optimising import AGE_HOURS

        kind = getattr(arena, OURS[name])
        if name == "blueprint":
            # It looks back by when posts were posted. Here none is scored before its age: by seven days alone it would
            # see four, and of a house with four posts a day never the twenty that it needs.
            return kind(spec, now=now, look_back=LOOK_BACK_HOURS + AGE_HOURS)
        return kind(spec, now=now)
    if name in WAYS:
        raise PolicyUnknown(
            f"{name!r} is no policy: it is a way in which an experiment's arms draw.",
            field="policy",
            hint="Choose another one; a package that calls its policy so must give it another name.",
        )
    for one in entry_points(group=GROUP):
        if one.name == name:
            with blamed(name):
                return one.load()(spec, now=now)
    raise PolicyUnknown(f"There is no policy {name!r}.", field="policy")


def taught(
    name: str,
    policy: Any,
    outcomes: "Sequence[Outcome]",
    now: float,
    available: "Flags",
    topics: Mapping[str, int],
    platforms: Mapping[str, int],
) -> "tuple[Floats, dict[str, dict[str, float]] | None, dict[str, Any]]":
    """What a policy makes of the outcomes. Raises PolicyFailed.

    (probability of each arm, those of each "topic|block|platform" where it looks at them, what it tells for the log)
    """
    import numpy as np

    from cofounder.personas.policies.interface import Context
    from cofounder.personas.policies.reweighting import Reweighting
    from cofounder.personas.policies.simplex import mixed

    def asked(topic: int, block: int, platform: int) -> "Floats":
        here = Context(now, block * 6, 0, topic, platform, available)
        return answered(name, policy.select(here, np.random.default_rng(0))[1], len(available))

    with blamed(name):
        policy.observe(outcomes)
        if isinstance(policy, Reweighting):  # a stranger's `fit` may be anything
            policy.fit(available)
            used = getattr(policy, "used", policy)
            told = _kept(name, policy.told())
            anywhere = mixed(used.weights, policy.spec.floor, available)
            if hasattr(used, "cell"):
                return anywhere, _cells(used, available, topics, platforms), told
            shares = policy.shares(Context(now, 0, 0, 0, 0, available))
            return answered(name, shares, len(available)), None, told
        return asked(0, 0, 0), None, {}


def _kept(name: str, told: Any) -> dict[str, Any]:
    """What a policy tells for the log. Raises PolicyFailed where the log could not keep it."""
    written = json.dumps(told, allow_nan=False, ensure_ascii=False)
    written.encode()  # half a character raises
    if not isinstance(told, dict) or "\\u0000" in written:
        raise PolicyFailed(f"{name} told something for the log that cannot be kept.")
    return told


def _cells(
    policy: Any, available: "Flags", topics: Mapping[str, int], platforms: Mapping[str, int]
) -> dict[str, dict[str, float]]:
    from cofounder.personas.policies.simplex import mixed

    found = {}
    for topic, at in list(topics.items())[: MOST_CELLS // (4 * max(len(platforms), 1))]:
        for block in range(4):
            for platform, on in platforms.items():
                here = mixed(policy.cell((at, block, on), available), policy.spec.floor, available)
                pairs = zip(policy.spec.arms, here, strict=True)
                found[f"{topic}|{block}|{platform}"] = {id: round(float(one), 6) for id, one in pairs}
    return found
