"""May a candidate take over? Pure: the same figures give the same answer.

Better: the lower end of the paired difference to the active model lies above 0. Or as good and cheaper: it lies above
minus the margin (non-inferiority), and a line costs less. And no slice is worse: the upper end of its difference lies
not below 0. And there are enough lines.
"""

from collections.abc import Mapping
from typing import Any

MARGIN = 0.02  # of the score, 0-1, that may be given away for a lower cost
MINIMUM = 30  # lines


def decide(results: Mapping[str, Any], *, margin: float = MARGIN, minimum: int = MINIMUM) -> dict[str, Any]:
    """The gate's record: passed, rule, words and the figures it rests on.

    `results` has candidate and against (summaries), difference (report.compared) and slices.
    """
    found, name = results["difference"]["score"], results["against_name"]
    n, low, high, mean = found["n"], found["low"], found["high"], found["difference"]
    worse = [one for one in results["slices"] if one["high"] < 0]
    mine, theirs = results["candidate"], results["against"]
    cheaper = _cheaper(mine, theirs)
    interval = f"{mean:+.3f} ({low:+.3f} to {high:+.3f}, 95 %) over {n} lines"
    record = {"n": n, "difference": mean, "low": low, "high": high, "margin": margin, "minimum": minimum}
    record |= {"slices_worse": [f"{one['by']} {one['slice']}" for one in worse], "cheaper": cheaper}
    if n < minimum:
        return _said(record, False, "too_few", f"{n} lines were compared; the gate wants {minimum}.")
    if mine["failed"] == mine["n"]:
        return _said(record, False, "no_answer", "It gave no usable answer to any line.")
    if worse:
        words = ", ".join(f"{one['by']} {one['slice']} ({one['difference']:+.3f}, n={one['n']})" for one in worse[:3])
        return _said(record, False, "slice_worse", f"It is worse than {name} in: {words}. Overall {interval}.")
    if low > 0:
        return _said(record, True, "better", f"It is better than {name}: {interval}, and worse in no slice.")
    if low > -margin and cheaper:
        words = f"It is no more than {margin:.3f} below {name} ({interval}) and a line costs less."
        return _said(record, True, "cheaper", words)
    if high < 0:
        return _said(record, False, "worse", f"It is worse than {name}: {interval}.")
    return _said(record, False, "not_shown", f"That it is better than {name} is not shown: {interval}.")


def _cheaper(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether a line costs less, as far as providers counted: an estimate is taken at the most for the candidate and at
    nothing for the other. A model whose price nobody knows is never cheaper."""
    known = mine.get("priced", True) and theirs.get("priced", True)
    return bool(known and mine["cost_per_line_usd"] < theirs.get("counted_per_line_usd", theirs["cost_per_line_usd"]))


def _said(record: dict[str, Any], passed: bool, rule: str, words: str) -> dict[str, Any]:
    return {"passed": passed, "rule": rule, "words": words, **record}
