"""A client for agents and scripts: make commands, take them, answer them. It needs httpx and nothing else of ours.

from cofounder.client import Command, worker

def look_up(command: Command) -> dict:
    return {"price": 4.2, "region": command.payload["region"]}

worker("http://127.0.0.1:8000", KEY, "scout", look_up)
"""

import asyncio
import inspect
import json
import logging
import os
import socket
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal

import httpx

log = logging.getLogger("cofounder.client")

_HERE = ("all://127.0.0.1", "all://localhost", "all://[::1]")

__all__ = ["AsyncClient", "Client", "Command", "NoRetry", "Refused", "aworker", "worker"]

Status = Literal["pending", "processing", "completed", "failed", "cancelled"]


class Refused(Exception):
    """The server refused: `code` says why, `hint` what to do, `errors` names the fields at fault."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code") or f"http_{status}")
        self.hint = str(problem.get("hint") or "")
        self.errors: list[dict[str, str]] = list(problem.get("errors") or [])
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))


class NoRetry(Exception):
    """Raise it in a handler where trying again would not help."""


@dataclass(frozen=True)
class Command:
    """A command as the queue shows it; `token` is set on those that were claimed."""

    id: str
    agent_type: str
    action: str
    payload: dict[str, Any]
    status: Status = "processing"
    priority: int = 0
    attempt: int = 0
    token: str | None = None
    lease_until: str | None = None
    result: Any = None
    error: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)


def _command(raw: dict[str, Any]) -> Command:
    return Command(
        id=raw["command_id"],
        agent_type=raw["agent_type"],
        action=raw["action"],
        payload=raw["payload"],
        status=raw.get("status", "processing"),
        priority=raw["priority"],
        attempt=raw.get("attempt", raw.get("attempts", 0)),
        token=raw.get("fencing_token"),
        lease_until=raw.get("lease_until"),
        result=raw.get("result"),
        error=raw.get("error"),
        raw=raw,
    )


def _answer(answer: httpx.Response) -> Any:
    if answer.is_success:
        try:
            return answer.json()
        except ValueError:
            raise Refused(
                502, {"code": "no_json", "detail": "The answer is no JSON: something else answers."}
            ) from None
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    raise Refused(answer.status_code, problem if isinstance(problem, dict) else {})


def _bare(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _outcome(command: Command, *, result: Any = None, error: Any = None, retry: bool = True) -> dict[str, Any]:
    body: dict[str, Any] = {"command_id": command.id, **_bare(fencing_token=command.token)}
    return {**body, "error": error, "retry": retry} if error is not None else {**body, "result": result}


def _name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class AsyncClient:
    """The queue of one server. Use it as an async context manager."""

    def __init__(self, url: str, key: str, *, agent: str | None = None, http: httpx.AsyncClient | None = None) -> None:
        self.agent = agent or _name()
        self._http = http or httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(20.0, read=90.0),
            mounts=dict.fromkeys(_HERE),  # on this machine, which a proxy would take for its own
        )

    async def __aenter__(self) -> "AsyncClient":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def _post(self, path: str, body: Any) -> Any:
        return _answer(await self._http.post(f"/api/commands{path}", json=body))

    async def create(
        self,
        agent_type: str,
        action: str,
        payload: Mapping[str, Any] | None = None,
        *,
        priority: int = 0,
        depends_on: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Command:
        """Queue a command. Raises Refused, naming the field at fault."""
        body = {"agent_type": agent_type, "action": action, "payload": dict(payload or {}), "priority": priority}
        more = _bare(idempotency_key=idempotency_key)
        return _command(await self._post("", {**body, "depends_on": list(depends_on), **more}))

    async def create_many(self, commands: Iterable[Mapping[str, Any]]) -> list[Command]:
        """Queue up to 500 commands, each {agent_type, action, payload, ...}, all or none."""
        return [_command(raw) for raw in (await self._post("/batch", {"items": list(commands)}))["items"]]

    async def get(self, command_id: str) -> Command:
        return _command(_answer(await self._http.get(f"/api/commands/{command_id}")))

    async def wait(self, command_id: str, *, within: float = 60.0) -> Command:
        """The command once it is completed or failed. Raises TimeoutError."""
        until, pause = time.monotonic() + within, 0.05
        while (found := await self.get(command_id)).status not in ("completed", "failed"):
            if time.monotonic() + pause > until:
                raise TimeoutError(f"{command_id} is still {found.status}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 2.0)
        return found

    async def claim(
        self, agent_type: str, *, max: int = 1, wait_seconds: float = 0.0, lease_seconds: float | None = None
    ) -> list[Command]:
        """Take up to `max` commands under a lease, waiting up to 60 seconds for some."""
        body = {"agent_type": agent_type, "max": max, "wait_seconds": wait_seconds, "agent": self.agent}
        answer = await self._post("/claim", {**body, **_bare(lease_seconds=lease_seconds)})
        return [_command(raw) for raw in answer["items"]]

    async def beat(self, commands: Iterable[Command], *, lease_seconds: float | None = None) -> set[str]:
        """Let the leases go on; gives the ids of those that are lost."""
        leases = [{"command_id": one.id, "fencing_token": one.token} for one in commands]
        body = {"leases": leases, "agent": self.agent, **_bare(lease_seconds=lease_seconds)}
        return set((await self._post("/heartbeat", body))["lost"])

    async def complete(self, command: Command, result: Any = None) -> Command:
        """Send the result of a command in hand. Raises Refused: lease_lost when it came too late."""
        body = {"result": result, "agent": self.agent, **_bare(fencing_token=command.token)}
        return _command(_answer(await self._http.patch(f"/api/commands/{command.id}/result", json=body)))

    async def fail(self, command: Command, error: str | Mapping[str, Any], *, retry: bool = True) -> Command:
        """Say that a command went wrong; it is retried three times unless `retry` is False."""
        body = {"error": error, "retry": retry, "agent": self.agent, **_bare(fencing_token=command.token)}
        return _command(_answer(await self._http.patch(f"/api/commands/{command.id}/error", json=body)))

    async def finish_many(self, outcomes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Send up to 500 outcomes at once; gives {command_id, ok, status, code} of each."""
        body = {"items": list(outcomes), "agent": self.agent}
        return list((await self._post("/results", body))["items"])

    async def declare(self, agent_type: str, actions: Sequence[Mapping[str, Any]]) -> None:
        """Say what agents of this type do: {action, description, input_schema, ...}. Plans may use each as a tool."""
        _answer(await self._http.put(f"/api/commands/types/{agent_type}", json={"actions": list(actions)}))


