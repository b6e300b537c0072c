"""datasets: which versions hold a run, and leaving one out of those to come."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, words
from cofounder.cli.groups.datasets_telling import Run, Why, ask, reason_of
from cofounder.cli.options import Json
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


def held_by(run: Run, json: Json = False) -> int:
    """Every dataset that holds a run, deleted ones too.

    Example: cofounder datasets held-by 0198c5a2-7d3e-7c11-9a0f-6b1d2e3f4a5b
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service

        return await service.held_by(session, _uuid(run))

    return home.run(ask(act, _held, json=json))


def _held(found: Any) -> list[str]:
    lines = [f"{one.name}@{one.version or '-'}  {one.state}  {words.of(one.lines, 'line')}" for one in found.datasets]
    if found.withdrawn:
        lines.append(f"Withdrawn by {found.withdrawn_by}: {found.reason}")
    return lines or ["No dataset holds it."]


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise InputInvalid(
            f"{given!r} is no id.", field="example", hint="cofounder training list shows them."
        ) from error


def withdraw(
    run: Run,
    reason: Why,
    back: Annotated[bool, typer.Option("--back", help="Let it into versions again instead.")] = False,
    json: Json = False,
) -> int:
    """Leave a run out of every version made from now on, and say which hold it already.

    Example: cofounder datasets withdraw 0198c5a2-7d3e-7c11-9a0f-6b1d2e3f4a5b --reason "the customer asked"
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service
        from cofounder.people import LOCAL_OWNER

        if back:
            return await service.readmit(session, _uuid(run), LOCAL_OWNER)
        return await service.withdraw(session, _uuid(run), reason_of(reason), LOCAL_OWNER)

    return home.run(ask(act, _held, json=json, writes=True))
