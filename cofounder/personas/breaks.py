"""When a channel began to behave otherwise: a change-point in what its posts reach and gain, beyond their voices.

The residuals of a channel (log of impressions, log of 1 + followers; voice, topic and hour of the day taken out) are
summed from the first to the last. Without a change the sum stays near nought: its largest distance, in units of the
long-run spread, follows Kolmogorov's law (the CUSUM test; Ploberger and Krämer 1992, spread by Newey and West 1987).
It announces and never acts. No I/O.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from cofounder.personas.queries import Scored

Figure = Literal["impressions", "followers"]
SPAN = timedelta(days=90)
LEAST = 20  # posts on either side of a change
RATE = 0.001  # of false alarms, of one test of one channel and figure
SHRINK = 3.0  # posts that say "like all others" of a voice, a topic, an hour


@dataclass(frozen=True, slots=True)
class Break:
    """A channel that changed."""

    platform: str
    figure: Figure
    at: datetime  # of the first post after it
    times: float  # what a post reaches or gains since, over what it did before
    low: float  # 95 % interval of `times`
    high: float
    p_value: float
    n: int

    def told(self) -> dict[str, Any]:
        """For the log."""
        return {**asdict(self), "at": self.at.isoformat(), "false_alarms": RATE}


def breaks(posts: Sequence[Scored], as_of: datetime, *, rate: float = RATE) -> list[Break]:
    """Each channel's clearest change within ninety days, where it would seldom be chance; the strongest first."""
    recent = [one for one in posts if one.seen_at is not None and as_of - SPAN < one.published_at <= as_of]
    found: list[Break] = []
    for platform in sorted({one.platform for one in recent}):
        own = sorted((one for one in recent if one.platform == platform), key=lambda one: (one.published_at, one.id))
        if len(own) < 2 * LEAST:
            continue
        figures: tuple[Figure, ...] = ("impressions", "followers")
        tested = [one for figure in figures if (one := _tested(platform, figure, own)) is not None]
        found += [one for one in tested if one.p_value <= rate]
    return sorted(found, key=lambda one: one.p_value)


def change_point(values: Any) -> tuple[int, float]:
    """(how many of the values lie before the likeliest change, the chance of one as clear where there is none).

    At least twenty lie on either side; 1.0 where the values do not differ.
    """
    import numpy as np
    from scipy.special import kolmogorov

    x = np.asarray(values, float)
    n = len(x)
    if n < 2 * LEAST:
        return 0, 1.0
    away = np.abs(np.cumsum(x - x.mean()))[LEAST - 1 : n - LEAST]
    at = int(away.argmax()) + LEAST
    # The spread about the two means: about one mean, a change would hide itself.
    left = np.concatenate([x[:at] - x[:at].mean(), x[at:] - x[at:].mean()])
    spread = long_run(left)
    if spread <= 0:
        return at, 1.0 if away.max() <= 1e-9 * n else 0.0
    return at, float(kolmogorov(away[at - LEAST] / (spread * n) ** 0.5))


def long_run(left: Any) -> float:
    """Variance of a sum of n values over n, neighbours being alike (Bartlett's weights over n^(1/3) neighbours)."""
    import numpy as np

    n = len(left)
    found = float((left**2).mean())
    most = round(n ** (1 / 3))
    for lag in range(1, most + 1):
        found += 2 * (1 - lag / (most + 1)) * float((left[lag:] * left[:-lag]).sum()) / n
    spread = float(np.var(left))
    if spread <= 0:
        return 0.0
    like = min(float((left[1:] * left[:-1]).mean()) / spread, 0.95)
    # As of a process in which each value is like the one before: on short series Bartlett's weights see too little.
    # Neighbours that differ would make the test bolder than it is, hence no less than the plain variance.
    return max(found, spread * (1 + like) / (1 - like), spread)


def _tested(platform: str, figure: Figure, own: Sequence[Scored]) -> Break | None:
    import numpy as np

    raw = [float(one.impressions or 0) if figure == "impressions" else float(one.followers) for one in own]
    left = _residuals(np.log1p(np.maximum(raw, 0.0)), own)
    at, p = change_point(left)
    if p >= 1.0:
        return None
    before, after = left[:at], left[at:]
    size = float(after.mean() - before.mean())
    error = float(np.sqrt(long_run(before - before.mean()) / len(before) + long_run(after - after.mean()) / len(after)))
    low, high = np.exp([size - 1.96 * error, size + 1.96 * error])
    return Break(platform, figure, own[at].published_at, float(np.exp(size)), float(low), float(high), p, len(own))


def _residuals(z: Any, own: Sequence[Scored]) -> Any:
    """What voice, topic and block of the day leave, one after the other, each drawn towards nought."""
    import numpy as np

    left = z - z.mean()
    for key in (
        [one.persona for one in own],
        [one.topic for one in own],
        [str(one.published_at.astimezone(UTC).hour // 6) for one in own],
    ):
        names = {name: at for at, name in enumerate(sorted(set(key)))}
        at = np.array([names[name] for name in key])
        count = np.bincount(at)
        left = left - (np.bincount(at, weights=left) / (count + SHRINK))[at]
    return left
