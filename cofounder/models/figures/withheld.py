"""A text that shall state no figure: how a brief says so, and which of its figures a text states all the same."""

from collections.abc import Iterable, Sequence

from cofounder.models.figures.tracing import Mention

WITHHELD = "any figure"  # among what a text must avoid: no number, no amount, no percentage of the business
_ALWAYS = frozenset({"usd", "percent", "points"})
_WHERE_COUNTED = frozenset({"count", "multiple", "one_in"})


def withheld(must_avoid: Iterable[str]) -> bool:
    """Whether no figure at all may be stated."""
    return any(words.lower() in (WITHHELD, f"{WITHHELD}s") for words in must_avoid)


def stating(mentions: Sequence[Mention]) -> list[str]:
    """The figures that a text states, as written; its periods, times and "two ways to see it" are none."""
    return list(dict.fromkeys(one.text for one in mentions if _states(one)))


def _states(mention: Mention) -> bool:
    if mention.kind in ("period", "structural"):
        return False
    counted = bool(mention.facts) or any(character.isdigit() for character in mention.text)
    return mention.unit in _ALWAYS or (mention.unit in _WHERE_COUNTED and counted)
