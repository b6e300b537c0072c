"""X: counters of own posts, public ones always, those that only the author sees while a post is young.

Sources: X API v2, GET /2/tweets (100 ids a call; `errors` beside `data` for single posts), metrics of posts: non-public
and organic ones of the last 30 days alone. Reading a post costs money, once a post and day.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cofounder.channels.accounts import Connected
from cofounder.channels.readers.reading import Asked, Counted, ReadingRefused, ReadOut
from cofounder.channels.readers.wire import Answer, Line, counters, kept, line, said
from cofounder.kit.clock import now

AT_ONCE = 100
_PRIVATE_FOR = timedelta(days=29)  # X says 30 days; a day less, so that clocks need not agree
_PUBLIC = "created_at,public_metrics"
_PRIVATE = f"{_PUBLIC},non_public_metrics,organic_metrics"
_PROBLEM = "/2/problems/"


async def read(connected: Connected, posts: Sequence[Asked], left_out: frozenset[str]) -> ReadOut:
    """Counters of at most a hundred posts. Raises SignInNeeded, ReadingDelayed, ReaderAway, ReadingRefused."""
    youngest = now() - _PRIVATE_FOR
    young = [one.external_id for one in posts if one.published_at > youngest]
    old = [one.external_id for one in posts if one.published_at <= youngest]
    found = _Found()
    async with line(connected) as calls:
        if young and "non_public_metrics" not in left_out:
            old += await _private(calls, connected, young, found)
        else:
            old += young
        if old:
            await _some(calls, connected, old, _PUBLIC, found)
    missing = {one.external_id for one in posts} - found.told()
    later = dict.fromkeys(missing, "X said nothing of it.") | found.later
    return ReadOut(
        counted=tuple(found.counted.values()),
        gone=found.gone,
        later=later,
        quota=found.quota,
        left_out=frozenset(found.left_out),
        notes=tuple(found.notes),
    )


async def followers(connected: Connected) -> int | None:
    """How many follow the account."""
    async with line(connected) as calls:
        answer = await calls.ask(
            "GET",
            f"{connected.address}/2/users/me",
            params={"user.fields": "public_metrics"},
            headers=await _headers(connected),
        )
    data = answer.body.get("data") if isinstance(answer.body, dict) else None
    metrics = data.get("public_metrics") if isinstance(data, dict) else None
    return counters(followers=(metrics or {}).get("followers_count")).get("followers")


class _Found:
    """What the calls of one round brought together."""

    def __init__(self) -> None:
        self.counted: dict[str, Counted] = {}
        self.gone: dict[str, str] = {}
        self.later: dict[str, str] = {}
        self.public_only: set[str] = set()
        self.quota: dict[str, Any] = {}
        self.left_out: set[str] = set()
        self.notes: list[str] = []

    def told(self) -> set[str]:
        return set(self.counted) | set(self.gone) | set(self.later)


async def _private(calls: Line, connected: Connected, ids: Sequence[str], found: _Found) -> list[str]:
    """Read with what only the author sees; gives those that have to be asked again without."""
    try:
        await _some(calls, connected, ids, _PRIVATE, found)
    except ReadingRefused as error:
        found.notes.append(f"Clicks are not told to this account: {error.detail}")
        found.left_out.add("non_public_metrics")
        return list(ids)
    return [id for id in ids if id in found.public_only and id not in found.counted]


async def _some(calls: Line, connected: Connected, ids: Sequence[str], fields: str, found: _Found) -> None:
    answer = await calls.ask(
        "GET",
        f"{connected.address}/2/tweets",
        params={"ids": ",".join(ids), "tweet.fields": fields},
        headers=await _headers(connected),
    )
    found.quota = _quota(answer)
    body = answer.body if isinstance(answer.body, dict) else {}
    for one in body.get("data") or ():
        if isinstance(one, dict) and str(one.get("id")) in ids:
            found.counted[str(one["id"])] = Counted(str(one["id"]), _counts(one), kept(one))
    for error in body.get("errors") or ():
        _trouble(error, ids, found)


def _trouble(error: Any, ids: Sequence[str], found: _Found) -> None:
    """One post's trouble, told beside the others' data."""
    if not isinstance(error, dict):
        return
    id = str(error.get("resource_id") or error.get("value") or "")
    if id not in ids or id in found.counted:
        return
    kind = str(error.get("type") or "").rpartition(_PROBLEM)[2]
    if kind == "resource-not-found":
        found.gone[id] = "It is no longer on X."
    elif kind == "not-authorized-for-field":
        found.public_only.add(id)
    else:
        found.later[id] = f"X does not tell: {said(error) or kind}"


def _counts(one: dict[str, Any]) -> dict[str, int]:
    public, private, organic = (
        _part(one, name) for name in ("public_metrics", "non_public_metrics", "organic_metrics")
    )
    shared = counters(reposts=public.get("retweet_count"), quotes=public.get("quote_count"))
    return counters(
        impressions=_first("impression_count", public, private, organic),
        clicks=_first("url_link_clicks", private, organic),
        likes=public.get("like_count"),
        shares=sum(shared.values()) if shared else None,
        comments=public.get("reply_count"),
        bookmarks=public.get("bookmark_count"),
    )


def _part(one: dict[str, Any], name: str) -> dict[str, Any]:
    found = one.get(name)
    return found if isinstance(found, dict) else {}


def _first(name: str, *metrics: dict[str, Any]) -> Any:
    return next((one[name] for one in metrics if one.get(name) is not None), None)


def _quota(answer: Answer) -> dict[str, Any]:
    names = {"limit": "x-rate-limit-limit", "remaining": "x-rate-limit-remaining", "resets": "x-rate-limit-reset"}
    return {name: int(told) for name, header in names.items() if (told := answer.headers.get(header, "")).isdigit()}


async def _headers(connected: Connected) -> dict[str, str]:
    return {"Authorization": f"Bearer {await connected.token()}"}
