"""Names of figures that are near to a known one and none themselves: revenu_montly is revenue_monthly. Pure."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from cofounder.business.catalogue import SPELLINGS, snake
from cofounder.business.metrics import PERIOD, PREFIXES, MetricInvalid, earlier, metric
from cofounder.models.brief import Unit

_SHORTEST = 4  # letters of a word that can be told from another word: mrr, nrr and arr are three figures
_TAKEN: dict[Unit, str] = {
    "usd": "money",
    "count": "a count",
    "rate": "a share",
    "ratio": "a ratio",
    "score": "a score",
    "days": "days",
    "hours": "hours",
}


def check(names: Iterable[object], *, field: str = "business_metrics") -> None:
    """Any name that nobody knows is kept as it is, but not one that looks mistyped. Raises MetricInvalid with each."""
    wrong = []
    for name in names:
        meant = near(name) if isinstance(name, str) else None
        if meant is not None:
            message = f"{name} is no known figure. Did you mean {meant}?"
            wrong.append({"field": f"{field}.{name}", "message": message})
    if wrong:
        hint = (
            "Write the name so, or choose one that is not so near to it: other names are kept as figures of your own."
        )
        told = " ".join(each["message"] for each in wrong)
        raise MetricInvalid(told, field=wrong[0]["field"] if len(wrong) == 1 else None, errors=wrong, hint=hint)


def near(name: str) -> str | None:
    """The known name that this was meant to be; None of a known one, and of one that is like none."""
    plain = snake(name)
    if plain == PERIOD or len(plain) > 60 or not metric(earlier(plain)[2]).custom:
        return None
    words = plain.split("_")
    found = [known for known in _known() if _alike(words, known.split("_"))]
    return min(found, key=lambda known: (abs(len(known) - len(plain)), known), default=None)


@cache
def _known() -> tuple[str, ...]:
    bases = [f"{prefix}{name}" for prefix in PREFIXES for name in SPELLINGS]
    return (PERIOD, *SPELLINGS, *bases, *(f"{name}_target" for name in SPELLINGS))


def _alike(words: list[str], known: list[str]) -> bool:
    """Each word is the same or a slip away, or only the underscores are missing."""
    if "".join(words) == "".join(known):
        return True
    return len(words) == len(known) and all(map(_slip, words, known))


def _slip(word: str, known: str) -> bool:
    """The same, or one letter too many, too few, other, or two swapped; people rarely slip on the first one.

    Of a short word another letter makes another word (leads, loads): there only the others count.
    """
    if word == known:
        return True
    if min(len(word), len(known)) < _SHORTEST or word[0] != known[0] or abs(len(word) - len(known)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known)))
    mine, theirs = word[start:], known[start:]
    if len(word) != len(known):
        return mine[1:] == theirs or mine == theirs[1:]
    swapped = mine[:2] == theirs[:2][::-1] and mine[2:] == theirs[2:]
    return swapped or (len(word) > 5 and (mine[1:] == theirs[1:] or _exchanged(mine, theirs)))


def _exchanged(mine: str, theirs: str) -> bool:
    """Two letters stand in each other's place: costumers."""
    apart = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(apart) == 2 and apart[0] == apart[1][::-1]


def of_ones_own(given: Mapping[str, Any] | None) -> list[str]:
    """Which of these figures nobody knows here, and how each is taken: one sentence, or none."""
    own = [(name, metric(earlier(name)[2]).unit) for name in given or {} if name != PERIOD]
    told = [f"{name} ({_TAKEN[unit]})" for name, unit in own if metric(earlier(name)[2]).custom]
    return [f"Not known here, and taken as figures of your own: {', '.join(told)}."] if told else []
