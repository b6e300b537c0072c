"""Facebook pages: reactions, comments, shares, and insights as far as there are any.

Sources: Graph API, batch requests (50 a call, each with its own answer), post insights, error codes. Reach metrics were
removed on 2026-06-15; `post_media_view` and `post_total_media_view_unique` took their place. A metric that Graph
knows no more makes the whole question for insights fail, so that each is asked for alone then, once.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from cofounder.channels.accounts import Connected, SignInNeeded
from cofounder.channels.readers.reading import Asked, Counted, ReaderAway, ReadingDelayed, ReadOut
from cofounder.channels.readers.wire import Line, counters, kept, line, number, said
from cofounder.kit.clock import now

AT_ONCE = 25  # two questions a post, fifty a batch
VERSION = "v25.0"
METRICS = {"views": "post_media_view", "reach": "post_total_media_view_unique", "clicks": "post_clicks"}
_FIELDS = "id,shares,reactions.limit(0).summary(total_count),comments.limit(0).summary(total_count)"
_TOO_FAST = {4, 17, 32, 613, 1390008} | set(range(80_000, 80_010))
_NOT_OURS = {10, *range(200, 300)}
_PASSING = {1, 2}
_USAGE = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
Told = dict[str, Any]


async def read(connected: Connected, posts: Sequence[Asked], left_out: frozenset[str]) -> ReadOut:
    """Counters of at most 25 posts of a page. Raises SignInNeeded, ReadingDelayed, ReaderAway, ReadingRefused."""
    ids = [one.external_id for one in posts]
    wanted = [one for one in METRICS.values() if one not in left_out]
    out = _Out()
    async with line(connected) as calls:
        basics = await _batch(calls, connected, [f"{id}?fields={_FIELDS}" for id in ids], out)
        insights = await _insights(calls, connected, ids, wanted, out)
        there = any(not _error(one) for one in basics) or await _page_answers(calls, connected)
    for id, basic, insight in zip(ids, basics, insights, strict=True):
        _place(id, basic, insight, out, there=there)
    return out.whole()


async def followers(connected: Connected) -> int | None:
    """How many follow the page."""
    async with line(connected) as calls:
        found = await _get(calls, connected, connected.external_id, {"fields": "followers_count,fan_count"})
    return number(found.get("followers_count")) or number(found.get("fan_count"))


class _Out:
    def __init__(self) -> None:
        self.counted: list[Counted] = []
        self.gone: dict[str, str] = {}
        self.not_offered: dict[str, str] = {}
        self.later: dict[str, str] = {}
        self.quota: dict[str, Any] = {}
        self.left_out: set[str] = set()
        self.notes: dict[str, None] = {}

    def whole(self) -> ReadOut:
        return ReadOut(
            counted=tuple(self.counted),
            gone=self.gone,
            not_offered=self.not_offered,
            later=self.later,
            quota=self.quota,
            left_out=frozenset(self.left_out),
            notes=tuple(self.notes),
        )


async def _insights(
    calls: Line, connected: Connected, ids: Sequence[str], wanted: Sequence[str], out: _Out
) -> list[Told]:
    """The insights of each post; metrics that Graph knows no more are found out and left out."""
    if not wanted:
        return [{} for _ in ids]
    asked = await _batch(calls, connected, [_question(id, wanted) for id in ids], out)
    if not any(_is_unknown_metric(one) for one in asked):
        return asked
    one_by_one = await _batch(calls, connected, [_question(ids[0], [metric]) for metric in wanted], out)
    dead = {metric for metric, one in zip(wanted, one_by_one, strict=True) if _is_unknown_metric(one)}
    for metric in sorted(dead):
        out.left_out.add(metric)
        out.notes[f"Facebook counts {metric} no more; it is left out from now on."] = None
    left = [metric for metric in wanted if metric not in dead]
    if not left or not dead:
        return [{} for _ in ids]
    return await _batch(calls, connected, [_question(id, left) for id in ids], out)


def _question(id: str, metrics: Sequence[str]) -> str:
    return f"{id}/insights?metric={','.join(metrics)}&period=lifetime"


def _place(id: str, basic: Told, insight: Told, out: _Out, *, there: bool) -> None:
    """One post, by what was told of it."""
    error = _error(basic)
    if error is None:
        raw = {"post": basic, "insights": insight}
        if (trouble := _error(insight)) is not None:
            out.notes[f"Facebook tells no insights: {trouble['message']}"] = None
        out.counted.append(Counted(id, _counts(basic, insight), kept(raw)))
    elif error["code"] in (100, 803) and there:
        out.gone[id] = "It is no longer on Facebook."
    elif error["code"] in _NOT_OURS:
        out.not_offered[id] = f"Facebook does not let this page's access read it: {error['message']}"
    else:
        out.later[id] = f"Facebook does not tell: {error['message']}"


def _counts(basic: Told, insight: Told) -> dict[str, int]:
    seen: dict[str, Any] = {}
    for one in insight.get("data") or ():
        if isinstance(one, dict) and (values := one.get("values")):
            seen[str(one.get("name"))] = values[-1].get("value") if isinstance(values[-1], dict) else None
    return counters(
        **{name: seen.get(metric) for name, metric in METRICS.items()},
        likes=_total(basic.get("reactions")),
        comments=_total(basic.get("comments")),
        shares=shares.get("count")
        if isinstance(shares := basic.get("shares"), dict)
        else 0,  # Graph leaves it out where there are none
    )


def _total(of: Any) -> Any:
    summary = of.get("summary") if isinstance(of, dict) else None
    return summary.get("total_count") if isinstance(summary, dict) else None


async def _page_answers(calls: Line, connected: Connected) -> bool:
    """Whether the page itself can be read: then a post that cannot be is gone, and not only out of reach."""
    try:
        return bool((await _get(calls, connected, connected.external_id, {"fields": "id"})).get("id"))
    except ReaderAway:
        return False


async def _get(calls: Line, connected: Connected, path: str, params: Mapping[str, str]) -> Told:
    answer = await calls.ask(
        "GET", f"{_base(connected)}/{path}", params=dict(params), headers=await _headers(connected), refused=(400, 403)
    )
    body: Told = answer.body if isinstance(answer.body, dict) else {}
    _raise_for(connected, body)
    return body


async def _batch(calls: Line, connected: Connected, questions: Sequence[str], out: _Out) -> list[Told]:
    """The answers to many questions, in their order; of one that was not answered in time, an error that passes."""
    asked = json.dumps([{"method": "GET", "relative_url": one} for one in questions])
    answer = await calls.ask(
        "POST",
        _base(connected),
        data={"batch": asked, "include_headers": "false"},
        headers=await _headers(connected),
        refused=(400, 403),
    )
    out.quota |= {name: told for name in _USAGE if (told := _usage(answer.headers.get(name))) is not None}
    if not isinstance(answer.body, list) or len(answer.body) != len(questions):
        _raise_for(connected, answer.body if isinstance(answer.body, dict) else {})
        raise ReaderAway("Facebook answered with what is no answer to these questions.")
    found = [_body(one) for one in answer.body]
    for one in found:
        if (error := _error(one)) and (error["code"] == 190 or error["code"] in _TOO_FAST):
            _raise_for(connected, one)
    return found


def _raise_for(connected: Connected, body: Told) -> None:
    """Say in our errors what an error of the whole means; one of a single thing is the caller's."""
    error = _error(body)
    if error is None:
        return
    name = f"facebook ({connected.name})"
    if error["code"] in (190, 102):
        raise SignInNeeded(f"{name} no longer accepts this page's access: {error['message']}")
    if error["code"] in _TOO_FAST:
        raise ReadingDelayed(f"{name} asks to wait: {error['message']}", until=now() + timedelta(hours=1))
    raise ReaderAway(f"{name} answered: {error['message']}")


def _body(one: Any) -> Told:
    if not isinstance(one, dict):
        return {"error": {"code": 2, "message": "It was not answered in time."}}
    try:
        found = json.loads(one.get("body") or "")
    except (TypeError, ValueError):
        found = None
    return found if isinstance(found, dict) else {"error": {"code": 2, "message": "It was answered with nothing."}}


def _error(body: Told) -> dict[str, Any] | None:
    error = body.get("error")
    if not isinstance(error, dict):
        return None
    code = error.get("code")
    return {"code": code if isinstance(code, int) else 0, "message": said(body) or "nothing was said"}


def _is_unknown_metric(body: Told) -> bool:
    error = _error(body)
    return error is not None and error["code"] == 100 and "metric" in error["message"].lower()


def _usage(told: str | None) -> Any:
    try:
        return json.loads(told) if told else None
    except ValueError:
        return None


def _base(connected: Connected) -> str:
    version = str(connected.details.get("api_version") or VERSION)
    return connected.address if connected.address.endswith(f"/{version}") else f"{connected.address}/{version}"


async def _headers(connected: Connected) -> dict[str, str]:
    return {"Authorization": f"Bearer {await connected.token()}"}
