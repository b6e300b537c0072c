"""training: choose, count, tag, archive and erase training examples."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.choosing_examples import SavedFilterUnknown, by_filter
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from cofounder.flow.train.data.filters import Filter

group = typer.Typer(help="Training data: choose, count, tag, archive and erase examples.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="EXAMPLE", help="The example's id: that of its task.")]
Ids = Annotated[list[str] | None, typer.Option("--id", help="This example, whatever the filter; repeat for more.")]
Names = Annotated[list[str], typer.Argument(metavar="TAG...", help="The tags.")]
Remove = Annotated[bool, typer.Option("--remove", help="Take them away instead.")]
Format = Annotated[str, typer.Option("--format", "-f", help="jsonl or csv.")]


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="training")


async def _ask(
    act: "Callable[[AsyncSession], Awaitable[Any]]", told: Callable[[Any], list[str]], *, json: bool, writes: bool
) -> int:
    from cofounder.kit import db

    async with home.opened(), db.transaction() if writes else db.reading() as session:
        found = await act(session)
    if json:
        many = isinstance(found, list)
        out.emit([one.model_dump(mode="json") for one in found] if many else found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    for line in told(found):
        screen.print(line, soft_wrap=True, markup=False)
    return 0


async def chosen_filter(session: "AsyncSession", chosen: dict[str, Any], **more: Any) -> "Filter":
    """What the options say, on top of the saved filter that they name. Raises SavedFilterUnknown."""
    from cofounder.flow.train.data import saving
    from cofounder.flow.train.data.filters import Filter

    said = dict(chosen)
    name = said.pop("saved", None)
    begun: dict[str, Any] = {}
    if name is not None:
        known = await saving.named(session, name)
        if known is None:
            raise SavedFilterUnknown(f"{name!r} is none.", field="saved")
        begun = known.filter
    return Filter.model_validate(begun | said | more)


async def _selected(session: "AsyncSession", ids: list[str] | None, chosen: dict[str, Any]) -> Any:
    from cofounder.flow.train.data.schemas import Selected

    if ids:
        if chosen:
            raise InputInvalid("Name examples with --id, or choose them with the filter's options.", field="id")
        return Selected.model_validate({"execution_ids": ids})
    return Selected(filter=await chosen_filter(session, chosen))


def _by() -> str:
    from cofounder.people import LOCAL_OWNER

    return LOCAL_OWNER.who


def _uuid(given: str, field: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise InputInvalid(f"{given!r} is no id.", field=field, hint="cofounder training list shows them.") from error


@group.command("list")
@by_filter
def list_(
    chosen: dict[str, Any],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    json: Json = False,
) -> int:
    """The newest examples that a filter lets through, and how many there are in all.

    Example: cofounder training list --min-quality 0.85 --platform linkedin
    """
    from cofounder.flow.train.data import service
    from cofounder.flow.train.data.schemas import FilterIn

    async def act(session: "AsyncSession") -> Any:
        filter = await chosen_filter(session, chosen)
        asked = {**filter.model_dump(), "limit": limit, "newest": filter.limit}
        return await service.find(session, FilterIn.model_validate(asked))

    def told(found: Any) -> list[str]:
        from cofounder.cli import words

        lines = [
            f"{one.execution_id}  {words.score(one.quality_score)}  {one.decision:9}  "
            f"{one.user_request[:70]}{'  #' + ' #'.join(one.tags) if one.tags else ''}"
            for one in found.items
        ]
        return [*lines, f"{words.count(found.filtered_count)} of {words.of(found.total_count, 'example')}."]

    return home.run(_ask(act, told, json=json, writes=False))


@group.command()
@by_filter
def stats(chosen: dict[str, Any], json: Json = False) -> int:
    """Count what a filter lets through: quality, success, intents, tags, platforms, dates.

    Example: cofounder training stats --since 2026-01-01 --json
    """
    from cofounder.flow.train.data import service

    async def act(session: "AsyncSession") -> Any:
        return await service.stats(session, await chosen_filter(session, chosen))

    def told(found: Any) -> list[str]:
        from cofounder.cli import words

        lines = [f"{words.count(found.filtered_count)} of {words.of(found.total_count, 'example')}."]
        if found.avg_quality_score is not None:
            lines.append(f"Quality {words.score(found.avg_quality_score, 4)} on average.")
        if found.success_rate is not None:
            lines.append(f"{words.percent(found.success_rate)} of the {words.of(found.ran, 'own run')} succeeded.")
        parts = {
            "Scores": found.quality_score_distribution,
            "Intents": found.by_intent,
            "Tags": found.by_tag,
            "Platforms": found.by_platform,
            "Decisions": found.by_decision,
        }
        for name, counts in parts.items():
            shown = ", ".join(f"{key} {words.count(n)}" for key, n in counts.items() if n)
            lines += [f"{name}: {shown}"] if shown else []
        return lines

    return home.run(_ask(act, told, json=json, writes=False))


@group.command()
def show(example: Id, json: Json = False) -> int:
    """One example in full, or the tombstone of an erased one.

    Example: cofounder training show 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3
    """
    from cofounder.flow.train.data import service

    id = _uuid(example, "example")

    def told(found: Any) -> list[str]:
        import json as text

        if found.erased is not None:
            one = found.erased
            return [f"Erased by {one.erased_by} on {one.erased_at:%Y-%m-%d}: {one.reason}"]
        return [text.dumps(found.example, ensure_ascii=False, indent=2)]

    return home.run(_ask(lambda session: service.show(session, id), told, json=json, writes=False))


@group.command()
@by_filter
def preview(
    chosen: dict[str, Any],
    format: Format = "jsonl",
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many lines.")] = 3,
    json: Json = False,
) -> int:
    """The first lines that an export has, exactly as they are written.

    Example: cofounder training preview --min-quality 0.85 --limit 1
    """
    from cofounder.cli.groups.data import ExportFormatUnknown
    from cofounder.flow.train.data import service

    if format not in ("jsonl", "csv"):
        raise ExportFormatUnknown(f"{format!r} is none.", field="format")
    kind: Any = format

    async def act(session: "AsyncSession") -> Any:
        return await service.preview(session, await chosen_filter(session, chosen), kind, limit)

    def told(found: Any) -> list[str]:
        return [found.reason] if found.reason else [*([found.header] if found.header else []), *found.lines]

    return home.run(_ask(act, told, json=json, writes=True))  # a cursor lives in a transaction


def _changed(found: Any) -> list[str]:
    from cofounder.cli import words

    if not found.count:
        return ["Nothing had to be changed."]
    return [f"{words.of(found.count, 'example')} changed. To take it back: cofounder training undo {found.undo_token}"]


@group.command()
@by_filter
def tag(tags: Names, chosen: dict[str, Any], id: Ids = None, remove: Remove = False, json: Json = False) -> int:
    """Tag the examples that a filter lets through, or take tags away.

    Example: cofounder training tag production --min-quality 0.9 --decision approved
    """
    from cofounder.flow.train.data import changing
    from cofounder.flow.train.data.schemas import UntagIn

    async def act(session: "AsyncSession") -> Any:
        selected = await _selected(session, id, chosen)
        named = UntagIn.model_validate({**selected.model_dump(), "tags": tags}).tags
        return await changing.tag(session, selected, named, by=_by(), remove=remove)

    return home.run(_ask(act, _changed, json=json, writes=True))


@group.command("tag-by-date")
def tag_by_date(
    tags: Names,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Requests from then on (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Requests up to then (ISO 8601).")] = None,
    remove: Remove = False,
    json: Json = False,
) -> int:
    """Tag every example between two dates, whatever its tags, archived ones too.

    Example: cofounder training tag-by-date development --until 2026-01-31
    """
    from cofounder.flow.train.data import changing
    from cofounder.flow.train.data.schemas import TagByDateIn

    asked = TagByDateIn.model_validate({"date_after": since, "date_before": until, "tags": tags, "remove": remove})
    return home.run(
        _ask(lambda session: changing.tag_by_date(session, asked, by=_by()), _changed, json=json, writes=True)
    )


@group.command("tag-by-quality")
def tag_by_quality(
    tags: Names,
    below: Annotated[float, typer.Option(min=0, max=1, help="Scores below this, not at it.")],
    remove: Remove = False,
    json: Json = False,
) -> int:
    """Tag every example that scores below a bound, whatever its tags, archived ones too.

    Example: cofounder training tag-by-quality exclude --below 0.6
    """
    from cofounder.flow.train.data import changing
    from cofounder.flow.train.data.schemas import TagByQualityIn

    asked = TagByQualityIn.model_validate({"quality_max": below, "tags": tags, "remove": remove})
    return home.run(
        _ask(lambda session: changing.tag_by_quality(session, asked, by=_by()), _changed, json=json, writes=True)
    )


@group.command()
@by_filter
def archive(chosen: dict[str, Any], id: Ids = None, json: Json = False) -> int:
    """Put the examples that a filter lets through out of every list, count and export.

    Example: cofounder training archive --until 2025-12-31
    """
    return _put_away(chosen, id, archived=True, json=json)


@group.command()
@by_filter
def restore(chosen: dict[str, Any], id: Ids = None, json: Json = False) -> int:
    """Bring back the archived examples that a filter lets through.

    Example: cofounder training restore --until 2025-12-31
    """
    return _put_away(chosen, id, archived=False, json=json)


def _put_away(chosen: dict[str, Any], id: list[str] | None, *, archived: bool, json: bool) -> int:
    from cofounder.flow.train.data import changing

    async def act(session: "AsyncSession") -> Any:
        selected = await _selected(session, id, chosen)
        return await changing.put_away(session, selected, by=_by(), archived=archived)

    return home.run(_ask(act, _changed, json=json, writes=True))


@group.command()
def undo(
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="The token that the change gave, or `last`.")],
    json: Json = False,
) -> int:
    """Take back one tagging, archiving or restoring; an undoing too.

    Example: cofounder training undo last
    """
    from cofounder.flow.train.data import changing

    async def act(session: "AsyncSession") -> Any:
        if token == "last":
            (newest,) = (await changing.changes(session, None, 1)).items or (None,)
            if newest is None:
                raise InputInvalid("Nothing was changed yet.", field="token")
            return await changing.undo(session, newest.id, by=_by())
        return await changing.undo(session, _uuid(token, "token"), by=_by())

    return home.run(_ask(act, _changed, json=json, writes=True))


@group.command()
def changes(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20, json: Json = False
) -> int:
    """What was tagged, archived, restored and taken back, with the token that takes each back.

    Example: cofounder training changes
    """
    from cofounder.flow.train.data import changing

    def told(found: Any) -> list[str]:
        lines = [
            f"{one.at:%Y-%m-%d %H:%M}  {one.action:8}  {', '.join(one.tags):20}  {one.count:>9,}  {one.who}  "
            f"{one.undo_token or 'taken back'}"
            for one in found.items
        ]
        return lines or ["Nothing was changed yet."]

    return home.run(_ask(lambda session: changing.changes(session, None, limit), told, json=json, writes=False))


@group.command()
def erase(
    example: Id,
    reason: Annotated[str, typer.Option(help="Why; it stays on the tombstone.")],
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Empty one example for good, and say which datasets still hold a copy; asks first.

    Example: cofounder training erase 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3 --reason "asked for" --yes
    """
    from cofounder.flow.train import holding
    from cofounder.flow.train.data import erasing

    id = _uuid(example, "example")
    if not yes:
        if not out.at_terminal():
            raise InputInvalid(
                "Erasing cannot be undone, and nobody is there to ask.", field="erase", hint="Say --yes."
            )
        if not typer.confirm("Erase what this example holds? It cannot be undone", default=False):
            return 0
    holding.connect()

    def told(found: Any) -> list[str]:
        held = [f"Still held by {one.kind} {one.name} {one.version or ''}".rstrip() for one in found.held_by]
        return ["Erased; its tombstone stays.", *(held or ["No dataset and no model holds a copy."])]

    return home.run(
        _ask(lambda session: erasing.erase(session, id, by=_by(), reason=reason), told, json=json, writes=True)
    )


