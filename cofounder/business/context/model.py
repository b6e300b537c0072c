"""What a text may bring on a channel, from what earlier ones brought: a small ridge regression on the log.

Its interval is conformal (Vovk et al. 2005; split by time, as posts are no exchangeable sample): the model is fitted
anew on each stretch of history and asked about the next, and the errors of that are the width. The same walk says how
often the interval held and whether the model is better than the channel's mean on that scale, which is the geometric
mean of its posts; where it is not, that is told. A model that knows the time of publication takes the errors of posts
of about that hour: hours may differ in how far off it is.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from cofounder.business.context import features

FEWEST = 40  # scored posts
LEVEL = 0.8
_BLOCKS = 6  # stretches of the walk
_FIRST = 0.4  # of history, before the walk begins
_PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
_ALIKE = 10  # posts
_HALF_LIFE = 20  # posts, of the channel's level
_STEP = 0.01  # how fast the interval learns from what fell outside
_CLEAR = 1.28  # standard errors by which the model must be better: one in ten by luck
_NEAR = 60  # minutes, either way
_DAY = 24 * 60
_TOLD = 9  # errors that an 80% interval wants at the least

Array = Any


@dataclass(frozen=True)
class Walk:
    """What the model said of posts it had not seen, beside what came; on the log scale, oldest first."""

    predicted: Array
    means: Array  # what the channel's mean said
    actual: Array
    blocks: Array  # which stretch each belongs to
    minutes: Array | None = None  # of the day, at which each went out; None: the model does not know

    def near(self, minute: int) -> Array:
        """Which went out within an hour of that minute of the day."""
        import numpy as np

        assert self.minutes is not None
        apart = np.abs(self.minutes - minute)
        return np.minimum(apart, _DAY - apart) <= _NEAR

    def only(self, kept: Array) -> "Walk":
        """The same of some."""
        assert self.minutes is not None
        cut = (self.predicted[kept], self.means[kept], self.actual[kept], self.blocks[kept], self.minutes[kept])
        return Walk(*cut)


@dataclass(frozen=True)
class Model:
    """A fitted model of one outcome on one channel."""

    n: int
    names: list[tuple[str, str]]
    centre: Array
    scale: Array
    weights: Array
    mean: float
    level: float  # the channel's lately
    texts: Array  # rows of words
    outcomes: Array
    walk: Walk = field(repr=False)
    width: tuple[float, float] = (0.0, 0.0)  # from the middle to the interval's ends
    beats_mean: bool = False
    coverage: float | None = None
    coverage_n: int = 0
    error: float = 0.0  # mean absolute error on the log
    mean_error: float = 0.0

    def predict(self, post: Mapping[str, Any]) -> tuple[float, float, float]:
        """(middle, low, high) on the log scale."""
        middle = self._raw(post) if self.beats_mean else self.mean
        low, high = self.at(post).width
        return middle, middle + low, middle + high

    def at(self, post: Mapping[str, Any]) -> "Model":
        """The model with width and coverage of posts of about the hour of this one, where it knows hours."""
        if self.walk.minutes is None:
            return self
        near = self.walk.near(features.minute(post["published_at"]))
        if not near.any():
            return self
        width, held, asked = _interval(self.walk.only(near), self.beats_mean)
        return replace(self, width=width, coverage=held / asked if asked else None, coverage_n=asked)

    @property
    def errors(self) -> Array:
        """What came less what is said, on the log, of the posts of the walk."""
        return self.walk.actual - (self.walk.predicted if self.beats_mean else self.walk.means)

    def _raw(self, post: Mapping[str, Any]) -> float:
        import numpy as np

        words = features.words_vector(f"{post.get('title') or ''} {post.get('content') or ''}")
        alike = _alike(words[None, :], self.texts, self.outcomes, self.mean, None)[0]
        shape = features.shape(post)
        if self.walk.minutes is not None:
            shape += features.clock(post["published_at"])
        row = np.asarray([*shape, *features.named(post, self.names), self.level, alike, *words])
        return float(self.mean + ((row - self.centre) / self.scale) @ self.weights)

    def rank(self, post: Mapping[str, Any]) -> float:
        """The share of earlier posts of which less was foretold, 0-1."""
        return float((self.walk.predicted <= self._raw(post)).mean())


def fit(
    posts: Sequence[Mapping[str, Any]],
    outcomes: Sequence[float],
    *,
    words: Sequence[Array],
    minutes: Sequence[int] | None = None,
) -> Model | None:
    """From posts, oldest first, and their outcomes on the log; None under 40 or where outcomes do not differ.

    `words`: those of each as a row; `minutes`: of the day, at which each went out, where that is to be reckoned with.
    """
    import numpy as np

    y = np.asarray(outcomes, np.float64)
    if len(y) < FEWEST or float(y.std()) < 1e-9:
        return None
    texts = np.stack(words)
    shapes = np.asarray(
        [features.shape(post) + (features.clock(post["published_at"]) if minutes is not None else []) for post in posts]
    )
    levels = _levels(y)
    edges = np.unique(np.linspace(int(len(y) * _FIRST), len(y), _BLOCKS + 1).astype(int))
    predicted, means, blocks = [], [], []
    for at, (start, end) in enumerate(pairwise(edges)):
        part = _fitted(posts, texts, shapes, levels, y, start)
        predicted.append(_apply(part, posts, texts, shapes, levels, y, start, end))
        means.append(np.full(end - start, y[:start].mean()))
        blocks.append(np.full(end - start, at))
    out = None if minutes is None else np.asarray(minutes)[edges[0] :]
    walk = Walk(np.concatenate(predicted), np.concatenate(means), y[edges[0] :], np.concatenate(blocks), out)
    names, centre, scale, weights, mean = _fitted(posts, texts, shapes, levels, y, len(y))
    off, off_mean = np.abs(walk.actual - walk.predicted), np.abs(walk.actual - walk.means)
    beats = clearly(off_mean - off)
    width, held, asked = _interval(walk, beats)
    return Model(
        n=len(y),
        names=names,
        centre=centre,
        scale=scale,
        weights=weights,
        mean=mean,
        level=float(_levels(np.append(y, 0.0))[-1]),
        texts=texts,
        outcomes=y,
        walk=walk,
        width=width,
        beats_mean=beats,
        coverage=held / asked if asked else None,
        coverage_n=asked,
        error=float(off.mean()),
        mean_error=float(off_mean.mean()),
    )


def clearly(gain: Array) -> bool:
    """Whether gains, one a post, are above nought by more than luck."""
    return float(gain.mean()) > _CLEAR * float(gain.std(ddof=1)) / math.sqrt(len(gain))


def bounds(ordered: Array, outside: float = 1 - LEVEL) -> tuple[float, float]:
    """The outside/2 and 1 - outside/2 quantiles of sorted errors, made wider for their number as conformal wants."""
    n = len(ordered)
    low = max(math.floor((n + 1) * outside / 2), 1)
    high = min(math.ceil((n + 1) * (1 - outside / 2)), n)
    return float(ordered[low - 1]), float(ordered[high - 1])


def _interval(walk: Walk, beats: bool) -> tuple[tuple[float, float], int, int]:
    """How far the interval reaches to either side; and of how many later outcomes how many such intervals held.

    Each stretch is given the errors of those before it. Where too many outcomes fall outside, the next interval aims
    wider, and narrower where too few do (adaptive conformal inference, Gibbs and Candès 2021): posts drift.
    """
    import numpy as np

    errors = walk.actual - (walk.predicted if beats else walk.means)
    outside, held, asked = 1 - LEVEL, 0, 0
    for block in range(1, int(walk.blocks.max()) + 1):
        before = np.sort(errors[walk.blocks < block])
        if len(before) < _TOLD:
            continue
        for error in errors[walk.blocks == block]:
            low, high = bounds(before, outside)
            inside = low <= error <= high
            outside = min(max(outside + _STEP * ((1 - LEVEL) - (not inside)), 0.02), 0.5)
            held += inside
            asked += 1
    return bounds(np.sort(errors), outside), held, asked


def _levels(y: Array) -> Array:
    """Before each post: the mean of what the ones before it brought, each counting half as much twenty posts on."""
    import numpy as np

    keep = 0.5 ** (1 / _HALF_LIFE)
    found, top, below = np.empty(len(y)), 0.0, 0.0
    for at, value in enumerate(y):
        found[at] = top / below if below else float(y[0])
        top, below = keep * top + value, keep * below + 1
    return found


def _alike(rows: Array, texts: Array, outcomes: Array, mean: float, until: Array | None) -> Array:
    """The mean outcome of the posts most alike, drawn to the channel's mean; row i sees only texts before until[i]."""
    import numpy as np

    alike = np.maximum(rows @ texts.T, 0.0)
    if until is not None:
        alike = np.where(np.arange(len(texts))[None, :] < until[:, None], alike, 0.0)
    if alike.shape[1] > _ALIKE:
        cut = -np.partition(-alike, _ALIKE - 1, axis=1)[:, _ALIKE - 1 : _ALIKE]
        alike = np.where(alike >= cut, alike, 0.0)
    weight = alike**2
    return (weight @ outcomes + 0.5 * mean) / (weight.sum(axis=1) + 0.5)


