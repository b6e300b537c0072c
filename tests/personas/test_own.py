"""Voices of people's own: made, changed by what was read, drawn, learnt and written in like the twelve."""

from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.versions import OldVersion
from cofounder.models import instructions
from cofounder.models.offline.voice import VOICES
from cofounder.models.offline.voices_page import brief_of
from cofounder.models.offline.writer import write
from cofounder.people.roles import Caller
from cofounder.personas import PersonaUnknown, choose, learning
from cofounder.personas.optimising import optimise
from cofounder.personas.own import samples, service
from cofounder.personas.own.schemas import SampleIn, StyleIn, VoiceIn, VoiceMadeIn
from cofounder.personas.schemas import PersonaIn
from tests.personas.posts import weeks_of

MARA = Caller(name="Mara", role="approver", kind="person")
CLOSING = "The kettle is on if you want to come by."


def made(name: str = "Our workshop", **more: object) -> VoiceMadeIn:
    given = {"name": name, "like": "coach", "instructions": "You are a joiner.", "weight": 0.2, "status": "active"}
    return VoiceMadeIn.model_validate(given | more)


async def test_a_voice_is_made_drawn_and_kept_with_the_draw(session: AsyncSession) -> None:
    shown = await service.add(session, made(), by=MARA)
    assert (shown.id, shown.own, shown.like, shown.status) == ("ourWorkshop", True, "coach", "active")
    listed = {one.id: one for one in (await learning.listed(session)).items}
    assert len(listed) == 13
    assert listed["ourWorkshop"].probability == pytest.approx(0.2 / 1.2, abs=0.01)
    assert sum(one.probability for one in listed.values()) == pytest.approx(1)
    drawn = [await choose(session, new_id(), "main", {}) for _ in range(80)]
    assert "ourWorkshop" in drawn
    assert await choose(session, new_id(), "main", {}, override="our workshop") == "ourWorkshop"
    entry = (await session.execute(text("SELECT who, details FROM audit_log WHERE action = 'persona.added'"))).one()
    assert (entry.who, entry.details["like"]) == ("person:Mara", "coach")


async def test_a_new_voice_is_in_testing_unless_said_otherwise(session: AsyncSession) -> None:
    await service.add(session, VoiceMadeIn(name="Quiet", like="philosopher"), by=MARA)
    listed = {one.id: one for one in (await learning.listed(session)).items}
    assert listed["quiet"].status == "testing"
    assert listed["quiet"].probability == pytest.approx(0.02)


async def test_the_optimiser_learns_a_voice_of_ones_own(session: AsyncSession) -> None:
    await service.add(session, made(), by=MARA)
    moment = now()
    await weeks_of(session, moment, {"ourWorkshop": 9.0, "coach": 1.0, "explorer": 0.0})
    row = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="default")
    assert row.top_performer == "ourWorkshop"
    listed = {one.id: one for one in (await learning.listed(session)).items}
    assert listed["ourWorkshop"].probability > 0.4
    assert listed["ourWorkshop"].band == "viral"


async def test_a_voice_that_comes_after_the_weights_starts_with_its_own(session: AsyncSession) -> None:
    moment = now()
    await weeks_of(session, moment, {"dataNerd": 9.0, "coach": 1.0})
    await optimise(session, as_of=moment, by="test", mode="autonomous", policy="blueprint")
    await service.add(session, made(), by=MARA)
    listed = {one.id: one for one in (await learning.listed(session)).items}
    assert 0.02 < listed["ourWorkshop"].probability < 0.25
    await optimise(session, as_of=moment + timedelta(minutes=1), by="test", mode="autonomous", policy="blueprint")


async def test_a_change_names_what_was_read(session: AsyncSession) -> None:
    before = service.version(await service.add(session, made(), by=MARA))
    wanted = VoiceIn(name="The workshop", like="storyteller", weight=0.1)
    after = await service.change(session, "ourWorkshop", wanted, by=MARA, if_match=f'"{before}"')
    assert (after.id, after.name, after.like) == ("ourWorkshop", "The workshop", "storyteller")
    with pytest.raises(OldVersion):
        await service.change(session, "ourWorkshop", wanted, by=MARA, if_match=f'"{before}"')
    entry = (
        await session.execute(text("SELECT details FROM audit_log WHERE action = 'persona.rewritten'"))
    ).scalar_one()
    assert entry["like"] == {"from": "coach", "to": "storyteller"}


