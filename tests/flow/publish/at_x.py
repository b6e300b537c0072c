"""A text or a thread at X's own wire, as a worker sends it, and what a person says of it."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import settling, showing
from cofounder.flow.publish.schemas import PublicationDetail, PublicationOut, Verdict
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.models.brief import Draft
from tests.channels.wire.server import Bad
from tests.channels.wire.x import XWire
from tests.flow.publish.standing import of, settled
from tests.flow.waiting import APPROVER, ready

PARTS = ["Margins rose 12% this month.", "The first reason is flour.", "The second reason is rent."]
SHORT = "Margins of the shop rose 12% this month."


async def sent(wire: XWire, *, parts: list[str] | None = None, states: tuple[str, ...] = ("unknown",)) -> UUID:
    """A publication at X that came so far; its id."""
    draft = Draft(body="\n\n".join(parts), parts=parts) if parts else Draft(body=SHORT)
    async with transaction() as session:
        id = await ready(session, "x", drafts={"x": draft}, judged=False)
        await approvals.open_round(session, id)
    async with transaction() as session:
        said = await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    await until(settled(id, states), within=60)
    return said.publications[0].publication_id


def cut(wire: XWire, place: int, *, taken: bool = True, mute: bool = True) -> None:
    """The line breaks at this post, which X took or not; `mute`: nobody can ask X what stands there."""

    def fate(asked: Any) -> Bad | None:
        if asked.method == "GET":
            return Bad(503, method="GET", message="away") if mute else None
        return Bad(None, does="first" if taken else "nothing") if wire.posts_asked() == place + 1 else None

    wire.fate = fate


def mend(wire: XWire) -> None:
    wire.fate = lambda _: None


async def seen(id: UUID) -> PublicationDetail:
    async with transaction() as session:
        return await showing.detail(session, id)


async def resolve(id: UUID, **found: Any) -> PublicationOut:
    async with transaction() as session:
        return await settling.resolve(session, id, Verdict.model_validate(found), by=APPROVER)


async def retry(id: UUID) -> PublicationOut:
    async with transaction() as session:
        return await settling.retry(session, id, by=APPROVER)


async def over(id: UUID, *states: str) -> PublicationOut:
    """Wait for the publication to come so far."""
    task = (await seen(id)).task_id
    await until(settled(task, states or ("published",)), within=60)
    return (await of(task))[0]


async def standing(state: str) -> None:
    """How the account stands from now on: connected, or disconnected."""
    async with transaction() as session:
        await session.execute(text("UPDATE accounts SET state = :state"), {"state": state})


def address(post: dict[str, Any]) -> str:
    return f"https://x.com/acme/status/{post['id']}"
