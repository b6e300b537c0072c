"""personas and optimize: which voices there are, how each does, and how often it is drawn."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.kit.forms import complaint

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from cofounder.personas.schemas import LookOut, PersonasOut

Voice = Annotated[str, typer.Argument(metavar="VOICE", help="Its id or name: dataNerd.")]
Run = Annotated[UUID, typer.Argument(metavar="RUN", help="The look's id, as `personas runs` shows it.")]

group = typer.Typer(help="The voices: how each does, how often it is drawn.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="personas")
    app.command("optimize")(optimize)


def asked(question: "Callable[[AsyncSession], Awaitable[Any]]", told: Callable[[Any], None], *, json: bool) -> int:
    """The exit code of a command that asks one question and tells the answer."""
    return home.run(_ask(question, told, json=json))


async def _ask(question: "Callable[[AsyncSession], Awaitable[Any]]", told: Callable[[Any], None], *, json: bool) -> int:
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await question(session)
    if json:
        out.emit([one.model_dump(mode="json") for one in found] if isinstance(found, list) else found)
    else:
        told(found)
    return 0


@group.command("list")
def show(
    days: Annotated[int, typer.Option(min=1, max=365, help="Posts scored within so many days.")] = 7,
    channel: Annotated[str | None, typer.Option("--channel", "-c", help="Only posts of this channel.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only posts on this topic.")] = None,
    json: Json = False,
) -> int:
    """Every voice, the one that gains most followers for 1,000 impressions first.

    Example: cofounder personas list --days 30
    """
    from cofounder.personas import learning

    def ask(session: "AsyncSession") -> Any:
        return learning.listed(session, days=days, channel=channel, topic=topic)

    return home.run(_ask(ask, _voices, json=json))


@group.command()
def runs(
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 10,
    json: Json = False,
) -> int:
    """Looks at the voices, newest first: what each read and what it changed.

    Example: cofounder personas runs
    """
    from cofounder.personas import learning

    return home.run(_ask(lambda session: learning.runs(session, cursor=None, limit=limit), _runs, json=json))


@group.command("set")
def change(
    voice: Voice,
    status: Annotated[str | None, typer.Option(help="active, testing (drawn at the floor) or disabled.")] = None,
    weight: Annotated[float | None, typer.Option(min=0, max=1, help="The probability with which it is drawn.")] = None,
    learnt: Annotated[bool, typer.Option("--learnt", help="Let its probability be learnt again.")] = False,
    reason: Annotated[str | None, typer.Option(help="Why; needed with --weight.")] = None,
    json: Json = False,
) -> int:
    """Set a voice active, testing or disabled, or how often it is drawn.

    Example: cofounder personas set coach --weight 0.3 --reason "The spring campaign speaks with one voice."
    """
    from pydantic import ValidationError

    from cofounder.kit.errors import InputInvalid
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas import learning
    from cofounder.personas.schemas import PersonaIn

    given: dict[str, Any] = {"status": status, "reason": reason}
    given = {name: value for name, value in given.items() if value is not None}
    if weight is not None or learnt:
        given["override"] = None if learnt else weight
    if not given:
        raise InputInvalid("Nothing is to be changed.", field="status", hint="Give --status, --weight or --learnt.")
    try:
        wanted = PersonaIn.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputInvalid(
            complaint(first), field=str(first["loc"][0]), hint="See: cofounder personas set --help"
        ) from None

    def told(found: Any) -> None:
        out.screen().print(f"{found.name} is {found.status} and drawn with {found.probability:.1%}.")
        if found.note:
            out.screen().print(found.note, markup=False)

    return home.run(_ask(lambda session: learning.change(session, voice, wanted, by=LOCAL_OWNER), told, json=json))


@group.command()
def decide(
    run: Run,
    approve: Annotated[bool, typer.Option("--approve/--decline", help="Use the proposed weights, or not.")],
    json: Json = False,
) -> int:
    """Use proposed weights, or decline them.

    Example: cofounder personas decide 01a1fd8f-4992-7728-b3eb-b1c96939b51d --approve
    """
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas import learning

    return home.run(_ask(lambda session: learning.decide(session, run, approve, by=LOCAL_OWNER), _run, json=json))


@group.command()
def rollback(run: Run, json: Json = False) -> int:
    """Take the weights in use back; those before them count again.

    Example: cofounder personas rollback 01a1fd8f-4992-7728-b3eb-b1c96939b51d
    """
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas import learning

    return home.run(_ask(lambda session: learning.roll_back(session, run, by=LOCAL_OWNER), _run, json=json))


@group.command()
def replay(run: Run, json: Json = False) -> int:
    """Make a look's weights again from what was stored by its time, and say whether they are the same.

    Example: cofounder personas replay 01a1fd8f-4992-7728-b3eb-b1c96939b51d
    """
    from cofounder.personas import replaying

    def told(found: Any) -> None:
        out.screen().print(found.told, markup=False)
        for one in found.voices:
            if not found.same_weights:
                out.screen().print(f"  {one.persona:15} {one.then:8.4f} then, {one.now:8.4f} now")

    return home.run(_ask(lambda session: replaying.replay(session, run), told, json=json))


@group.command()
def flags(json: Json = False) -> int:
    """What should make a person look.

    Example: cofounder personas flags
    """
    from cofounder.personas import learning

    def told(found: Any) -> None:
        for one in found:
            out.screen().print(f"{one.kind}: {one.told}", markup=False)
        if not found:
            out.screen().print("Nothing out of the ordinary.")

    return home.run(_ask(learning.flagged, told, json=json))


@group.command("what-if")
def what_if(
    policy: Annotated[str, typer.Argument(help="The policy that is replayed: blueprint, fixed, log_thompson, …")],
    days: Annotated[int, typer.Option(min=1, max=365, help="Posts published within so many days.")] = 180,
    channel: Annotated[str | None, typer.Option("--channel", "-c", help="Only posts of this channel.")] = None,
    json: Json = False,
) -> int:
    """Replay another policy on the posts of the past: what it would have gained, and what it would draw from now.

    Example: cofounder personas what-if blueprint --days 90
    """
    from cofounder.personas import what_if

    def ask(session: "AsyncSession") -> Any:
        return what_if.what_if(session, policy, days=days, channel=channel)

    return home.run(_ask(ask, _would, json=json))


def optimize(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change.")] = False,
    json: Json = False,
) -> int:
    """Look at how the voices did, and draw by it from now on (as COFOUNDER_PERSONA_MODE says).

    Example: cofounder optimize --dry-run
    """
    from cofounder.personas import learning

    return home.run(_ask(lambda session: learning.optimise(session, by="local owner", dry=dry_run), _run, json=json))


def _voices(found: "PersonasOut") -> None:
    from cofounder.cli.views.grid import table

    made = table("Voice", ">Drawn", ">Posts", ">Seen", ">Gained", ">F/1K (95 %)", "Band")
    for one in found.items:
        rate = "–" if one.per_1k is None else f"{one.per_1k:.2f}"
        if one.low is not None and one.high is not None:
            rate += f" ({one.low:.2f}–{one.high:.2f})"
        standing = "" if one.status == "active" else f" ({one.status})"
        made.add_row(
            one.name + standing,
            f"{one.probability:.1%}" + (" set" if one.override is not None else ""),
            f"{one.posts:,}" + (f" +{one.waiting}" if one.waiting else ""),
            f"{one.impressions:,}",
            f"{one.followers:,.1f}",
            rate,
            one.band if one.posts else "–",
        )
    screen = out.screen()
    screen.print(made)
    learnt = "the initial weights" if found.run_id is None else f"the weights of run {found.run_id}"
    screen.print(
        f"Drawn with {learnt}; policy {found.policy}, mode {found.mode}; posts of {found.look_back_days} days."
        + ("  This is sample data." if found.is_sample else "")
    )
    if found.uncounted:
        screen.print(f"Cannot be scored: nobody counted who follows {', '.join(found.uncounted)}.", markup=False)
    if found.proposal is not None:
        screen.print(f"New weights wait for you: cofounder personas decide {found.proposal} --approve")


def _would(found: Any) -> None:
    from cofounder.cli.views.grid import table

    screen = out.screen()
    screen.print(found.told, markup=False)
    if found.enough:
        screen.print(f"{found.logged:.2f} followers a post as it was, {found.replayed:.2f} as {found.policy} draws.")
    made = table("Voice", ">Drawn now", f">By {found.policy}")
    for one in found.voices:
        made.add_row(one.persona, f"{one.now:.1%}", f"{one.would:.1%}")
    screen.print(made)


def _runs(found: Any) -> None:
    from cofounder.cli import words

    if not found.items:
        out.screen().print("Nobody looked yet. Look now: cofounder optimize")
        return
    for one in found.items:  # no table: an id that is cut, which decide and rollback want whole, helps nobody
        out.screen().print(f"{words.moment(one.ran_at)}  {one.reason or one.standing}", markup=False, highlight=False)
        out.screen().print(f"  {one.run_id}", markup=False, highlight=False)
        if one.status == "failed":
            continue
        if one.outdated:
            out.screen().print(f"  {one.outdated} Look again: cofounder optimize", markup=False, highlight=False)
        of_them = f", {_compared(one)}" if one.status == "success" else ""
        said = f"  {one.posts_analyzed} posts, {one.generators_updated} weights changed{of_them}; by {one.started_by}"
        out.screen().print(said, markup=False, highlight=False)


def _compared(one: "LookOut") -> str:
    if one.top_performer is None:
        return "best and worst: not enough data"
    return f"best {one.top_performer}, worst {one.bottom_performer or '–'}"


def _run(found: "LookOut") -> None:
    screen = out.screen()
    if found.status == "skipped":
        screen.print(
            f"Skipped: {found.reason}. {found.posts_analyzed} posts were scored in seven days, 20 are needed; "
            f"{found.posts_waiting} wait for their reading or a count of followers."
        )
        if found.posts_early:
            screen.print(f"{found.posts_early} lie before the first count of their channel and stay unscored.")
        return
    screen.print(f"{found.posts_analyzed} posts; {_compared(found)}.")
    for one in sorted(found.changes, key=lambda one: -abs(one.newWeight - one.oldWeight)):
        screen.print(f"  {one.generator:15} {one.oldWeight:6.1%} → {one.newWeight:6.1%}")
    if found.proof is not None:
        screen.print(f"On {found.proof.draws} past draws: {found.proof.told}", markup=False)
    for said in found.special:
        screen.print(f"  {said['generator']}: {said['kind']}")
    screen.print(f"These weights: {found.standing}.")
