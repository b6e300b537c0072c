"""Answers that list posts: those that did best or worst, and the last ones. No model is asked."""

from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.about_posts import CHANNELS, Told, like_it, plain
from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools

_ADDED = 50  # posts that are added up at most
_SHOWN = 10
_BY = {
    "engagement_rate": "engagement",
    "views": "views",
    "clicks": "clicks",
    "shares": "shares",
    "comments": "comments",
}


async def ranked(subject: Subject, tools: Tools) -> Told:
    """The posts that did best or worst, by what is asked for; those beyond a limit; what they got together."""
    if subject.above is not None or subject.below is not None:
        return await _beyond(subject, tools)
    output, used = await tools.ask(
        "business.best_posts",
        channels=subject.platforms or None,
        by=subject.by,
        period=subject.period,
        topic=subject.topic,
        worst=subject.lowest,
        limit=_ADDED if subject.middle == "sum" else subject.count,
    )
    if subject.middle == "sum":
        return _added(subject, output, used)
    place, when = _where(subject)
    items = output["items"]
    if not items:
        return _none(subject, output), [used]
    which = "least" if subject.lowest else "most"
    naming = f" that name {subject.topic}" if subject.topic else ""
    opening = f"The posts{place}{when}{naming} with the {which} {_BY[subject.by]}, of {output['measured']} that were measured:"
    if subject.by == "engagement_rate":
        opening = f"The posts{place}{when}{naming} with the {'lowest' if subject.lowest else 'highest'} engagement, of {output['measured']} that were measured:"
    lines = [f"{at}. {_post(one, named=len(subject.platforms) != 1)}" for at, one in enumerate(items, 1)]
    usual = _usual_line(output)
    return "\n\n".join(filter(None, [opening, "\n".join(lines), usual])), [used]


def _where(subject: Subject) -> tuple[str, str]:
    """ " on LinkedIn", " in October 2026"; empty where none is named."""
    names = " and ".join(CHANNELS.get(name, name) for name in subject.platforms)
    return f" on {names}" if names else "", f" in {subject.period.label}" if subject.period else ""


def _none(subject: Subject, output: dict[str, Any]) -> str:
    """That there is no such post, and where to look for what is like a topic that none names."""
    place, when = _where(subject)
    if subject.topic and output["stored"]:
        return f"None of the {output['stored']:,} stored posts{place}{when} names {subject.topic} in its title, topic or text. {like_it(subject.topic)}"
    return f"{output['narrative']}{f' (asked{place}{when})' if place or when else ''}"


async def _beyond(subject: Subject, tools: Tools) -> Told:
    """The posts with more or less of something than a limit, the furthest beyond it first."""
    limit, over = (subject.above, True) if subject.above is not None else (subject.below, False)
    assert limit is not None
    output, used = await tools.ask(
        "business.best_posts",
        channels=subject.platforms or None,
        by=subject.by,
        period=subject.period,
        topic=subject.topic,
        worst=not over,
        limit=_ADDED,
    )
    place, when = _where(subject)
    if not output["items"]:
        return _none(subject, output), [used]
    rate = subject.by == "engagement_rate"
    found = [
        one for one in output["items"] if ((one[subject.by] or 0) > limit if over else (one[subject.by] or 0) < limit)
    ]
    shown = f"{wording.trimmed(limit * 100, 2)}%" if rate else f"{limit:,.0f}"
    side = f"{'more' if over else 'less' if rate else 'fewer'} than {shown} {_BY[subject.by]}"
    among = (
        f"{output['measured']:,} measured posts{place}{when}{f' that name {subject.topic}' if subject.topic else ''}"
    )
    used = used.model_copy(update={"rows": used.rows[: len(found)]})
    if not found:
        return f"None of the {among} has {side}.", [used]
    many = f"at least {len(found)}" if len(found) == _ADDED < output["measured"] else f"{len(found)}"
    lines = [f"{at}. {_post(one, named=len(subject.platforms) != 1)}" for at, one in enumerate(found[:_SHOWN], 1)]
    rest = f"\n\nThe first {_SHOWN} are listed." if len(found) > _SHOWN else ""
    verb = "has" if len(found) == 1 else "have"
    return f"**{many}** of the {among} {verb} {side}:\n\n" + "\n".join(lines) + rest, [used]


def _added(subject: Subject, output: dict[str, Any], used: Source) -> Told:
    """What the posts got together, where all of them are at hand; what fell within a time no reading tells."""
    place, when = _where(subject)
    items, by = output["items"], subject.by
    if not items:
        return _none(subject, output), [used]
    if output["measured"] > len(items):
        return (
            f"{output['measured']} posts{place}{when} were measured; I add up {_ADDED} at most. Name a shorter time.",
            [used],
        )
    total = sum(one[by] or 0 for one in items)
    if subject.period is None:
        return (
            f"**{total:,} {by}**{place}, of {len(items)} posts that were measured, by their newest readings.",
            [used],
        )
    posts = "post that was" if len(items) == 1 else f"{len(items)} posts that were"
    return (
        f"How many {by} fell{when} I cannot tell: a post's readings add up from the day it went out. What I can tell is what "
        f"the {posts} published{place}{when} got so far: **{total:,} {by}**, by the newest readings.",
        [used],
    )


async def latest(subject: Subject, tools: Tools) -> Told:
    """The last posts, or the first, with what they achieved so far."""
    output, used = await tools.ask(
        "business.best_posts",
        channels=subject.platforms or None,
        by="published_on",
        period=subject.period,
        topic=subject.topic,
        worst=subject.lowest,
        limit=subject.count,
    )
    items = output["items"]
    if not items:
        return _none(subject, output), [used]
    named = len(subject.platforms) != 1
    place = "" if named else f" on {CHANNELS.get(subject.platforms[0], subject.platforms[0])}"
    about = (f" about {subject.topic}" if subject.topic else "") + (
        f" in {subject.period.label}" if subject.period else ""
    )
    end = "first" if subject.lowest else "last"
    if len(items) == 1:
        return f"The {end} post{place}{about}: {_post(items[0], named=named)}", [used]
    lines = [f"{at}. {_post(one, named=named)}" for at, one in enumerate(items, 1)]
    return f"The {end} {len(items)} posts{place}{about}, {end} first:\n\n" + "\n".join(lines), [used]


def _post(one: dict[str, Any], *, named: bool) -> str:
    where = f" on {CHANNELS.get(one['platform'], one['platform'])}" if named else ""
    if not one["views"]:
        return f"**{plain(one['title'])}**{where}, {one['published_on']}: not measured yet"
    rate = wording.trimmed((one["engagement_rate"] or 0) * 100, 2)
    parts = [f"{one['views']:,} views", f"{rate}% engagement"]
    parts += [f"{one[name]:,} {name}" for name in ("clicks", "shares", "comments") if one.get(name)]
    return f"**{plain(one['title'])}**{where}, {one['published_on']}: {', '.join(parts)}"


def _usual_line(output: dict[str, Any]) -> str:
    if output["usual_rate"] is None or output["usual_views"] is None:
        return ""
    rate = wording.trimmed(output["usual_rate"] * 100, 2)
    return (
        f"All of them together: {output['usual_views']:,.0f} views a post and {rate}% engagement, which is (clicks + "
        "shares + comments) / views. That a post did well does not say why."
    )
