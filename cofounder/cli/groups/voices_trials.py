"""personas experiments: arms that tasks fall into by a hash, what each came to, and the decision."""

from typing import Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import out
from cofounder.cli.groups.voices import asked, group
from cofounder.cli.groups.voices_own import valid
from cofounder.cli.options import Json

Id = Annotated[UUID, typer.Argument(metavar="EXPERIMENT", help="Its id, as `personas experiments` shows it.")]


def register(app: typer.Typer) -> None:
    """These commands stand in the group that `voices` registers."""


@group.command()
def experiments(
    experiment: Annotated[UUID | None, typer.Argument(help="One of them with its results; none: all.")] = None,
    json: Json = False,
) -> int:
    """Experiments, newest first, with what their arms came to.

    Example: cofounder personas experiments
    """
    from cofounder.personas.experiments import service

    if experiment is not None:
        return asked(lambda session: service.get(session, experiment), _one, json=json)
    return asked(service.listed, _all, json=json)


@group.command()
def experiment(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    hypothesis: Annotated[str, typer.Option(help="What you expect, in a sentence.")],
    until: Annotated[str, typer.Option(metavar="TIME", help="When it ends (ISO 8601).")],
    arm: Annotated[
        list[str],
        typer.Option(
            metavar="ARM=SHARE[:DRAWS][:VOICE,...]",
            help="control, variant_a or variant_b; DRAWS is learnt, flattened, lifted or a policy; voices it may draw.",
        ),
    ],
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="When it starts; now.")] = None,
    json: Json = False,
) -> int:
    """Part all tasks into arms from now on, by a hash of each task's id.

    Example: cofounder personas experiment Spring --hypothesis "Seldom voices bring more." --until 2027-03-01 --arm control=0.5 --arm variant_a=0.5:flattened
    """
    from cofounder.cli.times import when
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.experiments import service
    from cofounder.personas.experiments.schemas import ExperimentIn

    given: dict[str, Any] = {"name": name, "hypothesis": hypothesis, "arms": dict(map(_arm, arm))}
    given["end_at"] = when(until, field="until")
    if since is not None:
        given["start_at"] = when(since, field="from")
    wanted = valid(ExperimentIn, given, "cofounder personas experiment --help")
    return asked(lambda session: service.begin(session, wanted, by=LOCAL_OWNER), _one, json=json)


@group.command()
def end(
    experiment: Id,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the results of this moment.")],
    adopt: Annotated[str | None, typer.Option(metavar="ARM", help="Draw by this arm from now on.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Draw as before.")] = False,
    without_evidence: Annotated[
        bool, typer.Option("--without-evidence", help="Adopt an arm of which no task was scored.")
    ] = False,
    json: Json = False,
) -> int:
    """End an experiment with a decision.

    Example: cofounder personas end 01a1fd8f-4992-7728-b3eb-b1c96939b51d --adopt variant_a --reason "It gained more."
    """
    from cofounder.kit.errors import InputInvalid
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.experiments import service
    from cofounder.personas.experiments.schemas import EndIn

    if keep == (adopt is not None):
        raise InputInvalid("Say how it ends.", field="adopt", hint="Give --adopt ARM or --keep.")
    given = {
        "decision": "keep" if keep else "adopt",
        "arm": adopt,
        "reason": reason,
        "without_evidence": without_evidence,
    }
    wanted = valid(EndIn, given, "cofounder personas end --help")
    return asked(lambda session: service.end(session, experiment, wanted, by=LOCAL_OWNER), _one, json=json)


@group.command()
def withdraw(experiment: Id, json: Json = False) -> int:
    """Give an adopted arm up: voices are drawn as before it.

    Example: cofounder personas withdraw 01a1fd8f-4992-7728-b3eb-b1c96939b51d
    """
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.experiments import service

    return asked(lambda session: service.withdraw(session, experiment, by=LOCAL_OWNER), _one, json=json)


def _arm(given: str) -> tuple[str, dict[str, Any]]:
    from cofounder.kit.errors import InputInvalid

    name, _, rest = given.partition("=")
    share, *more = rest.split(":")
    try:
        found: dict[str, Any] = {"share": float(share)}
    except ValueError:
        hint = "For example: --arm control=0.5 --arm variant_a=0.5:flattened"
        raise InputInvalid(f"{given!r} names no arm with its share.", field="arm", hint=hint) from None
    if more and more[0]:
        found["draws"] = more[0]
    if len(more) > 1:
        found["personas"] = [one for one in more[1].split(",") if one]
    return name.strip(), found


def _all(found: Any) -> None:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table

    if not found:
        out.screen().print("No experiment yet. Begin one: cofounder personas experiment --help")
        return
    made = table("Experiment", "Name", "State", "Until", ">Tasks", "Decision")
    for one in found:
        decision = f"{one.decision} {one.adopted or ''}".strip() if one.decision else "–"
        made.add_row(str(one.id), one.name, one.state, words.moment(one.end_at), str(one.results.tasks), decision)
    out.screen().print(made)


def _one(found: Any) -> None:
    from cofounder.cli.views.grid import table

    screen = out.screen()
    screen.print(f"{found.name} ({found.state}): {found.hypothesis}", markup=False)
    made = table("Arm", "Draws", ">Tasks", ">Scored", ">Followers a task (95 %)", ">Beside control (95 %)")
    for one in found.results.arms:
        arm = found.arms[one.arm]
        draws = arm.draws + (f": {', '.join(arm.personas)}" if arm.personas else "")
        scored = f"{one.scored}" + (f" +{one.waiting}" if one.waiting else "")
        made.add_row(
            one.arm, draws, f"{one.tasks} of {one.expected:.1f}", scored, _span(one.mean, one.low, one.high),
            _span(one.difference, one.difference_low, one.difference_high),
        )  # fmt: skip
    screen.print(made)
    for said in found.results.told:
        screen.print(said, markup=False)
    if found.decision:
        what = f"adopted {found.adopted}" if found.adopted else "kept the way before"
        screen.print(f"{found.decided_by} {what}: {found.reason}", markup=False)
    screen.print(f"Experiment {found.id}")


def _span(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.2f}" + (f" ({low:.2f} to {high:.2f})" if low is not None and high is not None else "")
