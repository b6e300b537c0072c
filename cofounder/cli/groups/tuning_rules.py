"""train rules: when fine-tuning jobs begin by themselves."""

from typing import Annotated, Any

import typer

from cofounder.cli import home, out, words
from cofounder.cli.groups.tuning import Base, Epochs, Method, Target
from cofounder.cli.options import Json

rules = typer.Typer(help="When jobs begin by themselves.", no_args_is_help=True)


@rules.command("list")
def list_rules(json: Json = False) -> int:
    """List when jobs begin by themselves.

    Example: cofounder train rules list
    """
    return home.run(_rules(json))


async def _rules(json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.train.jobs import rules as kept
    from cofounder.kit import db

    async with home.opened(), db.reading() as session:
        found = await kept.listed(session)
    if json:
        out.emit([one.model_dump(mode="json") for one in found])
        return 0
    if not found:
        out.screen().print("No rule: jobs begin when somebody asks. Add one with: cofounder train rules add")
        return 0
    shown = table("Rule", "Begins", "Target", "Dataset", ">Begun", "Last")
    for one in found:
        whens = [f"after {words.of(one.after_examples, 'example')}"] if one.after_examples else []
        whens += ["every day" if one.every_days == 1 else f"every {one.every_days} days"] if one.every_days else []
        last = one.error["detail"] if one.error else str(one.last_job_id or "–")[:13]
        begins = " or ".join(whens) if one.enabled else "paused"
        shown.add_row(one.name, begins, one.job["target"], one.dataset["name"], str(one.fired), last)
    out.screen().print(shown)
    return 0


@rules.command("add")
def add_rule(
    name: Annotated[str, typer.Argument(metavar="RULE", help="What the rule is called.")],
    dataset: Annotated[
        str, typer.Option("--dataset", help="The dataset whose next versions it makes; it must be there.")
    ],
    after_examples: Annotated[
        int | None, typer.Option(min=1, help="Begin after so many new examples that fit.")
    ] = None,
    every_days: Annotated[int | None, typer.Option(min=1, max=366, help="Begin every so many days.")] = None,
    target: Target = "local",
    base: Base = None,
    method: Method = "sft",
    epochs: Epochs = None,
    json: Json = False,
) -> int:
    """Begin a job by itself, each time on a new version of a dataset.

    Example: cofounder train rules add weekly --dataset good-plans --every-days 7 --target local
    """
    settings = {"target": target, "base_model": base, "method": method, "epochs": epochs}
    job = {key: value for key, value in settings.items() if value is not None}
    return home.run(_add_rule(name, dataset, {"after_examples": after_examples, "every_days": every_days}, job, json))


async def _add_rule(name: str, dataset: str, when: dict[str, Any], job: dict[str, Any], json: bool) -> int:
    from cofounder.flow.train.datasets import service as datasets
    from cofounder.flow.train.jobs import rules as kept
    from cofounder.flow.train.jobs.schemas import RuleIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        asked = datasets.recipe_of(await datasets.named(session, dataset))
        body = RuleIn.model_validate({"name": name, "dataset": asked, "job": job, **when})
        made = await kept.create(session, body, LOCAL_OWNER)
    if json:
        out.emit(made.model_dump(mode="json"))
    else:
        out.screen().print(f"Rule {made.name} is set.", markup=False)
    return 0


@rules.command("pause")
def pause_rule(
    name: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")], json: Json = False
) -> int:
    """Let a rule begin nothing for now.

    Example: cofounder train rules pause weekly
    """
    return home.run(_change_rule(name, False, json))


@rules.command("resume")
def resume_rule(
    name: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")], json: Json = False
) -> int:
    """Let a paused rule begin jobs again.

    Example: cofounder train rules resume weekly
    """
    return home.run(_change_rule(name, True, json))


async def _change_rule(name: str, enabled: bool, json: bool) -> int:
    from cofounder.flow.train.jobs import rules as kept
    from cofounder.flow.train.jobs.schemas import RuleChange
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        changed = await kept.change(session, name, RuleChange(enabled=enabled), LOCAL_OWNER)
    if json:
        out.emit(changed.model_dump(mode="json"))
    else:
        out.screen().print(f"Rule {name} {'begins jobs again' if enabled else 'is paused'}.", markup=False)
    return 0


@rules.command("drop")
def drop_rule(name: Annotated[str, typer.Argument(metavar="RULE", help="The rule's name.")], json: Json = False) -> int:
    """Delete a rule; jobs that it began go on.

    Example: cofounder train rules drop weekly
    """
    return home.run(_drop_rule(name, json))


async def _drop_rule(name: str, json: bool) -> int:
    from cofounder.flow.train.jobs import rules as kept
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        await kept.drop(session, name, LOCAL_OWNER)
    if json:
        out.emit({"dropped": name})
    else:
        out.screen().print(f"Rule {name} is gone.", markup=False)
    return 0
