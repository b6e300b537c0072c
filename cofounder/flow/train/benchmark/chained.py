"""What people get of a model in use: its own answer, and where that cannot be used the one of whoever is asked next. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

NEXT = "next_"  # begins the part of a model that is asked where the one in use fails
_SUMMED = ("cost_usd", "uncounted_usd", "seconds", "tokens_in", "tokens_out")

Answers = Mapping[int, Mapping[str, Any]]


def order(parts: Sequence[str]) -> list[str]:
    """The parts in the order in which they answer for the one in use, the built-in model last."""
    after = sorted((part for part in parts if part.startswith(NEXT)), key=lambda part: int(part.removeprefix(NEXT)))
    return ["active", *after, "built_in"]


def usable(answer: Mapping[str, Any]) -> bool:
    return answer["error"] is None


def composed(by_part: Mapping[str, Answers]) -> tuple[dict[int, dict[str, Any]], int]:
    """(line -> the first usable answer with all that was spent until then, lines that somebody else answered).

    `by_part` holds each part's answers: scores, error, cost_usd, uncounted_usd, seconds, tokens_in, tokens_out.
    """
    found: dict[int, dict[str, Any]] = {}
    others = 0
    for line, own in by_part.get("active", {}).items():
        asked = [own]
        for part in order(list(by_part))[1:]:
            if usable(asked[-1]):
                break
            asked += [by_part[part][line]] if line in by_part.get(part, {}) else []
        last = asked[-1] if usable(asked[-1]) else own
        others += last is not own
        found[line] = {**last, **{name: sum(one[name] or 0 for one in asked) for name in _SUMMED}}
    return found, others
