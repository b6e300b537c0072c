"""Talk to the product: ask, follow the answer, stop it, ask again; find, rename, export and delete conversations."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body as Given
from fastapi import Header, Path, Query
from fastapi.responses import PlainTextResponse, Response, StreamingResponse

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.request.chat import agents, asking, choosing, events, export, running, service
from cofounder.flow.request.chat.errors import (
    AgentUnknown,
    AnswerComplete,
    AnswerMissing,
    AnswerRunning,
    ConversationMissing,
    ModelUnknown,
    NotTheLast,
    WorkNotAllowed,
)
from cofounder.flow.request.chat.schemas import (
    AgainIn,
    AgentOut,
    AgentsOut,
    ChatIn,
    ConversationOut,
    Deleted,
    Exchange,
    Export,
    Message,
    ModelsOut,
    TitleIn,
)
from cofounder.kit import cursors, db
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.people import Caller, Viewer

router = Router(prefix="/api/chat", tags=["chat"])
_SSE = "text/event-stream"
_CHARGED_SECONDS = 2.0  # that a stop waits for what the stopped call came to
_LAST = 1_000_000_000  # no answer has an event of a greater number
_EXAMPLE = 'retry: 1000\n\nid: 1\nevent: text\ndata: {"text": "Revenue was highest in "}\n\n'
Which = Annotated[str, Path(min_length=1, max_length=200, description="A conversation's id, or the name you gave it.")]
Limit = Annotated[int, Query(ge=1, le=200)]
_STREAMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The exchange; as an event stream where that is asked for.",
        "content": {_SSE: {"example": _EXAMPLE}},
    }
}


@router.post(
    "",
    response_model=Exchange,
    responses={
        **documented(
            AgentUnknown,
            AnswerMissing,
            ModelUnknown,
            WorkNotAllowed,
            ConversationMissing,
            AnswerRunning,
            KeyReused,
            running.NotAnswering,
        ),
        **_STREAMS,
    },
)
async def chat(
    body: ChatIn, caller: Viewer, once: Once, accept: Annotated[str, Header(include_in_schema=False)] = ""
) -> Any:
    """Say something. The answer is written on the server, whether or not anybody waits for it.

    A question is answered from the company's own data; work becomes a task, which the answer names. One answer at a
    time in a conversation. The same Idempotency-Key with the same body asks once.
    """
    asking.check(body, caller)
    holder = await running.holder()
    async with db.transaction() as session:
        asked = await once.answer(
            session, caller.who, body, lambda: asking.ask(session, caller, body, holder=holder), asking.Asked
        )
    return await _answered(caller, asked, holder, stream=body.stream or _SSE in accept, wait=body.wait)


@router.post(
    "/answers/{id}/again",
    response_model=Exchange,
    responses={
        **documented(AnswerMissing, AnswerRunning, AnswerComplete, NotTheLast, running.NotAnswering),
        **_STREAMS,
    },
)
async def ask_again(
    id: UUID,
    caller: Viewer,
    body: Annotated[AgainIn | None, Given()] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Any:
    """Have an answer that failed, was stopped or was cut off written anew. Only the last one of a conversation."""
    wish, holder = body or AgainIn(), await running.holder()
    async with db.transaction() as session:
        question, answer = await service.again(session, caller, id, holder=holder)
    asked = asking.Asked(conversation_id=answer.conversation_id, question_id=question.id, answer_id=answer.id)
    return await _answered(caller, asked, holder, stream=wish.stream or _SSE in accept, wait=wish.wait)


async def _answered(caller: Caller, asked: asking.Asked, holder: str, *, stream: bool, wait: bool) -> Any:
    await asking.carry_out(caller, asked, holder)
    if stream:
        return StreamingResponse(_from_start(caller, asked), media_type=_SSE, headers=events.HEADERS)
    if wait:
        async for _ in events.follow(caller, asked.answer_id):
            pass
    return await asking.exchange(caller, asked)


async def _from_start(caller: Caller, asked: asking.Asked) -> AsyncIterator[str]:
    begun = await asking.exchange(caller, asked)
    yield f"event: start\ndata: {begun.model_dump_json()}\n\n"
    async for line in events.lines(events.follow(caller, asked.answer_id)):
        yield line


@router.get(
    "/answers/{id}/events",
    response_class=StreamingResponse,
    responses={
        **documented(AnswerMissing),
        200: {"description": "Server-sent events", "content": {_SSE: {"example": _EXAMPLE}}},
    },
)
async def follow_answer(
    id: UUID,
    caller: Viewer,
    after: Annotated[int | None, Query(ge=0, le=_LAST)] = None,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> StreamingResponse:
    """What comes of an answer, from any point: `text` {text}, `tool` a source, `task` {task_id}, `end` the whole message.

    Each event has a number; `Last-Event-ID` or `after` goes on behind it. Several may read at once, on any server.
    """
    async with db.reading() as session:
        await service.get_answer(session, caller, id)
    start = max(after or 0, _number(last_event_id))  # a browser that comes back asks the same address again
    found = events.lines(events.follow(caller, id, start))
    return StreamingResponse(found, media_type=_SSE, headers=events.HEADERS)


@router.post("/answers/{id}/stop", responses=documented(AnswerMissing))
async def stop_answer(id: UUID, caller: Viewer) -> Message:
    """End a running answer with what has come of it. One that has ended stays as it is."""
    async with db.transaction() as session:
        await service.stop(session, caller, id)
    running.hush(id)
    await running.written(id, at_most=_CHARGED_SECONDS)  # then it carries what it cost
    async with db.reading() as session:
        (message,) = await service.told(session, [await service.get_answer(session, caller, id)])
    return message


@router.get("/conversations", responses=documented(CursorInvalid))
async def list_conversations(
    session: Session,
    caller: Viewer,
    search: Annotated[str | None, Query(max_length=200)] = None,
    cursor: cursors.OfMomentAndId = None,
    limit: Limit = 50,
) -> Page[ConversationOut]:
    """Your conversations, the last used first. `search` looks at titles and messages."""
    await service.cut_off_lost(session)
    items, more, total = await service.conversations(
        session, caller, search=search, after=cursors.decoded(cursor, CursorInvalid), limit=limit
    )
    following = None if more is None else cursors.coded(*more)
    return Page[ConversationOut](items=items, next_cursor=following, total=total)


@router.get("/history", responses=documented(ConversationMissing, CursorInvalid))
async def chat_history(
    session: Session,
    caller: Viewer,
    conversation_id: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    cursor: cursors.OfPlaceAndId = None,
    limit: Limit = 50,
) -> Page[Message]:
    """Messages of a conversation, or of all of yours: the newest page first, the oldest message first in it."""
    await service.cut_off_lost(session)
    return await service.history(session, caller, conversation_id, before=_place(cursor), limit=limit)


@router.get("/models", responses=documented())
async def list_chat_models(caller: Viewer) -> ModelsOut:
    """The models that can be asked, what each costs, and which cannot be reached and why."""
    return ModelsOut(items=await choosing.models())


@router.post("/models", responses=documented(), name="list_chat_models_by_post")
async def list_chat_models_by_post(caller: Viewer) -> ModelsOut:
    """The same list, for scripts that ask by POST."""
    return ModelsOut(items=await choosing.models())


@router.get("/agents", responses=documented())
async def list_chat_agents(caller: Viewer) -> AgentsOut:
    """Whom you can talk to, with the tools that your role lets each of them use."""
    return AgentsOut(
        items=[
            AgentOut(id=one.id, name=one.name, does=one.does, tools=agents.allowed(one, caller.role))
            for one in agents.AGENTS
        ]
    )


@router.patch("/{conversation_id}", responses=documented(ConversationMissing))
async def rename_conversation(
    conversation_id: Which, body: TitleIn, session: Session, caller: Viewer
) -> ConversationOut:
    """Give a conversation another title."""
    return await service.rename(session, caller, conversation_id, body.title)


@router.delete("/{conversation_id}", responses=documented(ConversationMissing))
async def delete_conversation(conversation_id: Which, session: Session, caller: Viewer) -> Deleted:
    """Delete a conversation with all its messages. Tasks that began in it stay."""
    id, count = await service.delete(session, caller, conversation_id)
    return Deleted(conversation_id=id, messages=count)


@router.get(
    "/{conversation_id}/export",
    response_model=Export,
    responses={
        **documented(ConversationMissing),
        200: {"description": "The file.", "content": {"text/markdown": {"example": "# Revenue in spring\n"}}},
    },
)
async def export_conversation(
    conversation_id: Which,
    session: Session,
    caller: Viewer,
    format: Annotated[Literal["markdown", "json"], Query()] = "markdown",
) -> Response:
    """The whole conversation as a file: Markdown to read, or JSON."""
    whole = await service.whole(session, caller, conversation_id)
    name = f"conversation-{whole.created_at:%Y-%m-%d}.{'md' if format == 'markdown' else 'json'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if format == "markdown":
        return PlainTextResponse(export.markdown(whole), media_type="text/markdown; charset=utf-8", headers=headers)
    return Response(whole.model_dump_json(indent=1), media_type="application/json", headers=headers)


def _number(given: str | None) -> int:
    """Where to go on; from the beginning where the number is none of ours."""
    return min(int(given), _LAST) if given and given.isascii() and given.isdigit() else 0


def _place(cursor: str | None) -> tuple[int, UUID] | None:
    if cursor is None:
        return None
    place, id = cursors.parts(cursor, cursors.PLACE_AND_ID, CursorInvalid)
    return int(place), UUID(id)
