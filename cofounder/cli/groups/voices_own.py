"""personas add, rewrite, show, samples: voices of your own, and how every voice sounds."""

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import out
from cofounder.cli.groups.voices import Voice, asked, group
from cofounder.cli.options import Json
from cofounder.kit.forms import complaint

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from cofounder.personas.own.schemas import VoiceOut

Like = Annotated[str | None, typer.Option(help="The one of the twelve that it is like.")]
Instructions = Annotated[str | None, typer.Option(help="For a language model, beside those of --like.")]
Sentences = Annotated[float | None, typer.Option(help="Words a sentence, 4 to 24.")]
Never = Annotated[list[str] | None, typer.Option(help="A word or phrase it never says; may come often.")]
Closing = Annotated[list[str] | None, typer.Option(help="A sentence it ends on; may come often.")]
Weight = Annotated[float | None, typer.Option(help="Its first weight, beside those of the twelve: 0.05.")]


def register(app: typer.Typer) -> None:
    """These commands stand in the group that `voices` registers."""


@group.command()
def add(
    name: Annotated[str, typer.Argument(help="Its name: Workshop.")],
    like: Annotated[str, typer.Option(help="The one of the twelve that it is like.")],
    instructions: Instructions = None,
    sentence_words: Sentences = None,
    never: Never = None,
    closing: Closing = None,
    weight: Weight = None,
    status: Annotated[
        str | None, typer.Option(help="active, testing (the default: drawn at the floor), disabled.")
    ] = None,
    json: Json = False,
) -> int:
    """Make a voice that is like one of the twelve, with words and habits of its own.

    Example: cofounder personas add Workshop --like humanVoice --never solution --closing "Come by when you are near."
    """
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.own import service
    from cofounder.personas.own.schemas import VoiceMadeIn

    style = {"sentence_words": sentence_words, "never": never, "closings": closing}
    given = {"name": name, "like": like, "instructions": instructions, "weight": weight, "status": status}
    wanted = valid(VoiceMadeIn, _said(given) | {"style": _said(style)}, "cofounder personas add --help")
    return asked(lambda session: service.add(session, wanted, by=LOCAL_OWNER), _voice, json=json)


@group.command()
def rewrite(
    voice: Voice,
    name: Annotated[str | None, typer.Option(help="Its new name; its id stays.")] = None,
    like: Like = None,
    instructions: Instructions = None,
    sentence_words: Sentences = None,
    never: Never = None,
    closing: Closing = None,
    weight: Weight = None,
    json: Json = False,
) -> int:
    """Change a voice of your own; what you leave out stays, lists that you give take the place of the old ones.

    Example: cofounder personas rewrite workshop --sentence-words 8
    """
    from cofounder.kit.errors import InputInvalid
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.own import service
    from cofounder.personas.own.schemas import VoiceIn

    style = _said({"sentence_words": sentence_words, "never": never, "closings": closing})
    given = _said({"name": name, "like": like, "instructions": instructions, "weight": weight})
    if not style and not given:
        raise InputInvalid("Nothing is to be changed.", field="name", hint="See: cofounder personas rewrite --help")

    async def ask(session: "AsyncSession") -> Any:
        before = await service.stored(session, voice)
        wanted = {**before, **given, "style": {**before["style"], **style}}
        body = valid(VoiceIn, wanted, "cofounder personas rewrite --help")
        return await service.change(session, voice, body, by=LOCAL_OWNER)

    return asked(ask, _voice, json=json)


@group.command("show")
def show_one(voice: Voice, json: Json = False) -> int:
    """Who a voice is: what it is like, what it never says, how it ends.

    Example: cofounder personas show dataNerd
    """
    from cofounder.personas.own import service

    return asked(lambda session: service.get(session, voice), _voice, json=json)


@group.command()
def samples(
    voices: Annotated[list[str] | None, typer.Argument(metavar="[VOICE]...", help="Which; none: every voice.")] = None,
    channel: Annotated[str, typer.Option("--channel", "-c", help="As this channel would have it.")] = "linkedin",
    draft: Annotated[Path | None, typer.Option(help="A file with a voice to try before it is made (JSON).")] = None,
    json: Json = False,
) -> int:
    """What each voice makes of the same facts. Nothing is kept or paid.

    Example: cofounder personas samples coach dataNerd
    """
    from cofounder.personas.own import samples as writing
    from cofounder.personas.own.schemas import SampleIn

    given: dict[str, Any] = {"voices": voices or [], "channel": channel}
    if draft is not None:
        given["draft"] = _file(draft)
    wanted = valid(SampleIn, given, "cofounder personas samples --help")

    def told(found: Any) -> None:
        screen = out.screen()
        screen.print(f"Facts: {'; '.join(found.facts)}.", markup=False)
        for one in found.items:
            screen.print(f"\n{one.name}  ({one.words} words, {one.words_a_sentence:g} a sentence)", markup=False)
            screen.print(one.text, markup=False)

    return asked(lambda session: writing.samples(session, wanted), told, json=json)


def _voice(found: "VoiceOut") -> None:
    screen = out.screen()
    whose = f"your own, like {found.like}" if found.own else "one of the twelve"
    screen.print(f"{found.name} ({found.id}): {whose}, {found.status}, first weight {found.weight:g}.", markup=False)
    if found.instructions:
        screen.print(found.instructions, markup=False)
    screen.print(f"About {found.style.sentence_words:g} words a sentence.")
    for what, said in (("Never says", found.style.never), ("Ends on", found.style.closings)):
        if said:
            screen.print(f"{what}: {' / '.join(said)}", markup=False)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _file(path: Path) -> Any:
    from cofounder.kit.errors import InputInvalid

    try:
        return json_text.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputInvalid(
            f"{path} holds no JSON that can be read: {error}",
            field="draft",
            hint="See: cofounder personas samples --help",
        ) from None


def valid(shape: Any, given: dict[str, Any], hint: str) -> Any:
    """`given` as this shape. Raises InputInvalid with the first field at fault; `hint` names a command."""
    from pydantic import ValidationError

    from cofounder.kit.errors import InputInvalid

    try:
        return shape.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputInvalid(complaint(first), field=".".join(map(str, first["loc"])), hint=f"See: {hint}") from None
