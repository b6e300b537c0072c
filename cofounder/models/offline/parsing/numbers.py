"""Counts in words or digits."""

import re

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUE = {word: i for i, word in enumerate(_SMALL)} | {word: 10 * i for i, word in enumerate(_TENS, 2)}
_WORD = "|".join([*_TENS, *reversed(_SMALL)])
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}|(?:(?:{_WORD}|an?) (?:hundred|thousand)(?: and)?(?: fifty)?|(?:{'|'.join(_TENS)})[- ](?:{_WORD})|{_WORD}|a dozen|half a dozen|a hundred|a couple of))"


def number(said: str) -> int | None:
    """The count that the words name, or None."""
    said = said.strip().lower()
    digits = said.replace(",", "")
    if digits.isdigit():
        return int(digits)
    fixed = {"a dozen": 12, "half a dozen": 6, "a couple of": 2}.get(said)
    if fixed:
        return fixed
    total = 0
    for word in re.split(r"[\s-]+", said):
        if word in _VALUE:
            total += _VALUE[word]
        elif word in ("hundred", "thousand"):
            total = max(total, 1) * (100 if word == "hundred" else 1_000)
        elif word not in ("a", "an", "and"):
            return None
    return total or None
