"""What a policy is given and what it answers: the whole interface of a plug-in."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Spec(NamedTuple):
    """What holds for the whole life of a policy."""

    arms: Sequence[str]  # K personas; one that comes later is listed from the start, and not available until then
    initial_weights: Floats  # K, 0 for one that had none
    floor: float  # least probability of whoever is available
    n_topics: int
    n_platforms: int
    seed: int  # of the policy's own draws, so that a run can be repeated


class Context(NamedTuple):
    """What is known of a deliverable when its voice is drawn."""

    t: float  # hours since the beginning
    hour: int  # 0-23
    weekday: int  # 0-6
    topic: int  # below n_topics
    platform: int  # below n_platforms
    available: Flags  # K


class Outcome(NamedTuple):
    """What a post came to, at the one age at which posts are scored."""

    post_id: Any
    arm: int
    context: Context
    t_post: float
    t_seen: float
    impressions: float
    followers: float
    propensity: float  # with which the arm was drawn


class Policy(Protocol):
    """A way to draw voices. Made with a Spec and a clock that tells hours; keyword arguments are its own settings."""

    def __init__(self, spec: Spec, now: Callable[[], float], **settings: Any) -> None: ...

    def select(self, context: Context, rng: np.random.Generator) -> tuple[int, Floats]:
        """An arm drawn with `rng`, and the whole distribution it was drawn from (K, adds up to 1)."""
        ...

    def observe(self, outcomes: Sequence[Outcome]) -> None:
        """What became known since the last select."""
        ...
