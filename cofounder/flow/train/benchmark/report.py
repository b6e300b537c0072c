"""From answers to figures: means, paired differences with bootstrap intervals, a table by slice. Pure and seeded.

The interval of a paired difference is the percentile bootstrap over lines (Efron & Tibshirani 1993, chapter 13).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cofounder.flow.train.promotion.gate import MINIMUM

DRAWS = 5_000
LEVEL = 0.95
NOT_ASKED = "not asked"  # how an error begins of a line that nobody was asked for any more
SLICE = 8  # lines that a slice needs before anything is said of it


def paired(differences: Sequence[float], seed: int) -> tuple[float, float, float]:
    """(mean, low, high) of paired differences; a single line has no interval."""
    import numpy as np

    values = np.asarray(differences, dtype=float)
    if len(values) == 0:
        return 0.0, 0.0, 0.0
    mean = float(values.mean())
    if len(values) == 1 or float(values.std()) == 0.0:
        return mean, mean, mean
    drawn = np.random.default_rng(seed).integers(0, len(values), size=(DRAWS, len(values)))
    means = values[drawn].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return mean, float(low), float(high)


def summary(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One contender's figures over the lines: means by part, failures, cost, seconds."""
    import numpy as np

    parts: dict[str, list[float]] = {}
    for one in answers:
        for name, value in one["scores"].items():
            parts.setdefault(name, []).append(float(value))
    seconds = [float(one["seconds"]) for one in answers if one["seconds"]]
    cost = sum(float(one["cost_usd"]) for one in answers)
    uncounted = [float(one.get("uncounted_usd") or 0) for one in answers]
    p50, p95 = (float(np.quantile(seconds, q)) for q in (0.5, 0.95)) if seconds else (None, None)
    return {
        "n": len(answers),
        "failed": sum(one["error"] is not None for one in answers),
        "means": {name: round(sum(values) / len(values), 4) for name, values in sorted(parts.items())},
        "cost_usd": round(cost, 6),
        "cost_per_line_usd": round(cost / len(answers), 8) if answers else 0.0,
        "uncounted": sum(usd > 0 for usd in uncounted),  # lines whose cost is an estimate, or the most it may be
        "counted_per_line_usd": round((cost - sum(uncounted)) / len(answers), 8) if answers else 0.0,
        "tokens_in": sum(int(one["tokens_in"]) for one in answers),
        "tokens_out": sum(int(one["tokens_out"]) for one in answers),
        "seconds_p50": p50,
        "seconds_p95": p95,
    }


def not_asked(answers: Mapping[int, Mapping[str, Any]]) -> int:
    """Lines that a contender was not asked for, because its server gave nothing."""
    return sum(str(one["error"] or "").startswith(NOT_ASKED) for one in answers.values())


def compared(
    mine: Mapping[int, Mapping[str, Any]], theirs: Mapping[int, Mapping[str, Any]], seed: int
) -> dict[str, Any]:
    """The candidate against another on the lines that both were asked: the score, and each part.

    Over fewer lines than the gate wants there is no interval: low and high are None.
    """
    shared = sorted(mine.keys() & theirs.keys())
    found: dict[str, Any] = {"n": len(shared)}
    names = ["score", *sorted({name for one in shared for name in mine[one]["scores"]} - {"score"})]
    for name in names:
        pairs = [
            (mine[one]["scores"].get(name), theirs[one]["scores"].get(name))
            for one in shared
            if name in mine[one]["scores"] and name in theirs[one]["scores"]
        ]
        mean, low, high = paired([a - b for a, b in pairs], seed)
        span = (round(low, 4), round(high, 4)) if len(pairs) >= MINIMUM else (None, None)
        found[name] = {"n": len(pairs), "difference": round(mean, 4), "low": span[0], "high": span[1]}
    return found


def slices(
    mine: Mapping[int, Mapping[str, Any]],
    theirs: Mapping[int, Mapping[str, Any]],
    labels: Mapping[int, Mapping[str, str]],
    seed: int,
) -> list[dict[str, Any]]:
    """The same by intent and by channel, for slices with enough lines; most lines first."""
    groups: dict[tuple[str, str], list[int]] = {}
    for line in sorted(mine.keys() & theirs.keys()):
        for by in ("intent", "channel"):
            groups.setdefault((by, labels[line][by]), []).append(line)
    table = []
    for (by, name), lines in groups.items():
        if len(lines) < SLICE:
            continue
        differences = [mine[one]["scores"]["score"] - theirs[one]["scores"]["score"] for one in lines]
        mean, low, high = paired(differences, seed)
        own = sum(mine[one]["scores"]["score"] for one in lines) / len(lines)
        table.append(
            {
                "by": by,
                "slice": name,
                "n": len(lines),
                "candidate": round(own, 4),
                "difference": round(mean, 4),
                "low": round(low, 4),
                "high": round(high, 4),
            }
        )
    return sorted(table, key=lambda one: (one["by"], -one["n"], one["slice"]))
