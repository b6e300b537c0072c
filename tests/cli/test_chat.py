"""`cofounder chat` as a person at a terminal and a script have it."""

import asyncio
import json
import os
import signal
from collections.abc import Callable

import pytest
from sqlalchemy import text

from cofounder.business import sample
from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.flow.request.chat import service as conversations
from cofounder.kit import db
from cofounder.kit.clock import today
from cofounder.kit.testing import Database, Spawned, until
from cofounder.people import LOCAL_OWNER, Caller, users
from tests.flow.request.talker import KEY, Words, talking


async def cofounder(*arguments: str) -> int:
    """The program's exit code; it has a loop of its own."""
    await db.dispose()
    return await asyncio.to_thread(run, [*arguments])


async def test_a_question_is_answered_listed_exported_and_deleted(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async with db.transaction() as session:
        await sample.load(session, today=today())
    code = await cofounder("chat", "What was our best month?", "--conversation", "spring", "--json")
    made = json.loads(capsys.readouterr().out)
    assert (code, made["answer"]["state"], made["answer"]["model"]) == (0, "done", "offline")
    assert "revenue was" in made["answer"]["text"]
    assert await cofounder("chat", "and customers in May?", "--conversation", "spring") == 0
    told = capsys.readouterr().out
    assert "Customers" in told
    assert "financial.read_metrics (1 row)" in told
    assert await cofounder("chat", "--list") == 0
    assert "What was our best month?" in capsys.readouterr().out
    assert await cofounder("chat", "--export", "spring") == 0
    assert "> and customers in May?" in capsys.readouterr().out
    assert await cofounder("chat", "--delete", "spring", "--yes") == 0
    capsys.readouterr()
    assert await cofounder("chat", "--export", "spring") == out.MISSING


async def test_what_does_not_fit_is_refused_in_one_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, word in (
        (["chat"], "question"),
        (["chat", "hi", "--list"], "One"),
        (["chat", "hi", "--agent", "oracle"], "agent"),
        (["chat", "hi", "--model", "nonsense"], "model"),
        (["chat", "hi", "--mode", "magic"], "mode"),
        (["chat", " "], "message"),
    ):
        assert await cofounder(*arguments) == out.USAGE, arguments
        told = capsys.readouterr().err
        assert told.startswith("error: ")
        assert told.count("\n") == 1
        assert word.lower() in told.lower(), told


async def test_ctrl_c_stops_the_answer_and_keeps_what_came(database: Database, spawn: Callable[..., Spawned]) -> None:
    async with talking() as talker:
        talker.answers = [Words(" ".join(f"w{n}" for n in range(2000)), pause=0.05)]
        model = {
            "COFOUNDER_MODEL": "openai-compatible:talker",
            "COFOUNDER_MODEL_PRICES": "openai-compatible:*=0/0",
            "COFOUNDER_COMPATIBLE_BASE_URL": talker.url,
            "COFOUNDER_COMPATIBLE_API_KEY": KEY,
        }
        asking = spawn("cofounder.cli", "chat", "Ponder this", environment={**os.environ, **model})
        await until(lambda: "w3 w4" in asking.output or asking.process.poll() is not None, within=60)
        asking.process.send_signal(signal.SIGINT)
        await asyncio.to_thread(asking.process.wait, 60)
    assert asking.process.returncode == out.INTERRUPTED, asking.output
    assert "Stopped." in asking.output
    assert "Traceback" not in asking.output
    async with db.transaction() as session:
        state, said = (await session.execute(text("SELECT state, text FROM messages WHERE role = 'assistant'"))).one()
    assert state == "stopped"
    assert said.startswith("w0 w1 w2 w3")


async def test_an_answer_whose_process_is_killed_is_cut_off_with_what_came(
    database: Database, spawn: Callable[..., Spawned], capsys: pytest.CaptureFixture[str]
) -> None:
    async with talking() as talker:
        talker.answers = [Words(" ".join(f"w{n}" for n in range(2000)), pause=0.05)]
        model = {
            "COFOUNDER_MODEL": "openai-compatible:talker",
            "COFOUNDER_MODEL_PRICES": "openai-compatible:*=0/0",
            "COFOUNDER_COMPATIBLE_BASE_URL": talker.url,
            "COFOUNDER_COMPATIBLE_API_KEY": KEY,
        }
        asking = spawn(
            "cofounder.cli", "chat", "Ponder this", "--conversation", "lost", environment={**os.environ, **model}
        )
        await until(lambda: "w3 w4" in asking.output or asking.process.poll() is not None, within=60)
        asking.kill()
    assert await cofounder("chat", "hello", "--conversation", "lost", "--json") == 0
    capsys.readouterr()
    async with db.transaction() as session:
        found = (
            await session.execute(text("SELECT state, text FROM messages WHERE role = 'assistant' ORDER BY place"))
        ).all()
    assert [state for state, _ in found] == ["cut_off", "done"]
    assert found[0][1].startswith("w0 w1 w2 w3")


async def test_what_the_owner_says_at_the_command_line_is_theirs_on_the_page(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async def said(*arguments: str) -> str:
        assert await cofounder("chat", *arguments) == 0
        return capsys.readouterr().out

    async def on_the_page(name: str) -> list[str]:
        async with db.transaction() as session:
            person = await users.named(session, name)
            caller = Caller(name=name, role="admin", kind="person", user_id=person.id)
            items, _, _ = await conversations.conversations(session, caller, search=None, after=None, limit=10)
        return [one.title for one in items]

    await said("What did we sell before anybody came in?")
    assert await cofounder("people", "link") == 0  # the first link makes the owner
    capsys.readouterr()
    assert len(await on_the_page("owner")) == 1
    await said("And what after that?", "--conversation", "later")
    assert len(await on_the_page("owner")) == 2
    assert "before anybody came in" in await said("--list")
    async with db.transaction() as session:
        await users.add(session, "Ada", "admin", LOCAL_OWNER)
    assert await on_the_page("Ada") == []  # another admin's are another's
    assert "before anybody came in" in await said("--list")
