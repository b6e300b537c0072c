"""models: which are set up, how the first one is chosen, what that saved; and the registry of tuned ones."""

from typing import TYPE_CHECKING, Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, TaskId

if TYPE_CHECKING:
    from cofounder.flow.run.schemas import AskedOut


def register(app: typer.Typer) -> None:
    from cofounder.cli.groups import tuned

    group = typer.Typer(
        help="Which model is asked, why, what that saved; tuned models and which of them is used.", no_args_is_help=True
    )
    group.command("routing")(show_routing)
    group.command("savings")(show_savings)
    group.command("calls")(show_calls)
    tuned.register(group)
    app.add_typer(group, name="models")


def show_routing(
    measure: Annotated[
        bool, typer.Option("--measure", help="First sum up what became of each model's answers until now.")
    ] = False,
    json: Json = False,
) -> int:
    """Show the models that are set up, the tier each complexity begins with, and how well each model did.

    Example: cofounder models routing --measure
    """
    return home.run(_routing(measure, json))


async def _routing(measure: bool, json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.learn.answers import service, showing
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        if measure:
            await service.measure(session)
        shown = await showing.shown(session)
    if json:
        out.emit(shown.model_dump(mode="json"))
        return 0
    listed = table("Model", "Tier", "Begins with", "In, $ per M", "Out, $ per M", "State")
    for one in shown.models:
        prices = [("unknown" if price is None else f"{price:.2f}") for price in (one.input_usd, one.output_usd)]
        listed.add_row(one.model, one.tier, ", ".join(one.begins) or "–", *prices, one.why_not or "ready")
    out.screen().print(listed)
    begins = ", ".join(f"{level} with {tier}" for level, tier in shown.first.items())
    out.screen().print(
        f"A job begins by its complexity: {begins}. After {shown.enough} outcomes what was measured counts."
    )
    if not shown.measured:
        out.screen().print("Nothing is measured yet: outcomes come with scores and decisions of runs.")
        return 0
    seen = table("Job", "Complexity", "Model", "Outcome (90 %)", "n", "Approved", "Cost")
    for row in shown.measured:
        interval = f"{row.mean:.2f} ({row.low:.2f} to {row.high:.2f})"
        approved = f"{row.approved} of {row.decided}"
        seen.add_row(row.task_type, row.complexity, row.model, interval, str(row.n), approved, f"${row.cost_usd:.4f}")
    out.screen().print(seen)
    return 0


def show_savings(
    days: Annotated[int, typer.Option(min=1, max=3650, help="Calls of so many days.")] = 30,
    margin: Annotated[float, typer.Option(min=0.001, max=0.5, help="Of quality, 0-1, that may be given away.")] = 0.05,
    json: Json = False,
) -> int:
    """What choosing saved against always asking the strongest model, and what it cost in quality.

    Example: cofounder models savings --days 90
    """
    return home.run(_savings(days, margin, json))


async def _savings(days: int, margin: float, json: bool) -> int:
    from cofounder.flow.learn.answers import showing
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await showing.saved(session, days=days, margin=margin)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    screen.print(f"{found.calls} calls in {days} days came to ${found.cost_usd:.4f}.")
    if found.saved_usd is not None and found.always_strongest_usd:
        word = "saved" if found.saved_usd >= 0 else "lost"
        screen.print(
            f"Always {found.strongest}: ${found.always_strongest_usd:.4f}, so ${abs(found.saved_usd):.4f} was {word}."
        )
    if found.quality_difference is not None:
        screen.print(f"Quality: {found.quality_difference:+.3f} ({found.low:+.3f} to {found.high:+.3f}, 90 %).")
    screen.print(found.verdict)
    if found.shadow_usd or found.benchmarks_usd:
        screen.print(
            f"Left apart: ${found.shadow_usd:.4f} of candidates in shadow, ${found.benchmarks_usd:.4f} of benchmarks. "
            "They compare models, and nothing that they say is used."
        )
    return 0


def _cost(one: "AskedOut") -> str:
    """What a call came to, and whether anybody counted it."""
    if one.cost_is == "not_known":
        return "not known"
    before = {"estimated": "about ", "most": "up to "}.get(one.cost_is, "") if one.cost_usd else ""
    return f"{before}${one.cost_usd:.4f}"


def show_calls(task_id: TaskId, json: Json = False) -> int:
    """Every call of a model for a task: which was asked and why, what it took, what it cost.

    Example: cofounder models calls last
    """
    return home.run(_calls(task_id, json))


async def _calls(said: str, json: bool) -> int:
    from cofounder.cli.groups.tasks import find
    from cofounder.cli.views.grid import table
    from cofounder.flow.run import status
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await status.calls(session, await find(said))
    if json:
        out.emit([one.model_dump(mode="json") for one in found])
        return 0
    if not found:
        out.screen().print("No model was asked for this task.")
        return 0
    listed = table("For", "Role", "Model", "State", "Tokens in", "Out", "Seconds", "Cost")
    for one in found:
        name = one.answered_by if one.answered_by and one.answered_by not in one.model else None
        model = f"{one.model} ({name})" if name else one.model
        figures = (f"{one.tokens_in:,}", f"{one.tokens_out:,}", f"{one.seconds:.2f}", _cost(one))
        listed.add_row(one.scope, one.role, model, one.state, *figures)
    out.screen().print(listed)
    for one in found:
        why = one.error if one.state in ("failed", "skipped") else one.routed.why if one.routed else None
        if why:
            out.screen().print(f"{one.scope}, {one.model}: {why}", soft_wrap=True, markup=False)
    return 0
