"""history: what the company's data says, and links that wait for a word."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="TIME", help="As known then (ISO 8601), not now.")]
Channel = Annotated[str, typer.Option("--channel", "-c", help="linkedin, x, facebook, email, …")]
Days = Annotated[int, typer.Option(min=1, max=36_500, help="How far back; 36500 is all there is.")]
Topic = Annotated[str, typer.Argument(help="What it is about.")]
Match = Annotated[str, typer.Argument(metavar="MATCH", help="The link's id, as `history matches` shows it.")]

group = typer.Typer(help="What the company's data says, as of a time.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="history")


async def _ask(
    question: "Callable[[AsyncSession], Awaitable[Any]]",
    told: Callable[[Any], list[str]],
    *,
    json: bool,
    writes: bool = False,
) -> int:
    """Put a question to the database and print the answer."""
    from cofounder.kit import db

    async with home.opened(), db.transaction() if writes else db.reading() as session:
        found = await question(session)
    if json:
        many = isinstance(found, list)
        out.emit([one.model_dump(mode="json") for one in found] if many else found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    for line in told(found):
        screen.print(line, soft_wrap=True, markup=False)
    return 0


def _moment(as_of: str | None) -> datetime:
    from cofounder.kit import clock

    return when(as_of) or clock.now()


@group.command()
def similar(
    topic: Topic,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many.")] = 5,
    as_of: AsOf = None,
    json: Json = False,
) -> int:
    """Earlier work like a topic, with what it achieved and why it is shown.

    Example: cofounder history similar "customer stories"
    """
    from cofounder.business.context import service

    at = _moment(as_of)

    def told(found: Any) -> list[str]:
        lines = [f"{one.title or one.task_name}\n  {' '.join(one.reasons)}" for one in found]
        return lines or [f"Nothing earlier is like {topic!r}."]

    return home.run(_ask(lambda session: service.find_similar(session, topic, as_of=at, limit=limit), told, json=json))


@group.command()
def topics(
    topic: Annotated[str | None, typer.Argument(help="One topic; none means all.", show_default=False)] = None,
    days: Days = 180,
    clusters: Annotated[bool, typer.Option("--clusters", help="Topics found in the words, not those filed.")] = False,
    as_of: AsOf = None,
    json: Json = False,
) -> int:
    """What posts on each topic brought, with intervals.

    Example: cofounder history topics --clusters
    """
    from cofounder.business.context import service
    from cofounder.business.derive import windows

    at = _moment(as_of)

    none = ""

    async def ask(session: "AsyncSession") -> Any:
        nonlocal none
        if topic is not None:
            return [await service.topic_effectiveness(session, topic, as_of=at, days=days)]
        window = await windows.of_posts(session, as_of=at, days=days)
        none = f"No measured post has a topic {window.sentence}."
        return await service.all_topics(session, as_of=at, days=days, by="cluster" if clusters else "category")

    return home.run(_ask(ask, lambda found: [one.sentence for one in found] or [none], json=json))


@group.command()
def times(
    channel: Annotated[
        str | None, typer.Option("--channel", "-c", help="linkedin, x, facebook, email, …; none: each with posts.")
    ] = None,
    zone: Annotated[str, typer.Option(help="A time zone such as Europe/Berlin.")] = "UTC",
    days: Days = 365,
    as_of: AsOf = None,
    json: Json = False,
) -> int:
    """When to publish next on a channel, where history gives a reason.

    Example: cofounder history times --channel linkedin --zone Europe/Berlin
    """
    from cofounder.business.context import service
    from cofounder.business.derive.times import AGE_HOURS

    at = _moment(as_of)

    def told(found: Any) -> list[str]:
        every = found if isinstance(found, list) else [found]
        if not every:
            return ["No post has been published yet."]
        lines = []
        for one in every:
            lines += [one.sentence, *([f"Next: {one.at:%A %d %B, %H:%M} ({one.time_zone})"] if one.at else [])]
        window = "1 day" if days == 1 else f"{days} days"
        scored = f"its first reading at {AGE_HOURS} hours or later"
        return [*lines, f"Of posts published in the {window} before, each by {scored}."]

    async def ask(session: "AsyncSession") -> Any:
        if channel is not None:
            named = await service.known_channel(session, channel)
            return await service.suggest_time(session, named, as_of=at, zone=zone, days=days)
        every = await service.channels(session, as_of=at)
        return [await service.suggest_time(session, one, as_of=at, zone=zone, days=days) for one in every]

    return home.run(_ask(ask, told, json=json))


@group.command()
def predict(
    channel: Channel,
    text: Annotated[str | None, typer.Argument(help="The draft, or use --file.", show_default=False)] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A file with it.", dir_okay=False, allow_dash=True)
    ] = None,
    title: Annotated[str | None, typer.Option(help="Its title.")] = None,
    topic: Annotated[str | None, typer.Option(help="What it is about.")] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When it would go out (ISO 8601); else at the hours the channel's posts do."),
    ] = None,
    as_of: AsOf = None,
    json: Json = False,
) -> int:
    """What a draft may bring on a channel, with an 80% interval and how often such held.

    Example: cofounder history predict "We grew 20% in October." --channel linkedin
    """
    from cofounder.business.context import predicting
    from cofounder.cli.groups.asking import read

    if (text is None) == (file is None):
        raise InputInvalid("Give the text or --file, one of them.", field="text")
    content = text if text is not None else read(file) if file is not None else ""
    draft = predicting.Text(content=content, title=title, topic=topic, at=when(at, field="at"))
    known_by = _moment(as_of)

    def told(found: Any) -> list[str]:
        known = [one.note for one in found.outcomes.values() if one.status == "ok"]
        return known or [found.sentence]

    return home.run(_ask(lambda session: predicting.predict(session, draft, channel, as_of=known_by), told, json=json))


@group.command()
def correlations(as_of: AsOf = None, json: Json = False) -> int:
    """Which figures go together, with n, interval and q. None of it says why.

    Example: cofounder history correlations --as-of 2026-10-01T00:00:00Z
    """
    from cofounder.business.context import service

    at = _moment(as_of)

    def told(found: Any) -> list[str]:
        known = [one.sentence for one in found.correlations if one.status == "ok"]
        return known or [f"Not enough data: {found.months} months and {found.posts} measured posts."]

    return home.run(_ask(lambda session: service.correlation_analysis(session, as_of=at), told, json=json))


@group.command()
def matches(
    all: Annotated[bool, typer.Option("--all", help="Sure and decided ones too.")] = False,
    run: Annotated[bool, typer.Option("--run", help="Match what has no other side yet first.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 50,
    json: Json = False,
) -> int:
    """Links between tasks, posts and readings that wait for a person.

    Example: cofounder history matches --run
    """
    from cofounder.business.matching import service

    async def ask(session: "AsyncSession") -> Any:
        if run:
            await service.run(session)
        return await service.listed(session, state=None if all else "doubtful", limit=limit)

    def told(found: Any) -> list[str]:
        lines = [
            f"{one.id}  {one.state}  {one.confidence:.2f} by {one.method}\n  {one.subject_label} → {one.target_label}"
            for one in found.items
        ]
        return lines or ["No link waits for a word."]

    return home.run(_ask(ask, told, json=json, writes=run))


@group.command()
def confirm(match: Match, json: Json = False) -> int:
    """These belong together.

    Example: cofounder history confirm 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3
    """
    return _decide(match, confirmed=True, json=json)


@group.command()
def refuse(match: Match, json: Json = False) -> int:
    """These do not belong together.

    Example: cofounder history refuse 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3
    """
    return _decide(match, confirmed=False, json=json)


def _decide(match: str, *, confirmed: bool, json: bool) -> int:
    from cofounder.business.matching import service
    from cofounder.people import LOCAL_OWNER

    try:
        id = UUID(match)
    except ValueError as error:
        raise InputInvalid(
            f"{match!r} is no id.", field="match", hint="cofounder history matches shows them."
        ) from error

    def told(found: Any) -> list[str]:
        return [f"{found.state.capitalize()}: {found.subject_label} → {found.target_label}"]

    async def ask(session: "AsyncSession") -> Any:
        return await service.decide(session, id, confirmed=confirmed, by=LOCAL_OWNER.who)

    return home.run(_ask(ask, told, json=json, writes=True))
