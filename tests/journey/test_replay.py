"""Journeys that were recorded once can still be replayed: no task that waits somewhere is stranded by a change of ours."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cofounder import journey
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, until

from .record import FOLDER, KINDS

del journey  # imported for the workflows that it registers

ADVICE = """
Tasks that wait for a person at this moment have such a history, and a worker of this version could not go on with them.
Names of workflows and steps, and their order, are durable history. Give the step its old name and place again; what a
step does may change freely. A workflow that must go another way gets a new name beside the old one, which stays
registered until none of its tasks is left. Do not record anew to make this pass.
"""


async def replayed(workflow: str, arguments: list[Any], steps: list[dict[str, Any]]) -> str | None:
    """Replay a recorded history; None when it went the same way to the same end, else what went differently."""
    id = str(new_id())
    row = text(
        "INSERT INTO dbos.operation_outputs (workflow_uuid, function_id, function_name, output, error, serialization)"
        " VALUES (:workflow, :function_id, :function_name, :output, :error, :serialization)"
    )
    async with transaction() as session:
        await durable.enqueue(session, workflow, id, *arguments)
        for step in steps:
            await session.execute(row, {"workflow": id, **step})

    async def over() -> bool:
        state = await durable.status(id)
        waits = (await durable.progress(id)).waiting
        return waits or (state is not None and state.status in ("SUCCESS", "ERROR", "CANCELLED"))

    try:
        await until(over, within=10)
    except AssertionError:
        return "it did not come to its end"
    state = await durable.status(id)
    assert state is not None
    async with transaction() as session:
        names = text("SELECT function_name FROM dbos.operation_outputs WHERE workflow_uuid = :id ORDER BY function_id")
        ran = list((await session.scalars(names, {"id": id})).all())
    known = [step["function_name"] for step in steps]
    if state.status != "SUCCESS":
        return f"it ended with {state.status}: {state.error}; recorded was {known}"
    if ran != known:
        return f"recorded was {known}, and now it is {ran}"
    return None


def recorded(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text())
    return found


def test_every_kind_of_journey_is_recorded() -> None:
    assert {path.stem for path in Path(FOLDER).glob("*.json")} == set(KINDS), "python -m tests.journey.record"


async def test_every_recorded_journey_replays_step_for_step(engine_running: Database) -> None:
    faults = []
    for name in KINDS:
        for flow in recorded(name):
            fault = await replayed(flow["workflow"], flow["arguments"], flow["steps"])
            if fault is not None:
                faults.append(f"{name}, {flow['workflow']}: {fault}")
    assert not faults, "\n".join(faults) + "\n" + ADVICE


def renamed(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    steps[2]["function_name"] = "phase.handing_out"
    return steps


def swapped(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    steps[4]["function_name"], steps[5]["function_name"] = steps[5]["function_name"], steps[4]["function_name"]
    return steps


def longer(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As if the program had dropped a step that was recorded."""
    extra = {**steps[3], "function_name": "phase.dropped"}
    made = [*steps[:4], extra, *steps[4:]]
    return [{**step, "function_id": number} for number, step in enumerate(made, made[0]["function_id"])]


def shorter(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As if the program had a step more than was recorded."""
    made = [*steps[:4], *steps[5:]]
    return [{**step, "function_id": number} for number, step in enumerate(made, made[0]["function_id"])]


@pytest.mark.parametrize("change", [renamed, swapped, longer, shorter])
async def test_a_renamed_moved_dropped_or_added_step_is_noticed(engine_running: Database, change: Any) -> None:
    flow = recorded("approved")[0]
    steps = change(copy.deepcopy(flow["steps"]))
    assert await replayed(flow["workflow"], flow["arguments"], steps) is not None


@pytest.mark.parametrize("upto", ["DBOS.sleep"])
async def test_a_task_that_waits_replays_to_its_wait(engine_running: Database, upto: str) -> None:
    flow = recorded("approved")[0]
    names = [step["function_name"] for step in flow["steps"]]
    steps = [step for step in flow["steps"][: names.index(upto) + 1] if step["function_name"] != "DBOS.recv"]
    steps[-1] = {**steps[-1], "output": json.dumps(4e9)}  # a deadline that has not passed
    id = str(new_id())
    async with transaction() as session:
        await durable.enqueue(session, flow["workflow"], id, *flow["arguments"])
        for step in steps:
            await session.execute(
                text(
                    "INSERT INTO dbos.operation_outputs"
                    " (workflow_uuid, function_id, function_name, output, error, serialization)"
                    " VALUES (:workflow, :function_id, :function_name, :output, :error, :serialization)"
                ),
                {"workflow": id, **step},
            )

    async def rests() -> bool:
        state = await durable.status(id)
        return state is not None and state.status == "PENDING" and (await durable.progress(id)).waiting

    await until(rests, within=10)