async def test_the_twelve_are_not_changed_and_no_name_comes_twice(session: AsyncSession) -> None:
    await service.add(session, made(), by=MARA)
    with pytest.raises(service.VoiceNotOwn):
        await service.change(session, "coach", VoiceIn(name="x", like="coach"), by=MARA)
    for taken in ("coach", "Data Nerd", "our-workshop"):
        with pytest.raises(service.VoiceThere):
            await service.add(session, made(taken), by=MARA)
    with pytest.raises(service.LikeUnknown):
        await service.add(session, made("Other", like="ourWorkshop"), by=MARA)
    with pytest.raises(service.NoNameLeft):
        await service.add(session, made("–––"), by=MARA)
    with pytest.raises(learning.PersonaMissing):
        await service.get(session, "nobody")
    with pytest.raises(PersonaUnknown, match="nobody"):
        await choose(session, new_id(), "main", {}, override="nobody")


@pytest.mark.parametrize(
    "style",
    [
        {"sentence_words": 3},
        {"sentence_words": 40},
        {"closings": ["no full stop"]},
        {"closings": ["We grew by 20 percent."]},
        {"closings": ["Say {x}."]},
        {"never": ["[a|b]"]},
        {"never": [" "]},
        {"colour": "blue"},
    ],
)
def test_a_style_that_the_writer_cannot_keep_is_refused(style: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        StyleIn.model_validate(style)


@pytest.mark.parametrize("weight", [0, -0.1, 1.5, True])
def test_a_first_weight_lies_above_nought_and_not_above_one(weight: object) -> None:
    with pytest.raises(ValidationError):
        made(weight=weight)


@pytest.mark.parametrize("like", VOICES)
def test_the_offline_writer_keeps_the_habits_of_a_voice(like: str) -> None:
    own = service.tried(VoiceIn(name="Mine", like=like, style=StyleIn(never=["visits"], closings=[CLOSING])))
    plain = [write(brief_of(like).model_copy(update={"seed": str(seed)})).body for seed in range(12)]
    mine = [write(brief_of("draft").model_copy(update={"seed": str(seed), "voice": own})).body for seed in range(12)]
    assert any("visits" in one for one in plain)
    assert not any("visits" in one for one in mine)
    assert all(one.strip() for one in mine)


def test_most_voices_end_as_a_person_wants_them_to() -> None:
    own = [service.tried(VoiceIn(name="Mine", like=like, style=StyleIn(closings=[CLOSING]))) for like in VOICES]
    texts = [write(brief_of("draft").model_copy(update={"voice": one})).body for one in own]
    assert sum(CLOSING in one for one in texts) >= 9


def test_sentences_become_as_long_as_they_are_wanted() -> None:
    def mean(words: float) -> float:
        from cofounder.models.offline.texts import count_words, sentences

        own = service.tried(VoiceIn(name="Mine", like="humanVoice", style=StyleIn(sentence_words=words)))
        texts = [
            write(brief_of("draft").model_copy(update={"seed": str(seed), "voice": own})).body for seed in range(16)
        ]
        return sum(count_words(one) for one in texts) / sum(len(sentences(one)) for one in texts)

    assert mean(5) < mean(16) - 1


def test_a_language_model_is_told_who_the_voice_is() -> None:
    given = VoiceIn(
        name="Mine", like="coach", instructions="You are a joiner.", style=StyleIn(never=["solution"], sentence_words=7)
    )
    told = instructions.writer(brief_of("mine").model_copy(update={"voice": service.tried(given)}))
    assert instructions.VOICES["coach"] in told
    for words in ("You are a joiner.", "about 7 words", "Never say solution."):
        assert words in told


async def test_every_voice_writes_the_same_facts(session: AsyncSession) -> None:
    await service.add(session, made(), by=MARA)
    found = await samples.samples(session, SampleIn())
    assert [one.persona for one in found.items][-1] == "ourWorkshop"
    assert len({one.text for one in found.items}) == 13
    assert all("150,000" in one.text or "125,000" in one.text for one in found.items)
    tried = await samples.samples(session, SampleIn(draft=VoiceIn(name="New", like="coach"), voices=["coach"]))
    assert [one.persona for one in tried.items] == [None, "coach"]


async def test_a_voice_of_ones_own_is_set_like_any_other(session: AsyncSession) -> None:
    await service.add(session, made(), by=MARA)
    shown = await learning.change(session, "our workshop", PersonaIn(status="disabled"), by=MARA)
    assert (shown.status, shown.probability) == ("disabled", 0)
    assert "ourWorkshop" not in [await choose(session, new_id(), "main", {}) for _ in range(40)]


def test_no_id_of_a_voice_is_an_address_of_something_else() -> None:
    from cofounder.personas import routes
    from cofounder.personas.experiments import routes as trials
    from cofounder.personas.followers import routes as counted
    from cofounder.personas.own import routes as own

    paths = [str(getattr(route, "path", "")) for one in (routes, trials, counted, own) for route in one.router.routes]
    parts = {path.removeprefix("/api/personas").strip("/").split("/")[0] for path in paths} - {"", "{persona}"}
    assert parts - {"what-if"} == service.TAKEN
    assert {service.id_of(part) for part in parts} & parts == set()
    assert service.id_of("Runs") == "runsVoice"
