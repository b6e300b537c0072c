"""Made-up companies for tests of what is learned: drawn from a seed, with effects planted or with none."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from cofounder.flow.learn.patterns.mining import Unit
from cofounder.flow.learn.patterns.vocabulary import of_moment

START = datetime(2025, 1, 6, tzinfo=UTC)
_BASE = {"linkedin": 4.0, "x": 3.0, "email": 5.0}


def units(
    seed: int, n: int, effects: Mapping[tuple[str, str], float] | None = None, *, drift: float = 0.05
) -> list[Unit]:
    """Posts of a company whose audience drifts; `effects` add to the log of the engagement they go with."""
    random = np.random.default_rng(seed)
    at, level = START, dict.fromkeys(_BASE, 0.0)
    found = []
    for number in range(n):
        at += timedelta(hours=float(random.exponential(22)))
        channel = str(random.choice(list(_BASE)))
        for name in level:
            level[name] += float(random.normal(0, drift))
        features: dict[str, Any] = {"channel": channel, **of_moment(at)}
        features["topic"] = f"topic {random.integers(6)}"
        features["persona"] = f"voice {random.integers(8)}"
        features["tone"] = str(random.choice(["professional", "casual", "bold"]))
        features["length_band"] = str(random.choice(["under 40 words", "40 to 99 words", "100 to 249 words"]))
        for name, share in (("has_number", 0.5), ("has_question", 0.3), ("mentions_growth", 0.25)):
            if random.random() < share:
                features[name] = "yes"
        month = np.random.default_rng([seed, at.year * 12 + at.month])
        features["revenue_growth"] = str(month.choice(["above 15%", "0 to 15%", "below 0"], p=[0.3, 0.5, 0.2]))
        mean = _BASE[channel] + level[channel]
        mean += sum(size for (name, value), size in (effects or {}).items() if features.get(name) == value)
        engaged = float(random.poisson(np.exp(mean + random.normal(0, 0.8))))
        found.append(Unit(f"{seed}-{number:05}", at, channel, features, engaged))
    return found
