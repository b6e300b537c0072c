"""A task that waits for a person outlives a new version of the program."""

import re
import shutil
from pathlib import Path

import cofounder
from cofounder import app
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import showing
from cofounder.flow.run import status as view
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.people import LOCAL_OWNER

from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST, ask, rest, status


def newer(folder: Path) -> Path:
    """A copy of the program with another body of a step, another text of a model, another module."""
    place = folder / "newer"
    shutil.copytree(
        Path(cofounder.__file__).parent, place / "cofounder", ignore=shutil.ignore_patterns("__pycache__", "_web")
    )
    learning = place / "cofounder/flow/learn/steps.py"
    changed = re.sub(r'done\(note="[^"]*" if [^\n]*\)', 'done(note="By the new version.")', learning.read_text())
    assert "By the new version." in changed
    learning.write_text(changed)
    words = place / "cofounder/models/instructions.py"
    changed = words.read_text().replace('WRITER_VERSION = "writer-2"', 'WRITER_VERSION = "writer-next"')
    assert "writer-next" in changed
    words.write_text(changed)
    (place / "cofounder/novelty.py").write_text('"""Something new."""\n')
    return place


async def test_a_waiting_task_survives_a_change_of_the_code(database, spawn, tmp_path, monkeypatch):
    app.wire()
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, preferences=MAIN_PREFERENCES)
    old = spawn("cofounder.cli", "worker")
    await rest(task_id, "pending_approval", within=60)

    async def asleep() -> bool:
        return (await durable.progress(task_id)).waiting

    await until(asleep)
    old.kill()
    async with transaction() as session:
        seen = await approvals.view(session, task_id)

    place = newer(tmp_path)
    monkeypatch.chdir(place)
    worker = spawn("cofounder.cli", "worker", environment={"PYTHONPATH": str(place)})
    worker.wait_for("ready", within=60)
    assert Path(f"/proc/{worker.process.pid}/cwd").readlink() == place
    async with transaction() as session:
        decision = Decision(task_id=task_id, approved=True, fingerprint=seen.fingerprint)
        await approvals.decide(session, decision, by=LOCAL_OWNER)
    found = await rest(task_id, "completed", "failed", within=60)
    assert found.status == "completed", worker.output

    async def learned() -> bool:
        notes = {phase.name: phase.note for phase in (await status(task_id)).phases}
        return notes["learning"] == "By the new version."

    await until(learned, within=30)
    async with transaction() as session:
        published = await showing.publications(session, task_id)
        texts = (await view.detail(session, task_id)).status_now.status
    assert {one.state for one in published} == {"published"}
    assert {one.fingerprint for one in published} == {seen.fingerprint}
    assert texts == "completed"
    await durable.close()
