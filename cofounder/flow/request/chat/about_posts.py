"""Answers about posts that are no ranking: when to publish, how many there were, what one may bring. No model is asked."""

from cofounder.business.catalogue import metric
from cofounder.flow.request.chat.reading import Subject
from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.tools import Tools

CHANNELS = {"linkedin": "LinkedIn", "x": "X", "facebook": "Facebook", "email": "e-mail", "blog": "the blog"}
Told = tuple[str, list[Source]]
_MOST = 20  # posts that are listed with their number


async def times(subject: Subject, tools: Tools) -> Told:
    """When to publish next on each channel that is asked about, else on each that has posts."""
    names, used = list(subject.platforms), []
    if not names:
        usual, source = await tools.ask("business.baseline")
        names = [name for name, one in usual["baselines"].items() if one["count"]][:5]
        if not names:
            return "No post has been measured yet, so no time can be told from another.", [source]
    lines = []
    for name in names:
        output, source = await tools.ask("business.suggest_time", channel=name)
        used.append(source)
        following = (
            f" The next such time is {output['at'][:16].replace('T', ' ')} {output['time_zone']}."
            if output["at"]
            else ""
        )
        lines.append(f"- {output['sentence']}{following}")
    text = "\n".join(lines) if len(lines) > 1 else lines[0].removeprefix("- ")
    return f"{text}\n\nFrom your own posts of the last year; a time that did well may have had other reasons.", used


async def count(subject: Subject, tools: Tools) -> Told:
    """How many posts the span holds, by platform, and how many of them were measured."""
    output, used = await tools.ask(
        "business.best_posts",
        channels=subject.platforms or None,
        by="views",
        period=subject.period,
        topic=subject.topic,
        limit=_MOST,
    )
    number = output["measured"] + output["unmeasured"]
    where = " and ".join(CHANNELS.get(name, name) for name in subject.platforms)
    parts = [f" on {where}" if where else "", f" about {subject.topic}" if subject.topic else ""]
    parts.append(f" in {subject.period.label}" if subject.period else "")
    said = "No post" if not number else f"**{number:,} {'post' if number == 1 else 'posts'}**"
    measured = f", {output['measured']:,} of them measured" if number else ""
    listed = " The most viewed are listed below." if number > _MOST else ""
    return f"{said}{''.join(parts)} {'is' if number < 2 else 'are'} stored{measured}.{listed}", [used]


async def expected(subject: Subject, tools: Tools) -> Told:
    """What a text may bring on a channel, with its interval; without a text, how to ask."""
    if subject.text is None or not subject.platforms:
        return (
            "For an expectation I need the text, in quotes, and its channel, for example: "
            'What would this get on LinkedIn: "We opened a second bakery today."?'
        ), []
    said, used = [], []
    for name in subject.platforms[:3]:
        output, source = await tools.ask("business.predict", content=subject.text, channel=name)
        used.append(source)
        said.append(str(output["sentence"]))
    return "\n\n".join([*said, "An expectation from earlier posts, not a promise."]), used


async def split(subject: Subject, _: Tools) -> Told:
    """That a figure is not known part by part here, and where parts are shown."""
    return (
        f"I have no tool that splits {_figures(subject.metrics)} by {subject.topic}: the figures that I read are the company's as a whole, and "
        "posts I can rank by engagement, views, clicks, shares and comments. What visits, conversions and revenue each "
        "source, campaign, platform and topic brought, as far as that was imported, stands on the Business data page."
    ), []


def _figures(names: list[str]) -> str:
    """The figures that a question names, in words."""
    nouns = [metric(name).noun for name in names] or ["what was earned"]
    return nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} and {nouns[-1]}"


async def others(subject: Subject, _: Tools) -> Told:
    """That figures of somebody else are not here."""
    own = _figures(subject.metrics)
    return (
        f"I hold no figures of {subject.topic}: I read the company's own only. What I can compare is {own} with an "
        f'earlier time, as in "Compare Q3 and Q2".'
    ), []


def no_such_time(subject: Subject) -> str:
    """That a time does not exist, or cannot be placed."""
    words = " and ".join(f"“{one}”" for one in subject.unclear[:3])
    return f"I cannot place {words} in time. Name a month, a quarter or a year, such as March 2026, Q2 or last month."


def no_such_channel(subject: Subject) -> str:
    """That a channel is none of ours."""
    named = " or ".join(subject.elsewhere[:3])
    return f"Nothing on {named} is stored: I know posts on LinkedIn, X, Facebook and the blog, and e-mail."


async def work(_: Subject, __: Tools) -> Told:
    """Where tasks and approvals stand: no tool of a conversation reads them."""
    return (
        "What runs and what waits for you stands on Home, with the tasks under Tasks and the texts to decide under "
        "Approvals, and are paused, resumed and cancelled there; at the command line `cofounder tasks` and `cofounder tasks --status pending_approval`. "
        "I read the company's figures, posts and finished work."
    ), []


async def change(_: Subject, __: Tools) -> Told:
    """That what is published is not touched from here, and what can be done instead."""
    return (
        "I change nothing that is published or stored: a post is deleted or corrected where it stands, on its channel. "
        "Each post with its address is on the page Content. A text that you paste I can shorten, rewrite or summarise, as in "
        '"Shorten this: …". Without a connected language model I cannot translate.'
    ), []


async def unranked(_: Subject, __: Tools) -> Told:
    """That posts are not ranked by this, and by what they are."""
    return (
        "I cannot rank posts by that: I rank them by engagement, views, clicks, shares and comments, as in "
        '"Top 3 posts by comments". Likes are read where a channel tells them, and stand with each post on the page Content.'
    ), []


def plain(text: str) -> str:
    """Text from data, on one line, without what Markdown would read as its own."""
    return " ".join(text.replace("*", "\\*").replace("`", "\\`").replace("[", "\\[").split())
