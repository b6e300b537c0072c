"""What is odd about figures of one row, by codes: for rows as they are read, and for rows as several files made them."""

from dataclasses import dataclass
from typing import Literal

# Flags of a post that was made of readings: nobody said when it was published, or what its text was.
UNDATED = "published_at_of_reading"
UNWORDED = "content_of_reading"


@dataclass(frozen=True)
class Odd:
    """`of` stands in this relation to the first of `than` that is given, or to a number; "missing": it is not given."""

    of: str
    sign: Literal["<", ">", "=", "<>", "missing"]
    than: tuple[str, ...] | int = ()

    def fits(self, there: set[str]) -> bool:
        """Whether a source with these columns can tell. What is not there at all is missing."""
        if self.sign == "missing":
            return True
        return self.of in there and (isinstance(self.than, int) or not there.isdisjoint(self.than))


ODD: dict[str, dict[str, Odd]] = {
    "web_analytics": {
        "bounce_zero": Odd("bounce_rate", "=", 0),
        "page_views_disagree": Odd("page_views", "<>", ("page_views_other",)),
        "users_above_sessions": Odd("users", ">", ("sessions",)),
        "new_users_above_users": Odd("new_users", ">", ("users",)),
        "conversions_above_sessions": Odd("conversions", ">", ("sessions",)),
    },
    "social_analytics": {
        "clicks_above_views": Odd("clicks", ">", ("views", "impressions")),
        "reach_above_impressions": Odd("reach", ">", ("impressions",)),
        "engaged_above_reach": Odd("engaged_users", ">", ("reach",)),
    },
    "posts": {"published_at_missing": Odd("published_at", "missing")},
    "tasks": {"completed_before_created": Odd("completed_at", "<", ("created_at",))},
}
