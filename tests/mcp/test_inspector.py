"""The MCP Inspector's command line, as anybody would run it, lists and calls our tools over both ways in."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cofounder.kit.testing import Database
from tests.api.conftest import House
from tests.mcp.test_deciding import waiting
from tests.mcp.test_http import ASKS, DECIDES, READS

# The Inspector wants a newer Node than many machines have, so its own is fetched with it.
PACKAGES = ("node@22", "@modelcontextprotocol/inspector@2.12.0")
WITHIN = 120


@pytest.fixture(scope="module")
def programs(request: pytest.FixtureRequest) -> Path:
    """The folder of the Inspector's programs, fetched once and kept with what pytest keeps."""
    assert request.config.cache is not None
    place = Path(request.config.cache.mkdir("inspector"))
    found = place / "node_modules" / ".bin"
    if not (found / "mcp-inspector").exists():
        if shutil.which("npm") is None:
            pytest.skip("There is no npm here to fetch the MCP Inspector with.")
        fetch = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place), *PACKAGES]
        try:
            done = subprocess.run(fetch, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            pytest.skip("The MCP Inspector could not be fetched within 300 s.")
        if done.returncode != 0:
            pytest.skip(f"The MCP Inspector cannot be fetched: {done.stderr.strip()[-300:]}")
    version = subprocess.run([found / "node", "--version"], capture_output=True, text=True)
    if version.returncode != 0:
        pytest.skip(f"The fetched Node does not run here: {version.stderr.strip()[-300:]}")
    return found


async def inspected(programs: Path, *words: str, code: int = 0) -> dict[str, Any]:
    """What the Inspector prints, and that it ends with this code."""
    ours = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(programs.parent)}
    process = await asyncio.create_subprocess_exec(
        str(programs / "mcp-inspector"),
        "--cli",
        "--connect-timeout",
        "90000",  # ms; its own 15 s are few for a program that starts on a loaded machine
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **ours},
    )
    said, complained = await asyncio.wait_for(process.communicate(), WITHIN)
    assert process.returncode == code, (said.decode()[-2000:], complained.decode()[-2000:])
    found: dict[str, Any] = json.loads(said or complained)
    return found


async def test_over_http_it_lists_and_calls_what_the_key_allows(programs: Path, house: House) -> None:
    task_id = await waiting("linkedin")
    way = (f"{house.url}/mcp", "--transport", "http", "--header", f"Authorization: Bearer {house.keys['approver']}")
    listed = await inspected(programs, *way, "--method", "tools/list", "--strict")
    assert {tool["name"] for tool in listed["tools"]} == READS | ASKS | DECIDES
    call = (*way, "--method", "tools/call", "--tool-name")
    seen = await inspected(programs, *call, "show_approval", "--tool-arg", f"task_id={task_id}")
    given = (f"task_id={task_id}", f"fingerprint={seen['structuredContent']['fingerprint']}")
    made = await inspected(programs, *call, "approve", "--tool-arg", *given)
    assert made["structuredContent"]["status"] == "approved"
    refused = await inspected(programs, *call, "approve", "--tool-arg", *given, code=5)
    assert "already_decided [409]" in json.dumps(refused)


async def test_without_a_key_it_is_told_so(programs: Path, house: House) -> None:
    told = await inspected(programs, f"{house.url}/mcp", "--method", "tools/list", code=3)
    assert told["error"]["code"] == "auth_required"


async def test_over_standard_input_it_lists_and_calls_as_the_owner(programs: Path, database: Database) -> None:
    environment = [word for name, value in database.environment.items() for word in ("-e", f"{name}={value}")]
    command = (sys.executable, "-m", "cofounder.cli", "mcp")
    listed = await inspected(programs, "--method", "tools/list", *environment, "--", *command)
    assert {tool["name"] for tool in listed["tools"]} == READS | ASKS
    found = await inspected(
        programs, *("--method", "tools/call", "--tool-name", "list_tasks"), *environment, "--", *command
    )
    assert found["structuredContent"] == {"items": [], "next_cursor": None, "total": 0}
