"""Whether judges agree with people, at the command line."""

import asyncio
import json

import pytest

from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.testing import Database
from tests.flow.learn.test_judges import MODEL, decided


async def _history() -> None:
    async with db.transaction() as session:
        for predicted in ("approve", "approve", "changes"):
            await decided(session, now(), "approve", predicted)
    await db.dispose()


def test_what_is_known_of_a_judge_is_told_with_its_n(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["learning", "judge"]) == 0
    assert "No person has decided on a text that a model judged." in capsys.readouterr().out
    asyncio.run(_history())
    assert run(["learning", "judge", "--days", "60"]) == 0
    said = capsys.readouterr().out
    assert f"{MODEL} foresaw 67%" in said
    assert "the last 60 days have 3 decisions" in said
    assert run(["learning", "judge", "--json"]) == 0
    (judge,) = json.loads(capsys.readouterr().out)["judges"]
    assert (judge["n"], judge["approved"], judge["drifted"], judge["change"]) == (3, 3, False, None)
