"""Figures told in two lists: "revenue, costs and profit were $80k, $60k and $20k"."""

import re

from cofounder.models.offline.parsing import amounts, metrics
from cofounder.models.offline.parsing.nouns import COUNTS, NOUN, name

_ONE = amounts.LOOSE
_LISTS = re.compile(
    rf"(?<![\w-])(?P<nouns>{NOUN}(?:\s*(?:,\s*and|,|&|and)\s+(?:our |the )?{NOUN})+)(?:\s*,?\s*(?:(?:was|were|are|is|of|at|hit|reached|stood at|came to|with)\b|[:=]))?\s*"
    rf"(?P<values>{_ONE}(?:(?:\s*,\s*and\s+|,\s+|\s+and\s+|\s*&\s*){_ONE})+)(?P<each>,? respectively)?"
)
_NOUN = re.compile(rf"(?<![\w-]){NOUN}(?![\w-])")
_VALUE = re.compile(_ONE)


def find(low: str) -> list[tuple[re.Match[str], dict[str, re.Match[str]] | None]]:
    """Each pair of lists with the amount of every name; None for them where they do not fit together."""
    return [(match, _paired(match)) for match in _LISTS.finditer(low)]


def _paired(match: re.Match[str]) -> dict[str, re.Match[str]] | None:
    names = [name(one[0]) for one in _NOUN.finditer(match["nouns"])]
    said = [amounts.PLAIN.fullmatch(one[0].strip(" ,.")) for one in _VALUE.finditer(match["values"])]
    paired = {named: one for named, one in zip(names, said, strict=False) if named and one}
    if len(names) != len(said) or len(paired) != len(names):
        return None
    return paired if all(_fits(named, one) for named, one in paired.items()) else None


def _fits(named: str, said: re.Match[str]) -> bool:
    got = said.groupdict()
    value = amounts.value(got, "now", rate=metrics.is_rate(named))
    if value is None:
        return False
    return named not in COUNTS or (value == int(value) and not amounts.currency(got, "now"))
