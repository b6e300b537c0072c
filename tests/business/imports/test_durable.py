"""An import outlives its worker: what was in stays in, the rest follows, nothing comes twice."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from cofounder.business.imports import service
from cofounder.business.imports.schemas import Mapping
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, Spawned, until

ROWS = 120_000
SLOW = 120  # seconds; other tests share the machine


async def counted() -> tuple[str, int]:
    async with transaction() as session:
        row = (await session.execute(text("SELECT state, position FROM imports"))).one()
        return str(row.state), int(row.position)


async def test_a_killed_workers_import_is_carried_on_by_the_next(
    database: Database, spawn: Callable[..., Spawned], tmp_path: Path
) -> None:
    path = tmp_path / "web.csv"
    with path.open("w") as file:
        file.write("date,page,sessions\n")
        for number in range(ROWS):
            file.write(f"2024-01-{number % 28 + 1:02},/p/{number // 28},{'x' if number % 1000 == 7 else number % 50}\n")
    mapping = Mapping.model_validate(
        {
            "fields": {
                "day": {"columns": ["date"]},
                "page_id": {"columns": ["page"]},
                "sessions": {"columns": ["sessions"]},
            }
        }
    )
    async with transaction() as session:
        row = await service.begin_file(session, path, kind="web", label="web.csv", by=None, mapping=mapping)
        await service.start(session, row.id)
    first = spawn("cofounder.cli", "worker", environment={"COFOUNDER_LEASE_SECONDS": "3"})

    async def begun() -> bool:
        assert first.process.poll() is None, first.output
        return (await counted())[1] > 0

    await until(begun, within=SLOW)
    first.kill()
    state, position = await counted()
    second = spawn("cofounder.cli", "worker", environment={"COFOUNDER_LEASE_SECONDS": "3"})

    async def ended() -> bool:
        assert second.process.poll() is None, second.output
        return (await counted())[0] not in service.OPEN

    await until(ended, within=SLOW)
    refused = len(range(7, ROWS, 1000))
    async with transaction() as session:
        made = service.out(await service.get(session, row.id))
        faults = (await service.refusals(session, row.id))[2]
        stored = (await session.execute(text("SELECT count(*), sum(sessions) FROM web_analytics"))).one()
    expected = sum(number % 50 for number in range(ROWS) if number % 1000 != 7)
    assert (made.state, made.counts.read, made.counts.added) == ("done", ROWS, ROWS - refused), (state, position)
    assert (faults, made.counts.refused) == (refused, refused)
    assert (int(stored[0]), int(stored[1])) == (ROWS - refused, expected)
