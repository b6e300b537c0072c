"""Whether the hour and the weekday of publication tell more than the text alone, and what is foretold without them. Pure.

A channel's model of the text alone is held against outcomes at all the hours its posts go out at: what it says, interval
and coverage, is said of a post that goes out as they do. The hour is reckoned with where that was clearly better on
later posts, and only for an hour that the channel has used: of another one nobody knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cofounder.business.context import features, model
from cofounder.business.context.model import FEWEST, Model

FEWEST_NEAR = 10  # later posts within an hour of it: as many as an 80% interval wants at the least


@dataclass(frozen=True)
class Models:
    """What a channel's posts tell of one outcome: whatever the time, and where it helps by the time."""

    anytime: Model
    timed: Model | None = None  # only where the time clearly tells more

    def of(self, at: datetime | None) -> tuple[Model, datetime | None]:
        """The model to ask of a post that goes out at `at`, and the time that it reckons with; none: it does not."""
        if at is None or self.timed is None or self.near(at) < FEWEST_NEAR:
            return self.anytime, None
        return self.timed, at

    def near(self, at: datetime) -> int:
        """How many of the later posts that the model was tried on went out within an hour of that time of day."""
        return 0 if self.timed is None else int(self.timed.walk.near(features.minute(at)).sum())

    def predict(self, post: Mapping[str, Any]) -> tuple[float, float, float]:
        """(middle, low, high) on the log scale; `published_at` may be None."""
        return self.of(post["published_at"])[0].predict(post)


def fit(posts: Sequence[Mapping[str, Any]], outcomes: Sequence[float]) -> Models | None:
    """From posts, oldest first, and their outcomes on the log; None under 40 or where outcomes do not differ.

    A post of which nobody knows when it was published (`published_at` is None) tells of the text alone.
    """
    texts = [features.words_vector(f"{p.get('title') or ''} {p.get('content') or ''}") for p in posts]
    anytime = model.fit(posts, outcomes, words=texts)
    if anytime is None:
        return None
    dated = [at for at, post in enumerate(posts) if post["published_at"] is not None]
    if len(dated) < FEWEST:
        return Models(anytime)
    mine = [posts[at] for at in dated], [outcomes[at] for at in dated]
    words = [texts[at] for at in dated]
    timed = model.fit(*mine, words=words, minutes=[features.minute(post["published_at"]) for post in mine[0]])
    rival = anytime if len(dated) == len(posts) else model.fit(*mine, words=words)
    if timed is None or rival is None or not model.clearly(abs(rival.errors) - abs(timed.errors)):
        return Models(anytime)
    return Models(anytime, timed)