class Client:
    """The same for code that does not use asyncio; it may be used from several threads."""

    def __init__(self, url: str, key: str, *, agent: str | None = None) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cofounder-client", daemon=True)
        self._thread.start()
        self._inner = AsyncClient(url, key, agent=agent)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if not self._loop.is_closed():
            self._do(self._inner.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    @property
    def agent(self) -> str:
        return self._inner.agent

    def create(
        self,
        agent_type: str,
        action: str,
        payload: Mapping[str, Any] | None = None,
        *,
        priority: int = 0,
        depends_on: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Command:
        """Queue a command. Raises Refused, naming the field at fault."""
        more: dict[str, Any] = {"depends_on": depends_on, "idempotency_key": idempotency_key}
        found: Command = self._do(self._inner.create(agent_type, action, payload, priority=priority, **more))
        return found

    def create_many(self, commands: Iterable[Mapping[str, Any]]) -> list[Command]:
        """Queue up to 500 commands, all or none."""
        return list(self._do(self._inner.create_many(commands)))

    def get(self, command_id: str) -> Command:
        found: Command = self._do(self._inner.get(command_id))
        return found

    def wait(self, command_id: str, *, within: float = 60.0) -> Command:
        """The command once it is completed or failed. Raises TimeoutError."""
        found: Command = self._do(self._inner.wait(command_id, within=within))
        return found

    def claim(
        self, agent_type: str, *, max: int = 1, wait_seconds: float = 0.0, lease_seconds: float | None = None
    ) -> list[Command]:
        """Take up to `max` commands under a lease, waiting up to 60 seconds for some."""
        more: dict[str, Any] = {"wait_seconds": wait_seconds, "lease_seconds": lease_seconds}
        return list(self._do(self._inner.claim(agent_type, max=max, **more)))

    def beat(self, commands: Iterable[Command], *, lease_seconds: float | None = None) -> set[str]:
        """Let the leases go on; gives the ids of those that are lost."""
        return set(self._do(self._inner.beat(commands, lease_seconds=lease_seconds)))

    def complete(self, command: Command, result: Any = None) -> Command:
        """Send the result of a command in hand. Raises Refused: lease_lost when it came too late."""
        found: Command = self._do(self._inner.complete(command, result))
        return found

    def fail(self, command: Command, error: str | Mapping[str, Any], *, retry: bool = True) -> Command:
        """Say that a command went wrong; it is retried three times unless `retry` is False."""
        found: Command = self._do(self._inner.fail(command, error, retry=retry))
        return found

    def finish_many(self, outcomes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Send up to 500 outcomes at once; gives {command_id, ok, status, code} of each."""
        return list(self._do(self._inner.finish_many(outcomes)))

    def declare(self, agent_type: str, actions: Sequence[Mapping[str, Any]]) -> None:
        """Say what agents of this type do. Plans may use each as a tool."""
        self._do(self._inner.declare(agent_type, actions))


Handler = Callable[[Command], Any] | Callable[[Command], Awaitable[Any]]


async def aworker(
    url: str,
    key: str,
    agent_type: str,
    handle: Handler,
    *,
    at_once: int = 4,
    lease_seconds: float = 60.0,
    wait_seconds: float = 20.0,
    agent: str | None = None,
    actions: Sequence[Mapping[str, Any]] | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Take commands of this type and answer each with what `handle` gives, until `stop` is set; gives how many.

    `handle` is a function or a coroutine function; a plain one runs in a thread. What it raises is the command's error,
    retried by the queue, except NoRetry; a result that is no JSON fails the command at once. Leases are kept while it
    works; a server that is away is asked again. What goes wrong is logged as cofounder.client. Raises Refused where the
    server refuses the key, the type or the actions, and httpx.UnsupportedProtocol for an address without http://.
    """
    stop = stop or asyncio.Event()
    held: dict[str, tuple[Command, asyncio.Task[None]]] = {}
    done = 0
    with ThreadPoolExecutor(at_once, thread_name_prefix="agent") as pool:
        async with AsyncClient(url, key, agent=agent) as client:

            async def work(command: Command) -> None:
                nonlocal done
                outcome = await _outcome_of(handle, command, pool)
                if await _send(client, outcome):
                    done += 1

            beating = asyncio.create_task(_beat(client, held, lease_seconds))
            try:
                declared, pause, away = actions is None, 0.2, False
                while not stop.is_set():
                    for id in [id for id, (_, job) in held.items() if job.done()]:
                        del held[id]
                    try:
                        if not declared:
                            await _unless(stop, client.declare(agent_type, actions or ()))
                            declared = True
                        free = at_once - len(held)
                        wait = 0.0 if held else wait_seconds
                        taken = await _unless(stop, _claim(client, agent_type, free, wait, lease_seconds))
                        pause, away = 0.2, False
                    except (httpx.HTTPError, Refused) as error:
                        if _for_good(error):
                            raise
                        if not away:  # once, until it is there again
                            log.warning("%s does not answer and is asked again: %s", url, _told(error))
                        away = True
                        await _unless(stop, asyncio.sleep(pause))
                        pause = min(pause * 2, 10.0)
                        continue
                    for command in taken or ():
                        held[command.id] = (command, asyncio.create_task(work(command)))
                    if held and not taken:
                        await asyncio.wait(
                            [job for _, job in held.values()], return_when="FIRST_COMPLETED", timeout=1.0
                        )
                if held:
                    await asyncio.wait([job for _, job in held.values()], timeout=lease_seconds)
            finally:
                beating.cancel()
                await asyncio.gather(beating, return_exceptions=True)
    return done


def worker(url: str, key: str, agent_type: str, handle: Handler, **more: Any) -> int:
    """`aworker` for code that does not use asyncio; it ends with Ctrl-C."""
    try:
        return asyncio.run(aworker(url, key, agent_type, handle, **more))
    except KeyboardInterrupt:
        return 0


async def _claim(client: AsyncClient, agent_type: str, free: int, wait: float, lease: float) -> list[Command]:
    if free < 1:
        return []
    return await client.claim(agent_type, max=free, wait_seconds=wait, lease_seconds=lease)


async def _unless(stop: asyncio.Event, work: Any) -> Any:
    """What `work` gives, or None as soon as `stop` is set."""
    job, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait([job, stopped], return_when="FIRST_COMPLETED")
    stopped.cancel()
    if job.done():
        return job.result()
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    return None


async def _outcome_of(handle: Handler, command: Command, pool: ThreadPoolExecutor) -> dict[str, Any]:
    try:
        if inspect.iscoroutinefunction(handle):
            result = await handle(command)
        else:
            result = await asyncio.get_running_loop().run_in_executor(pool, handle, command)
    except Exception as error:
        detail = _sayable(str(error)) or type(error).__name__
        at = "".join(traceback.format_tb(error.__traceback__))
        log.warning("%s.%s failed: %s\n%s", command.agent_type, command.action, detail[:500], at)
        said = {"code": type(error).__name__, "detail": detail}
        return _outcome(command, error=said, retry=not isinstance(error, NoRetry))
    try:
        json.dumps(result, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        said = {"code": "result_is_no_json", "detail": _sayable(f"The result cannot be sent as JSON: {error}")}
        return _outcome(command, error=said, retry=False)
    return _outcome(command, result=result)


def _sayable(text: str) -> str:
    """What the queue takes as an error's words, whatever a handler raised."""
    return text[:10_000].replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()


def _for_good(error: Exception) -> bool:
    """Whether asking again would not help: the server answered, and neither failed nor had too much to do."""
    if isinstance(error, httpx.UnsupportedProtocol):
        return True  # an address without http:// is none that will answer later
    return isinstance(error, Refused) and error.status < 500 and error.status != 429


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


async def _send(client: AsyncClient, outcome: dict[str, Any]) -> bool:
    """Send an outcome until the server has it; the queue takes the same one twice."""
    pause = 0.2
    for _ in range(20):
        try:
            (said,) = await client.finish_many([outcome])
            return bool(said["ok"])
        except Refused as error:
            if _for_good(error):
                if "error" in outcome:
                    return False
                problem = {"code": error.code, "detail": f"The queue refused the result: {error}"}
                outcome = {**outcome, "error": problem, "retry": False}
                outcome.pop("result")
                continue
        except httpx.HTTPError:
            pass
        await asyncio.sleep(pause)
        pause = min(pause * 2, 10.0)
    return False


async def _beat(
    client: AsyncClient, held: Mapping[str, tuple[Command, "asyncio.Task[None]"]], lease_seconds: float
) -> None:
    """Keep the leases of what is in hand; work whose lease is lost is stopped."""
    while True:
        await asyncio.sleep(lease_seconds / 3)
        commands = [command for command, job in held.values() if not job.done()]
        if not commands:
            continue
        try:
            lost = await client.beat(commands, lease_seconds=lease_seconds)
        except (httpx.HTTPError, Refused):
            continue  # the next beat tries again
        for id in lost:
            if id in held:
                held[id][1].cancel()
