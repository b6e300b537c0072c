"""One run: tasks that arrive over HTTP, decisions, workers that are killed, and the way back to rest."""

import argparse
import asyncio
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx

from bench.chaos import audit
from tests.channels.smtp import Server

CHANNELS = ("linkedin", "twitter", "email")
SETTLED = ("completed", "rejected", "failed", "cancelled", "expired")


def work(environment: dict[str, str], log: str) -> None:
    """A worker, as `cofounder worker` runs it."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.environ.update(environment)
    from cofounder.cli import processes
    from cofounder.settings import settings

    settings.cache_clear()
    sys.exit(processes.worker(tied=False))


@dataclass
class Chaos:
    """One run: what was asked, who lives, what happened."""

    options: argparse.Namespace
    home: Path
    environment: dict[str, str]
    mail: Server
    dice: random.Random
    born: set[str] = field(default_factory=set)
    repeated: int = 0
    decided: int = 0
    twice_decided: int = 0
    blocked: int = 0
    kills: int = 0
    database_kills: int = 0
    taken: list[float] = field(default_factory=list)
    workers: list[ForkServerProcess] = field(default_factory=list)
    servers: list[str] = field(default_factory=list)
    watched: "set[asyncio.Task[None]]" = field(default_factory=set)
    calm: asyncio.Event = field(default_factory=asyncio.Event)
    problems: Counter[str] = field(default_factory=Counter)
    spawned: int = 0

    def spawn(self) -> None:
        """A new worker."""
        context = multiprocessing.get_context("forkserver")
        log = str(self.home / f"worker-{self.spawned}.log")
        self.spawned += 1
        process = context.Process(target=work, args=(self.environment, log))
        process.start()
        self.workers.append(process)

    def end(self) -> None:
        """No worker is left."""
        for one in self.workers:
            one.kill()

    async def call(self, client: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask one of the servers; while the database is away, ask again."""
        while True:
            try:
                answer = await client.request(method, self.dice.choice(self.servers) + path, **more)
            except httpx.TransportError as error:
                self.problems[f"{type(error).__name__} at {method}"] += 1
            else:
                if answer.status_code < 500:
                    return answer
                self.problems[f"{answer.status_code} {answer.json().get('code', '')} at {method}"] += 1
            await asyncio.sleep(0.5)

    # asking

    async def submit(self, client: httpx.AsyncClient) -> None:
        """All tasks, spread over the first four fifths of the time."""
        pause = 0.8 * self.options.seconds / self.options.tasks
        async with asyncio.TaskGroup() as group:
            for number in range(self.options.tasks):
                group.create_task(self._ask(client, number))
                await asyncio.sleep(pause)

    async def _ask(self, client: httpx.AsyncClient, number: int) -> None:
        path, body = self._request(number)
        key = {"Idempotency-Key": f"chaos-{number}"}
        again = 2 if self.dice.random() < 0.1 else 1
        answers = await asyncio.gather(*(self.call(client, "POST", path, json=body, headers=key) for _ in range(again)))
        for answer in answers:
            if answer.status_code != 202:
                self.problems[f"{answer.status_code} {answer.json().get('code', '')} at {path}"] += 1
        ids = {answer.json()["task_id"] for answer in answers if answer.status_code == 202}
        self.repeated += again - 1
        self.born |= ids

    def _request(self, number: int) -> tuple[str, dict[str, Any]]:
        """Mostly posts with figures; some texts to shorten, to check, and to publish as given."""
        dice, figure = self.dice, 100_000 + 137 * number
        kind = dice.random()
        if kind < 0.08:
            text = f"Our workshop number {number} opens on Monday. Come and see us; there will be coffee."
            return "/api/social/publish", {"platform": dice.choice(CHANNELS[:2]), "content": text}
        if kind < 0.16:
            return "/api/orchestrator/process", {
                "request": f'Check this for compliance: "Fund {number} guarantees 20% returns, completely risk-free!"'
            }
        wanted = dice.sample(CHANNELS, dice.randint(1, 3))
        return "/api/orchestrator/process", {
            "request": "Create a LinkedIn post about our Q4 growth metrics",
            "business_metrics": {
                "revenue_monthly": figure * 3,
                "previous_month_revenue": figure * 2 + number,
                "customer_count": 300 + number,
            },
            "preferences": {"channels": wanted, "tone": "professional"},
        }

    # deciding

    async def decide(self, client: httpx.AsyncClient) -> None:
        """Approve whatever waits, until told to stop; sometimes twice at once, sometimes after a round of changes."""
        while True:
            with suppress(httpx.HTTPError, KeyError):
                found = await self.call(client, "GET", "/api/tasks?status=pending_approval&limit=50")
                await asyncio.gather(*(self._decide(client, one["task_id"]) for one in found.json()["items"][::-1]))
            await asyncio.sleep(0.3)

    async def _decide(self, client: httpx.AsyncClient, task_id: str) -> None:
        seen = (await self.call(client, "GET", f"/api/orchestrator/approval/{task_id}")).json()
        body: dict[str, Any] = {"task_id": task_id, "verdict": "approve"}
        body |= {"fingerprint": seen.get("fingerprint"), "round": seen.get("round")}
        if seen.get("round") == 1 and self.dice.random() < 0.05:
            body = {
                "task_id": task_id,
                "verdict": "changes",
                "feedback": "Say less about the month before.",
                "round": 1,
            }
        again = 2 if self.dice.random() < 0.1 else 1
        answers = await asyncio.gather(
            *(self.call(client, "POST", "/api/orchestrator/approve", json=body) for _ in range(again))
        )
        won = [answer for answer in answers if answer.status_code == 200]
        self.decided += len(won)
        if len(won) > 1:
            self.twice_decided += 1
        for answer in answers:
            if answer.status_code == 422 and answer.json().get("code") == "compliance_blocks":
                body = {"task_id": task_id, "verdict": "reject", "feedback": answer.json()["detail"]}
                self.blocked += (await self.call(client, "POST", "/api/orchestrator/approve", json=body)).is_success
            elif answer.status_code not in (200, 409):
                self.problems[f"{answer.status_code} {answer.json().get('detail', '')} at approve"] += 1

    # killing

    async def kill(self) -> None:
        """A random worker every few seconds, at a moment that is not in step with anything."""
        while True:
            await asyncio.sleep(self.options.every * self.dice.uniform(0.5, 1.5))
            self.workers = [one for one in self.workers if one.exitcode is None]
            chosen = self.dice.choice(self.workers)
            carried = await self._carried(chosen.pid or 0)
            chosen.kill()
            killed_at = time.monotonic()
            await asyncio.to_thread(chosen.join)
            self.workers.remove(chosen)
            self.kills += 1
            self.spawn()
            if carried:
                watching = asyncio.create_task(self._recovered(carried, killed_at))
                self.watched.add(watching)
                watching.add_done_callback(self.watched.discard)

    async def _carried(self, pid: int) -> dict[str, str]:
        """workflow -> executor, of what the worker carries now."""
        with suppress(Exception):
            found = await audit.rows(
                "SELECT w.workflow_uuid AS id, w.executor_id AS holder FROM dbos.workflow_status AS w"
                " JOIN leases AS l ON l.holder = w.executor_id WHERE l.process_id = :pid AND w.status = 'PENDING'",
                pid=pid,
            )
            return {row.id: row.holder for row in found}
        return {}

    async def _recovered(self, carried: dict[str, str], killed_at: float) -> None:
        """Seconds until each of the dead worker's workflows is in other hands, or over."""
        while carried:
            await asyncio.sleep(0.1)
            with suppress(Exception):
                found = await audit.rows(
                    "SELECT workflow_uuid AS id, executor_id AS holder, status FROM dbos.workflow_status"
                    " WHERE workflow_uuid = ANY(:ids)",
                    ids=list(carried),
                )
                for row in found:
                    moved = row.holder != carried[row.id] or row.status not in ("PENDING", "ENQUEUED")
                    if moved and row.status != "ENQUEUED":
                        self.taken.append(time.monotonic() - killed_at)
                        del carried[row.id]

    async def kill_database(self) -> None:
        """The postmaster, every so often; it is started again as the supervisor does it."""
        from cofounder.kit import postgres

        while self.options.database:
            await asyncio.sleep(self.options.database)
            pid = (await asyncio.to_thread(postgres.status, self.home / "home")).pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                self.database_kills += 1
                await asyncio.sleep(1)
                await asyncio.to_thread(postgres.ensure, self.home / "home")

    async def keep_alive(self) -> None:
        """A worker that ended by itself is a fault; another takes its place."""
        while True:
            await asyncio.sleep(0.5)
            for one in list(self.workers):
                if one.exitcode is not None and one.exitcode != -signal.SIGKILL:
                    self.problems[f"a worker ended by itself with {one.exitcode}"] += 1
                    self.workers.remove(one)
                    self.spawn()

    # coming to rest

    async def rest(self, within: float) -> float:
        """Until every task is over, or waits only for somebody to look; seconds that took."""
        began = time.monotonic()
        while time.monotonic() - began < within:
            found = await audit.rows(
                "SELECT count(*) AS n FROM tasks AS t WHERE NOT status = ANY(:over) AND NOT (status = 'publishing' AND"
                " NOT EXISTS (SELECT 1 FROM publications AS p WHERE p.task_id = t.id AND p.state IN"
                " ('attempting', 'scheduled')) AND EXISTS (SELECT 1 FROM publications AS p WHERE p.task_id = t.id AND"
                " p.state = 'unknown'))",
                over=list(SETTLED),
            )
            busy = await audit.rows(
                "SELECT count(*) AS n FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')"
            )
            if not found[0].n and not busy[0].n:
                break
            await asyncio.sleep(0.5)
        return time.monotonic() - began

    async def settle(self, client: httpx.AsyncClient) -> int:
        """Answer what nobody was sure of by what the mail server has; gives how many publications that were."""
        from cofounder.channels.senders.email import Email
        from cofounder.settings import settings

        sender, settled = Email.of(settings()), 0
        while True:
            page = (await self.call(client, "GET", "/api/publications?state=unknown&limit=100")).json()
            if not page["items"]:
                return settled
            for one in page["items"]:
                path = f"/api/publications/{one['publication_id']}"
                for delivery in (await self.call(client, "GET", path)).json()["deliveries"]:
                    if delivery["state"] != "unknown":
                        continue
                    name = f"publication:{one['publication_id']}|{delivery['recipient'] or ''}"
                    # Looked up for each: what was sent again meanwhile may be unknown again, and have arrived.
                    sent = any(audit.message_id(mail) == sender.message_id(name) for mail in self.mail.messages)
                    body = {"verdict": "sent" if sent else "not_sent", "recipients": [delivery["recipient"]]}
                    await self.call(client, "POST", f"{path}/resolve", json=body)
                settled += 1
                now = (await self.call(client, "GET", path)).json()
                if "retry" in now["actions"]:
                    await self.call(client, "POST", f"{path}/retry")