@group.command()
def filters(json: Json = False) -> int:
    """The saved filters of the house.

    Example: cofounder training filters
    """
    from cofounder.flow.train.data import saving

    def told(found: Any) -> list[str]:
        lines = [f"{one.name}  {one.filter}  {one.description}".rstrip() for one in found]
        return lines or ["No filter is saved."]

    return home.run(_ask(saving.listed, told, json=json, writes=False))


@group.command("save-filter")
@by_filter
def save_filter(
    name: Annotated[str, typer.Argument(help="Its name.")],
    chosen: dict[str, Any],
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Change the filter that has this name.")] = False,
    json: Json = False,
) -> int:
    """Keep a filter under a name, for everybody of the house. A name that is there stays what it is without --replace.

    Example: cofounder training save-filter "the best" --min-quality 0.9 --decision approved
    """
    from cofounder.flow.train.data import saving
    from cofounder.flow.train.data.schemas import ChangeFilterIn, SaveFilterIn

    async def act(session: "AsyncSession") -> Any:
        filter = await chosen_filter(session, chosen)
        said = {"filter": filter.model_dump(), **({} if description is None else {"description": description})}
        known = await saving.named(session, name) if replace else None
        if known is not None:
            return await saving.change(session, known.id, ChangeFilterIn.model_validate(said), by=_by())
        asked = SaveFilterIn.model_validate({"name": name, **said})
        return await saving.save(session, asked, by=_by())

    return home.run(_ask(act, lambda found: [f"Saved as {found.name!r}."], json=json, writes=True))


