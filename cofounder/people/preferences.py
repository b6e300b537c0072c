"""The settings table: values that a person set at run time."""

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.straight import kept
from cofounder.people.tables import Setting

_STORED = kept(select(Setting.name, Setting.value))


async def stored_settings(session: AsyncSession) -> dict[str, Any]:
    """name -> value, of everything that was set."""
    return {name: value["value"] for name, value in (await session.execute(_STORED)).all()}


async def lock_settings(session: AsyncSession) -> None:
    """Let changes of settings pass one after the other, until their transactions end."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("settings", 0))))


async def put_setting(session: AsyncSession, name: str, value: Any, *, by: str) -> None:
    """Set one value; the last one counts."""
    values = {"name": name, "value": {"value": value}, "set_at": now(), "set_by": by}
    statement = insert(Setting).values(values)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={key: statement.excluded[key] for key in ("value", "set_at", "set_by")}
        )
    )


async def drop_setting(session: AsyncSession, name: str) -> None:
    """Forget what was set, so that what is delivered counts again."""
    await session.execute(delete(Setting).where(Setting.name == name))
