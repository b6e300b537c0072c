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
    """Publish a text as it stands: judged, recorded, sent once. The same text again publishes nothing again.

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
            screen.print("This text was published before; nothing was sent again.")
        for line in views.published(seen.publications):
            screen.print(line, soft_wrap=True)
    return out.ENDED_BADLY if any(one.state == "refused" for one in seen.publications) else 0