@group.command("delete-filter")
def delete_filter(name: Annotated[str, typer.Argument(help="Its name.")], json: Json = False) -> int:
    """Forget a saved filter; what was chosen with it stays as it is.

    Example: cofounder training delete-filter "the best"
    """
    from cofounder.flow.train.data import saving

    async def act(session: "AsyncSession") -> Any:
        known = await saving.named(session, name)
        if known is None:
            raise SavedFilterUnknown(f"{name!r} is none.", field="name")
        return await saving.forget(session, known.id, by=_by())

    return home.run(_ask(act, lambda found: [f"{found.name!r} is forgotten."], json=json, writes=True))


@group.command()
def rebuild(json: Json = False) -> int:
    """Make what filters and counts read anew from the examples themselves, while nobody writes any.

    It is kept by the database; this is for whoever switched its triggers off, or doubts a count.

    Example: cofounder training rebuild
    """
    from cofounder.flow.train.data import service
    from cofounder.flow.train.data.schemas import RebuiltOut

    async def act(session: "AsyncSession") -> Any:
        return RebuiltOut(examples=await service.rebuild(session))

    def told(found: Any) -> list[str]:
        from cofounder.cli import words

        return [f"{words.of(found.examples, 'example')} read anew."]

    return home.run(_ask(act, told, json=json, writes=True))
