"""tasks: what the list leaves out is said to a person, and is no part of what a program reads."""

import asyncio
import json

import pytest

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert run(["tasks", *options]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    return said.out


async def earlier(*requests: str) -> None:
    """Tasks that an import brought in."""
    try:
        async with transaction() as session:
            for request in requests:
                await records.add_task(session, NewTask(request=request, status="completed", is_legacy=True))
    finally:
        await db.dispose()


def test_imported_history_that_is_left_out_is_counted_by_the_same_filters(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Left out" not in listed(capsys)
    asyncio.run(earlier("A post about coffee", "A post about tea"))
    said = listed(capsys)
    assert "No task yet" in said
    assert "Left out: 2 tasks of imported history. With it: --legacy" in said
    assert "Left out: 1 task of imported history." in listed(capsys, "--search", "tea")
    assert "Left out" not in listed(capsys, "--status", "failed")
    assert run(["ask", "Create a LinkedIn post about revenue", "--no-wait"]) == 0
    assert "Left out: 2 tasks" in listed(capsys)
    every = listed(capsys, "--legacy")
    assert "tea" in every
    assert "Left out" not in every
    assert json.loads(listed(capsys, "--json"))["total"] == 1
    assert json.loads(listed(capsys, "--json", "--legacy"))["total"] == 3
