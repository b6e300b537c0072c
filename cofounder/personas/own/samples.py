"""Every voice on the same facts, side by side: what a person hears before a voice is used."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.models.brief import ChannelForm, Draft, OwnVoice
from cofounder.personas import learning
from cofounder.personas import queries as standings
from cofounder.personas.optimising import roster
from cofounder.personas.own import queries, service
from cofounder.personas.own.schemas import SampleIn, SampleOut, SamplesOut
from cofounder.personas.roster import Persona, persona

Wanted = tuple[str | None, str, str, OwnVoice | None]  # id, name, persona of the brief, and who it is where it is own


async def samples(session: AsyncSession, given: SampleIn) -> SamplesOut:
    """What each voice makes of the same facts, by the built-in writer: no model is asked and nothing is paid.

    Raises PersonaMissing, LikeUnknown and UnknownChannel.
    """
    form = channels.form(given.channel)
    standing = await standings.standing(session)
    everybody = roster(standing)
    known = [_found(name, standing.own) for name in given.voices] or ([] if given.draft else list(everybody))
    rows = {row.id: service.written(row) for row in await queries.every(session)}
    wanted: list[Wanted] = [(one.id, one.name, one.id, rows.get(one.id)) for one in known]
    if given.draft is not None:
        own = service.tried(given.draft)
        wanted.insert(0, (None, own.name, own.id, own))
    drafts = await asyncio.to_thread(_write, wanted, form)
    return SamplesOut(facts=_facts(), items=[_sample(one, draft) for one, draft in zip(wanted, drafts, strict=True)])


def _found(name: str, own: tuple[Persona, ...]) -> Persona:
    found = persona(name, own)
    if found is None:
        raise learning.PersonaMissing()
    return found


def _write(wanted: list[Wanted], form: ChannelForm) -> list[Draft]:
    from cofounder.models.offline.voices_page import brief_of
    from cofounder.models.offline.writer import write

    same = {"form": form, "request": f"Create a {form.channel} post about our Q4 growth metrics"}
    return [write(brief_of(id).model_copy(update={**same, "voice": own})) for _, _, id, own in wanted]


def _facts() -> list[str]:
    from cofounder.models.offline.voices_page import brief_of

    found = []
    for fact in brief_of("humanVoice").facts:
        value = f"{fact.value:,.3f}".rstrip("0").rstrip(".") if fact.unit != "rate" else f"{fact.value:.1%}"
        base = f", {fact.base.label} {fact.base.value:,.0f}" if fact.base else ""
        found.append(f"{fact.noun} {value}{base}")
    return found


def _sample(one: Wanted, draft: Draft) -> SampleOut:
    from cofounder.models.offline.texts import count_words, sentences

    id, name, _, _ = one
    text = "\n\n".join(filter(None, [draft.title, draft.subject, draft.body]))
    said = sentences(draft.body)
    words = count_words(draft.body)
    return SampleOut(
        persona=id,
        name=name,
        text=text,
        words=words,
        words_a_sentence=round(words / max(len(said), 1), 1),
        notes=draft.notes,
    )
