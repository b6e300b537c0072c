"""The peer: the same nine nodes on LangGraph with its PostgreSQL saver, in a process of its own.

Its graph is built from the very plan that our journey makes for the request, so nodes and parallelism are the same.
Each node calls the same tool, directly, as one would in LangGraph (no MCP). Then a node judges the text and writes
the deliverable and the verdict, and an `interrupt` waits for the decision. Understanding the request and reading
its context come before the graph and make no checkpoint; choosing a plan, finding tools and holding the plan against
their schemas are not asked of the peer. `durability` is LangGraph's default ("async"), the softest that survives a
kill. It runs on uvloop, as our workers do. There is no queue: requests are handed to the process itself.

Talks by lines: `go COUNT AT_ONCE` or `bare COUNT 1` on standard input, one JSON answer each on standard output.
"""

import asyncio
import json
import operator
import random
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypedDict
from uuid import uuid4

import uvloop
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import TypeAdapter, validate_call
from sqlalchemy import URL, text

from bench.journeys.work import CHANNEL, METRICS, REQUEST
from cofounder import app, channels
from cofounder.agents import business, compliance, content, financial, market, publishing
from cofounder.business.records import service as records
from cofounder.flow.plan import planner, references
from cofounder.flow.plan.schemas import PlanStep
from cofounder.flow.quality.evaluator import evaluate
from cofounder.flow.quality.schemas import Subject
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.models import service as models
from cofounder.models.brief import Brief, Draft
from cofounder.personas import service as personas
from cofounder.personas.policies import fixed
from cofounder.personas.roster import ROSTER

AGENTS = {
    "business": business,
    "compliance": compliance,
    "content": content,
    "financial": financial,
    "market": market,
    "publishing": publishing,
}
SCHEMA = "peer"
POOL = 16
SHARES = fixed.probabilities(ROSTER)  # of the voices, as our journey draws them
TABLES = """
CREATE SCHEMA IF NOT EXISTS peer;
CREATE TABLE IF NOT EXISTS peer.deliverables (
  id uuid PRIMARY KEY, thread text NOT NULL, channel text NOT NULL, draft jsonb NOT NULL, brief jsonb NOT NULL,
  rendered jsonb NOT NULL, made_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS peer.assessments (
  id uuid PRIMARY KEY, deliverable uuid NOT NULL REFERENCES peer.deliverables, overall numeric(5,4) NOT NULL,
  verdict jsonb NOT NULL, made_at timestamptz NOT NULL);
"""


class State(TypedDict):
    """What flows through the graph: the request's context, and each node's output under the node's name."""

    task: dict[str, Any]
    outputs: Annotated[dict[str, Any], operator.or_]
    verdict: str


Node = Callable[[State], Awaitable[dict[str, Any]]]


def tool_node(step: PlanStep) -> Node:
    """A node that calls the step's tool with its references resolved, and keeps its answer as JSON."""
    agent, _, name = step.tool.partition(".")
    function = getattr(AGENTS[agent], name)
    call = validate_call(function)
    answer = TypeAdapter(function.__annotations__["return"])
    seeded = "seed" in function.__annotations__

    async def node(state: State) -> dict[str, Any]:
        inputs = references.resolve(step.inputs, state["task"], state["outputs"])
        given = {key: value for key, value in inputs.items() if value is not None}
        if seeded:
            given["seed"] = f"{state['task']['id']}:{step.id}"
        return {"outputs": {step.id: answer.dump_python(await call(**given), mode="json")}}

    return node


async def judge_and_keep(state: State) -> dict[str, Any]:
    """The verdict on the text, and both written in one transaction: what the person decides on."""
    drafted = state["outputs"][f"draft_{CHANNEL}"]
    draft, brief = Draft.model_validate(drafted["draft"]), Brief.model_validate(drafted["brief"])
    rendered = channels.render(CHANNEL, draft)
    earlier = state["task"]["recent_texts"]
    judged = evaluate(
        Subject(draft=draft, brief=brief, rendered=rendered, channel=CHANNEL, earlier_texts=earlier, siblings={})
    )
    moment, deliverable = now(), new_id()
    async with db.transaction() as session:
        await session.execute(
            text(
                "INSERT INTO peer.deliverables VALUES (:id, :thread, :channel, CAST(:draft AS jsonb),"
                " CAST(:brief AS jsonb), CAST(:rendered AS jsonb), :made_at)"
            ),
            {
                "id": deliverable,
                "thread": state["task"]["id"],
                "channel": CHANNEL,
                "draft": draft.model_dump_json(),
                "brief": brief.model_dump_json(),
                "rendered": rendered.model_dump_json(),
                "made_at": moment,
            },
        )
        await session.execute(
            text(
                "INSERT INTO peer.assessments VALUES (:id, :deliverable, :overall, CAST(:verdict AS jsonb), :made_at)"
            ),
            {
                "id": new_id(),
                "deliverable": deliverable,
                "overall": judged.overall,
                "verdict": judged.model_dump_json(),
                "made_at": moment,
            },
        )
    return {"outputs": {"deliverable": str(deliverable)}}


async def approval(state: State) -> dict[str, Any]:
    """Waits for a person."""
    return {"verdict": interrupt({"deliverable": state["outputs"]["deliverable"]})}