def _table(
    posts: Sequence[Mapping[str, Any]], names: Any, texts: Array, shapes: Array, levels: Array, y: Array,
    mean: float, known: int, start: int, end: int,
) -> Array:  # fmt: skip
    """Rows start to end; the posts most alike are sought among the `known` first and before each row."""
    import numpy as np

    until = np.minimum(np.arange(start, end), known)
    alike = _alike(texts[start:end], texts[:known], y[:known], mean, until)
    told = np.asarray([features.named(posts[at], names) for at in range(start, end)]).reshape(end - start, len(names))
    return np.hstack([shapes[start:end], told, levels[start:end, None], alike[:, None], texts[start:end]])


def _fitted(posts: Any, texts: Array, shapes: Array, levels: Array, y: Array, known: int) -> Any:
    """Ridge on the first `known` posts; the penalty is the one with the least error of leaving each out."""
    import numpy as np

    names = features.names_of(posts[:known])
    mean = float(y[:known].mean())
    table = _table(posts, names, texts, shapes, levels, y, mean, known, 0, known)
    centre, scale = table.mean(axis=0), table.std(axis=0)
    scale = np.where(scale < 1e-9, 1.0, scale)
    # a hashed word is one of hundreds: scaled to its own spread it would weigh as much as the hour
    scale[-features.HASHED :] = 0.3
    x, target = (table - centre) / scale, y[:known] - mean
    values, axes = np.linalg.eigh(x.T @ x)
    turned = x @ axes
    along, squares = turned.T @ target, turned**2
    best = None
    for penalty in _PENALTIES:
        shrink = 1 / (np.maximum(values, 0.0) + penalty)
        leverage = squares @ shrink + 1 / known
        error = np.abs((target - turned @ (shrink * along)) / np.maximum(1 - leverage, 0.05)).mean()
        if best is None or error < best[0]:
            best = (error, axes @ (shrink * along))
    assert best is not None
    return names, centre, scale, best[1], mean


def _apply(part: Any, posts: Any, texts: Array, shapes: Array, levels: Array, y: Array, start: int, end: int) -> Array:
    """What a model of the posts before `start` says of those from there to `end`, whose levels it does not know yet."""
    import numpy as np

    names, centre, scale, weights, mean = part
    table = _table(posts, names, texts, shapes, np.full(len(y), levels[start]), y, mean, start, start, end)
    return mean + ((table - centre) / scale) @ weights
