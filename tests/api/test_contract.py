"""Schemathesis over the whole OpenAPI with a key of each role: it finds nothing.

It sends what the documents allow and what they forbid, from edge to edge, and compares the answers with what is
written: no 500, no status, header, media type or field that is not documented, nothing forbidden that is accepted.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from cofounder.flow.approve import service as approvals
from cofounder.kit.db import transaction
from cofounder.people import ROLES, Role
from tests.flow.waiting import ready

from .conftest import House

# What the OpenAPI calls right is taken, at every address that is read, but for these: a value may have the right form and
# still not fit, which no schema can say. Then it is 422 with the field.
MAY_NOT_FIT = (
    # a span that ends before it begins
    "GET /api/audit",
    "GET /api/business/attribution",
    "GET /api/calendar/conflicts",
    "GET /api/calendar/meant",
    "GET /api/orchestrator/metrics/summary",
    "GET /api/orchestrator/metrics/summary/download",
    "GET /api/publications",
    "GET /api/series/occurrences",
    # a channel that nobody has, a time zone of no place, a topic of no post, a policy that is not installed
    "GET /api/business/baselines",
    "GET /api/business/context",
    "GET /api/business/similar",
    "GET /api/business/suggested-time",
    "GET /api/business/times",
    "GET /api/business/topics",
    "GET /api/orchestrator/learning/patterns",
    "GET /api/orchestrator/learning/times",
    "GET /api/personas",
    "GET /api/personas/followers/counts",
    "GET /api/personas/what-if",
    # a cursor that names what is not there
    "GET /api/keys",
    "GET /api/people",
    "GET /api/personas/runs",
    "GET /api/orchestrator/tools/available",
    "GET /api/orchestrator/tools/servers",
    # a filter that contradicts itself
    "GET /api/orchestrator/training/data",
    "GET /api/orchestrator/training/data/filter",
    "GET /api/orchestrator/training/stats",
)
# Beside what the tool expects by itself: 412 is an If-Match that is not the version, 429 a sign-in too many, and 422 what
# the fields of a body say together (a time that has passed, two ways of naming one thing). 409 comes before 422 where an
# Idempotency-Key was used with another body. A body may be too large or no
# JSON, an address too long. That no text may hold a NUL character the OpenAPI says once for all.
TAKEN = '"2xx", 401, 403, 404, 409, 412, 429'
CONFIGURATION = f"""
hooks = "{Path(__file__).with_name("drawn.py")}"

[checks.positive_data_acceptance]
expected-statuses = [{TAKEN}, 422]

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 409, 412, 413, 414, 415, 422, 429]

[[operations]]
include-method = "GET"
exclude-name = {json.dumps(MAY_NOT_FIT)}

[operations.generation]
allow-x00 = false

[operations.checks.positive_data_acceptance]
expected-statuses = [{TAKEN}]

[[operations]]
include-path = "/api/commands/claim"

[operations.parameters]
"body.wait_seconds" = 0
"""
REAL = """
[parameters]
"path.task_id" = "{task_id}"
"""
COMMON = [
    *("--exclude-path", "/api/events"),  # a stream that never ends
    *("--request-timeout", "120"),  # how long an answer takes on a busy machine is no finding
    *("--seed", "20"),
    *("--suppress-health-check", "all"),
    "--no-shrink",
    "--no-color",
]
# COFOUNDER_TEST_LONG=1 looks longer: every phase for every role, many more examples (about ten minutes)
LONG = bool(os.environ.get("COFOUNDER_TEST_LONG"))
EVERY = ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "60"]
NO_CLAIMS = ["--exclude-path", "/api/commands/claim"]  # at its edges it waits for a minute, as it is told to
EXAMPLES: dict[Role, list[str]] = {
    "viewer": ["--phases", "fuzzing", "--max-examples", "2"],
    "operator": ["--phases", "fuzzing", "--max-examples", "2"],
    "approver": ["--phases", "fuzzing", "--max-examples", "3"],
    "admin": ["--phases", "examples,coverage,fuzzing", "--max-examples", "3", *NO_CLAIMS],
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
