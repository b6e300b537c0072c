"""Posts with voices and readings, and counts of followers, as a channel would have them."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.ids import new_id

_POST = text("""
INSERT INTO posts (id, platform, title, content, persona, category, hashtags, flags, published_at, known_at, created_at)
VALUES (:id, :platform, 'A post', 'A post.', :persona, :topic, '{}', '{}', :at, :at, :at)""")
_READING = text("""
INSERT INTO social_post_analytics (id, post_id, post_external_id, platform, measured_at, known_at, impressions, likes,
  followers, source, flags)
VALUES (:id, :post, :name, :platform, :at, :at, :seen, 1, :followers, 'test', '{}')""")


async def post(session: AsyncSession, at: datetime, persona: str, *, platform: str = "x", topic: str = "growth") -> str:
    id = str(new_id())
    given = {"id": id, "platform": platform, "persona": persona, "topic": topic, "at": at}
    await session.execute(_POST, given)
    return id


async def reading(
    session: AsyncSession, post: str, at: datetime, seen: int, *, platform: str = "x", followers: int | None = None
) -> None:
    given = {"id": str(new_id()), "post": post, "name": post, "platform": platform, "at": at, "seen": seen}
    await session.execute(_READING, {**given, "followers": followers})


async def weeks_of(
    session: AsyncSession, until: datetime, gains: Mapping[str, float], *, days: int = 20, seed: int = 1
) -> None:
    """Four posts a day of voices in turn, each seen 1,000 times within a day; each gains what its voice gains."""
    random, names, followers = Random(seed), list(gains), 10_000
    begun = until - timedelta(days=days)
    for number in range(days * 4):
        at = begun + timedelta(hours=6 * number)
        name = names[random.randrange(len(names))]
        made = await post(session, at, name)
        await reading(session, made, at + timedelta(hours=5), 1000)
        await reading(session, made, at + timedelta(hours=73), 1000)
        followers += round(gains[name])
        # Counted every six hours, just before the next post: the gain is this post's alone.
        await reading(session, made, at + timedelta(hours=5, minutes=59), 1000, followers=followers)


_CHOICE = text("""
INSERT INTO persona_choices (id, task_id, deliverable, context, availability, probabilities, draw, chosen, arm, policy,
  chosen_at)
VALUES (:id, :task, 'main', '{}', '{}', cast(:shares AS jsonb), 0.5, :persona, 'control', 'fixed', :at)""")
_OF_TASK = text("UPDATE posts SET task_id = :task WHERE id = :post")


async def drawn_weeks_of(
    session: AsyncSession, until: datetime, gains: Mapping[str, float], *, days: int = 40, seed: int = 1
) -> None:
    """The same, each post a task's whose voice was drawn evenly and kept with its probabilities."""
    await weeks_of(session, until, gains, days=days, seed=seed)
    shares = json.dumps(dict.fromkeys(gains, 1 / len(gains)))
    rows = await session.execute(text("SELECT id, persona, published_at FROM posts WHERE persona IS NOT NULL"))
    for row in rows.all():
        task = new_id()
        given = {"id": new_id(), "task": task, "shares": shares, "persona": row.persona, "at": row.published_at}
        await session.execute(_CHOICE, given)
        await session.execute(_OF_TASK, {"task": task, "post": row.id})
