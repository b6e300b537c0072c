"""Sums a given text up: a few of its sentences, in order, none that hangs on one left out."""

from collections.abc import Iterable
from itertools import combinations

from cofounder.models.brief import Brief
from cofounder.models.offline.editing.layout import HANGING, lines, without_repeats
from cofounder.models.offline.editing.shortening import centrality
from cofounder.models.offline.texts import count_words, words


def summarise(brief: Brief, text: str) -> tuple[str, list[str]]:
    """Three to five sentences of the text (fewer when asked), in order, within the words asked for."""
    found, _ = without_repeats(lines(text))
    parts = [
        one
        for line in found
        for one in line.sentences
        if count_words(one) >= 4 and not one.endswith(("?", ":", ",")) and one[-1:] in '.!…”")'
    ]
    most = max(1, min(brief.count or (3 if len(parts) < 12 else 5), 5))
    limit = brief.max_words
    if len(parts) <= most and not (limit and count_words(text) > limit):
        return text, ["The text is already as short as a summary."]
    able = [at for at, one in enumerate(parts) if not HANGING.match(one)] or list(range(len(parts)))
    worths = centrality(parts)
    picked = _picked(parts, able, worths, most, limit)
    body = " ".join(parts[at] for at in picked)
    count = f"{len(picked)} sentence{'s' if len(picked) != 1 else ''} of the text, in order"
    notes = [f"{count}; what they leave out I cannot weigh."]
    if limit and count_words(body) > limit:
        notes.append(f"No sentence of the text is under {limit} words.")
    return body, notes


def _picked(parts: list[str], able: list[int], worths: list[float], most: int, limit: int | None) -> list[int]:
    """The sentences worth most together: each new one counts less for what is already said."""
    best = sorted(able, key=lambda at: -worths[at])[:12]
    fitting: list[tuple[int, ...]] = [
        chosen
        for size in range(1, most + 1)
        for chosen in combinations(sorted(best), size)
        if limit is None or sum(count_words(parts[at]) for at in chosen) <= limit
    ]
    if not fitting:
        return [min(able, key=lambda at: count_words(parts[at]))]

    def gain(chosen: Iterable[int]) -> float:
        return sum(worths[at] for at in chosen) - _said_again(parts, tuple(chosen))

    return list(max(fitting, key=gain))


def _said_again(parts: list[str], chosen: tuple[int, ...]) -> float:
    """How much of the chosen sentences' longer words comes twice."""
    seen: set[str] = set()
    twice = 0
    for at in chosen:
        bag = {word for word in words(parts[at]) if len(word) > 4}
        twice += len(bag & seen)
        seen |= bag
    return 0.6 * twice
