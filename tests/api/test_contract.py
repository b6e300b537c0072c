"""Schemathesis over the whole OpenAPI with a key of each role: it finds nothing.

It sends what the documents allow and what they forbid, from edge to edge, and compares the answers with what is
written: no 500, no status, header, media type or field that is not documented, nothing forbidden that is accepted.
"""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from cofounder.flow.approve import service as approvals
from cofounder.kit.db import transaction
from cofounder.people import ROLES, Role
from tests.flow.waiting import ready

from .conftest import House

# Beside what the tool expects by itself: a value may have the right form and still not fit (a time that has passed, a
# channel that nobody has), which no schema can say; then it is 422 with the field. 412 is an If-Match that is
# not the version, 429 a sign-in too many. A body may be too large or no JSON.
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422, 429]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 412, 413, 415, 422, 429]
"""
REAL = """
[parameters]
"path.task_id" = "{task_id}"
"""
# an event stream never ends, and a claim waits for up to a minute when it is told to
COMMON = [
    "--exclude-path",
    "/api/events",
    "--exclude-path",
    "/api/commands/claim",
    "--no-color",
    "--request-timeout",
    "120",  # how long an answer takes on a busy machine is no finding
    "--seed",
    "20",
    "--no-shrink",
    "--suppress-health-check",
    "all",
]
# COFOUNDER_TEST_LONG=1 looks longer: every phase for every role, many more examples (about ten minutes)
LONG = bool(os.environ.get("COFOUNDER_TEST_LONG"))
EVERY = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "60"]
EXAMPLES: dict[Role, list[str]] = {
    "viewer": ["--phases", "fuzzing", "--max-examples", "2"],
    "operator": ["--phases", "fuzzing", "--max-examples", "2"],
    "approver": ["--phases", "fuzzing", "--max-examples", "3"],
    "admin": ["--phases", "examples,coverage,fuzzing", "--max-examples", "3"],
}


async def searched(house: House, role: Role, configuration: str, folder: Path, *options: str) -> str:
    """What the tool found, as it prints it; empty when it found nothing."""
    settings = folder / f"{role}.toml"
    settings.write_text(configuration)
    # read here, with patience: the tool itself waits ten seconds for it, and a busy machine may need more
    document = folder / f"{role}.json"
    document.write_text((await house.admin.get("/api/openapi.json", timeout=120)).text)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings)),
        *("run", str(document), "--url", house.url, "-H", f"Authorization: Bearer {house.keys[role]}"),
        *(*COMMON, *options),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    lines = [line[:1_000] for line in said.decode(errors="replace").splitlines()]
    # what it found stands between two headings; much follows that is no fault
    starts = [number for number, line in enumerate(lines) if " FAILURES ===" in line or " ERRORS ===" in line]
    ends = [number for number, line in enumerate(lines) if " WARNINGS ===" in line or " SUMMARY ===" in line]
    shown = lines[starts[0] : ends[0]] if starts and ends else lines[-120:]
    return "" if process.returncode == 0 else "\n".join([f"{role}:", *shown])


async def test_nothing_is_found_with_a_key_of_each_role(house: House, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    chosen = {role: EVERY if LONG else EXAMPLES[role] for role in ROLES}
    found = await asyncio.gather(*(searched(house, role, CONFIGURATION, tmp_path, *chosen[role]) for role in ROLES))
    assert not any(found), "\n".join(found)


async def test_nothing_is_found_on_a_task_that_waits_for_a_decision(house: House, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    async with transaction() as session:
        id = await ready(session)
        await approvals.open_round(session, id)
    configuration = CONFIGURATION + REAL.format(task_id=id)
    options = [
        "--phases",
        "fuzzing",
        "--max-examples",
        "200" if LONG else "12",
        "--include-path-regex",
        "task_id|approve$",
    ]
    found = await searched(house, "admin", configuration, tmp_path, *options)
    assert not found, found
