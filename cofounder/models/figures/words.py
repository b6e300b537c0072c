"""Numbers written in words: "twenty", "three hundred and twenty", "sixty"."""

import re

UNITS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}

_WORD = "|".join(sorted([*UNITS, *TENS, *SCALES], key=len, reverse=True))
NUMBER_WORDS = rf"(?:{_WORD})(?:(?:[ -]|\s+and\s+)(?:{_WORD}))*"
_SPLIT = re.compile(r"[ \-]+|\s+and\s+")


def value_of(words: str) -> float:
    """The number that a run of number words stands for; "two hundred and five" is 205."""
    total = 0.0
    current = 0.0
    for word in _SPLIT.split(words.lower().replace(" and ", " ")):
        if word in UNITS:
            current += UNITS[word]
        elif word in TENS:
            current += TENS[word]
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in SCALES:
            total += (current or 1) * SCALES[word]
            current = 0.0
    return total + current


_ONES = {number: word for word, number in UNITS.items()}
_TENS = {number: word for word, number in TENS.items()}


def in_words(number: int) -> str:
    """A whole number under one hundred in words: 42 is "forty-two"."""
    if not 0 <= number < 100:
        raise ValueError(f"only 0 to 99 are written in words, not {number}")
    if number in _ONES:
        return _ONES[number]
    tens, rest = number // 10 * 10, number % 10
    return _TENS[tens] + (f"-{_ONES[rest]}" if rest else "")
