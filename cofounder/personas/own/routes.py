"""Voices of people's making over HTTP: read as a viewer, make and change as an approver."""

from fastapi import Response

from cofounder.channels import UnknownChannel
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.kit.versions import IfMatch, OldVersion, etag
from cofounder.people import Approver, Viewer
from cofounder.personas.learning import PersonaMissing
from cofounder.personas.own import samples, service
from cofounder.personas.own.schemas import SampleIn, SamplesOut, VoiceIn, VoiceMadeIn, VoiceOut

router = Router(prefix="/api/personas", tags=["personas"])


@router.get("/voices", responses=documented())
async def list_voices(session: Session, caller: Viewer) -> Page[VoiceOut]:
    """Who every voice is: the twelve, then those that people made."""
    found = await service.listed(session)
    return Page[VoiceOut](items=found, next_cursor=None, total=len(found))


@router.post(
    "/voices",
    status_code=201,
    responses=documented(service.VoiceThere, service.LikeUnknown, service.NoNameLeft, service.TooManyVoices, KeyReused),
)
async def add_voice(body: VoiceMadeIn, session: Session, caller: Approver, once: Once) -> VoiceOut:
    """Make a voice that is like one of the twelve, with words and habits of its own. It is in testing unless you say
    otherwise: drawn at the floor, measured, and learnt like any other.
    """
    return await once.answer(session, caller.who, body, lambda: service.add(session, body, by=caller), VoiceOut)


@router.post("/samples", responses=documented(PersonaMissing, service.LikeUnknown, UnknownChannel))
async def sample_voices(body: SampleIn, session: Session, caller: Viewer) -> SamplesOut:
    """What each voice makes of the same facts. Nothing is kept; the built-in writer writes, so nothing is paid."""
    return await samples.samples(session, body)


@router.get("/voices/{persona}", responses=documented(PersonaMissing))
async def get_voice(persona: str, session: Session, caller: Viewer, response: Response) -> VoiceOut:
    """Who a voice is. The ETag is what a change of it names in If-Match."""
    found = await service.get(session, persona)
    response.headers["ETag"] = etag(service.version(found))
    return found


@router.put(
    "/voices/{persona}",
    responses=documented(PersonaMissing, service.VoiceNotOwn, service.VoiceThere, service.LikeUnknown, OldVersion),
)
async def change_voice(
    persona: str, body: VoiceIn, session: Session, caller: Approver, response: Response, if_match: IfMatch = None
) -> VoiceOut:
    """Change who a voice of your own is. Texts already written stay as they are."""
    found = await service.change(session, persona, body, by=caller, if_match=if_match)
    response.headers["ETag"] = etag(service.version(found))
    return found
