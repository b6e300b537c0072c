"""Making and changing voices, and having them write something to compare them by."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock, live
from cofounder.kit.errors import Conflict, InputInvalid
from cofounder.kit.versions import require, version_of
from cofounder.models.brief import OwnVoice
from cofounder.people.roles import Caller
from cofounder.people.service import audit
from cofounder.personas import history, learning
from cofounder.personas import queries as standings
from cofounder.personas.optimising import TOPIC, roster, voices
from cofounder.personas.own import queries
from cofounder.personas.own.schemas import StyleIn, StyleOut, VoiceIn, VoiceMadeIn, VoiceOut
from cofounder.personas.own.tables import OwnPersona
from cofounder.personas.roster import NAMES, Persona, persona

MOST = 50  # voices of people's making: each floor is paid by all the others
TAKEN = {
    "experiments",
    "flags",
    "followers",
    "runs",
    "samples",
    "voices",
    "waiting",
    "weights",
}  # addresses of their own


class VoiceThere(Conflict):
    """There is a voice with this name."""

    hint = "Choose another name, or change that voice."


class LikeUnknown(InputInvalid):
    """A voice of your own is like one of the twelve."""

    hint = f"They are {', '.join(NAMES)}."


class VoiceNotOwn(Conflict):
    """The twelve voices are not changed."""

    hint = (
        "Make one of your own that is like it: cofounder personas add NAME --like VOICE. Status and weight can be set."
    )


class TooManyVoices(Conflict):
    """There are as many voices as there may be."""

    hint = f"Change one that is disabled; {MOST} voices of your own are the most."


class NoNameLeft(InputInvalid):
    """A name needs a letter or a digit."""

    hint = "For example: Workshop."


async def listed(session: AsyncSession) -> list[VoiceOut]:
    """Every voice and who it is; the twelve first."""
    standing = await standings.standing(session)
    rows = {row.id: row for row in await queries.every(session)}
    status = {one.id: one.status for one in voices(standing)}
    return [_shown(one, rows.get(one.id), status[one.id]) for one in roster(standing)]


async def get(session: AsyncSession, name: str) -> VoiceOut:
    """One voice. Raises PersonaMissing."""
    standing = await standings.standing(session)
    found = persona(name, standing.own)
    if found is None:
        raise learning.PersonaMissing()
    row = await queries.one(session, found.id)
    return _shown(found, row, next(one.status for one in voices(standing) if one.id == found.id))


async def stored(session: AsyncSession, name: str) -> dict[str, Any]:
    """What a person said of a voice, as VoiceIn has it. Raises PersonaMissing and VoiceNotOwn."""
    row = await queries.one(session, (await get(session, name)).id)
    if row is None:
        raise VoiceNotOwn()
    said = {field: getattr(row, field) for field in ("name", "like", "instructions", "weight")}
    return {**said, "style": dict(row.style)}


async def own(session: AsyncSession, name: str) -> tuple[str, OwnVoice | None] | None:
    """(id, what a writer needs to write in it where it is none of the twelve) of a voice by any of its spellings."""
    found = persona(name)
    if found is not None:
        return found.id, None
    for row in await queries.every(session):
        if persona(name, [Persona(row.id, row.name, row.weight)]) is not None:
            return row.id, written(row)
    return None


async def add(session: AsyncSession, given: VoiceMadeIn, *, by: Caller) -> VoiceOut:
    """Make a voice. Audited. Raises VoiceThere, LikeUnknown, NoNameLeft and TooManyVoices."""
    await standings.lock(session)
    rows = await queries.every(session)
    id = id_of(given.name)
    if len(rows) >= MOST:
        raise TooManyVoices()
    _free(given.name, id, rows)
    moment = clock.now()
    row = OwnPersona(id=id, made_by=by.who, made_at=moment, changed_by=by.who, changed_at=moment, **_values(given))
    await queries.put(session, row)
    if given.status != "active":
        said = {"override": None, "reason": None, "changed_by": by.who, "changed_at": moment}
        await standings.put_standing(session, {"id": id, "status": given.status, **said})
    used = (await standings.standing(session)).run_id
    await history.noted(session, "voice", by=by.who, persona=id, run_id=used)
    told = given.model_dump(mode="json")
    await audit(session, by.who, "persona.added", "persona", id, told)
    live.changed(session, TOPIC, id)
    return _shown(Persona(row.id, row.name, row.weight), row, given.status)


async def change(
    session: AsyncSession, name: str, given: VoiceIn, *, by: Caller, if_match: str | None = None
) -> VoiceOut:
    """Change who a voice is; texts that were written keep theirs. Audited.

    Raises PersonaMissing, VoiceNotOwn, OldVersion, VoiceThere and LikeUnknown.
    """
    await standings.lock(session)
    before = await get(session, name)
    row = await queries.one(session, before.id)
    if row is None:
        raise VoiceNotOwn()
    require(version(before), if_match)
    others = [one for one in await queries.every(session) if one.id != row.id]
    _free(given.name, None, others)
    for field, value in _values(given).items():
        setattr(row, field, value)
    row.changed_by, row.changed_at = by.who, clock.now()
    await session.flush()
    used = (await standings.standing(session)).run_id
    await history.noted(session, "voice", by=by.who, persona=row.id, run_id=used)
    after = await get(session, row.id)
    await audit(session, by.who, "persona.rewritten", "persona", row.id, _differs(before, after))
    live.changed(session, TOPIC, row.id)
    return after


def version(shown: VoiceOut) -> str:
    """Another one for any other voice, whoever changed it."""
    return version_of(shown.model_dump(mode="json", exclude={"status", "changed_by"}))


def id_of(name: str) -> str:
    """An id as the twelve have theirs: "Our workshop" is ourWorkshop, "Runs" runsVoice. Raises NoNameLeft."""
    words: list[str] = re.findall(r"[^\W_]+", name)
    if not words:
        raise NoNameLeft(field="name")
    found = words[0][:1].lower() + words[0][1:] + "".join(word[:1].upper() + word[1:] for word in words[1:])
    return f"{found}Voice" if found in TAKEN else found


def written(row: OwnPersona) -> OwnVoice:
    """What a writer needs to write in a voice."""
    return OwnVoice(id=row.id, name=row.name, like=row.like, instructions=row.instructions, **row.style)


def tried(given: VoiceIn) -> OwnVoice:
    """The same of a voice that is not kept yet. Raises LikeUnknown."""
    values = _values(given)
    style: dict[str, Any] = values["style"]
    return OwnVoice(id="draft", name=given.name, like=values["like"], instructions=given.instructions, **style)


def _values(given: VoiceIn) -> dict[str, Any]:
    like = persona(given.like)
    if like is None:
        raise LikeUnknown(f"There is no voice {given.like!r} among the twelve.", field="like")
    style: StyleIn = given.style
    return {
        "name": given.name,
        "like": like.id,
        "weight": float(given.weight),
        "instructions": given.instructions.strip(),
        "style": style.model_dump(mode="json"),
    }


def _free(name: str, id: str | None, others: Sequence[OwnPersona]) -> None:
    known = [Persona(one.id, one.name, one.weight) for one in others]
    if persona(name, known) is not None or (id is not None and persona(id, known) is not None):
        raise VoiceThere(f"There is a voice {name!r}.", field="name")


def _differs(before: VoiceOut, after: VoiceOut) -> dict[str, Any]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    return {
        name: {"from": old[name], "to": new[name]} for name in old if old[name] != new[name] and name != "changed_by"
    }


def _shown(one: Persona, row: OwnPersona | None, status: Any) -> VoiceOut:
    from cofounder.models.instructions import VOICES
    from cofounder.models.offline.voice import voice

    if row is not None:
        base = voice(row.like)
        style = StyleOut(
            sentence_words=row.style.get("sentence_words") or base.mean,
            never=row.style.get("never", []),
            closings=row.style.get("closings", []),
        )
    else:
        base = voice(one.id)
        style = StyleOut(sentence_words=base.mean, never=list(base.never), closings=[])
    return VoiceOut(
        id=one.id,
        name=one.name,
        own=row is not None,
        like=row.like if row else one.id,
        instructions=row.instructions if row else VOICES[one.id],
        style=style,
        weight=one.weight,
        status=status,
        made_by=row.made_by if row else None,
        changed_by=row.changed_by if row else None,
    )
