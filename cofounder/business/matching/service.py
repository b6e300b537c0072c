"""Match what came in, and let a person decide what is doubtful. A run again changes nothing that was right."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching import naming, queries, standing, timing
from cofounder.business.matching.addresses import Address, address, comes_from, links, same_page
from cofounder.business.matching.drafts import Kind as Kind
from cofounder.business.matching.drafts import draft
from cofounder.business.matching.scoring import Candidate, Titles
from cofounder.business.matching.tables import Match
from cofounder.business.records.service import CursorInvalid
from cofounder.channels.tagging import MEDIUM, code, code_in, mark
from cofounder.kit import clock, cursors, live
from cofounder.kit.errors import CofounderError, NotFound

State = Literal["sure", "doubtful", "confirmed", "refused"]
_Rows = Sequence[Mapping[str, Any]]
_BREAK = "\x1f"
_TASK_ROOM = {"before": timedelta(days=14), "after": timedelta(days=2)}  # a post goes out at or after its task's end
_READING_ROOM = {"before": timedelta(days=90), "after": timedelta(hours=1)}  # a reading is of something out already


class MatchMissing(NotFound):
    """There is no match with this id."""

    hint = "cofounder history matches shows those that wait."


class MatchDecided(CofounderError):
    """Somebody else decided about it after you looked."""

    status = 409
    hint = "Look at it as it stands now; what you decide then counts."


class MatchOut(BaseModel):
    """A link between records and what speaks for it."""

    id: UUID
    kind: Kind
    subject: str = Field(description="What is placed: a post's id, a key of readings, or page, campaign and source")
    subject_label: str
    target_id: UUID = Field(description="The task or post")
    target_label: str
    target_platform: str | None = Field(default=None, description="Of a post; in the list")
    target_at: datetime | None = Field(default=None, description="When it was published or ended; in the list")
    method: str = Field(description="id, url, utm or title")
    confidence: float = Field(description="0-1")
    state: State
    evidence: dict[str, Any]
    rows: int
    made_at: datetime
    decided_by: str | None
    decided_at: datetime | None


class Matched(BaseModel):
    """What a run did."""

    linked: int = Field(description="Rows that found their other side")
    sure: int
    doubtful: int = Field(description="Links that wait for a person")
    by_kind: dict[str, int]
    alone: dict[str, int] = Field(
        description="Rows without another side, by the kind of link they lack: reading_post, evaluation_task"
    )


class MatchPage(BaseModel):
    items: list[MatchOut]
    next_cursor: str | None
    total: int


async def run(session: AsyncSession) -> Matched:
    """Match everything that has no other side yet: by id, address, campaign marks, or title and time. What stands at one
    address is one post.

    What waits for a person is judged anew, and withdrawn where a correction left nothing that speaks for it.
    """
    await queries.alone(session)
    await timing.look_anew(session)
    followed = await standing.absorb(session)
    followed += await naming.link(session)
    await naming.note(session)
    followed += await queries.follow(session)
    decided = await queries.decided(session)
    posts = await queries.posts(session)
    found = [*await _posts_to_tasks(session), *await _readings_to_posts(session, posts), *await _visits(session, posts)]
    found = [row for row in found if (row["kind"], row["subject"], row["target_id"]) not in decided]
    stale = await queries.open_links(session)
    for row in found:
        if row["state"] == "doubtful":
            stale.pop((row["kind"], row["subject"], row["target_id"]), None)
    await queries.put(session, found)
    linked: dict[str, int] = defaultdict(int)
    for row in found:
        if row["state"] == "sure":
            linked[row["kind"]] += await queries.link(session, row["kind"], row["subject"], row["target_id"])
    await queries.withdraw(session, list(stale.values()))
    await timing.part(session)
    counted = await queries.counts(session)
    if found or followed or stale:
        live.changed(session, "posts")
    return Matched(
        linked=sum(linked.values()) + followed,
        sure=counted.get("sure", 0),
        doubtful=counted.get("doubtful", 0),
        by_kind=dict(linked),
        alone=await queries.alone_rows(session),
    )


async def alone(session: AsyncSession, import_id: UUID) -> int:
    """How many readings and evaluations of an import have no post or task yet."""
    return sum((await queries.alone_rows(session, import_id)).values())


async def _posts_to_tasks(session: AsyncSession) -> list[dict[str, Any]]:
    loose = await queries.loose_posts(session)
    tasks = await queries.ended_tasks(session) if loose else []
    return await asyncio.to_thread(_tasks_of, loose, tasks) if tasks else []


def _tasks_of(loose: _Rows, tasks: _Rows) -> list[dict[str, Any]]:
    by_name = {str(task["external_id"]).lower(): task for task in tasks if task["external_id"]}
    by_name |= {str(task["id"]): task for task in tasks}
    by_code = {code(task["id"]): task for task in tasks}
    titles = Titles([Candidate(str(task["id"]), _task_words(task), task["at"]) for task in tasks])
    found: list[dict[str, Any]] = []
    for post in loose:
        label, subject = post["title"] or post["content"], str(post["id"])
        marks = [
            one.mark(name)
            for one in (address(post["url"]), *links(post["content"]))
            if one
            for name in ("content", "id")
        ]
        known = (by_name.get(said) or by_code.get(code_in(said)) for said in marks)
        named = next((task for task in known if task is not None), None)
        if named is not None:
            evidence = {"utm": named["external_id"] or str(named["id"])}
            found.append(
                draft("post_task", subject, label, named["id"], _task_label(named), method="utm", confidence=0.97,
                     evidence=evidence, sure=True)
            )  # fmt: skip
            continue
        for one in titles.best(label, post["published_at"], **_TASK_ROOM):
            evidence = {"title": one.title, "time": one.time, "titles": [label, one.candidate.title]}
            found.append(
                draft("post_task", subject, label, UUID(one.candidate.id), one.candidate.title, method="title",
                     confidence=one.confidence, evidence=evidence, sure=one.is_sure)
            )  # fmt: skip
            if one.is_sure:
                break
    return found


def _task_words(task: Mapping[str, Any]) -> str:
    return str(task["title"] or task["topic"] or task["request"])[:300]


def _task_label(task: Mapping[str, Any]) -> str:
    return str(task["title"] or task["request"])


def _post_label(post: Mapping[str, Any]) -> str:
    return str(post["title"] or post["content"])


async def _readings_to_posts(session: AsyncSession, posts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    loose = await queries.loose_readings(session)
    return await asyncio.to_thread(_posts_of, loose, posts) if loose else []


def _posts_of(loose: _Rows, posts: _Rows) -> list[dict[str, Any]]:
    by_page: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for post in posts:
        if (own := address(post["url"])) is not None:
            by_page[post["platform"], own.whole].append(post)
    titles: dict[str, Titles] = {}
    for platform in {one["platform"] for one in loose}:
        mine = [
            Candidate(str(p["id"]), _post_label(p)[:300], p["published_at"]) for p in posts if p["platform"] == platform
        ]
        titles[platform] = Titles(mine)
    found = []
    for one in loose:
        page = address(one["url"])
        same = by_page.get((one["platform"], page.whole), []) if page else []
        common = {"label": one["title"] or one["url"] or "", "rows": one["rows"]}
        if len(same) == 1:
            found.append(
                draft("reading_post", one["subject"], common["label"], same[0]["id"], _post_label(same[0]), method="url",
                     confidence=0.98, evidence={"url": one["url"]}, rows=one["rows"], sure=True)
            )  # fmt: skip
            continue
        if not one["title"]:
            continue
        for scored in titles[one["platform"]].best(one["title"], one["at"], **_READING_ROOM):
            evidence = {"title": scored.title, "time": scored.time, "titles": [one["title"], scored.candidate.title]}
            found.append(
                draft("reading_post", one["subject"], common["label"], UUID(scored.candidate.id), scored.candidate.title,
                     method="title", confidence=scored.confidence, evidence=evidence, rows=one["rows"], sure=scored.is_sure)
            )  # fmt: skip
            if scored.is_sure:
                break
    return found


async def _visits(session: AsyncSession, posts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    loose = await queries.loose_visits(session)
    return await asyncio.to_thread(_visited, loose, posts) if loose else []


def _visited(loose: _Rows, posts: _Rows) -> list[dict[str, Any]]:
    own, linked, campaigns = _pages(posts)
    marked = _marked(posts)
    found = []
    for visit in loose:
        placed = list(_by_mark(visit, marked)) or list(_places(visit, own, linked, campaigns))
        days = timedelta(days=1)
        placed = [
            one for one in placed
            if visit["last_day"] is None or one[0]["published_at"] <= datetime.combine(visit["last_day"], time(), UTC) + days
        ]  # fmt: skip
        best = max((one[1] for one in placed), default=0.0)
        leading = [one for one in placed if one[1] == best]
        for post, confidence, method, evidence in leading[:5]:
            parts = (visit["page_id"], visit["campaign"], visit["source"])
            subject = _BREAK.join((*parts, *filter(None, [visit["content"]])))
            label = " · ".join(filter(None, (*parts, visit["content"])))
            sure = len(leading) == 1 and confidence >= 0.9
            found.append(
                draft("web_post", subject, label, post["id"], _post_label(post), method=method, rows=visit["rows"],
                     confidence=confidence if sure else min(confidence, 0.6) if len(leading) > 1 else confidence,
                     evidence=evidence, sure=sure)
            )  # fmt: skip
    return found


_Posts = dict[str, list[tuple[Mapping[str, Any], Address]]]
_Placed = tuple[Mapping[str, Any], float, str, dict[str, Any]]


def _pages(posts: Sequence[Mapping[str, Any]]) -> tuple[_Posts, _Posts, _Posts]:
    """Posts by the path of their own page, by the paths they link to, and by campaign."""
    own: _Posts = defaultdict(list)
    linked: _Posts = defaultdict(list)
    campaigns: _Posts = defaultdict(list)
    for post in posts:
        page = address(post["url"])
        if page is not None:
            own[page.path].append((post, page))
        told = links(post["content"])
        for one in told:
            linked[one.path].append((post, one))
        for name in {str(post["campaign"] or "").lower(), *(one.mark("campaign") for one in told)} - {""}:
            campaigns[name].append(
                (post, next((one for one in told if one.mark("campaign") == name), page or Address("", "/")))
            )
    return own, linked, campaigns


def _marked(posts: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """What utm_content says of the links of a post that went out from here -> the posts."""
    marked: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for post in posts:
        if post["published_for"] is not None and post["platform"] in MEDIUM:
            marked[mark(post["published_for"], post["platform"])].append(post)
    return marked


def _by_mark(visit: Mapping[str, Any], marked: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[_Placed]:
    page = address(visit["page_id"]) if visit["page_id"] else None
    said = str(visit["content"]).strip().lower() or (page.mark("content") if page else "")
    for post in marked.get(said, ()):
        yield post, 0.99, "utm", {"content": said}


def _places(visit: Mapping[str, Any], own: _Posts, linked: _Posts, campaigns: _Posts) -> Iterator[_Placed]:
    """(post, confidence, method, evidence) for each post that the visits may belong to."""
    page = address(visit["page_id"]) if visit["page_id"] else None
    marks = dict(page.marks) if page else {}
    campaign = str(visit["campaign"] or marks.get("campaign", "")).lower()
    source = str(visit["source"] or marks.get("source", ""))
    if page is not None:
        for post, its in own.get(page.path, []):
            if (sure := same_page(page, its)) and (not source or not campaign):
                yield post, 0.98 * sure, "url", {"url": post["url"]}
    if campaign:
        for post, its in campaigns.get(campaign, []):
            fits = page is None or same_page(page, its) > 0 or its.path == "/"
            if fits and source and comes_from(source, post["platform"]):
                yield post, 0.95, "utm", {"campaign": campaign, "source": source}
            elif fits and not source:
                yield post, 0.9, "utm", {"campaign": campaign}
    elif page is not None and source:
        for post, its in linked.get(page.path, []):
            if same_page(page, its) and comes_from(source, post["platform"]):
                yield post, 0.95 * same_page(page, its), "url", {"link": its.whole, "source": source}


async def listed(
    session: AsyncSession,
    *,
    state: State | None = None,
    kind: Kind | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> MatchPage:
    """Links, newest first. Raises CursorInvalid."""
    rows = await queries.listed(session, state, kind, cursors.decoded(cursor, CursorInvalid), limit + 1)
    counted = await queries.counts(session)
    shown = rows[:limit]
    of = await queries.targets(session, [row.target_id for row in shown])
    more = cursors.coded(shown[-1].made_at, shown[-1].id) if len(rows) > limit else None
    return MatchPage(
        items=[
            out(row).model_copy(
                update=dict(zip(("target_platform", "target_at"), of.get(row.target_id, ()), strict=False))
            )
            for row in shown
        ],
        next_cursor=more,
        total=counted.get(state, 0) if state else sum(counted.values()),
    )


def out(row: Match) -> MatchOut:
    """The link as an answer shows it."""
    told = {name: getattr(row, name) for name in MatchOut.model_fields if hasattr(row, name)}
    told["subject"] = row.subject.replace(_BREAK, " · ")
    return MatchOut.model_validate({**told, "confidence": float(row.confidence)})


async def decide(session: AsyncSession, id: UUID, *, confirmed: bool, by: str, seen: State | None = None) -> MatchOut:
    """A person's word on a link: the rows follow it, and no run changes it. Said twice it is said once.

    Confirming one refuses the others of its subject. `seen`: how it stood when they looked. Raises MatchMissing, and
    MatchDecided where it stands otherwise by now.
    """
    rivals = await queries.locked(session, id)
    row = next((one for one in rivals if one.id == id), None)
    if row is None:
        raise MatchMissing(f"No match {id}.", field="match_id")
    wanted = "confirmed" if confirmed else "refused"
    if row.state != wanted:
        if seen is not None and row.state != seen:
            raise MatchDecided(_meanwhile(row, rivals))
        if confirmed:
            for other in rivals:
                if other.id != row.id and other.state != "refused":
                    await queries.unlink(session, other.kind, other.subject, other.target_id)
                    other.state, other.decided_by, other.decided_at = "refused", by, clock.now()
            await queries.link(session, row.kind, row.subject, row.target_id, clock.now())
            await timing.part(session)
        else:
            await queries.unlink(session, row.kind, row.subject, row.target_id)
        row.state, row.decided_by, row.decided_at = wanted, by, clock.now()
        await session.flush()
        live.changed(session, "posts")
    return out(row)


def _meanwhile(row: Match, rivals: Sequence[Match]) -> str:
    if row.decided_by is None:
        return f"It is {row.state} by now."
    chosen = next((one for one in rivals if one.state == "confirmed" and one.id != row.id), None)
    told = f"It was decided meanwhile by {row.decided_by}: {row.state}"
    return f"{told}, for {chosen.target_label!r} was confirmed." if chosen is not None else f"{told}."
