"""train: jobs listed, shown, approved, cancelled, deployed, and what they left deleted."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.tuning import Name
from cofounder.cli.groups.tuning_telling import approval, followed, price, told
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from uuid import UUID

    from cofounder.flow.train.jobs.schemas import JobOut

Job = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, the start of it, or `last`.")]


def register(group: typer.Typer) -> None:
    group.command("jobs")(list_jobs)
    group.command("show")(show_job)
    group.command("approve")(approve_job)
    group.command("cancel")(cancel_job)
    group.command("deploy")(deploy_job)
    group.command("delete")(delete_job)


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
        asked = f"{one.created_at:%Y-%m-%d %H:%M}"
        shown.add_row(str(one.job_id)[:13], state, one.role, one.target, one.base_model, loss, price(one), asked)
    screen = out.screen()
    screen.print(shown)
    for one in found.items:
        if said := approval(one):
            screen.print(f"{str(one.job_id)[:13]} {said}", markup=False, highlight=False, soft_wrap=True)
    if found.next_cursor:
        screen.print(f"{found.total} in all.")
    return 0


async def _with_job(job: str, act: Callable[[Any], Awaitable["JobOut"]], json: bool, *, worker: bool = False) -> int:
    from cofounder.flow.train.jobs import service
    from cofounder.kit import db

    async with home.opened(), home.worked(needed=worker):
        async with db.reading() as session:
            id = await service.meant(session, job)
        found = await act(id)
    return told(found, json)


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
        return await followed(found, quiet=json) if follow else found

    return home.run(_with_job(job, act, json, worker=follow))


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
        return await followed(found, quiet=json) if wait else found

    return home.run(_with_job(job, act, json, worker=wait))


def cancel_job(job: Job, json: Json = False) -> int:
    """Stop a job, or say why it cannot be stopped any more; of one that failed here, end what its target still does.

    Example: cofounder train cancel last
    """

    async def act(id: Any) -> "JobOut":
        from cofounder.flow.train.jobs import service
        from cofounder.people import LOCAL_OWNER

        return await service.cancel(id, LOCAL_OWNER)

    return home.run(_with_job(job, act, json))


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


def delete_job(job: Job, yes: Yes = False, json: Json = False) -> int:
    """Delete what a job left at its target: endpoint, model, uploaded files. What goes and what stays is said first.

    Example: cofounder train delete last
    """

    async def work() -> int:
        from cofounder.flow.train.jobs import service
        from cofounder.kit import db

        async with home.opened(), home.worked(needed=True):
            async with db.reading() as session:
                id = await service.meant(session, job)
            return await delete_remains(id, yes=yes, json=json)

    return home.run(work())


async def delete_remains(id: "UUID", *, yes: bool, json: bool) -> int:
    """Say what would go and what would stay, ask, delete, and tell what became of it. Wants a worker."""
    from cofounder.flow.train.jobs import remains, service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with db.reading() as session:
        found = await remains.shown(session, id)
    if not json and found.first is None:
        for words in ("These go:", *(f"  {one}" for one in found.goes), found.stays):
            out.screen().print(words, soft_wrap=True, markup=False, highlight=False)
    if found.first is None and not yes and not (out.at_terminal() and out.confirm("Delete what is left of it?")):
        raise InputInvalid("Nothing was deleted.", field="yes", hint="Say --yes.")
    async with db.transaction() as session:
        made = await remains.remove(session, id, LOCAL_OWNER)
    while (made.removal or {}).get("state") == "removing":
        await asyncio.sleep(0.3)
        async with db.reading() as session:
            made = await service.get(session, id)
    told(made, json)
    ended = made.removal or {}
    if ended.get("state") == "failed":
        out.complain(f"{ended['problem']['detail']} {ended['problem']['hint']}")
        return 1
    return 0
