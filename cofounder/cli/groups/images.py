"""images: what goes with a task's texts, in which order, with which words."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, TaskId
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import ApprovalOut, AttachIn

_CHUNK = 1_000_000
Number = Annotated[int, typer.Argument(metavar="N", min=1, help="The image's number, as the list shows it.")]
Alt = Annotated[str, typer.Option("--alt", help="What it shows, in a sentence, for people who cannot see it.")]
Channels = Annotated[list[str] | None, typer.Option("--channel", "-c", help="Only there; repeat for more.")]


class NoSuchImage(InputInvalid):
    """The task has no image of this number."""

    hint = "See them: cofounder images list TASK"


def register(app: typer.Typer) -> None:
    images = typer.Typer(help="Images of a task's texts.", no_args_is_help=True)
    images.command("list")(list_images)
    images.command("add")(add)
    images.command("change")(change)
    images.command("move")(move)
    images.command("remove")(remove)
    app.add_typer(images, name="images")


def list_images(task_id: TaskId, json: Json = False) -> int:
    """List a task's images in order, with their alt texts, and what a channel would not take.

    Example: cofounder images list last
    """
    return home.run(_changed(task_id, None, json))


def add(
    task_id: TaskId,
    file: Annotated[Path, typer.Argument(help="JPEG, PNG, GIF or WebP.", exists=True, dir_okay=False)],
    alt: Alt,
    channel: Channels = None,
    json: Json = False,
) -> int:
    """Add an image behind those that are there. What a camera wrote beside the picture, such as the place, is removed.

    Example: cofounder images add last chart.png --alt "Bar chart: margins rose from 31% to 43%."
    """
    return home.run(_add(task_id, [(file, alt)], channel, json))


def change(
    task_id: TaskId,
    number: Number,
    alt: Annotated[str | None, typer.Option("--alt", help="Other words for it.")] = None,
    channel: Channels = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="With every text.")] = False,
    json: Json = False,
) -> int:
    """Give an image other words, or other channels.

    Example: cofounder images change last 1 --alt "Bar chart: margins rose by 12 points."
    """
    if alt is None and not channel and not everywhere:
        raise InputInvalid("Say what changes: --alt, --channel or --everywhere.", field="alt")
    if channel and everywhere:
        raise InputInvalid("--channel and --everywhere do not go together.", field="channel")

    def changed(all: list["AttachIn"]) -> list["AttachIn"]:
        one = all[number - 1]
        more = {"alt": one.alt if alt is None else alt, "channels": channel or (None if everywhere else one.channels)}
        return [*all[: number - 1], one.model_copy(update=more), *all[number:]]

    return home.run(_changed(task_id, changed, json, number))


def move(
    task_id: TaskId,
    number: Number,
    to: Annotated[int, typer.Argument(metavar="TO", min=1, help="Its new number.")],
    json: Json = False,
) -> int:
    """Give an image another place.

    Example: cofounder images move last 2 1
    """

    def moved(all: list["AttachIn"]) -> list["AttachIn"]:
        rest = [*all[: number - 1], *all[number:]]
        return [*rest[: to - 1], all[number - 1], *rest[to - 1 :]]

    return home.run(_changed(task_id, moved, json, number, to))


def remove(task_id: TaskId, number: Number, json: Json = False) -> int:
    """Take an image away from a task's texts.

    Example: cofounder images remove last 2
    """
    return home.run(_changed(task_id, lambda all: [*all[: number - 1], *all[number:]], json, number))


async def _add(given: str, files: list[tuple[Path, str]], channels: list[str] | None, json: bool) -> int:
    from cofounder.cli.groups.deciding import view
    from cofounder.cli.groups.tasks import find

    async with home.opened():
        seen = await view(await find(given))
        return _show(await attach(seen, files, channels), json)


async def attach(seen: "ApprovalOut", files: list[tuple[Path, str]], channels: list[str] | None) -> "ApprovalOut":
    """The approval with these images behind those that are there. Raises what an image or its words can have wrong."""
    return await _put(seen, [*_wanted(seen), *(await kept(files, channels))])


async def kept(files: list[tuple[Path, str]], channels: list[str] | None = None) -> list["AttachIn"]:
    """Each file as an image that is kept, with its words. Raises ImageUnreadable, ImageTooLarge."""
    from cofounder.channels.images import service as images
    from cofounder.flow.approve.schemas import AttachIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    found = []
    for file, alt in files:
        image = await images.read(_chunks(file))
        async with db.transaction() as session:
            await images.keep(session, image, by=LOCAL_OWNER.who)
        found.append(AttachIn(image=image.sha256, alt=alt[:10_000], channels=channels or None))
    return found


def pairs(files: list[Path], alts: list[str]) -> list[tuple[Path, str]]:
    """Each image with its words. Raises AltTextMissing."""
    from cofounder.channels.images.errors import AltTextMissing

    if len(files) != len(alts):
        told = f"There are {len(files)} --image and {len(alts)} --alt. {AltTextMissing.title()}"
        raise AltTextMissing(told, field="alt")
    return list(zip(files, alts, strict=True))


async def _changed(
    given: str, change: Callable[[list["AttachIn"]], list["AttachIn"]] | None, json: bool, *numbers: int
) -> int:
    from cofounder.cli.groups.deciding import view
    from cofounder.cli.groups.tasks import find

    async with home.opened():
        seen = await view(await find(given))
        there = _wanted(seen)
        for number in numbers:
            if number > len(there):
                raise NoSuchImage(f"It has {len(there)}.", field="n")
        return _show(seen if change is None else await _put(seen, change(there)), json)


async def _put(seen: "ApprovalOut", wanted: list["AttachIn"]) -> "ApprovalOut":
    from cofounder.channels.images.limits import MOST_IMAGES
    from cofounder.flow.approve import service as approvals
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    if len(wanted) > MOST_IMAGES:
        raise InputInvalid(f"A task takes {MOST_IMAGES} images.", field="image")
    async with db.transaction() as session:
        return await approvals.attach_images(session, seen.task_id, wanted, seen=seen.fingerprint, by=LOCAL_OWNER)


def _wanted(seen: "ApprovalOut") -> list["AttachIn"]:
    from cofounder.flow.approve.schemas import AttachIn

    return [AttachIn(image=one.image, alt=one.alt, channels=one.channels) for one in seen.images]


async def _chunks(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def _show(seen: "ApprovalOut", json: bool) -> int:
    from cofounder.cli.views import images as views

    if json:
        problems = {name: one.image_problems for name, one in seen.channel_variants.items() if one.image_problems}
        out.emit(
            {"task_id": seen.task_id, "fingerprint": seen.fingerprint, "images": seen.images, "problems": problems}
        )
    else:
        out.screen().print(views.images(seen))
    return 0
