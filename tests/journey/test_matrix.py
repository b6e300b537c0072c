"""SIGKILL of the worker before and after every step, node, model call, commit and effect; then a restart, or a takeover.

Every case is a task of its own, a copy of one that was stopped at birth or while it waited for a person; so each must
end exactly as the one that nobody killed. `make test` takes a fixed part of the single kills, spread over the whole
journey; COFOUNDER_KILLS=all (`make kills`) takes them all. In both, one task is killed at every point in turn.
"""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import URL

from cofounder import app
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.people import LOCAL_OWNER
from cofounder.settings import settings
from tests.channels.smtp import Server
from tests.journey import claims
from tests.journey.lives import Mark, Nursery, World, copied, end, nursery
from tests.journey.provider import Provider, provider

from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST

EVERYTHING = os.environ.get("COFOUNDER_KILLS") == "all"
AT_ONCE = 3
SPREAD = 16  # every how manieth point is a case of its own
RESTS = ("pending_approval", "completed", "publishing", "failed", "cancelled")
_numbers = itertools.count(1)


@dataclass
class Field:
    """What the cases share: a database server, a nursery, a paid model, a mail server, and tasks to copy."""

    server: URL
    folder: Path
    nursery: Nursery
    provider: Provider
    mail: Server
    stack: ExitStack
    template: str
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # at the settings, which are the process's
    task_id: UUID | None = None
    ready: bool = False
    born: str = ""
    waiting: dict[str, str] = field(default_factory=dict)
    points: dict[str, list[str]] = field(default_factory=dict)
    expected: dict[str, dict[str, Any]] = field(default_factory=dict)

    def world(self, template: str, stack: ExitStack, *, paid: bool) -> World:
        """A fresh copy of the task, with a home, a bill and readers of its own."""
        name = f"case-{next(_numbers)}"
        home = self.folder / name
        home.mkdir()
        environment = self.provider.environment(name) if paid else {}
        environment |= self.post(name)
        assert self.task_id is not None
        return World(stack.enter_context(copied(self.server, template)), home, self.task_id, environment, self.nursery)

    def post(self, name: str) -> dict[str, str]:
        return {
            "COFOUNDER_SMTP_HOST": "127.0.0.1",
            "COFOUNDER_SMTP_PORT": str(self.mail.port),
            "COFOUNDER_SMTP_STARTTLS": "false",
            "COFOUNDER_EMAIL_FROM": "Acme <news@acme.example>",
            "COFOUNDER_EMAIL_RECIPIENTS": f"Ada <ada@{name}.example>, bob@{name}.example",
        }

    def arrived(self, world: World) -> Counter[str]:
        """Message-ID -> how often it came to this world's readers."""
        mine = [one for one in self.mail.messages if one.rcpt_tos[0].endswith(f"@{world.home.name}.example")]
        return Counter(str(message_from_bytes(one.content or b"")["Message-ID"]) for one in mine)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def field_(server: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with ExitStack() as stack:
        yield Field(
            server,
            tmp_path_factory.mktemp("lives"),
            stack.enter_context(nursery()),
            stack.enter_context(provider()),
            stack.enter_context(Server()),
            stack,
            template,
        )


@pytest.fixture
async def ground(field_: Field, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Field]:
    """The field, made ready on first use: the task at birth, the task that waits, and how each goes on undisturbed."""
    for name, value in field_.post("nobody").items():
        monkeypatch.setenv(name, value)  # where an approval says that the mail will go
    settings.cache_clear()
    field_.turn = asyncio.Lock()  # of this test's loop
    if not field_.ready:
        app.wire()
        await _prepare(field_)
        field_.ready = True
    yield field_
    settings.cache_clear()


async def _prepare(ground: Field) -> None:
    ground.task_id = UUID(int=0)
    url = ground.stack.enter_context(copied(ground.server, ground.template))
    first = World(url, ground.folder / "born", ground.task_id, {}, ground.nursery)
    body = {"request": MAIN_REQUEST, "business_metrics": MAIN_METRICS, "preferences": MAIN_PREFERENCES}
    task = await first.do(lambda session: requests.submit(session, ProcessIn.model_validate(body), by="test"))
    assert url.database
    ground.task_id, ground.born = task.id, url.database
    for kind in ("offline", "paid"):
        world = ground.world(ground.born, ground.stack, paid=kind == "paid")
        assert await _undisturbed(world) == "pending_approval"
        ground.points[kind], ground.expected[kind] = _points(world.marks()), claims.summary(world)
        assert world.url.database
        ground.waiting[kind] = world.url.database
        if kind == "paid":
            bill = ground.provider.asked[world.home.name]
            assert set(bill.values()) == {1}
            assert len(bill) >= 4
    with ExitStack() as stack:
        world = ground.world(ground.waiting["offline"], stack, paid=False)
        await _approve(ground, world)
        assert await _undisturbed(world) == "completed"
        ground.points["publish"], ground.expected["publish"] = _points(world.marks()), claims.summary(world)
        assert sum(ground.arrived(world).values()) == 2


async def _undisturbed(world: World) -> str:
    life = world.bear()
    found = await world.until_resting(*RESTS, life=life)
    end(life)
    assert found != "failed", f"{world.rows('SELECT error FROM tasks')}\n{world.log}"
    return found


async def _approve(ground: Field, world: World) -> None:
    """Decide as its server would: the mail is for this world's own readers."""
    decision = Decision(task_id=world.task_id, approved=True)
    async with ground.turn, _configured(world.environment):
        await world.do(lambda session: approvals.decide(session, decision, by=LOCAL_OWNER))


@asynccontextmanager
async def _configured(wanted: dict[str, str]) -> AsyncIterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in wanted.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


def _points(marks: list[Mark]) -> list[str]:
    return list(dict.fromkeys(mark.name for mark in marks))


async def _case(ground: Field, kind: str, point: str, how: str) -> list[str]:
    """Kill one worker at the point and let another one finish; everything that should not be so."""
    with ExitStack() as stack:
        publishing = kind == "publish"
        template = ground.waiting["offline"] if publishing else ground.born
        world = await asyncio.to_thread(ground.world, template, stack, paid=kind == "paid")
        if publishing:
            await _approve(ground, world)
        machines = ("one", "two") if how == "takeover" else (None, None)
        life = await asyncio.to_thread(world.bear, dies_at=point, machine=machines[0])
        if await world.until_resting(*RESTS, life=life) == "killed":
            life = await asyncio.to_thread(world.bear, machine=machines[1])
            await world.until_resting(*RESTS, life=life)
        await asyncio.to_thread(end, life, kill=True)
        return [f"{kind}, {how}, {point}: {fault}" for fault in _faults(ground, kind, world)]


def _faults(ground: Field, kind: str, world: World) -> list[str]:
    marks, found = world.marks(), claims.summary(world)
    faults = [f"done again: {what}" for what in claims.done_again(marks)]
    expected = dict(ground.expected[kind])
    if kind == "paid":
        faults += claims.paid_twice(marks, ground.provider.asked.get(world.home.name, Counter()))
    if kind == "publish":
        faults += claims.unclear_mails(world, ground.arrived(world)) + claims.unclear_files(world)
        unknown = world.rows("SELECT id FROM effects WHERE state = 'unknown'")
        if unknown and any(mark.died for mark in marks):
            found, expected = _without_mail(found), _without_mail(expected)
    return faults + claims.differences(found, expected)


def _without_mail(summary: dict[str, Any]) -> dict[str, Any]:
    """Without what differs because it is not known whether a mail arrived."""
    rest = {name: rows for name, rows in summary.items() if name not in ("effects", "task", "flows")}
    rest["publications"] = [row for row in rest["publications"] if row["channel"] != "email"]
    rest["posts"] = [row for row in rest["posts"] if row["platform"] != "email"]
    return rest


def _chosen(points: list[str], how: str) -> list[str]:
    """All points, or every sixteenth; restart and takeover take different ones."""
    if EVERYTHING:
        return points
    return points[0 if how == "restart" else SPREAD // 2 :: SPREAD]


@pytest.mark.parametrize("how", ["restart", "takeover"])
@pytest.mark.parametrize("kind", ["offline", "paid", "publish"])
async def test_killed_anywhere_a_task_ends_as_if_nothing_had_happened(ground: Field, kind: str, how: str) -> None:
    points = ground.points[kind]
    if kind == "paid":  # what differs from the built-in model
        points = [name for name in points if name.startswith(("model", "node draft", "commit node.draft"))]
    slots = asyncio.Semaphore(AT_ONCE)

    async def case(point: str) -> list[str]:
        async with slots:
            return await _case(ground, kind, point, how)

    faults = await asyncio.gather(*(case(point) for point in _chosen(points, how)))
    assert not any(faults), "\n".join(fault for found in faults for fault in found)


IN_TURN = [("paid", "takeover"), ("publish", "restart"), ("paid", "restart"), ("publish", "takeover")]


async def test_killed_at_every_point_in_turn_a_task_still_finishes(ground: Field) -> None:
    ways = IN_TURN if EVERYTHING else IN_TURN[:2]
    faults = await asyncio.gather(*(_in_turn(ground, kind, how) for kind, how in ways))
    assert not any(faults), "\n".join(fault for found in faults for fault in found)


async def _in_turn(ground: Field, kind: str, how: str) -> list[str]:
    """Let life after life die at the first point where none has died yet; everything that should not be so."""
    with ExitStack() as stack:
        publishing = kind == "publish"
        world = ground.world(ground.waiting["offline"] if publishing else ground.born, stack, paid=kind == "paid")
        if publishing:
            await _approve(ground, world)
        kinds = ["step", "phase", "node", "model", "effect", "file", "mail", "flow", "wait"]
        died: list[str] = []
        for number in itertools.count():
            machine = f"machine-{number}" if how == "takeover" else None
            life = await asyncio.to_thread(world.bear, kinds=kinds, machine=machine, takeovers=1_000)
            if await world.until_resting(*RESTS, life=life) != "killed":
                break
            died = [mark.name for mark in world.marks() if mark.died]
            (world.home / "dead").write_text("\n".join(died))
        await asyncio.to_thread(end, life, kill=True)
        assert len(died) > 20
        return [f"{kind}, {how}, in turn: {fault}" for fault in _faults(ground, kind, world)]
