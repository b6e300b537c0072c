"""learning: whether the models that judge texts agree with people."""

from typing import TYPE_CHECKING, Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json

if TYPE_CHECKING:
    from cofounder.business.derive.intervals import Interval


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="How well the product's own judgements hold.", no_args_is_help=True)
    group.callback()(_group)
    group.command("judge")(show_judges)
    app.add_typer(group, name="learning")


def _group() -> None:
    """How well the product's own judgements hold."""


def show_judges(
    days: Annotated[int, typer.Option(min=1, max=180, help="The newest days, held against those before.")] = 30,
    json: Json = False,
) -> int:
    """Whether models that judge texts agree with people's decisions, and whether that changed.

    Example: cofounder learning judge --days 60
    """
    return home.run(_judges(days, json))


async def _judges(days: int, json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.learn.judges import service
    from cofounder.kit import db
    from cofounder.kit.clock import now

    async with home.opened(), db.reading() as session:
        found = await service.judges(session, as_of=now(), recent_days=days)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    screen.print(found.sentence, soft_wrap=True, markup=False)
    for one in found.judges:
        screen.print(one.sentence, soft_wrap=True, markup=False)
        listed = table("Month", "Decisions", "Agreed (95 %)", "Rules agreed", "Ranks (95 %)", "Rules' ranks")
        for month in one.months:
            parts = (month.agreement, month.rules_agreement, month.ranks, month.rules_ranks)
            listed.add_row(f"{month.month:%Y-%m}", str(month.n), *map(_told, parts))
        screen.print(listed)
    return 0


def _told(one: "Interval | None") -> str:
    return "not enough data" if one is None else f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"
