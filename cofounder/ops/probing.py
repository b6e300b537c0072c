"""Tries a key when it is entered: a wrong one is refused, one that cannot be tried now is kept and tried again."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, live
from cofounder.kit.chores import Chore
from cofounder.kit.errors import InputInvalid
from cofounder.ops import connections
from cofounder.ops.connections import NOTES, ConnectionOut, ConnectionSettings
from cofounder.people.preferences import drop_setting, lock_settings, put_setting, stored_settings
from cofounder.settings import Settings

SYSTEM = "cofounder"  # who did what the product does by itself
# The settings as they would be and the names of those that are given -> what could not be tried, name -> why.
Probe = Callable[[Settings, frozenset[str]], Awaitable[dict[str, str]]]
_probes: list[Probe] = []


class KeyRefused(InputInvalid):
    """The provider does not take this key."""

    hint = "Nothing was changed. Look at the key, and whether it was withdrawn there."


def probe_with(probe: Probe) -> None:
    """Let a part to the left try its keys. It ends by a time-out of its own, and raises KeyRefused and nothing else."""
    if probe not in _probes:
        _probes.append(probe)


def noted(why: str) -> str:
    """The note of one that could not be tried."""
    return f"It is kept, and not known to work: {why} It is tried again by itself."


async def enter(
    wanted: ConnectionSettings, *, by: str, if_match: str | None = None
) -> tuple[dict[str, ConnectionOut], str]:
    """Try what was sent, then store it; (the settings, their version). Never call it inside a transaction.

    Raises KeyRefused and what `connections.change` raises.
    """
    would, given = await connections.as_they_would_be(wanted)
    notes = await _tried(would, given)
    async with db.transaction() as session:
        await connections.change(session, wanted, by=by, if_match=if_match)
        await _note(session, notes, by=by, instead_of=frozenset(wanted.model_fields_set))
        return await connections.effective(session), await connections.version(session)


async def _tried(would: Settings, given: frozenset[str]) -> dict[str, str]:
    notes: dict[str, str] = {}
    for probe in _probes:
        notes |= await probe(would, given)
    return notes


async def _note(session: AsyncSession, notes: dict[str, str], *, by: str, instead_of: frozenset[str]) -> None:
    before = dict((await stored_settings(session)).get(NOTES) or {})
    after = {name: why for name, why in before.items() if name not in instead_of} | notes
    if after == before:
        return
    if after:
        await put_setting(session, NOTES, after, by=by)
    else:
        await drop_setting(session, NOTES)
    live.changed(session, "settings")


async def try_again() -> None:
    """Try what could not be tried when it was entered; what is found out takes the place of the note."""
    async with db.reading() as session:
        noted = frozenset((await stored_settings(session)).get(NOTES) or {})
    for name in sorted(noted):
        try:
            notes = await _tried(await connections.latest(), frozenset({name}))
        except KeyRefused as refused:
            notes = {name: f"{refused.detail} Give another one."}
        async with db.transaction() as session:
            await lock_settings(session)
            await _note(session, notes, by=SYSTEM, instead_of=frozenset({name}))


chore = Chore("keys tried again", try_again, every=300, at_once=False)
