"""What is odd about figures of one row, by codes: for rows as they are read, and for rows as several files made them."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
    "<>": operator.ne,
}

# Flags of a post that was made of readings: nobody said when it was published, or what its text was.
UNDATED = "published_at_of_reading"
UNWORDED = "content_of_reading"
BEFORE_POST = "read_before_post"  # of a reading that is older than what it tells of, and so belongs to no post

# More than there are people: what one of them does once or a few times, no post has had as often.
PEOPLE = 10_000_000_000


_BROKE = {"<": "below", ">": "above"}


@dataclass(frozen=True)
class Odd:
    """`of` stands in this relation to the first of `than` that is given, or to a number; "missing": it is not given."""

    said: str  # what a person reads
    of: str
    sign: Literal["<", ">", "=", "<>", "missing"]
    than: tuple[str, ...] | int = ()

    def fits(self, there: set[str]) -> bool:
        """Whether a source with these columns can tell. What is not there at all is missing."""
        if self.sign == "missing":
            return True
        return self.of in there and (isinstance(self.than, int) or not there.isdisjoint(self.than))

    def holds(self, values: Mapping[str, int | None]) -> bool:
        """Whether one row's whole numbers are odd in this way; what is not given is compared with nothing."""
        mine = values.get(self.of)
        if self.sign == "missing" or mine is None:
            return self.sign == "missing" and mine is None
        _, bound = self._bound(values)
        return bound is not None and SIGNS[self.sign](mine, bound)

    def told(self, values: Mapping[str, int | None]) -> str:
        """What a person reads of one row, with its figure and the bound that it broke where they still say so."""
        if self.sign not in _BROKE or not self.holds(values):
            return self.said
        mine, (name, bound) = values[self.of], self._bound(values)
        against = " ".join(filter(None, [name.replace("_", " "), f"{bound:,}"]))
        return f"{self.said.rstrip('.')}: {self.of.replace('_', ' ')} {mine:,} {_BROKE[self.sign]} {against}."

    def _bound(self, values: Mapping[str, int | None]) -> tuple[str, int | None]:
        """What it is compared with: the name, none for a number that is always the same, and the value."""
        if isinstance(self.than, int):
            return "", self.than
        return next(((name, value) for name in self.than if (value := values.get(name)) is not None), ("", None))


def _above_shown(name: str, shown: tuple[str, ...]) -> Odd:
    return Odd(f"More {name} than times shown.", name, ">", shown)


def _above_people(name: str, said: str) -> Odd:
    return Odd(f"More {said} than people on earth.", name, ">", PEOPLE)


# Whoever does something with a post was shown it, so each is held against how often it was shown: impressions before
# views, which on some platforms are the fewer that were watched. A post with likes and 0 impressions is odd as well:
# they were not counted. One person likes and keeps a post once, so where only people are counted these are held
# against reach; one person may share, comment and click several times, so those are not.
_SHOWN = ("impressions", "views")
_DONE = ("clicks", "likes", "shares", "comments", "bookmarks")
ODD: dict[str, dict[str, Odd]] = {
    "web_analytics": {
        "bounce_zero": Odd(
            "A bounce rate of 0, which no site has on a day with visits: it was probably not measured.",
            "bounce_rate", "=", 0,
        ),
        "page_views_disagree": Odd("Two reports count different page views.", "page_views", "<>", ("page_views_other",)),
        "users_above_sessions": Odd("More users than sessions.", "users", ">", ("sessions",)),
        "new_users_above_users": Odd("More new users than users.", "new_users", ">", ("users",)),
        "conversions_above_sessions": Odd("More conversions than sessions.", "conversions", ">", ("sessions",)),
    },
    "social_analytics": {
        "clicks_above_views": Odd("More clicks than views or impressions.", "clicks", ">", ("views", "impressions")),
        "reach_above_impressions": Odd("More people reached than times shown.", "reach", ">", ("impressions",)),
        "engaged_above_reach": Odd("More people engaged than reached.", "engaged_users", ">", ("reach",)),
        "likes_above_impressions": _above_shown("likes", (*_SHOWN, "reach")),
        "bookmarks_above_impressions": _above_shown("bookmarks", (*_SHOWN, "reach")),
        "shares_above_impressions": _above_shown("shares", _SHOWN),
        "comments_above_impressions": _above_shown("comments", _SHOWN),
        "reach_above_people": _above_people("reach", "people reached"),
        **{f"{name}_above_people": _above_people(name, name) for name in _DONE},
    },
    "posts": {
        "published_at_missing": Odd(
            "It has no time of publication, so reads as of a time leave it out.", "published_at", "missing"
        ),
    },
    "tasks": {
        "completed_before_created": Odd(
            "It was completed before it was asked for.", "completed_at", "<", ("created_at",)
        ),
    },
}  # fmt: skip
