"""train: tune models on datasets, follow the jobs, deploy what came out."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, Yes

if TYPE_CHECKING:
    from cofounder.flow.train.jobs.schemas import JobIn, JobOut

group = typer.Typer(
    help="Fine-tuning: targets, jobs, deployment, and when jobs begin by themselves.", no_args_is_help=True
)
Job = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, the start of it, or `last`.")]
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
_ENDED = ("succeeded", "failed", "cancelled", "waiting_approval")


def register(app: typer.Typer) -> None:
    from cofounder.cli.groups import tuning_rules

    group.add_typer(tuning_rules.rules, name="rules")
    app.add_typer(group, name="train")


@group.command("targets")
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
        today = one.standing.replace("_", " ") + (f" until {one.until}" if one.until else "")
        bases = ", ".join(base.name for base in one.models[:4]) + (" …" if len(one.models) > 4 else "")
        shown.add_row(one.target, today, ", ".join(one.methods), bases or "–", one.reason)
    out.screen().print(shown)
    return 0


@group.command("estimate")
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
        screen.print(f"Time: about {_spoken(found.seconds)}", highlight=False)
    held = f", {found.validation_lines:,} to watch" if found.validation_lines else ""
    screen.print(f"Lines: {found.train_lines:,} to learn from{held}; {found.train_tokens:,} tokens", highlight=False)
    for words in (found.basis, found.note, found.advice, found.why_approval):
        if words:
            screen.print(words, soft_wrap=True, markup=False)
    if found.repeats:
        screen.print(f"This dataset and these settings are job {found.repeats} already.", markup=False)
    return 0


def _spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


@group.command("start")
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
            made = await _followed(made, quiet=json)
    return _told(made, json)


async def _followed(job: "JobOut", *, quiet: bool) -> "JobOut":
    """Print what happens in a job until it rests."""
    from cofounder.flow.train.jobs import service
    from cofounder.kit import db

    after = 0
    while True:
        async with db.reading() as session:
            job = await service.get(session, job.job_id)
            said = await service.events(session, job.job_id, after=after)
        for one in said.items:
            after = one.number
            if not quiet:
                loss = "" if one.loss is None else f"  loss {one.loss:.3f}"
                out.screen().print(f"{one.at:%H:%M:%S}  {one.message}{loss}", markup=False, highlight=False)
        if job.status in _ENDED and not said.more:
            return job
        await asyncio.sleep(0.5)


def _told(job: "JobOut", json: bool) -> int:
    if json:
        out.emit(job.model_dump(mode="json"))
        return 1 if job.status == "failed" else 0
    screen = out.screen()
    cost = "" if job.actual_cost is None else f", ${job.actual_cost:.2f}"
    took = "" if job.duration_seconds is None else f", {_spoken(job.duration_seconds)}"
    loss = "" if job.loss is None else f", loss {job.loss:.3f}"
    share = "" if job.progress is None or job.status in _ENDED else f" {job.progress:.0%}"
    screen.print(
        f"{job.job_id}  {job.status.replace('_', ' ')}{share}{took}{loss}{cost}", markup=False, highlight=False
    )
    screen.print(f"{job.role} on {job.target}, {job.base_model}, {job.method}", markup=False, highlight=False)
    if job.note:
        screen.print(job.note, markup=False, soft_wrap=True)
    if job.error:
        screen.print(f"{job.error['detail']} {job.error['hint']}", markup=False, soft_wrap=True)
    if job.deployment:
        where = job.deployment.get("model") or job.deployment["model_name"]
        screen.print(f"{job.deployment['state']}: {where}", markup=False)
        if job.deployment.get("note"):
            screen.print(job.deployment["note"], markup=False, soft_wrap=True)
    elif job.status == "succeeded":
        screen.print(f"Make it reachable with: cofounder train deploy {job.job_id}", markup=False)
    elif job.status == "waiting_approval":
        screen.print(f"Let it begin with: cofounder train approve {job.job_id}", markup=False)
    return 1 if job.status == "failed" else 0


@group.command("jobs")
def list_jobs(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=200, help="How many at most.")] = 20,
    json: Json = False,
) -> int:
    """List fine-tuning jobs, newest first.

    Example: cofounder train jobs
    """
    return home.run(_jobs(limit, json))


async def _jobs(limit: int, json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.train.jobs import service
    from cofounder.kit import db

    async with home.opened(), db.reading() as session:
        found = await service.listed(session, limit=limit)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    if not found.items:
        out.screen().print("No job yet. Begin one with: cofounder train start DATASET")
        return 0
    shown = table("Job", "State", "Role", "Target", "Base model", ">Loss", ">Cost", "Asked")
    for one in found.items:
        state = one.status.replace("_", " ") + (
            f" {one.progress:.0%}" if one.progress and one.status == "running" else ""
        )
        loss = "–" if one.loss is None else f"{one.loss:.3f}"
        cost = "–" if one.actual_cost is None else f"${one.actual_cost:.2f}"
        asked = f"{one.created_at:%Y-%m-%d %H:%M}"
        shown.add_row(str(one.job_id)[:13], state, one.role, one.target, one.base_model, loss, cost, asked)
    out.screen().print(shown)
    if found.next_cursor:
        out.screen().print(f"{found.total} in all.")
    return 0


async def _with_job(job: str, act: Callable[[Any], Awaitable["JobOut"]], json: bool, *, worker: bool = False) -> int:
    from cofounder.flow.train.jobs import service
    from cofounder.kit import db

    async with home.opened(), home.worked(needed=worker):
        async with db.reading() as session:
            id = await service.meant(session, job)
        found = await act(id)
    return _told(found, json)


@group.command("show")
def show_job(
    job: Job,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Stay and print what happens.")] = False,
    json: Json = False,
) -> int:
    """Show a job: its state, progress, loss, cost, and why it failed.

    Example: cofounder train show last --follow
    """

    async def act(id: Any) -> "JobOut":
        from cofounder.flow.train.jobs import service
        from cofounder.kit import db

        async with db.reading() as session:
            found = await service.get(session, id)
        return await _followed(found, quiet=json) if follow else found

    return home.run(_with_job(job, act, json, worker=follow))


@group.command("approve")
def approve_job(
    job: Job,
    yes: Yes = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it has ended.")] = True,
    json: Json = False,
) -> int:
    """Let a job begin whose cost is above the limit or not known.

    Example: cofounder train approve last --yes
    """

    async def act(id: Any) -> "JobOut":
        from cofounder.flow.train.jobs import service
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with db.reading() as session:
            found = await service.get(session, id)
        if not yes and not out.confirm(f"{found.note or ''} Begin it?".strip()):
            return found
        async with db.transaction() as session:
            found = await service.approve(session, id, LOCAL_OWNER)
        return await _followed(found, quiet=json) if wait else found

    return home.run(_with_job(job, act, json, worker=wait))


@group.command("cancel")
def cancel_job(job: Job, json: Json = False) -> int:
    """Stop a job, or say why it cannot be stopped any more.

    Example: cofounder train cancel last
    """

    async def act(id: Any) -> "JobOut":
        from cofounder.flow.train.jobs import service
        from cofounder.people import LOCAL_OWNER

        return await service.cancel(id, LOCAL_OWNER)

    return home.run(_with_job(job, act, json))


@group.command("deploy")
def deploy_job(
    job: Job,
    name: Name = None,
    set_active: Annotated[
        bool, typer.Option("--set-active", help="Use it at once, without the gate; say why.")
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Why it is used without having passed the gate.")] = None,
    json: Json = False,
) -> int:
    """Make a job's model reachable and register it.

    Example: cofounder train deploy last --name planner-tuned
    """
    asked = {"model_name": name, "set_active": set_active, "reason": reason}

    async def act(id: Any) -> "JobOut":
        from cofounder.flow.train.jobs import service
        from cofounder.flow.train.jobs.schemas import DeployIn
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        body = DeployIn.model_validate({key: value for key, value in asked.items() if value is not None})
        async with db.transaction() as session:
            found = await service.deploy(session, id, body, LOCAL_OWNER)
        while (found.deployment or {}).get("state") == "deploying":
            await asyncio.sleep(0.3)
            async with db.reading() as session:
                found = await service.get(session, id)
        return found

    return home.run(_deployed(job, act, json))


async def _deployed(job: str, act: Callable[[Any], Awaitable["JobOut"]], json: bool) -> int:
    ended: list[JobOut] = []

    async def kept(id: Any) -> "JobOut":
        ended.append(await act(id))
        return ended[0]

    code = await _with_job(job, kept, json, worker=True)
    told = ended[0].deployment or {}
    if told.get("state") == "failed":
        out.complain(f"{told['problem']['detail']} {told['problem']['hint']}")
        return 1
    return code
