"""Tools of outside servers: those that plans may use, calling one, looking after the servers.

What a server does not promise to be repeatable is called through the ledger of effects: once, whatever dies between.
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from cofounder.flow.plan.schemas import Tool
from cofounder.flow.plan.tools import answers, errors, links, listing, queries, service, views
from cofounder.flow.plan.tools.schemas import Measured
from cofounder.flow.plan.tools.tables import ServerTool, ToolServer
from cofounder.kit import effects
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.kit.log import logger

FRESH_SECONDS = 60.0  # a list so old is read again before a tool is called
LOOK_SECONDS = 60.0  # between two looks at a server by the worker that looks after them
KIND = "tool.call"

log = logger(__name__)
_looked: list[float] = []
_looking: set["asyncio.Task[None]"] = set()


async def tools(ids: Collection[str] | None = None) -> dict[str, Tool]:
    """The approved tools of all servers by id, with what was measured; of those with an id among `ids`."""
    async with reading() as session:
        rows = await queries.usable(session, ids)
        measured = await queries.measured(session) if rows else {}
    found = [_tool(tool, server, views.measured_of(measured, server.id, tool.name)) for tool, server in rows]
    return {tool.tool_id: tool for tool in found}


async def server_names() -> list[str]:
    """The names of all servers that are not switched off."""
    async with reading() as session:
        return [row.name for row in await queries.servers(session) if not row.disabled]


async def why_not(ids: Collection[str]) -> dict[str, str]:
    """Id -> why the tool cannot be used, of those that a server has."""
    async with reading() as session:
        rows = await queries.with_ids(session, ids)
    words = {
        "new": "an admin has not approved it yet",
        "changed": "it changed since an admin approved it",
        "gone": "its server offers it no longer",
    }
    found = {}
    for tool, server in rows:
        state = views.state_of(tool)
        if server.disabled:
            found[f"{server.name}.{tool.name}"] = "its server is switched off"
        elif state != "approved":
            found[f"{server.name}.{tool.name}"] = words.get(state) or str(tool.problem)
    return found


def _tool(tool: ServerTool, server: ToolServer, measured: Measured) -> Tool:
    seen = listing.Seen.model_validate(tool.seen)
    return Tool(
        tool_id=f"{server.name}.{tool.name}",
        name=tool.name,
        description=seen.description or seen.title,
        category=server.name,
        agent=server.name,
        version=tool.digest[:12],
        input_schema=seen.input_schema,
        output_schema=seen.output_schema,
        estimated_cost=seen.cost_usd or 0.0,
        estimated_duration=seen.seconds if seen.seconds is not None else measured.seconds_p50 or 1.0,
        success_rate=measured.success_rate,
        runs=measured.calls,
        requires_approval=seen.requires_approval,
        server=server.name,
        health=server.health,
        stale=views.is_stale(server),
        repeatable=seen.repeatable,
        seconds_p50=measured.seconds_p50,
        seconds_p95=measured.seconds_p95,
        timed_runs=measured.timed_calls,
    )


async def call(
    tool_id: str, inputs: Mapping[str, Any], *, timeout_seconds: float, key: str | None
) -> dict[str, Any] | None:
    """The tool's answer; None where no server has such a tool. `key` names the doing: the same key does it once.

    What was begun under the key and never answered stays unknown, whatever became of the tool since.
    Raises ToolNotApproved, ServerAway, ToolTimedOut, ToolRefused, ToolFailed or ToolOutcomeUnknown.
    """
    async with reading() as session:
        rows = await queries.with_ids(session, [tool_id])
    if not rows:
        if await _begun(key):
            raise errors.ToolOutcomeUnknown(f"{tool_id}: its server was removed while it was being called.")
        return None
    tool, server = rows[0]
    link = links.link(links.place(server))
    refusal: errors.ToolNotApproved | None = None
    if server.disabled or views.state_of(tool) != "approved":
        refusal = errors.ToolNotApproved(f"{tool_id}: {(await why_not([tool_id])).get(tool_id)}.")
    seen = listing.Seen.model_validate(tool.seen)
    one = _Call(link, tool.name, tool_id, dict(inputs), min(timeout_seconds, link.place.call_seconds))
    one.promised = seen.output_schema
    if key is None or seen.repeatable:
        if refusal is not None:
            raise refusal
        await _as_approved(link, tool)
        return await one.made()
    return await _once(one, tool, f"tool:{key}", refusal)


async def _begun(key: str | None) -> bool:
    if key is None:
        return False
    async with reading() as session:
        return await effects.state_of(session, f"tool:{key}") not in (None, "absent")


async def _as_approved(link: links.Link, tool: ServerTool) -> None:
    """Read the list again where it is old, and refuse what is another than what was approved. Raises ServerAway."""
    if link.client is None or not link.client.is_connected() or time.monotonic() - link.listed_at > FRESH_SECONDS:
        await look(link.place)
        async with reading() as session:
            rows = await queries.with_ids(session, [f"{link.place.name}.{tool.name}"])
        if not rows or views.state_of(rows[0][0]) != "approved":
            words = "it changed since an admin approved it" if rows else "its server was removed"
            raise errors.ToolNotApproved(f"{link.place.name}.{tool.name}: {words}.")


async def _once(one: "_Call", tool: ServerTool, key: str, refusal: errors.ToolNotApproved | None) -> dict[str, Any]:
    """Through the ledger: what may have been done is not done again; with `refusal` nothing is begun any more."""
    kept: list[dict[str, Any]] = []
    failed: list[CofounderError] = []
    one.key = key

    async def call() -> Mapping[str, Any]:
        try:
            if refusal is not None:
                raise refusal
            await _as_approved(one.link, tool)
            kept.append(await one.made())
        except (errors.ServerAway, errors.ToolNotApproved) as error:
            failed.append(error)
            raise effects.NotDone(error.detail) from None
        except errors.ToolTimedOut as error:
            failed.append(errors.ToolOutcomeUnknown(error.detail))
            raise
        except errors.ToolOutcomeUnknown as error:
            failed.append(error)
            raise
        except errors.ToolFailed as error:  # it answered: that was the one time
            failed.append(errors.ToolRefused(error.detail))
            raise effects.Refused(error.detail) from None
        return {"answered": True}

    outcome = await effects.perform(KIND, key, {"tool": one.tool_id, "inputs": one.inputs}, call)
    if failed:
        raise failed[0]
    if kept:
        return kept[0]
    if outcome.state == "done":
        async with reading() as session:
            answer = await queries.kept_answer(session, key)
        if answer is not None:
            return answer
        raise errors.ToolOutcomeUnknown(f"{one.tool_id} did it, but what it answered is no longer kept.")
    if outcome.state == "refused":
        raise errors.ToolRefused(outcome.error or one.tool_id)
    raise errors.ToolOutcomeUnknown(f"{one.tool_id}: {outcome.error or 'an earlier attempt ended without an outcome'}.")


class _Call:
    """One call on the wire, timed and written down."""

    def __init__(self, link: links.Link, name: str, tool_id: str, inputs: dict[str, Any], seconds: float) -> None:
        self.link, self.name, self.tool_id, self.inputs, self.seconds = link, name, tool_id, inputs, seconds
        self.key: str | None = None
        self.promised: dict[str, Any] | None = None  # the schema of its answers, as it was approved
        self.mark = str(new_id())

    async def made(self) -> dict[str, Any]:
        began, outcome, answer, cost = time.perf_counter(), "failed", None, None
        try:
            raw = await self._asked()
            answer, cost = answers.read(raw)
            if raw.is_error:
                words = self.link.without_secrets(listing.plain(answer.get("text", ""), 2_000))
                raise answers.refused(self.tool_id, words)
            answers.keep_promise(raw, self.promised)
            outcome = "ok"
            return answer
        except errors.ToolTimedOut:
            outcome = "timed_out"
            raise
        except errors.ServerAway:
            outcome = "away"
            raise
        finally:
            seconds = time.perf_counter() - began
            await asyncio.shield(self._write(outcome, seconds, cost, answer if outcome == "ok" else None))

    async def _asked(self) -> Any:
        client = await self.link.open()
        guarded = self.link.guarded
        if guarded is not None:
            guarded.watched.add(self.mark)
        try:
            async with asyncio.timeout(self.seconds):
                raw = await client.call_tool_mcp(self.name, self.inputs, meta={"cofounder/call": self.mark})
        except TimeoutError:
            await self.link.went_silent()
            raise errors.ToolTimedOut(f"{self.tool_id} did not answer within {self.seconds:g} s.") from None
        except Exception as error:
            raise await self._lost(error) from None
        finally:
            if guarded is not None:
                guarded.watched.discard(self.mark)
        self.link.silent = 0
        return raw

    async def _lost(self, error: Exception) -> errors.ToolFailed:
        """What an exception of the wire means: refused by the server, surely not done, or nobody knows."""
        guarded = self.link.guarded
        why = guarded.not_done.pop(self.mark, None) if guarded is not None else None
        if why is not None:
            await self.link.lost(error)
            return errors.ServerAway(f"{self.tool_id}: {self.link.without_secrets(why)}")
        said = answers.refusal(error)
        if said is not None:
            return errors.ToolRefused(f"{self.tool_id}: {self.link.without_secrets(said)}")
        unread = answers.unread(error)
        if unread is None:
            await self.link.lost(error)
        words = unread or links.told(error)
        return errors.ToolOutcomeUnknown(f"{self.tool_id}: {self.link.without_secrets(words)}")

    async def _write(self, outcome: str, seconds: float, cost: float | None, answer: dict[str, Any] | None) -> None:
        values = {"id": new_id(), "server_id": self.link.place.id, "tool": self.name, "at": now()}
        values |= {"seconds": seconds, "outcome": outcome, "cost_usd": cost}
        if self.key is not None and answer is not None:
            values |= {"key": self.key, "answer": answer}
        async with transaction(durable=self.key is not None) as session:
            if await queries.server(session, self.link.place.id) is not None:
                await queries.add_call(session, values)


async def look(wanted: links.Place) -> None:
    """Connect to a server, read its list and write down what is found. Raises ServerAway, SecretsSealed."""
    link = links.link(wanted)
    try:
        raw, about = await link.list()
    except errors.ServerPaused:
        raise
    except errors.ServerAway as error:
        async with transaction() as session:
            problem = error.detail.removeprefix(f"{wanted.name}: ")
            await service.keep_away(session, wanted.id, wanted.version, problem)
        raise
    listed, notes = await asyncio.to_thread(listing.read, raw)
    async with transaction() as session:
        await service.keep(session, wanted.id, wanted.version, listed, notes, about)


async def check(server_id: UUID) -> None:
    """Look at a server now, without a pause after an earlier failure; what is found is written down, good or bad.

    Raises ServerMissing.
    """
    async with reading() as session:
        row = await service.get(session, server_id)
    wanted = links.place(row)
    link = links.link(wanted)
    link.again_at = 0.0
    with suppress(errors.ServerAway):
        await look(wanted)


async def tend() -> None:
    """A chore for `leases.held`: may be called at every beat; the looking itself goes on beside it."""
    if _looking or (_looked and time.monotonic() - _looked[0] < LOOK_SECONDS):
        return
    _looked[:] = [time.monotonic()]
    job = asyncio.create_task(_look_at_all(), name="tool-servers-look")
    _looking.add(job)
    job.add_done_callback(_looking.discard)


async def _look_at_all() -> None:
    try:
        async with reading() as session:
            places = [links.place(row) for row in await queries.servers(session) if not row.disabled]
        found = await asyncio.gather(*(look(one) for one in places), return_exceptions=True)
        for one, error in zip(places, found, strict=True):
            if isinstance(error, BaseException) and not isinstance(error, errors.ServerAway):
                log.warning("a tool server could not be looked at", server=one.name, error=type(error).__name__)
        async with transaction() as session:
            await queries.forget_calls(session, days=30)
    except Exception as error:
        log.warning("tool servers could not be looked at", error=f"{type(error).__name__}: {error}")


async def close() -> None:
    """Close the running loop's connections."""
    for job in list(_looking):
        job.cancel()
    await links.close()
