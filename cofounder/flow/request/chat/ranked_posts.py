"""Answers that list posts: those that did best or worst, and the last ones. No model is asked."""

from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.about_posts import CHANNELS, Told, plain
from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools

_ADDED = 50  # posts that are added up at most
_BY = {
    "engagement_rate": "engagement",
    "views": "views",
    "clicks": "clicks",
    "shares": "shares",
    "comments": "comments",
}


async def ranked(subject: Subject, tools: Tools) -> Told:
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
    where = " and ".join(CHANNELS.get(name, name) for name in subject.platforms)
    place = f" on {where}" if where else ""
    when = f" in {subject.period.label}" if subject.period else ""
    items = output["items"]
    if not items:
        return f"{output['narrative']}{f' (asked{place}{when})' if place or when else ''}", [used]
    which = "least" if subject.lowest else "most"
    opening = f"The posts{place}{when} with the {which} {_BY[subject.by]}, of {output['measured']} that were measured:"
    if subject.by == "engagement_rate":
        opening = f"The posts{place}{when} with the {'lowest' if subject.lowest else 'highest'} engagement, of {output['measured']} that were measured:"
    lines = [f"{at}. {_post(one, named=len(subject.platforms) != 1)}" for at, one in enumerate(items, 1)]
    usual = _usual_line(output)
    return "\n\n".join(filter(None, [opening, "\n".join(lines), usual])), [used]


def _added(subject: Subject, output: dict[str, Any], used: Source) -> Told:
    """What the posts got together, where all of them are at hand."""
    where = " and ".join(CHANNELS.get(name, name) for name in subject.platforms)
    when = f" in {subject.period.label}" if subject.period else ""
    items, by = output["items"], subject.by
    if not items:
        return f"{output['narrative']} (asked on {where}{when})", [used]
    if output["measured"] > len(items):
        return (
            f"On {where}{when} {output['measured']} posts were measured; I add up {_ADDED} at most. Name a shorter time.",
            [used],
        )
    total = sum(one[by] or 0 for one in items)
    return (
        f"**{total:,} {by}** on {where}{when}, of {len(items)} posts that were measured, by their newest readings.",
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
        return str(output["narrative"]), [used]
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
