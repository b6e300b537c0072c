"""publish: a text as it stands, sent once."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups import images
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid


def register(app: typer.Typer) -> None:
    app.command()(publish)
    app.command("publications")(publications)


def publish(
    channel: Annotated[str, typer.Option("--channel", "-c", help="Where to publish it.")],
    text: Annotated[str | None, typer.Argument(help="The text, or use --file.", show_default=False)] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", help="A file with the text. '-' reads standard input.", dir_okay=False, allow_dash=True
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="A title, for a blog.")] = None,
    subject: Annotated[str | None, typer.Option(help="A subject, for e-mail.")] = None,
    schedule: Annotated[str | None, typer.Option(metavar="TIME", help="Publish then, not now (ISO 8601).")] = None,
    account: Annotated[
        str | None, typer.Option(help="By this account of the channel; else by its default one.")
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(help="An image to go with it; repeat for more, each with its --alt.", exists=True, dir_okay=False),
    ] = None,
    alt: Annotated[list[str] | None, typer.Option(help="What the --image shows, in a sentence.")] = None,
    json: Json = False,
) -> int:
    """Publish a text as it stands: judged, recorded, sent once. The same text for the same time again publishes nothing again.

    Example: cofounder publish --channel linkedin --file post.txt
    """
    from cofounder.cli.groups.asking import read

    if (text is None) == (file is None):
        raise InputInvalid("Give the text or --file, one of them.", field="text")
    content = text if text is not None else read(file) if file is not None else ""
    metadata = {name: value for name, value in (("title", title), ("subject", subject)) if value is not None}
    pictures = images.pairs(image or [], alt or [])
    return home.run(_publish(channel, content, metadata, when(schedule), account, pictures, json=json))


async def _publish(
    channel: str,
    content: str,
    metadata: dict[str, Any],
    at: datetime | None,
    account: str | None,
    pictures: list[tuple[Path, str]],
    *,
    json: bool,
) -> int:
    from cofounder.cli import watch
    from cofounder.cli.views import publications as views
    from cofounder.flow.publish import given
    from cofounder.flow.publish.schemas import PublishIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    said = {"platform": channel, "content": content, "metadata": metadata, "schedule_at": at, "account": account}
    async with home.opened(), home.worked():
        body = PublishIn.model_validate({**said, "images": await images.kept(pictures)})
        async with db.transaction() as session:
            made = await given.publish_now(session, body, by=LOCAL_OWNER)
        seen = await watch.follow(made.task_id, silent=True)
    if json:
        now = next((one for one in seen.publications if one.publication_id == made.publication_id), None)
        out.emit(
            {**made.model_dump(mode="json"), **({"state": now.state, "url": now.url, "note": now.note} if now else {})}
        )
    else:
        screen = out.screen()
        if made.repeated:
            screen.print("This text was given before, so nothing was begun or sent again. This is what became of it:")
        if made.same_text:
            screen.print(made.same_text, soft_wrap=True)
        for line in views.published(seen.publications):
            screen.print(line, soft_wrap=True)
    return out.ENDED_BADLY if any(one.state == "refused" for one in seen.publications) else 0


def publications(
    status: Annotated[
        list[str] | None, typer.Option(help="Only these, as unknown or refused; repeat for more.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 20,
    json: Json = False,
) -> int:
    """List publications, newest first; unknown are those of which somebody has to say what became.

    Example: cofounder publications --status unknown
    """
    from typing import get_args

    from cofounder.flow.publish.schemas import State

    for one in status or ():
        if one not in get_args(State):
            raise InputInvalid(f"{one!r} is no status.", field="status", hint=f"Say {', '.join(get_args(State))}.")
    return home.run(_list(status, limit, json=json))


async def _list(states: list[str] | None, limit: int, *, json: bool) -> int:
    from cofounder.cli.views import publications as views
    from cofounder.flow.publish import showing
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await showing.page(session, states=states, task_id=None, cursor=None, limit=limit)
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found.items], "total": found.total})
        return 0
    screen = out.screen()
    for line in views.listed(found.items):
        screen.print(line, soft_wrap=True)
    screen.print(f"{len(found.items)} of {found.total}." if found.items else "None.", style="quiet")
    return 0
