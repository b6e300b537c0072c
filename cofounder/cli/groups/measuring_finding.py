"""Which publication a person means."""

from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Which = Annotated[
    str,
    typer.Argument(
        metavar="PUBLICATION", help="Its id, as `measure list` and `task --json` show it, or its beginning or end."
    ),
]


async def found_by(session: "AsyncSession", given: str) -> UUID:
    """The id that a person means: whole, or its beginning or end. Raises PublicationMissing, and InputInvalid where it
    fits more.
    """
    from cofounder.flow.publish.errors import PublicationMissing
    from cofounder.flow.publish.measuring import queries

    try:
        return UUID(given)
    except ValueError:
        found = await queries.publications_like(session, given.lower()) if len(given) >= 4 else []
    if len(found) > 1:
        raise InputInvalid(f"{given!r} fits several publications.", field="publication", hint="Give more of the id.")
    if not found:
        raise PublicationMissing(f"There is no publication {given!r}.", field="publication")
    return found[0]
