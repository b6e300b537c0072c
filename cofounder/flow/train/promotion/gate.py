"""May a candidate take over? Pure: the same figures give the same answer.

Better: the lower end of the paired difference to the active model lies above 0. Or as good and cheaper: it lies above
minus the margin (non-inferiority), and a line costs less. And no slice is worse: the upper end of its difference lies
not below 0. And there are enough lines.

Whoever draws until it passes shows nothing. So what was asked for otherwise than the gate asks is a look and no gate; and
what did not pass is outdone only where there is much more to go by: by twice the lines, or by all of the same hold-out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MARGIN = 0.02  # of the score, 0-1, that may be given away for a lower cost
MINIMUM = 30  # lines; on fewer a bootstrap interval is too narrow
SEED = 0  # of the order in which lines are drawn
MORE = 2  # times the lines of what did not pass
_SAYS_NOTHING = ("look", "too_few", "asked_more")  # rules: neither opens the gate nor closes it
_DID_NOT_PASS = ("slice_worse", "worse", "not_shown")  # by its answers, not for want of them


def decide(results: Mapping[str, Any], *, margin: float = MARGIN, minimum: int = MINIMUM) -> dict[str, Any]:
    """The gate's record: passed, rule, words and the figures it rests on.

    `results` has candidate and against (summaries), difference (report.compared) and slices. A narrower margin or more
    lines than the gate asks for keep out what would pass. They let nothing else go uncounted: its figures were seen.
    """
    found = _judged(results, max(margin, MARGIN)) | {"margin": margin, "minimum": max(minimum, MINIMUM)}
    if not found["passed"]:
        return found
    lacks = [f"{minimum} lines"] if found["n"] < minimum else []
    lacks += [f"a margin of {margin:g}"] if found["rule"] == "cheaper" and found["low"] <= -margin else []
    if not lacks:
        return found
    words = f"Asked for was {' and '.join(lacks)}, so it does not count. {found['words']}"
    return {**found, "passed": False, "rule": "asked_more", "words": words}


def _judged(results: Mapping[str, Any], margin: float) -> dict[str, Any]:
    """By the gate's own minimum."""
    found, name = results["difference"]["score"], results["against_name"]
    n, low, high, mean = found["n"], found["low"], found["high"], found["difference"]
    worse = [one for one in results["slices"] if one["high"] < 0]
    mine, theirs = results["candidate"], results["against"]
    cheaper = _cheaper(mine, theirs)
    record = {"n": n, "difference": mean, "low": low, "high": high}
    record |= {"slices_worse": [f"{one['by']} {one['slice']}" for one in worse], "cheaper": cheaper}
    if n < MINIMUM:
        return _said(record, False, "too_few", _few(n))
    interval = f"{mean:+.3f} ({low:+.3f} to {high:+.3f}, 95 %) over {n} lines"
    if mine["failed"] == mine["n"]:
        return _said(record, False, "no_answer", "It gave no usable answer to any line.")
    if any(results.get("not_asked", {}).values()):
        return _said(record, False, "away", _away(results["not_asked"], name))
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


def _few(n: int) -> str:
    words = f"{n} {'line was' if n == 1 else 'lines were'} compared; the gate wants {MINIMUM}"
    return f"{words}: too few lines for an interval."


def _away(not_asked: Mapping[str, int], name: str) -> str:
    told = [f"{lines} of {'it' if part == 'candidate' else name}" for part, lines in not_asked.items() if lines]
    return f"It says nothing of its answers: a server gave none, so lines were not asked ({', '.join(told)}). Compare again."


def look(settings: Mapping[str, Any]) -> str | None:
    """Why a benchmark that was asked for so is a look and no gate; None: it is one for the gate."""
    if settings["margin"] > MARGIN:
        return f"its margin of {settings['margin']:g} is wider than the gate's {MARGIN:g}"
    if settings["minimum"] < MINIMUM:
        return f"it wants {settings['minimum']} lines, the gate {MINIMUM}"
    if settings["seed"] != SEED:
        return f"its lines were drawn with seed {settings['seed']}, those of the gate with {SEED}"
    return None


def counted(
    record: Mapping[str, Any], settings: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The record as it counts: a look opens nothing, and neither does what does not outdo `earlier` records."""
    found, why = dict(record), look(settings)
    if record["rule"] == "look" or (why is None and not record["passed"]):
        return found
    if why is not None:
        words = f"Looked, not a gate: {why}. {record['words']}"
        return {**found, "passed": False, "rule": "look", "words": words}
    over = [one for one in earlier if one["rule"] in _DID_NOT_PASS and not _outdone(one, record)]
    if not over:
        return found
    most = max(over, key=lambda one: int(one["n"]))
    words = (
        f"{record['words']} But over {most['n']} lines it did not pass before, and that is outdone only by "
        f"{MORE * most['n']} lines, or by all lines of the same hold-out."
    )
    return {**found, "passed": False, "rule": "earlier_failed", "words": words}


def _outdone(earlier: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    whole = record.get("whole") and record.get("dataset_hash") == earlier.get("dataset_hash")
    return bool(record["n"] >= MORE * earlier["n"] or (whole and record["n"] > earlier["n"]))


def deciding(records: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Of records as they count, newest first, the one that opens the gate or keeps it shut; None without any."""
    return next((one for one in records if one["rule"] not in _SAYS_NOTHING), records[0] if records else None)


def _cheaper(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether a line costs less, as far as providers counted: an estimate is taken at the most for the candidate and at
    nothing for the other. A model whose price nobody knows is never cheaper."""
    known = mine.get("priced", True) and theirs.get("priced", True)
    return bool(known and mine["cost_per_line_usd"] < theirs.get("counted_per_line_usd", theirs["cost_per_line_usd"]))


def _said(record: dict[str, Any], passed: bool, rule: str, words: str) -> dict[str, Any]:
    return {"passed": passed, "rule": rule, "words": words, **record}
