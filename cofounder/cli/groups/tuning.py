"""train: where models can be tuned, what a job would take, and starting one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.tuning_telling import followed, spoken, told
from cofounder.cli.options import Json

if TYPE_CHECKING:
    from cofounder.flow.train.jobs.schemas import JobIn

Dataset = Annotated[str, typer.Argument(metavar="DATASET", help="A dataset's name, name@version or id.")]
Target = Annotated[str, typer.Option("--target", "-t", help="local, openai, gemini, bedrock or together.")]
Base = Annotated[str | None, typer.Option("--base", "-b", help="The base model; else what the target offers first.")]
Method = Annotated[str, typer.Option("--method", help="sft, or dpo to learn from pairs.")]
Epochs = Annotated[int | None, typer.Option(min=1, max=50, help="How often every line is seen.")]
Rate = Annotated[float | None, typer.Option("--learning-rate", help="Absolute, or a multiplier at OpenAI and Gemini.")]
Batch = Annotated[int | None, typer.Option("--batch-size", min=1, max=1024, help="Lines of one step.")]
Rank = Annotated[
    int | None, typer.Option("--lora-rank", min=0, max=512, help="Size of the adapter; 0 trains all weights.")
]
Length = Annotated[int | None, typer.Option("--max-length", min=16, help="Tokens of a line.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed, dataset and settings are the same job.")]
Name = Annotated[str | None, typer.Option("--name", help="What the model is called.")]
End = Annotated[bool, typer.Option("--despite-end", help="Take a base model that ends within 30 days.")]


def register(app: typer.Typer) -> None:
    from cofounder.cli.groups import tuning_jobs, tuning_rules

    group = typer.Typer(
        help="Fine-tuning: targets, jobs, deployment, and when jobs begin by themselves.", no_args_is_help=True
    )
    group.command("targets")(show_targets)
    group.command("estimate")(estimate)
    group.command("start")(start)
    tuning_jobs.register(group)
    group.add_typer(tuning_rules.rules, name="rules")
    app.add_typer(group, name="train")


def show_targets(json: Json = False) -> int:
    """Show where models can be tuned today, and what closes when.

    Example: cofounder train targets
    """
    return home.run(_targets(json))


async def _targets(json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.train.jobs import service

    async with home.opened():
        found = await service.targets()
    if json:
        out.emit([one.model_dump(mode="json") for one in found])
        return 0
    shown = table("Target", "Today", "Learns from", "Base models", "Why")
    for one in found:
        last = f", last day {one.until}" if one.until and one.standing == "closing" else ""
        today = one.standing.replace("_", " ") + last
        bases = ", ".join(base.name for base in one.models[:4]) + (" …" if len(one.models) > 4 else "")
        shown.add_row(one.target, today, ", ".join(one.methods), bases or "–", one.reason)
    out.screen().print(shown)
    return 0


def estimate(
    dataset: Dataset,
    target: Target = "local",
    base: Base = None,
    method: Method = "sft",
    epochs: Epochs = None,
    learning_rate: Rate = None,
    batch_size: Batch = None,
    lora_rank: Rank = None,
    max_length: Length = None,
    seed: Seed = 0,
    name: Name = None,
    despite_end: End = False,
    json: Json = False,
) -> int:
    """Say what a job would cost and take, and whether it would pay. Nothing is started.

    Example: cofounder train estimate good-plans --target openai
    """
    asked = _asked(locals())
    return home.run(_estimate(dataset, asked, json))


async def _estimate(dataset: str, asked: dict[str, Any], json: bool) -> int:
    from cofounder.flow.train.jobs import service

    async with home.opened():
        found = await service.estimate(await _job_in(dataset, asked))
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    money = [
        ("Training", found.training_usd, ""),
        ("Keeping it reachable", found.serving_usd_month, " a month"),
    ]
    screen = out.screen()
    for what, amount, every in money:
        said = "price not known beforehand" if amount is None else f"${amount:.2f}{every}"
        screen.print(f"{what}: {said}", highlight=False)
    if found.seconds is not None:
        screen.print(f"Time: about {spoken(found.seconds)}", highlight=False)
    held = f", {found.validation_lines:,} to watch" if found.validation_lines else ""
    screen.print(f"Lines: {found.train_lines:,} to learn from{held}; {found.train_tokens:,} tokens", highlight=False)
    for words in (found.basis, found.note, found.advice, *found.warnings, found.why_approval):
        if words:
            screen.print(words, soft_wrap=True, markup=False)
    if found.repeats:
        screen.print(f"This dataset and these settings are job {found.repeats} already.", markup=False)
    return 0


def start(
    dataset: Dataset,
    target: Target = "local",
    base: Base = None,
    method: Method = "sft",
    epochs: Epochs = None,
    learning_rate: Rate = None,
    batch_size: Batch = None,
    lora_rank: Rank = None,
    max_length: Length = None,
    seed: Seed = 0,
    name: Name = None,
    despite_end: End = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it has ended.")] = True,
    json: Json = False,
) -> int:
    """Tune a model on a dataset. The same dataset and settings are one job, however often they are asked for.

    Example: cofounder train start good-plans --target local --base ./models/tiny-llama --epochs 3
    """
    asked = _asked(locals())
    return home.run(_start(dataset, asked, wait, json))


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    names = {"base": "base_model", "name": "model_name"}
    left_out = ("dataset", "wait", "json")
    if given["target"] == "local" and given["base"] and Path(given["base"]).expanduser().is_dir():
        given["base"] = str(Path(given["base"]).expanduser().resolve())  # a worker may stand in another folder
    return {names.get(key, key): value for key, value in given.items() if key not in left_out and value is not None}


async def _job_in(dataset: str, asked: dict[str, Any]) -> "JobIn":
    from cofounder.flow.train.datasets import service as datasets
    from cofounder.flow.train.jobs.schemas import JobIn
    from cofounder.kit import db

    async with db.reading() as session:
        row = await datasets.named(session, dataset)
    return JobIn.model_validate({**asked, "dataset_id": row.id})


async def _start(dataset: str, asked: dict[str, Any], wait: bool, json: bool) -> int:
    from cofounder.flow.train.jobs import service
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), home.worked(needed=wait):
        made = await service.start(await _job_in(dataset, asked), LOCAL_OWNER)
        if not json:
            known = "It is there already: job" if made.repeated else "Job"
            out.screen().print(f"{known} {made.job_id} is {made.status.replace('_', ' ')}.", markup=False)
        if wait:
            made = await followed(made, quiet=json)
    return told(made, json)
