"""`cofounder demo`: the main job on a sample company, shown from request to training example."""

import time
from typing import TYPE_CHECKING
from uuid import UUID

from cofounder.cli import home, out, words

if TYPE_CHECKING:
    from rich.console import Console

    from cofounder.cli.watch import Seen
    from cofounder.flow.approve.schemas import ApprovalOut

REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
CHANNELS = ["linkedin", "x", "email"]


async def run(*, ask: bool) -> int:
    """Run it; `ask`: a person decides, else it is approved to the outbox, recorded as automatic and tagged test."""
    from cofounder.cli.groups.data import load_sample
    from cofounder.cli.watch import follow

    began, screen = time.monotonic(), out.screen()
    screen.print("Starting the database and loading the sample company.", style="quiet")
    async with home.opened():
        counts = await load_sample()
        await _introduce(screen, counts)
        async with home.worked():
            task_id = await _submit(automatic=not ask)
            seen = await follow(task_id, console=screen)
            if seen.status.status in ("failed", "needs_clarification"):
                return await _ended(task_id, seen)
            approval = await _show(screen, task_id)
            if ask and approval.decision is None and not await _decided(approval):
                _closing(screen, began)
                return 0
            await _outcome(screen, task_id, asked=ask)
    _closing(screen, began)
    return 0


async def _introduce(screen: "Console", counts: dict[str, int]) -> None:
    from cofounder.business import sample

    tasks, posts = counts.get("tasks", 0), counts.get("posts", 0)
    screen.print(
        f"{sample.NAME} is invented: {words.count(tasks)} past tasks, {words.count(posts)} posts with readings,"
        f" {words.count(counts.get('financial_metrics', 0))} figures, all marked as sample."
    )
    screen.print(f"Home: {home.folder()}", soft_wrap=True, style="quiet")
    screen.print()
    screen.print(REQUEST, style="italic")
    screen.print("with variants for X and e-mail", style="quiet")
    screen.print()


async def _submit(*, automatic: bool) -> UUID:
    from cofounder.flow.request import service as requests
    from cofounder.flow.request.schemas import ProcessIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    body = ProcessIn.model_validate({"request": REQUEST, "preferences": {"channels": CHANNELS}})
    async with db.transaction() as session:
        task = await requests.submit(session, body, by=LOCAL_OWNER.who, automatic=automatic, is_sample=True)
        return task.id


async def _ended(task_id: UUID, seen: "Seen") -> int:
    from cofounder.cli.groups import showing

    await showing.show(task_id, journey=False)
    return showing.code(seen)


async def _show(screen: "Console", task_id: UUID) -> "ApprovalOut":
    """The post as LinkedIn shows it, the other variants, the scores with their evidence, what was used."""
    from cofounder.cli.groups.deciding import company, view
    from cofounder.cli.views import approval as views

    approval = await view(task_id)
    screen.print()
    screen.print(views.texts(approval, company=await company()))
    screen.print(views.title(views.quality_title(approval)))
    screen.print(views.quality(approval))
    screen.print(views.scores(approval.channel_variants))
    screen.print(views.title("What was used"))
    screen.print(views.used(approval))
    if approval.decision is None:
        screen.print(views.title("Where it would go"))
        screen.print(views.delivery(approval))
    return approval


async def _decided(approval: "ApprovalOut") -> bool:
    """Ask the person; False when they would rather decide later. After changes the task comes round again."""
    from cofounder.cli.groups.deciding import ask_and_decide

    return await ask_and_decide(approval)


async def _outcome(screen: "Console", task_id: UUID, *, asked: bool) -> None:
    """Where the texts went, and the training example."""
    from cofounder.cli.views import approval as views
    from cofounder.cli.views import publications as publication_views
    from cofounder.cli.watch import follow
    from cofounder.flow.learn import service as learning
    from cofounder.kit import db

    seen = await follow(task_id, silent=True)
    if not asked:
        screen.print(views.title("Approval"))
        screen.print("Nobody was asked: approved to the outbox, recorded as automatic and tagged test.")
    if seen.publications:
        screen.print(views.title("Published"))
        for line in publication_views.published(seen.publications):
            screen.print(line, soft_wrap=True)
    async with db.transaction() as session:
        example = await learning.get(session, task_id)
    if example is None:
        return
    score = None if example.quality_score is None else float(example.quality_score)
    steps = int((example.execution_plan or {}).get("steps") or 0)
    tags = ", ".join(example.tags) or "none"
    screen.print(views.title("Training example"))
    screen.print(f"{example.execution_id}", soft_wrap=True)
    screen.print(
        f"{words.plain(example.intent)}: {words.of(steps, 'step')}, quality {words.score(score, 3)}, tags: {tags}"
    )
    tested = " --tag test" if "test" in example.tags else ""
    screen.print(
        f"As a training line: cofounder --home {home.folder()} examples export --include-sample{tested}", soft_wrap=True
    )


def _closing(screen: "Console", began: float) -> None:
    screen.print()
    screen.print(f"All of it took {words.seconds(time.monotonic() - began)}.")
    screen.print("Open the product on this company: make run", style="bold")
