"""An import carried out in the test's own process, as a worker carries it out."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cofounder.business.imports import carrying, service, steps
from cofounder.business.imports.schemas import Form, ImportOut, Mapping, Units
from cofounder.kit.db import transaction

REAL = Path(__file__).parents[4] / "shared" / "data"


def real(name: str) -> Path:
    """A file of the real public data; the test is skipped where it is missing."""
    path = REAL / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"The public data set {name} is not here.")
    return path


def of(*columns: str, **more: Any) -> dict[str, Any]:
    """A field's source in a mapping."""
    return {"columns": list(columns), **more}


def mapped(fields: dict[str, Any], **more: Any) -> Mapping:
    return Mapping.model_validate({"fields": fields, **more})


async def carry_out(
    path: Path,
    kind: str,
    mapping: Mapping | None = None,
    *,
    units: Units | None = None,
    form: Form | None = None,
    check_only: bool = False,
    all_or_nothing: bool = False,
) -> ImportOut:
    """Begin, start and carry out an import of a file; how it stands then."""
    async with transaction() as session:
        row = await service.begin_file(
            session,
            path,
            kind=kind,
            label=path.name,
            by="test",
            mapping=mapping,
            units=units,
            form=form,
            all_or_nothing=all_or_nothing,
        )
    return await carry(row.id, check_only=check_only)


async def carry(id: UUID, *, check_only: bool = False) -> ImportOut:
    """Start an import and carry it out."""
    async with transaction() as session:
        row = await service.start(session, id, check_only=check_only)
    ended = await carrying.carry_on(id, row.run, check_only=check_only)
    while ended.state == "more":
        ended = await carrying.carry_on(id, row.run, check_only=check_only)
    finish: Any = steps.finish
    await finish.__wrapped__(str(id), row.run, check_only, {"state": ended.state, "counts": ended.counts.model_dump()})
    async with transaction() as session:
        return service.out(await service.get(session, id))


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path
