"""Keep what is known of an address with the one post that stands there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching import queries as matches
from cofounder.business.matching import timing
from cofounder.business.matching.addresses import address
from cofounder.business.matching.drafts import draft
from cofounder.business.matching.standing import queries
from cofounder.kit import live


@dataclass(frozen=True)
class Stood:
    """Where the post of a publication stood, and what its platform called it, before somebody said otherwise."""

    url: str | None = None
    external_id: str | None = None
    somewhere: bool = False


async def stood(session: AsyncSession, publication_id: UUID) -> Stood:
    """How it stands now, to be given to `follow` after a change."""
    post = await queries.post_of(session, publication_id)
    if post is None:
        return Stood()
    return Stood(post["url"], post["external_id"], post["published_at"] is not None)


async def absorb(session: AsyncSession, platform: str | None = None, url: str = "") -> int:
    """Let imported posts that stand where a publication does become the publication's, all or those of one address; how
    many. Where several publications, or several imported posts, share an address nobody knows which is which.
    """
    ours, theirs = await queries.addressed(session, platform, url)
    mine, others = _by_address(ours), _by_address(theirs)
    number = 0
    for where, own in mine.items():
        other = others.get(where, [])
        if len(own) == 1 and len(other) == 1 and _is_it(own[0], other[0]):
            await queries.absorb(session, own[0]["id"], other[0]["id"])
            number += 1
    if number:
        live.changed(session, "posts")
    return number


async def other_at(session: AsyncSession, publication_id: UUID, platform: str, url: str) -> UUID | None:
    """Another publication that stands at an address, in whatever spelling. Nobody else comes to stand there, or asks, until
    the transaction ends.
    """
    await _take_turn(session, platform, url)
    ours, _ = await queries.addressed(session, platform, url)
    others = (one["publication_id"] for one in ours if _same(one["url"], url))
    return next((one for one in others if one != publication_id), None)


async def follow(session: AsyncSession, publication_id: UUID, before: Stood) -> None:
    """Keep to where, and since when, a publication is said to stand: what was linked through another address is let go
    of, and what speaks of this one is linked, but for what was read before it went out.
    """
    post = await queries.post_of(session, publication_id)
    if post is None:
        return
    now_at = post["url"] if post["published_at"] is not None else None
    moved = before.somewhere and (post["published_at"] is None or not _same(before.url, now_at))
    renamed = before.external_id is not None and before.external_id != post["external_id"]
    if moved or renamed:
        await _let_go(session, post, before, now_at)
    if now_at is not None:
        await _take_turn(session, post["platform"], now_at)
        await absorb(session, post["platform"], now_at)
    if post["published_at"] is not None:
        await queries.join_by_id(session, post["id"])
    for url in dict.fromkeys(filter(None, (now_at, before.url))):
        await _join(session, post["platform"], url)
    await timing.part_of(session, publication_id)
    live.changed(session, "posts", post["id"])


async def _take_turn(session: AsyncSession, platform: str, url: str) -> None:
    page = address(url)
    if page is not None:
        await queries.take_turn(session, platform, page.whole)


async def _let_go(session: AsyncSession, post: dict[str, Any], before: Stood, now_at: str | None) -> None:
    nowhere = post["published_at"] is None
    for one in await queries.absorbed(session, post["id"]):
        if nowhere or not _same(one["url"], now_at):
            await queries.restore(session, post["id"], one["id"])
    # what names it by the id that it has still is its own
    current = await queries.post_of(session, post["id"]) or post
    gone = [
        one["subject"]
        for one in await queries.imported(session, post["id"])
        if nowhere or (not _named(one, current) and (_named_before(one, before) or _same(one["url"], before.url)))
    ]
    await queries.let_go(session, post["id"], gone)
    if before.url is not None:
        await queries.let_visits_go(session, post["id"], before.url)


def _named(one: dict[str, Any], post: dict[str, Any]) -> bool:
    return one["external_id"] is not None and one["external_id"] == post["external_id"]


def _named_before(one: dict[str, Any], before: Stood) -> bool:
    return one["external_id"] is not None and one["external_id"] == before.external_id


async def _join(session: AsyncSession, platform: str, url: str) -> None:
    """Link the readings of an address to the one post that stands there."""
    posts = [one for one in await queries.posts_at(session, platform, url) if _same(one["url"], url)]
    if len(posts) != 1:
        return
    (post,) = posts
    refused = await queries.refused(session, post["id"])
    loose = await queries.loose(session, platform, url)
    found = [one for one in loose if _same(one["url"], url) and one["subject"] not in refused]
    if not found:
        return
    await queries.join(session, post["id"], [one["subject"] for one in found])
    await matches.put(session, [_said(one, post) for one in {one["subject"]: one for one in found}.values()])


def _said(one: dict[str, Any], post: dict[str, Any]) -> dict[str, Any]:
    return draft(
        "reading_post", one["subject"], one["title"] or one["url"], post["id"], post["label"] or "", method="url",
        confidence=0.98, evidence={"url": one["url"]}, rows=one["rows"], sure=True,
    )  # fmt: skip


def _by_address(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if (page := address(row["url"])) is not None and page.host:
            found[row["platform"], page.whole].append(row)
    return found


def _is_it(own: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether nothing speaks against it: the platform's own id, or the task that it was placed with."""
    if None not in (own["external_id"], other["external_id"]) and own["external_id"] != other["external_id"]:
        return False
    return not other["placed"] or other["task_id"] == own["task_id"]


def _same(one: str | None, other: str | None) -> bool:
    pages = address(one), address(other)
    return pages[0] is not None and pages[1] is not None and pages[0].whole == pages[1].whole
