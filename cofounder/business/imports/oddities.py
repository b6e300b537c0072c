"""What is odd about rows that go in all the same: noted on the row, never mended. Pure."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Code -> what a person reads.
SAID = {
    "bounce_zero": "A bounce rate of 0, which no site has on a day with visits: it was probably not measured.",
    "page_views_disagree": "Two reports count different page views.",
    "users_above_sessions": "More users than sessions.",
    "new_users_above_users": "More new users than users.",
    "conversions_above_sessions": "More conversions than sessions.",
    "clicks_above_views": "More clicks than views or impressions.",
    "reach_above_impressions": "More people reached than times shown.",
    "engaged_above_reach": "More people engaged than reached.",
    "published_at_missing": "It has no time of publication, so reads as of a time leave it out.",
    "published_at_of_reading": "Nobody said when it was published; a week before its first reading stands for it.",
    "measured_at_missing": "Nobody said when it was read; the time of the import stands for it.",
    "completed_at_missing": "It has no time of completion; the time of its request stands for it.",
    "completed_before_created": "It was completed before it was asked for.",
    "period_backwards": "Its period ends before it begins.",
}


def say(code: str) -> str:
    """What an oddity means."""
    if code in SAID:
        return SAID[code]
    if code.endswith("_in_the_future"):
        return f"Its {code.removesuffix('_in_the_future')} lies in the future."
    return f"{code.removesuffix('_missing').replace('_', ' ').capitalize()} was not given."


def rules(kind: str, there: set[str]) -> "dict[str, pl.Expr]":
    """Code -> whether a row is odd in that way, for the columns that are there."""
    import polars as pl

    c = pl.col
    known: dict[str, dict[str, tuple[tuple[str, ...], pl.Expr]]] = {
        "web_analytics": {
            "bounce_zero": (("bounce_rate",), c("bounce_rate") == 0),
            "page_views_disagree": (("page_views", "page_views_other"), c("page_views") != c("page_views_other")),
            "users_above_sessions": (("users", "sessions"), c("users") > c("sessions")),
            "new_users_above_users": (("users", "new_users"), c("new_users") > c("users")),
            "conversions_above_sessions": (("conversions", "sessions"), c("conversions") > c("sessions")),
        },
        "social_analytics": {
            "clicks_above_views": (("clicks",), c("clicks") > _first(there, "views", "impressions")),
            "reach_above_impressions": (("reach", "impressions"), c("reach") > c("impressions")),
            "measured_at_missing": (("untimed",), c("untimed")),
            "engaged_above_reach": (("engaged_users", "reach"), c("engaged_users") > c("reach")),
        },
        "posts": {
            "published_at_missing": ((), c("published_at").is_null() if "published_at" in there else pl.lit(True))
        },
        "tasks": {
            "completed_before_created": (("completed_at", "created_at"), c("completed_at") < c("created_at")),
        },
        "financial_metrics": {
            "period_backwards": (("period_end", "period_start"), c("period_end") < c("period_start")),
        },
    }
    return {code: rule for code, (needs, rule) in known.get(kind, {}).items() if there.issuperset(needs)}


def _first(there: set[str], *names: str) -> "pl.Expr":
    import polars as pl

    found = [pl.col(name) for name in names if name in there]
    return pl.coalesce(found) if found else pl.lit(None, dtype=pl.Int64)
