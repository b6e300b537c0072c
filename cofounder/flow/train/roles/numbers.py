"""Numbers of a document that are somebody's: what a text with the same digits would be taken out for. Pure."""

import re

from cofounder.business.catalogue import SPELLINGS, snake
from cofounder.flow.quality.detectors import personal_data

_LEAST = 1_000_000  # the shortest telephone number has seven digits
_MOST_EXACT = 2**53  # of a float; beyond it digits are made up
# Figures are nobody's number, however long they are.
_FIGURES = frozenset(
    (
        *SPELLINGS, "impressions", "views", "reach", "clicks", "likes", "shares", "comments", "bookmarks",
        "engaged_users", "page_views", "users", "new_users", "cost", "tokens", "seconds",
    )
)  # fmt: skip
_PHONE = r"(?:\A|_)(?:(?:tele|i|smart|mobile_?|cell_?)?phone|tel|mobile|cell|fax|whats_?app)"
# (code, what a bare row of digits is called that is one, fewest and most digits). Visits by phone are called phone too.
_CALLED = (
    ("phone_number", re.compile(rf"{_PHONE}s?\Z"), 9, 17),
    ("phone_number", re.compile(rf"{_PHONE}_?(?:number|num|no|nr)s?\Z"), 7, 17),
    ("national_id", re.compile(r"(?:\A|_)(?:ssn|social_security(?:_(?:number|no))?)\Z"), 9, 9),
)


def digits(given: object) -> str | None:
    """A number as it is written, where it is whole and long enough to be anybody's."""
    if isinstance(given, bool) or not isinstance(given, int | float) or abs(given) < _LEAST:
        return None
    if isinstance(given, float) and not (given.is_integer() and abs(given) <= _MOST_EXACT):
        return None
    return str(abs(int(given)))


def kind(name: str, number: str) -> str | None:
    """The code of what a number under this name is; None for a figure, and for what no rule knows."""
    plain = snake(name)
    if plain in _FIGURES:
        return None
    for code, called, least, most in _CALLED:
        if least <= len(number) <= most and called.search(plain):
            return code
    whole = (0, len(number))
    return next((code for code, *place in personal_data.spans(number) if tuple(place) == whole), None)