def build(steps: list[PlanStep]) -> "StateGraph[State]":
    """The plan's nodes and edges, then the verdict, then the wait for a person."""
    graph = StateGraph(State)
    last = {step.id for step in steps}
    for step in steps:
        before = sorted(references.upstream(step.inputs) | set(step.depends_on))
        last -= set(before)
        graph.add_node(step.id, tool_node(step))
        graph.add_edge(before or START, step.id)
    graph.add_node("judge_and_keep", judge_and_keep)
    graph.add_node("approval", approval)
    graph.add_edge(sorted(last), "judge_and_keep")
    graph.add_edge("judge_and_keep", "approval")
    graph.add_edge("approval", END)
    return graph


async def context(task_id: str) -> dict[str, Any]:
    """The request read, and what the nodes read of it: the counterpart of flow/run/context.py."""
    moment = now()
    intent = await models.understand(
        REQUEST, today=moment.date(), answers={}, preferences={}, task_id=None, scope="plan.intent"
    )
    async with db.transaction() as session:
        recent = await records.recent_posts(session, as_of=moment, limit=20)
    return {
        "id": task_id,
        "request": REQUEST,
        "as_of": moment.isoformat(),
        "topic": intent.topic,
        "tone": intent.tone or "professional",
        "audience": intent.audience,
        "period": intent.period.model_dump(mode="json") if intent.period else None,
        "metrics": METRICS,
        "channels": intent.channels,
        "persona": personas.pick(SHARES, random.random()),
        "company": None,
        "constraints": intent.constraints.model_dump(mode="json"),
        "text": None,
        "language": intent.language,
        "recent_texts": [post.content for post in recent],
    }


async def carry(graph: Any) -> tuple[str, float]:
    """One request up to its interrupt: the thread and the seconds it took."""
    began = time.perf_counter()
    thread = str(uuid4())
    start = {"task": await context(thread), "outputs": {}, "verdict": ""}
    found = await graph.ainvoke(start, {"configurable": {"thread_id": thread}})
    if "__interrupt__" not in found:
        raise SystemExit("The peer's graph does not wait for approval.")
    return thread, time.perf_counter() - began


async def go(graphs: list[Any], count: int, at_once: int) -> dict[str, Any]:
    """`count` requests, `at_once` of them at a time; seconds each, and all together."""
    places = asyncio.Semaphore(at_once)

    async def one(number: int) -> tuple[str, float]:
        async with places:
            return await carry(graphs[number % len(graphs)])

    began = time.perf_counter()
    done = await asyncio.gather(*(one(number) for number in range(count)))
    seconds = time.perf_counter() - began
    await _refuse_unfinished(graphs[0], [thread for thread, _ in done])
    return {"seconds": seconds, "each": [each for _, each in done]}


async def bare(steps: list[PlanStep], count: int) -> dict[str, Any]:
    """The work alone, one request after the other: no graph, no checkpoint, nothing that a kill would leave."""
    nodes = {step.id: tool_node(step) for step in steps}
    seconds, python = time.perf_counter(), time.process_time()
    for _ in range(count):
        state: State = {"task": await context(str(uuid4())), "outputs": {}, "verdict": ""}
        for node in nodes.values():  # a plan's steps stand in an order that can be run
            state["outputs"].update((await node(state))["outputs"])
        await judge_and_keep(state)
    return {"seconds": time.perf_counter() - seconds, "python": time.process_time() - python}


async def _refuse_unfinished(graph: Any, threads: list[str]) -> None:
    """What was measured must have happened: every thread waits for approval with all nine outputs on record."""
    for thread in threads:
        kept = await graph.aget_state({"configurable": {"thread_id": thread}})
        if kept.next != ("approval",) or len(kept.values["outputs"]) != 10:
            raise SystemExit(f"Thread {thread} does not wait for approval with nine finished nodes.")


async def _refuse_deaf(graph: Any) -> None:
    """The wait is a real one: a decision ends it."""
    thread, _ = await carry(graph)
    ended = await graph.ainvoke(Command(resume="approve"), {"configurable": {"thread_id": thread}})
    if ended["verdict"] != "approve":
        raise SystemExit("The peer's graph does not take a decision.")


def _pool(url: URL) -> "AsyncConnectionPool[Any]":
    place = url.set(drivername="postgresql").render_as_string(hide_password=False)
    asked = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row, "options": f"-csearch_path={SCHEMA}"}
    return AsyncConnectionPool(place, min_size=POOL, max_size=POOL, kwargs=asked, open=False)


async def main(savers: int) -> None:
    await app.open_database()
    url, _ = db.place()
    intent = await models.understand(REQUEST, today=now().date(), task_id=None, scope="plan.intent")
    steps = planner.sketch(intent, has_metrics=True).steps
    async with _pool(url) as pool:
        async with pool.connection() as connection:
            await connection.execute("SELECT pg_advisory_lock(1)")  # two of us may start at once
            for statement in TABLES.split(";\n"):
                await connection.execute(statement.encode())
            await AsyncPostgresSaver(connection).setup()
            await connection.execute("SELECT pg_advisory_unlock(1)")
        made = build(steps)
        # One saver lets one caller at a time to the database, whatever its pool; a few of them do better.
        graphs = [made.compile(checkpointer=AsyncPostgresSaver(pool)) for _ in range(savers)]
        await _refuse_deaf(graphs[0])
        print(json.dumps({"nodes": len(steps)}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            what, count, at_once = line.split()
            done = bare(steps, int(count)) if what == "bare" else go(graphs, int(count), int(at_once))
            print(json.dumps(await done), flush=True)
    await db.dispose()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
