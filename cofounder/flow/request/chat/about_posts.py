"""Answers about posts that are no ranking: when to publish, how many there were, what one may bring. No model is asked."""

from cofounder.flow.request.chat.schemas import Source
from cofounder.flow.request.chat.subject import Subject
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
    number, stored = output["measured"] + output["unmeasured"], output["stored"]
    where = " and ".join(CHANNELS.get(name, name) for name in subject.platforms)
    place = "".join([f" on {where}" if where else "", f" in {subject.period.label}" if subject.period else ""])
    if subject.topic and stored:
        return _naming(subject.topic, number, stored, place, output["measured"]), [used]
    said = "No post" if not number else f"**{number:,} {'post' if number == 1 else 'posts'}**"
    measured = f", {output['measured']:,} of them measured" if number else ""
    listed = " The most viewed are listed below." if number > _MOST else ""
    return f"{said}{place} {'is' if number < 2 else 'are'} stored{measured}.{listed}", [used]


def _naming(topic: str, number: int, stored: int, place: str, measured: int) -> str:
    """How many posts name a topic, of how many: what can be shown, and nothing that is only like it."""
    of = f"the {stored:,} stored posts{place}" if stored > 1 else f"the one stored post{place}"
    if not number:
        return f"None of {of} names {topic} in its title, topic or text. {like_it(topic)}"
    listed = " The most viewed are listed below." if number > _MOST else ""
    return (
        f"**{number:,}** of {of} {'names' if number == 1 else 'name'} {topic} in title, topic or text, "
        f"{measured:,} of them measured.{listed}"
    )


def like_it(topic: str) -> str:
    """Where posts are found that are like a topic and do not name it."""
    return f'Work that is like it is told apart: "What did we publish about {topic}?"'


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


def plain(text: str) -> str:
    """Text from data, on one line, without what Markdown would read as its own."""
    return " ".join(text.replace("*", "\\*").replace("`", "\\`").replace("[", "\\[").split())
