"""What the world said of an example, each word with its own time, so that an earlier view of it can be had. Pure.

A label counts as of a time when its `at` is not later: `at` is when a decision was made or a counter was read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

# A reading belongs to the last of these ages that it has reached; the first reading of each age is its label,
# and one after it of what that one did not tell.
AGES: tuple[tuple[str, timedelta], ...] = (
    ("1h", timedelta(hours=1)),
    ("6h", timedelta(hours=6)),
    ("24h", timedelta(hours=24)),
    ("72h", timedelta(hours=72)),
    ("7d", timedelta(days=7)),
)
OLDEST = timedelta(days=14)  # a later reading says nothing of the seventh day
COUNTS = ("impressions", "views", "clicks", "likes", "shares", "comments", "bookmarks", "followers", "conversions")
Label = dict[str, Any]


def of_readings(
    posts: Sequence[Mapping[str, Any]], readings: Mapping[UUID, Sequence[Mapping[str, Any]]]
) -> list[Label]:
    """For each post and age the first reading of that age, and of later ones what those before them did not tell; each
    with its own time. Counters that were not read are left out.
    """
    found = []
    for post in posts:
        seen: dict[str, set[str]] = {}
        for reading in readings.get(post["id"], ()):
            age = age_of(reading["measured_at"] - post["published_at"])
            if age is None:
                continue
            values = {name: value for name, value in _told(reading).items() if name not in seen.get(age, ())}
            if age in seen and not values:
                continue
            seen.setdefault(age, set()).update(values)
            found.append(
                {
                    "name": "reading",
                    "at": reading["measured_at"].isoformat(),
                    "age": age,
                    "hours": round((reading["measured_at"] - post["published_at"]).total_seconds() / 3600, 2),
                    "platform": post["platform"],
                    "post_id": str(post["id"]),
                    "values": values,
                }
            )
    return found


def _told(reading: Mapping[str, Any]) -> dict[str, Any]:
    """The counters and the money that were read."""
    counts = {name: int(reading[name]) for name in COUNTS if reading.get(name) is not None}
    money = {name: round(float(reading[name]), 2) for name in ("revenue", "cost") if reading.get(name) is not None}
    return counts | money


def age_of(old: timedelta) -> str | None:
    """The name of the last age reached, None before the first and after the last has passed."""
    if old > OLDEST:
        return None
    return next((name for name, least in reversed(AGES) if old >= least), None)


def of_decisions(decisions: Sequence[Any]) -> list[Label]:
    """One label for each word that somebody said, and one for each edit that came with it."""
    found: list[Label] = []
    for one in decisions:
        at = one.at.isoformat()
        said = {"verdict": one.verdict, "by": one.by, "automatic": one.automatic, "round": one.round}
        found.append({"name": "decision", "at": at, "values": said})
        if one.edit:
            found.append({"name": "edit", "at": at, "values": {"channels": sorted(one.edit), "round": one.round}})
    return found


def of_attribution(
    posts: Sequence[Mapping[str, Any]], readings: Mapping[UUID, Sequence[Mapping[str, Any]]], *, cost: float | None
) -> tuple[list[Label], dict[str, Any]]:
    """(one label for each post that brought something, their sums). Money of several currencies is not added up.

    Visits are the site's sessions matched to the post; conversions and revenue the post's own newest reading where it
    counts them, else the site's. Return on cost = revenue / what the run and its posts cost (shapes: roi_on_cost);
    where nobody knows what the run cost, that of its posts.
    """
    found: list[Label] = []
    for post in posts:
        brought, at = _brought(post, readings.get(post["id"], ()))
        if at is not None:
            place = {"platform": post["platform"], "post_id": str(post["id"])}
            found.append({"name": "attribution", "at": at.isoformat(), **place, "values": brought})
    return found, _summed(found, cost)


def _brought(post: Mapping[str, Any], mine: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], datetime | None]:
    own = next((one for one in reversed(mine) if one["conversions"] is not None or one["revenue"] is not None), None)
    spent = next((one for one in reversed(mine) if one["cost"] is not None), None)
    conversions = own["conversions"] if own and own["conversions"] is not None else post["web_conversions"]
    revenue = own["revenue"] if own and own["revenue"] is not None else post["web_revenue"]
    by_post = own is not None and own["revenue"] is not None
    values = {
        "website_traffic": _whole(post["visits"]),
        "conversions": _whole(conversions),
        "revenue": None if revenue is None else round(float(revenue), 2),
        "currency": (own["currency"] if by_post and own else post["web_currency"]) if revenue is not None else None,
        "cost": spent["cost"] if spent else post["cost"],
    }
    known = {name: value for name, value in values.items() if value is not None}
    times = [one["measured_at"] for one in (own, spent) if one] + [at for at in (post["visited_at"],) if at]
    return known, max(times) if known.keys() - {"cost"} and times else None


def _summed(found: Sequence[Label], cost: float | None) -> dict[str, Any]:
    sums: dict[str, Any] = {}
    for name, column in (
        ("website_traffic_attributed", "website_traffic"),
        ("conversions_attributed", "conversions"),
        ("revenue_attributed", "revenue"),
    ):
        values = [one["values"][column] for one in found if column in one["values"]]
        if values:
            sums[name] = round(sum(values), 2) if column == "revenue" else int(sum(values))
    currencies = {one["values"].get("currency") for one in found if "revenue" in one["values"]}
    if len(currencies) > 1:
        sums.pop("revenue_attributed", None)
    spent = (cost or 0.0) + sum(float(one["values"].get("cost") or 0) for one in found)
    if spent > 0 and "revenue_attributed" in sums:
        sums["roi_on_cost"] = round(sums["revenue_attributed"] / spent, 1)
    return sums


def _whole(value: Any) -> int | None:
    return None if value is None else round(float(value))


def in_order(labels: Sequence[Label]) -> list[Label]:
    """Oldest first; equal times by name, platform and post, so that the same labels are always the same list."""
    return sorted(labels, key=lambda one: (one["at"], one["name"], one.get("platform", ""), one.get("post_id", "")))


def known_at(labels: Sequence[Label], as_of: datetime) -> list[Label]:
    """The labels that were there at a time."""
    return [one for one in labels if datetime.fromisoformat(one["at"]) <= as_of]
