"""Hundreds of tasks, three workers, two servers, and a random SIGKILL every two seconds: nothing lost, nothing twice.

Run: python -m bench.chaos [--tasks 300] [--seconds 300] [--every 2] [--seed 1] [--database 0]. Tasks arrive over HTTP at
both servers, some twice under one key; decisions too. Texts go to the outbox and to a mail server that sometimes drops
the line after it took a message. At the end everything comes to rest, open questions are answered from what arrived,
and the audit reads database, files and messages. `--database N`: PostgreSQL itself is killed every N seconds as well.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import shutil
import socket
import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx

from bench.chaos import audit
from bench.chaos.storm import Chaos
from tests.channels.smtp import Server
from tests.journey.provider import provider


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


async def end(server: asyncio.subprocess.Process) -> None:
    """Stop a server, unless it has ended by itself."""
    with suppress(ProcessLookupError):
        server.terminate()
    await server.wait()


async def ready(url: str, within: float = 60) -> None:
    deadline = time.monotonic() + within
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            with suppress(httpx.TransportError):
                if (await client.get(f"{url}/api/ready")).status_code == 200:
                    return
            if time.monotonic() > deadline:
                raise SystemExit(f"no server at {url}")
            await asyncio.sleep(0.2)


async def run(options: argparse.Namespace, home: Path, mail: Server, environment: dict[str, str]) -> bool:
    """The whole run; whether every claim held."""
    from cofounder import app
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER, create_key

    await app.open_database()
    await audit.watch()
    async with db.transaction() as session:
        secret, _ = await create_key(session, "chaos", "approver", LOCAL_OWNER)
    chaos = Chaos(options, home, environment, mail, random.Random(options.seed))
    async with AsyncExitStack() as stack:
        for number in range(options.servers):
            port = free_port()
            log = stack.enter_context((home / f"server-{number}.log").open("wb"))
            command = [sys.executable, "-m", "cofounder.cli", "serve", "--port", str(port)]
            server = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, **environment}, stdout=log, stderr=log
            )
            stack.push_async_callback(end, server)
            chaos.servers.append(f"http://127.0.0.1:{port}")
        for _ in range(options.workers):
            chaos.spawn()
        stack.callback(chaos.end)
        for url in chaos.servers:
            await ready(url)
        headers = {"Authorization": f"Bearer {secret}"}
        async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client:
            return await _storm(chaos, client)


async def _storm(chaos: Chaos, client: httpx.AsyncClient) -> bool:
    began = time.monotonic()
    deciding = asyncio.create_task(chaos.decide(client))
    keeping = asyncio.create_task(chaos.keep_alive())
    killing = [asyncio.create_task(chaos.kill()), asyncio.create_task(chaos.kill_database())]
    submitting = asyncio.create_task(chaos.submit(client))
    await asyncio.sleep(chaos.options.seconds)
    for one in killing:
        one.cancel()
    await asyncio.gather(*killing, return_exceptions=True)
    from cofounder.kit import postgres

    await asyncio.to_thread(postgres.ensure, chaos.home / "home")
    stormed = time.monotonic() - began
    await submitting
    rested = await chaos.rest(chaos.options.rest)
    if chaos.watched:
        await asyncio.wait(chaos.watched, timeout=30)
    unknown = await chaos.settle(client)
    await chaos.rest(60)
    deciding.cancel()
    keeping.cancel()
    report = await audit.audit(chaos.born, chaos.home / "home" / "outbox", chaos.mail.messages)
    report.claim("no decision was taken twice", ["both answers were a yes"] * chaos.twice_decided)
    tell(chaos, report, stormed, rested, unknown)
    return report.clean


def tell(chaos: Chaos, report: audit.Report, stormed: float, rested: float, unknown: int) -> None:
    """The table of the reference page."""
    logs = "".join(path.read_text(errors="replace") for path in chaos.home.glob("worker-*.log"))
    takeovers = [int(found) for found in re.findall(r'"workflows": (\d+)', logs)]
    taken = sorted(chaos.taken) or [0.0]
    p95 = taken[min(len(taken) - 1, round(0.95 * len(taken)))]
    said = chaos.options
    lines: list[tuple[str, object]] = [
        ("seed", said.seed),
        ("seconds of killing", f"{stormed:.0f}"),
        ("workers, servers", f"{said.workers}, {said.servers}"),
        ("SIGKILLs of workers", chaos.kills),
        ("SIGKILLs of PostgreSQL", chaos.database_kills),
        ("takeovers, workflows taken over", f"{len(takeovers)}, {sum(takeovers)}"),
        ("workflows set aside", logs.count("workflow set aside")),
        ("from a kill until a workflow is in other hands, p50", f"{statistics.median(taken):.1f} s"),
        ("the same, p95", f"{p95:.1f} s, n = {len(chaos.taken)}"),
        ("from the last kill until all rested", f"{rested:.0f} s"),
        ("requests sent twice under one key", chaos.repeated),
        ("decisions", chaos.decided),
        ("texts that compliance kept back, rejected then", chaos.blocked),
        ("publications nobody was sure of, then settled", unknown),
        *report.counts.items(),
        ("answers that were no answer", dict(chaos.problems) or 0),
    ]
    for name, value in lines:
        shown = ", ".join(f"{n} {word}" for word, n in value.items()) if isinstance(value, dict) else value
        print(f"| {name} | {shown} |")
    print()
    for words, faults in report.faults.items():
        print(f"| {words} | {'held' if not faults else f'BROKEN {len(faults)} times'} |")
        for fault in faults[:10]:
            print(f"    {fault}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=300, help="how long workers are killed")
    parser.add_argument("--every", type=float, default=2, help="seconds between two kills, on average")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--database", type=float, default=0, help="seconds between two kills of PostgreSQL; 0: none")
    parser.add_argument("--rest", type=float, default=600, help="seconds until everything must have come to rest")
    parser.add_argument("--keep", action="store_true", help="leave the home and the logs, and say where")
    options = parser.parse_args()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["bench.chaos.warm"])  # a new life must not cost more than the work it does
    home = Path(tempfile.mkdtemp(prefix="cofounder-chaos-", dir="/tmp"))
    home.chmod(0o755)  # the embedded server's user passes here
    mail = Server(drop_share=0.03, dice=random.Random(options.seed))
    with mail, provider() as model:
        environment = {
            "COFOUNDER_HOME": str(home / "home"),
            "COFOUNDER_SMTP_HOST": "127.0.0.1",
            "COFOUNDER_SMTP_PORT": str(mail.port),
            "COFOUNDER_SMTP_STARTTLS": "false",
            "COFOUNDER_EMAIL_FROM": "Acme <news@acme.example>",
            "COFOUNDER_EMAIL_RECIPIENTS": "Ada <ada@reader.example>, bob@reader.example",
            "COFOUNDER_DAILY_BUDGET_USD": "1000",
            **model.environment("chaos"),
        }
        os.environ.pop("DATABASE_URL", None)
        os.environ.update(environment)
        from cofounder.kit import postgres

        held = False
        try:
            held = asyncio.run(run(options, home, mail, environment))
        finally:
            with suppress(Exception):
                postgres.stop(home / "home")
            if options.keep:
                print(f"home and logs: {home}")
            else:
                shutil.rmtree(home, ignore_errors=True)
    raise SystemExit(0 if held else 1)


if __name__ == "__main__":
    main()
