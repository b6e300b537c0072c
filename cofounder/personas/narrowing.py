"""Posts of one channel, or on one topic, under whatever spelling; what is none of them is refused."""

from collections import Counter
from collections.abc import Sequence

from cofounder.kit.errors import InputInvalid
from cofounder.personas.followers.service import ChannelNotCounted
from cofounder.personas.queries import Scored


class TopicUnknown(InputInvalid):
    """No post of late has this topic."""

    hint = "GET /api/personas lists them as topics."


def of_channel(posts: Sequence[Scored], channel: str | None) -> list[Scored]:
    """Those of a channel; None: all. Raises ChannelNotCounted."""
    from cofounder.channels.naming import canonical

    platform = canonical(channel) or channel if channel is not None else None
    if platform is not None and canonical(platform) is None and all(one.platform != platform for one in posts):
        raise ChannelNotCounted(f"There is no channel {channel!r}.", field="channel")
    return [one for one in posts if platform in (None, one.platform)]


def about(posts: Sequence[Scored], channel: str | None, topic: str | None) -> list[Scored]:
    """Those of a channel and on a topic. Raises ChannelNotCounted and TopicUnknown."""
    kept = of_channel(posts, channel)
    if topic is None:
        return kept
    meant = topic.strip().casefold()
    if all(one.topic.casefold() != meant for one in posts):
        known = ", ".join(name for name, _ in Counter(one.topic for one in posts if one.topic).most_common(10))
        raise TopicUnknown(f"No post of late has the topic {topic!r}.", field="topic", hint=_topics_are(known))
    return [one for one in kept if one.topic.casefold() == meant]


def _topics_are(known: str) -> str:
    return (
        f"Topics of late are {known}." if known else "Posts have topics once they are imported or published with one."
    )
