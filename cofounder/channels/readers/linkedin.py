"""LinkedIn: share statistics of a page's posts; analytics of a member's posts, one figure a call.

Sources: LinkedIn Marketing and Community Management APIs, versioned by header: organizationalEntityShareStatistics,
memberCreatorPostAnalytics, socialMetadata, networkSizes, memberFollowersCount. A post that nobody has seen yet is not
among the statistics, and neither is one that was deleted: posts are asked for by id then.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from cofounder.channels.accounts import Connected
from cofounder.channels.accounts.providers.linkedin import API_VERSION
from cofounder.channels.readers.reading import Asked, Counted, ReadingRefused, ReadOut
from cofounder.channels.readers.wire import Answer, Line, counters, kept, line, number, said
from cofounder.kit.clock import now

AT_ONCE = 20
ANALYTICS = "memberCreatorPostAnalytics"
_FIGURES = {
    "impressions": "IMPRESSION",
    "reach": "MEMBERS_REACHED",
    "likes": "REACTION",
    "comments": "COMMENT",
    "shares": "RESHARE",
}
_GONE = "It is no longer on LinkedIn."


async def read(connected: Connected, posts: Sequence[Asked], left_out: frozenset[str]) -> ReadOut:
    """Counters of at most twenty posts. Raises SignInNeeded, ReadingDelayed, ReaderAway, ReadingRefused."""
    ids = [one.external_id for one in posts]
    async with line(connected) as calls:
        if ":organization:" in connected.external_id:
            return await _of_page(calls, connected, ids)
        if ANALYTICS in left_out:
            return await _of_public(calls, connected, ids)
        try:
            return await _of_member(calls, connected, ids)
        except ReadingRefused as error:
            found = await _of_public(calls, connected, ids)
            told = f"LinkedIn tells this account no impressions: {error.detail}"
            return ReadOut(
                counted=found.counted,
                gone=found.gone,
                later=found.later,
                left_out=frozenset((ANALYTICS,)),
                notes=(told,),
            )


async def followers(connected: Connected) -> int | None:
    """How many follow the page, or the member."""
    async with line(connected) as calls:
        if ":organization:" in connected.external_id:
            asked = f"networkSizes/{quote(connected.external_id, safe='')}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"
            return number((await _get(calls, connected, asked)).get("firstDegreeSize"))
        found = await _get(calls, connected, "memberFollowersCount?q=me")
        return next((number(one.get("memberFollowersCount")) for one in _elements(found)), None)


async def _of_page(calls: Line, connected: Connected, ids: Sequence[str]) -> ReadOut:
    kinds = {"shares": ":share:", "ugcPosts": ":ugcPost:"}
    lists = [f"{name}={_list(mine)}" for name, mark in kinds.items() if (mine := [one for one in ids if mark in one])]
    if not lists:
        return ReadOut(not_offered=dict.fromkeys(ids, "LinkedIn counts nothing of it: its id is no post's."))
    of = f"organizationalEntity={quote(connected.external_id, safe='')}"
    found = await _get(
        calls, connected, f"organizationalEntityShareStatistics?q=organizationalEntity&{of}&{'&'.join(lists)}"
    )
    counted = {}
    for one in _elements(found):
        id = str(one.get("share") or one.get("ugcPost") or "")
        total = one.get("totalShareStatistics")
        if id in ids and isinstance(total, dict):
            counted[id] = Counted(id, _of_statistics(total), kept(one))
    missing = [id for id in ids if id not in counted]
    gone = await _gone(calls, connected, missing) if missing else {}
    later = {id: "LinkedIn has counted nothing of it yet." for id in missing if id not in gone}
    return ReadOut(counted=tuple(counted.values()), gone=gone, later=later)


def _of_statistics(total: dict[str, Any]) -> dict[str, int]:
    return counters(
        impressions=total.get("impressionCount"),
        reach=total.get("uniqueImpressionsCount"),
        clicks=total.get("clickCount"),
        likes=total.get("likeCount"),
        shares=total.get("shareCount"),
        comments=total.get("commentCount"),
    )


async def _of_member(calls: Line, connected: Connected, ids: Sequence[str]) -> ReadOut:
    """Five questions a post; what is allowed of one is allowed of all."""
    counted, gone, later = [], {}, {}
    for id in ids:
        counts: dict[str, int] = {}
        raw: dict[str, Any] = {}
        for name, figure in _FIGURES.items():
            answer = await _figure(calls, connected, id, figure)
            if answer.status == 404:
                gone[id] = _GONE
                break
            body = answer.body if isinstance(answer.body, dict) else {}
            value = next((number(one.get("count")) for one in _elements(body)), None)
            if value is not None:
                counts[name], raw[figure] = value, body
        if id not in gone and counts:
            counted.append(Counted(id, counts, kept(raw)))
        elif id not in gone:
            later[id] = "LinkedIn has counted nothing of it yet."
    return ReadOut(counted=tuple(counted), gone=gone, later=later)


async def _figure(calls: Line, connected: Connected, id: str, figure: str) -> Answer:
    kind = "ugc" if ":ugcPost:" in id else "share"
    asked = f"{ANALYTICS}?q=entity&entity=({kind}:{quote(id, safe='')})&queryType={figure}&aggregation=TOTAL"
    return await _ask(calls, connected, asked, refused=(404,))


async def _of_public(calls: Line, connected: Connected, ids: Sequence[str]) -> ReadOut:
    """Reactions and comments, as whoever may see the post sees them."""
    answer = await _ask(calls, connected, f"socialMetadata?ids={_list(ids)}", batch=True)
    body = answer.body if isinstance(answer.body, dict) else {}
    counted, gone, later = [], {}, {}
    for id in ids:
        one = (body.get("results") or {}).get(id)
        if isinstance(one, dict):
            likes = [number(each.get("count")) for each in (one.get("reactionSummaries") or {}).values()]
            comments = (one.get("commentSummary") or {}).get("count")
            counts = counters(likes=sum(each or 0 for each in likes), comments=comments)
            counted.append(Counted(id, counts, kept(one)))
        elif _status(body, id) == 404:
            gone[id] = _GONE
        else:
            later[id] = f"LinkedIn does not tell: {said((body.get('errors') or {}).get(id)) or 'nothing was said'}"
    return ReadOut(counted=tuple(counted), gone=gone, later=later)


async def _gone(calls: Line, connected: Connected, ids: Sequence[str]) -> dict[str, str]:
    answer = await _ask(calls, connected, f"posts?ids={_list(ids)}", batch=True)
    body = answer.body if isinstance(answer.body, dict) else {}
    return {id: _GONE for id in ids if _status(body, id) == 404}


def _status(body: dict[str, Any], id: str) -> int | None:
    told = (body.get("statuses") or {}).get(id)
    error = (body.get("errors") or {}).get(id)
    return number(told) or (number(error.get("status")) if isinstance(error, dict) else None)


def _list(ids: Sequence[str]) -> str:
    return f"List({','.join(quote(id, safe='') for id in ids)})"


def _elements(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in body.get("elements") or () if isinstance(one, dict)]


async def _get(calls: Line, connected: Connected, asked: str) -> dict[str, Any]:
    answer = await _ask(calls, connected, asked)
    return answer.body if isinstance(answer.body, dict) else {}


async def _ask(
    calls: Line, connected: Connected, asked: str, *, batch: bool = False, refused: Sequence[int] = ()
) -> Answer:
    headers = {
        "Authorization": f"Bearer {await connected.token()}",
        "LinkedIn-Version": str(connected.details.get("api_version") or API_VERSION),
        "X-Restli-Protocol-Version": "2.0.0",
        **({"X-RestLi-Method": "BATCH_GET"} if batch else {}),
    }
    # Its limits are a day's, and begin anew at midnight, UTC; it names no time.
    return await calls.ask(
        "GET", f"{connected.address}/rest/{asked}", headers=headers, refused=refused, wait=_to_midnight()
    )


def _to_midnight() -> timedelta:
    moment = now()
    return datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo) - moment
