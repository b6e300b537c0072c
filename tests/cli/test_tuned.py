"""The registry by the command line: list, benchmark, active, shadow, roll back, retire."""

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest

from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.flow.train.benchmark.test_benchmark import dataset, model, right
from tests.models.plain_server import PlainServer, serving


@pytest.fixture
def tuned_server() -> Iterator[PlainServer]:
    """A model's server on a thread of its own: each command has its own loop."""
    found: list[PlainServer] = []
    up, over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(right) as made:
            found.append(made)
            up.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert up.wait(60)
    yield found[0]
    over.set()
    thread.join(60)


async def _registered(server: PlainServer) -> None:
    learned = await dataset()
    for _ in range(2):
        await model(server, learned)
    await db.dispose()


def test_a_model_is_benchmarked_promoted_and_taken_back(
    database: Database, tuned_server: PlainServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["models", "list"]) == 0
    assert "no tuned model yet" in capsys.readouterr().out
    asyncio.run(_registered(tuned_server))
    assert run(["models", "active", "small@1"]) != 0
    assert "small@1 has not passed the gate" in capsys.readouterr().err
    assert run(["models", "benchmark", "small@1"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Passed: It is better than the built-in one" in told
    assert "candidate" in told
    assert run(["models", "benchmark", "small@1", "--seed", "1"]) == 0
    capsys.readouterr()
    assert run(["models", "list"]) == 0
    told = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "not benchmarked" in told
    assert "Passed:" in told
    assert run(["models", "show", "small@1"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "worse in no slice. A later comparison over 40 lines does not decide. Looked, not a gate" in told
    assert run(["models", "active", "small@1"]) == 0
    assert "planner: small@1" in capsys.readouterr().out
    assert run(["models", "shadow", "small@2", "--daily-usd", "0.5"]) == 0
    assert "candidate small@2 in shadow" in capsys.readouterr().out
    assert run(["models", "shadow", "small@2", "--daily-usd", "0.004"]) == 0
    assert "In shadow: $0.00 of $0.004 today." in capsys.readouterr().out
    assert run(["models", "show", "small@2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "shadow by local owner: It may cost up to $0.004 a day." in told
    assert "It may cost up to $0.50 a day." in told
    assert run(["models", "shadow", "--off", "planner"]) == 0
    assert "candidate" not in capsys.readouterr().out
    assert run(["models", "list", "--json"]) == 0
    items = json.loads(capsys.readouterr().out)["items"]
    assert [(one["label"], one["aliases"]) for one in items] == [("small@2", []), ("small@1", ["active"])]
    assert run(["models", "roll-back", "planner", "--reason", "It was a trial."]) == 0
    assert "planner: the configured models" in capsys.readouterr().out
    assert run(["models", "show", "small@1"]) == 0
    told = capsys.readouterr().out
    assert "small@1 is ready, a planner; tuned from tiny by local" in " ".join(told.split())
    assert "The gate: Passed: It is better than the built-in one" in " ".join(told.split())
    assert "It was a trial." in told
    assert run(["models", "retire", "small@2"]) == 0
    assert "small@2 is retired" in capsys.readouterr().out


def test_a_command_goes_by_the_prices_that_were_set_and_names_the_dataset(
    database: Database, tuned_server: PlainServer, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_registered(tuned_server))
    assert run(["settings", "set", "model_prices", "tuned:small=50/50"]) == 0
    settings.cache_clear()  # as a process that has just begun
    assert run(["models", "show", "small@1"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Its price was set here: $50.00 in, $50.00 out for a million tokens." in told
    assert "tuned from tiny by local on requests@1." in told
    settings.cache_clear()
    assert run(["models", "shadow", "small@1", "--daily-usd", "0.05"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "In shadow: $0.00 of $0.05 today. A call may cost $0." in told
    assert "it is never asked. Give it a higher limit." in told
    settings.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "nobody"], "no model 'nobody'"),
        (["active", "nobody"], "no model 'nobody'"),
        (["roll-back", "poet"], "'poet' is no role"),
        (["roll-back", "planner"], "nothing to go back to"),
        (["shadow", "--off", "poet"], "'poet' is no role"),
        (["shadow"], "Name the model"),
        (["benchmark", "nobody", "--no-wait"], "no model 'nobody'"),
    ],
)
def test_what_cannot_be_is_one_line(
    database: Database, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run(["models", *arguments]) != 0
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1
