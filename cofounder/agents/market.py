"""The market agent: how topics do over time, shares of the company's own voice, and what it cannot know."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from cofounder.agents.tools import AsOf, agent, tool
from cofounder.business import trends
from cofounder.business.records import service as records
from cofounder.business.records.schemas import PostWithReading
from cofounder.business.similar import likeness
from cofounder.business.wording import trimmed
from cofounder.kit import db

SERVER = agent("market", "Trends in the company's own topics, shares of its voice, competitor mentions. Reads only.")
Days = Annotated[int, Field(ge=1, le=36_500, description="How far back to look; 36500 is all there is")]
_COVERS = 0.08  # cosine above which a post is about a topic that is not one of the stored ones


class TrendsOut(BaseModel):
    status: Literal["ok", "not_enough_data"]
    topics: list[trends.TopicTrend] = Field(description="Most posts first")
    posts: int = Field(description="Posts of the window that have a reading")
    level: float | None = Field(description="Confidence level of every interval, 0-1, raised for the number of topics")
    insights: list[str] = Field(description="Sentences with n and interval; what stands first")
    narrative: str
    notes: list[str] = Field(description="How it was computed and what is not covered")


class VoiceOut(BaseModel):
    status: Literal["ok", "not_enough_data"]
    by_topic: list[trends.Share]
    by_platform: list[trends.Share]
    posts: int
    narrative: str
    notes: list[str]


class MentionsOut(BaseModel):
    status: Literal["no_sources"]
    competitor: str
    mentions: list[str] = Field(description="Empty: no source is registered")
    narrative: str
    next: str = Field(description="What to do to have mentions")


@tool(SERVER, category="market", seconds=1.0)
async def find_trends(
    as_of: AsOf,
    topic: Annotated[str | None, Field(description="One topic; none means all of the company's")] = None,
    days: Days = 180,
) -> TrendsOut:
    """How the company's topics do: engagement against its other topics, later half against earlier, with intervals."""
    since = as_of - timedelta(days=days)
    async with db.reading() as session:
        posts = await records.posts(session, as_of=as_of, since=since)
    read = [post for post in posts if post.seen]
    found, level = trends.topic_trends(_retold(read, topic), since + timedelta(days=days) / 2)
    if topic:
        found = [each for each in found if each.topic == topic]
    if not found:
        return _nothing(topic, days, len(read))
    enough = [each for each in found if each.standing != trends.NOT_ENOUGH]
    clear = [each for each in enough if each.standing in ("above", "below") or each.verdict in ("rising", "falling")]
    ordered = [*clear, *(each for each in enough if each not in clear), *(each for each in found if each not in enough)]
    told = [each.sentence for each in ordered]
    return TrendsOut(
        status="ok" if enough else "not_enough_data",
        topics=found,
        posts=len(read),
        level=round(level, 4),
        insights=told,
        narrative=_told(clear, enough, found, days),
        notes=["Engagement is compared within platform. These are the company's own posts, not the market's."],
    )


def _retold(posts: list[PostWithReading], topic: str | None) -> list[PostWithReading]:
    """The posts; those that a free topic covers carry it as theirs."""
    held = {(post.topic or "").lower(): post.topic for post in posts}
    if not topic or not posts:
        return posts
    if topic.lower() in held:
        mine = [
            post.model_copy(update={"topic": topic}) for post in posts if (post.topic or "").lower() == topic.lower()
        ]
        return [*mine, *(post for post in posts if (post.topic or "").lower() != topic.lower())]
    scores = likeness(topic, [f"{post.title or ''} {post.topic or ''} {post.content}" for post in posts])
    return [
        post.model_copy(update={"topic": topic}) if score >= _COVERS else post
        for post, score in zip(posts, scores, strict=True)
    ]


def _nothing(topic: str | None, days: int, posts: int) -> TrendsOut:
    about = f" on {topic}" if topic else ""
    told = f"Not enough data: no measured post{about} in the last {days} days."
    return TrendsOut(
        status="not_enough_data", topics=[], posts=posts, level=None, insights=[told], narrative=told, notes=[]
    )


def _told(
    clear: list[trends.TopicTrend], enough: list[trends.TopicTrend], found: list[trends.TopicTrend], days: int
) -> str:
    count = sum(each.n for each in found)
    opening = (
        f"Over the last {days} days, {count} measured posts on {len(found)} {'topic' if len(found) == 1 else 'topics'}."
    )
    if not enough:
        return (
            f"{opening} Not enough data: a statement needs {trends.FEWEST} posts, {trends.FEWEST_EACH} on either side."
        )
    if not clear:
        return f"{opening} No topic differs clearly from the others, and none clearly rose or fell."
    return " ".join([opening, *(each.sentence for each in clear[:3])])


@tool(SERVER, category="market", seconds=0.2)
async def share_of_voice(as_of: AsOf, days: Days = 365) -> VoiceOut:
    """Which part of the company's own posts and views each topic and platform has. It knows no one else's."""
    async with db.reading() as session:
        posts = await records.posts(session, as_of=as_of, since=as_of - timedelta(days=days))
    note = "Only the company's own posts are known, so these are shares of its own voice, not of the market's."
    if not posts:
        told = f"Not enough data: nothing was published in the last {days} days."
        return VoiceOut(status="not_enough_data", by_topic=[], by_platform=[], posts=0, narrative=told, notes=[note])
    topics, platforms = trends.shares(posts, "topic"), trends.shares(posts, "platform")
    told = f"{_leading(topics, 'topic')} {_leading(platforms, 'platform')} {note}"
    return VoiceOut(status="ok", by_topic=topics, by_platform=platforms, posts=len(posts), narrative=told, notes=[note])


def _leading(found: list[trends.Share], kind: str) -> str:
    first = found[0]
    posts = f"{first.posts} of {sum(each.posts for each in found)} posts"
    if first.view_share is None:
        return f"The {kind} with most posts is {first.name}, {posts}."
    return f"The {kind} most seen is {first.name}: {trimmed(first.view_share * 100, 0)}% of views, {posts}."


@tool(SERVER, category="market", seconds=0.01)
async def mentions(competitor: Annotated[str, Field(min_length=1)], as_of: AsOf) -> MentionsOut:
    """Mentions of a competitor in registered sources. None can be registered yet, and it says so."""
    return MentionsOut(
        status="no_sources",
        competitor=competitor,
        mentions=[],
        narrative=f"No source is registered, so nothing is known about mentions of {competitor}.",
        next="Register an outside tool server that searches news or social media, and ask it in a plan.",
    )
