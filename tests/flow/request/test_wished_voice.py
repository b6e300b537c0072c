"""A voice that a request wishes is known by its id and by its name, however spelt, and kept by its id."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request import service
from cofounder.flow.request.schemas import Preferences, ProcessIn
from cofounder.people.roles import Caller
from cofounder.personas.own import service as own
from cofounder.personas.own.schemas import VoiceMadeIn

MARA = Caller(name="Mara", role="approver", kind="person")


@pytest.mark.parametrize("name", ["humanVoice", "Human voice", "HUMAN VOICE"])
async def test_one_of_the_twelve(session: AsyncSession, name: str) -> None:
    asked = ProcessIn(request="Write a LinkedIn post about our growth", preferences=Preferences(persona=name))
    assert (await service.submit(session, asked, by="ann")).preferences["persona"] == "humanVoice"


async def test_one_of_our_own(session: AsyncSession) -> None:
    await own.add(session, VoiceMadeIn(name="Our workshop", like="coach"), by=MARA)
    asked = ProcessIn(request="Write a LinkedIn post about our growth", preferences=Preferences(persona="our Workshop"))
    assert (await service.submit(session, asked, by="ann")).preferences["persona"] == "ourWorkshop"


async def test_one_that_is_not_there(session: AsyncSession) -> None:
    asked = ProcessIn(request="Write a LinkedIn post about our growth", preferences=Preferences(persona="bard"))
    with pytest.raises(service.UnknownPersona) as raised:
        await service.submit(session, asked, by="ann")
    assert raised.value.field == "preferences.persona"
