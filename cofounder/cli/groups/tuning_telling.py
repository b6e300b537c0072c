"""How a fine-tuning job is told on the command line, and followed to its end."""

import asyncio
from typing import TYPE_CHECKING

from cofounder.cli import out

if TYPE_CHECKING:
    from cofounder.flow.train.jobs.schemas import JobOut

_ENDED = ("succeeded", "failed", "cancelled", "waiting_approval")


def spoken(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


async def followed(job: "JobOut", *, quiet: bool) -> "JobOut":
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


def price(job: "JobOut") -> str:
    """What a job cost, else what it is expected to cost; "–" where nobody knows."""
    if job.actual_cost is not None:
        return f"${job.actual_cost:.2f}"
    return "–" if job.estimated_cost is None else f"about ${job.estimated_cost:.2f}"


def approval(job: "JobOut") -> str | None:
    """Why a job waits for an approver, or waited, and who approved it; None where it needed nobody."""
    why = job.note if job.status == "waiting_approval" else job.estimate.get("why_approval")
    by = "waits for an approver" if job.status == "waiting_approval" else f"approved by {job.approved_by}"
    if job.status != "waiting_approval" and job.approved_by is None:
        return None
    return f"{by}: {why}" if why else f"{by}."


def told(job: "JobOut", json: bool) -> int:
    if json:
        out.emit(job.model_dump(mode="json"))
        return 1 if job.status == "failed" else 0
    screen = out.screen()
    cost = "" if job.actual_cost is None and job.estimated_cost is None else f", {price(job)}"
    took = "" if job.duration_seconds is None else f", {spoken(job.duration_seconds)}"
    loss = "" if job.loss is None else f", loss {job.loss:.3f}"
    share = "" if job.progress is None or job.status in _ENDED else f" {job.progress:.0%}"
    screen.print(
        f"{job.job_id}  {job.status.replace('_', ' ')}{share}{took}{loss}{cost}", markup=False, highlight=False
    )
    screen.print(f"{job.role} on {job.target}, {job.base_model}, {job.method}", markup=False, highlight=False)
    if said := approval(job):
        screen.print(f"{said[:1].upper()}{said[1:]}", markup=False, soft_wrap=True)
    elif job.note:
        screen.print(job.note, markup=False, soft_wrap=True)
    if job.error:
        screen.print(f"{job.error['detail']} {job.error['hint']}", markup=False, soft_wrap=True)
    if job.removal:
        screen.print(removed_words(job), markup=False, soft_wrap=True)
    if job.may_run:
        screen.print(f"It may still run there. End it with: cofounder train cancel {job.job_id}", markup=False)
    gone = (job.removal or {}).get("what") == "all"
    if job.deployment and not gone:
        where = job.deployment.get("model") or job.deployment["model_name"]
        screen.print(f"{job.deployment['state']}: {where}", markup=False)
        if job.deployment.get("note"):
            screen.print(job.deployment["note"], markup=False, soft_wrap=True)
    elif job.status == "succeeded" and not gone:
        screen.print(f"Make it reachable with: cofounder train deploy {job.job_id}", markup=False)
    elif job.status == "waiting_approval":
        screen.print(f"Let it begin with: cofounder train approve {job.job_id}", markup=False)
    return 1 if job.status == "failed" else 0


def removed_words(job: "JobOut") -> str:
    """What became of what a job left at its target."""
    told = job.removal or {}
    endpoint = told["what"] == "endpoint"
    note = f" {told['note']}" if told.get("note") else ""
    if told["state"] == "removing":
        return ("What serves it is being stopped." if endpoint else "What is left of it is being deleted.") + note
    if told["state"] == "removed":
        return ("What served it is stopped." if endpoint else "What was left of it is deleted.") + note
    again = "cofounder models retire MODEL" if endpoint else f"cofounder train delete {job.job_id}"
    what = "What serves it was not stopped" if endpoint else "Not all that is left of it was deleted"
    return f"{what}: {told['problem']['detail']} Try again with: {again}"
