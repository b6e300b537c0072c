"""Conversations and their messages: begun, listed, stopped, exported, deleted. Each belongs to whoever began it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request.chat import queries, titles
from cofounder.flow.request.chat.errors import (
    AnswerComplete,
    AnswerMissing,
    AnswerRunning,
    ConversationMissing,
    NotTheLast,
)
from cofounder.flow.request.chat.schemas import ChatIn, ConversationOut, Export, Message, Source
from cofounder.flow.request.chat.tables import Conversation
from cofounder.flow.request.chat.tables import Message as Row
from cofounder.kit import leases, live
from cofounder.kit.clock import now
from cofounder.kit.http import Page
from cofounder.kit.ids import new_id
from cofounder.models.calls import CostIs, Spent
from cofounder.people import users
from cofounder.people.roles import LOCAL_OWNER, Caller

TOPIC = "chat"
PIECES = "chat_pieces"  # told to the readers of an answer, never to a page
CUT_OFF = "The server stopped while it answered. What had come by then is kept."
_RECALLED = 60  # messages of a conversation that an answer may look back on
MessageRow = Row
ConversationRow = Conversation


def owner_of(caller: Caller) -> str:
    """Whose conversations a caller sees: a person's own, a key's own, the local owner's."""
    return f"person:{caller.user_id}" if caller.user_id is not None else caller.who


def cut_off_words(answer: Row) -> str:
    """Why an answer ends early; of one that was to begin a task, whether it did."""
    if answer.mode in ("conversation", "learning"):
        return CUT_OFF
    began = "The task it began goes on." if answer.task_id is not None else "No task was started: ask again for it."
    return f"{CUT_OFF} {began}"


async def local_caller(session: AsyncSession) -> Caller:
    """Who talks at the command line: the same person as on the page, with what was said before they came in there."""
    caller = await users.local(session)
    if caller.user_id is not None:
        await queries.hand_over(session, owner_of(LOCAL_OWNER), owner_of(caller))
    return caller


async def find(session: AsyncSession, caller: Caller, given: str, *, lock: bool = False) -> Conversation:
    """The caller's conversation with this id or name. Raises ConversationMissing, for another's too."""
    owner, id = owner_of(caller), _uuid(given)
    id = id or await queries.named(session, owner, given)
    found = None if id is None else await queries.conversation(session, id, lock=lock)
    if found is None or found.owner != owner:
        raise ConversationMissing()
    return found


async def begin(session: AsyncSession, caller: Caller, body: ChatIn, *, holder: str, agent: str) -> tuple[Row, Row]:
    """Store a question and its answer to come, which `holder` writes.

    Raises ConversationMissing, AnswerRunning.
    """
    talk = await _opened(session, caller, body)
    await _free(session, talk.id)
    await queries.forget_pieces(session, talk.id)
    last = await queries.last(session, talk.id)
    place, at = (last.place if last else 0) + 1, now()
    first, second = sorted((new_id(), new_id()))
    shared = {"conversation_id": talk.id, "created_at": at, "sources": [], "agent": agent}
    question = {"id": first, "place": place, "role": "user", "text": body.message, "state": "done", "asked": {}}
    answer = {"id": second, "place": place + 1, "role": "assistant", "text": "", "state": "streaming"}
    blank = {"question_id": None, "holder": None, "finished_at": at, "model_asked": body.model}
    wish = {"question_id": first, "holder": holder, "finished_at": None, "model_asked": body.model}
    asked = body.model_dump(mode="json", include={"mode", "model", "temperature", "max_tokens"}, exclude_none=True)
    await _add(session, [shared | question | blank, shared | answer | wish | {"asked": asked}])
    await _used(session, talk.id, at)
    rows = await queries.messages(session, talk.owner, talk.id, limit=2)
    return rows[0], rows[1]


async def again(session: AsyncSession, caller: Caller, answer_id: UUID, *, holder: str) -> tuple[Row, Row]:
    """Let the last answer of a conversation, which came to nothing, be written anew in its place.

    Raises AnswerMissing, AnswerRunning, AnswerComplete, NotTheLast.
    """
    answer = await get_answer(session, caller, answer_id)
    await queries.conversation(session, answer.conversation_id, lock=True)
    await _free(session, answer.conversation_id)
    answer = await get_answer(session, caller, answer_id, lock=True)
    if answer.state == "done":
        raise AnswerComplete()
    last = await queries.last(session, answer.conversation_id)
    if last is None or last.id != answer.id or answer.question_id is None:
        raise NotTheLast()
    await queries.forget_pieces(session, answer.conversation_id)
    fresh: dict[str, Any] = {"text": "", "state": "streaming", "holder": holder, "sources": [], "subject": None}
    fresh |= {"error": None, "finished_at": None, "model": None, "model_reason": None}
    fresh |= {"fallback_from": None, "task_id": None}
    await _change(session, answer.id, **fresh)
    await _used(session, answer.conversation_id, now())
    rows = await queries.messages(session, owner_of(caller), answer.conversation_id, limit=2)
    return rows[0], rows[1]


async def get_answer(session: AsyncSession, caller: Caller, id: UUID, *, lock: bool = False) -> Row:
    """One of the caller's answers. Raises AnswerMissing, for another's too."""
    found = await queries.message(session, id, owner_of(caller), lock=lock)
    if found is None or found.role != "assistant":
        raise AnswerMissing()
    return found


async def stop(session: AsyncSession, caller: Caller, id: UUID) -> Row:
    """End a running answer with what has come; whoever writes it finds out. Stopping a second time changes nothing."""
    answer = await get_answer(session, caller, id, lock=True)
    if answer.state == "streaming":
        await end(session, answer, "stopped")
    return await get_answer(session, caller, id)


async def end(session: AsyncSession, answer: Row, state: str, **values: Any) -> None:
    """Let a running answer, whose row is locked, end with what has come of it."""
    text = (await queries.texts(session, [answer.id])).get(answer.id, "")
    given = (await queries.sources(session, [answer.id])).get(answer.id, [])
    at = now()
    seconds = max((at - answer.created_at).total_seconds(), 0.0)
    kept: dict[str, Any] = {"text": text, "sources": given, "state": state, "finished_at": at, "seconds": seconds}
    await queries.change_message(session, answer.id, **(kept | values))
    await _used(session, answer.conversation_id, at)
    live.changed(session, PIECES, answer.id)


async def charge(session: AsyncSession, id: UUID, spent: Spent) -> None:
    """Let an answer carry what a call for it used, as the budgets do; also one that has ended meanwhile."""
    talk = await queries.charge(session, id, spent)
    if talk is not None:
        live.changed(session, TOPIC, talk)


async def cut_off_lost(session: AsyncSession, conversation_id: UUID | None = None) -> int:
    """End the running answers whose process is gone; gives how many."""
    running = await queries.running(session, conversation_id)
    if not running:
        return 0
    gone = await leases.without(session, {row.holder or "" for row in running})
    ended = 0
    for row in running:
        if (row.holder or "") in gone:
            held = await queries.held(session, row.id, row.holder or "")
            if held is not None:
                await end(session, held, "cut_off", error=cut_off_words(held))
                ended += 1
    return ended


async def conversations(
    session: AsyncSession, caller: Caller, *, search: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[ConversationOut], tuple[datetime, UUID] | None, int]:
    """The caller's conversations, the last used first; what the next page begins after; how many there are."""
    owner = owner_of(caller)
    found = list(await queries.conversations(session, owner, search, after, limit + 1))
    shown = found[:limit]
    items = [
        ConversationOut(id=row.id, title=row.title, updated_at=row.updated_at, messages=count, running=running)
        for row, count, running in shown
    ]
    more = (shown[-1][0].updated_at, shown[-1][0].id) if len(found) > limit else None
    whole = after is None and more is None  # then nothing is left to count
    return items, more, len(items) if whole else await queries.conversation_count(session, owner, search)


async def history(
    session: AsyncSession, caller: Caller, given: str | None, *, before: tuple[int, UUID] | None, limit: int
) -> Page[Message]:
    """Messages, oldest first, the newest page first. Raises ConversationMissing."""
    owner = owner_of(caller)
    talk = None if given is None else (await find(session, caller, given)).id
    rows = await queries.messages(session, owner, talk, before=before, limit=limit + 1)
    shown = rows[-limit:]
    more = f"{shown[0].place}.{shown[0].id}" if len(rows) > limit else None
    total = await queries.message_count(session, owner, talk)
    return Page[Message](items=await told(session, shown), next_cursor=more, total=total)


async def rename(session: AsyncSession, caller: Caller, given: str, title: str) -> ConversationOut:
    """Give a conversation a title of one's own. Raises ConversationMissing."""
    talk = await find(session, caller, given, lock=True)
    await queries.change_conversation(session, talk.id, title=title, titled_by_hand=True)
    live.changed(session, TOPIC, talk.id)
    rows = await queries.messages(session, talk.owner, talk.id)
    running = any(row.state == "streaming" for row in rows)
    return ConversationOut(id=talk.id, title=title, updated_at=talk.updated_at, messages=len(rows), running=running)


async def delete(session: AsyncSession, caller: Caller, given: str) -> tuple[UUID, int]:
    """Delete a conversation; tasks that began in it stay. Raises ConversationMissing."""
    talk = await find(session, caller, given, lock=True)
    for row in await queries.running(session, talk.id):
        live.changed(session, PIECES, row.id)
    count = await queries.delete_conversation(session, talk.id)
    live.changed(session, TOPIC, talk.id)
    return talk.id, count


async def whole(session: AsyncSession, caller: Caller, given: str) -> Export:
    """A conversation from its beginning. Raises ConversationMissing."""
    talk = await find(session, caller, given)
    rows = await queries.messages(session, talk.owner, talk.id)
    return Export(id=talk.id, title=talk.title, created_at=talk.created_at, messages=await told(session, rows))


async def question_of(session: AsyncSession, answer: Row) -> Row:
    """What an answer answers."""
    talk = await queries.conversation(session, answer.conversation_id)
    assert talk is not None
    (found,) = await queries.messages(session, talk.owner, talk.id, before=(answer.place, answer.id), limit=1)
    return found


async def earlier(session: AsyncSession, answer: Row) -> list[Row]:
    """The conversation before an answer's question, oldest first."""
    talk = await queries.conversation(session, answer.conversation_id)
    assert talk is not None
    return await queries.messages(session, talk.owner, talk.id, before=(answer.place - 1, answer.id), limit=_RECALLED)


async def told(session: AsyncSession, rows: Sequence[Row]) -> list[Message]:
    """Messages as they are shown; a running answer with what has come so far."""
    running = [row.id for row in rows if row.state == "streaming"]
    texts = await queries.texts(session, running) if running else {}
    given = await queries.sources(session, running) if running else {}
    return [
        Message(
            id=row.id,
            conversation_id=row.conversation_id,
            role="user" if row.role == "user" else "assistant",
            text=texts.get(row.id, row.text),
            state=row.state,
            mode=row.mode,
            mode_reason=row.mode_reason,
            agent=row.agent,
            model=row.model,
            model_asked=row.model_asked,
            model_reason=row.model_reason,
            fallback_from=row.fallback_from,
            tokens_in=row.tokens_in,
            tokens_out=row.tokens_out,
            cost_usd=float(row.cost_usd or 0),
            cost_is=cast(CostIs, row.cost_is or "counted"),
            seconds=round(row.seconds or 0.0, 3),
            sources=[Source.model_validate(one) for one in given.get(row.id, row.sources)],
            task_id=row.task_id,
            error=row.error,
            created_at=row.created_at,
            finished_at=row.finished_at,
        )
        for row in rows
    ]


async def _opened(session: AsyncSession, caller: Caller, body: ChatIn) -> Conversation:
    """The conversation that is meant, locked; a new one where none is or its name is new."""
    given, owner = body.conversation_id, owner_of(caller)
    if given is not None and (_uuid(given) or await queries.named(session, owner, given)):
        return await find(session, caller, given, lock=True)
    id = await queries.make_conversation(session, owner, given, titles.title(body.message), now())
    found = await queries.conversation(session, id, lock=True)
    assert found is not None
    return found


async def _free(session: AsyncSession, conversation_id: UUID) -> None:
    """Raise AnswerRunning where somebody alive is answering."""
    await cut_off_lost(session, conversation_id)
    if await queries.running(session, conversation_id):
        raise AnswerRunning()


async def _add(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    try:
        async with session.begin_nested():
            await queries.add_messages(session, rows)
    except IntegrityError as error:
        raise _running(error) from error


async def _change(session: AsyncSession, id: UUID, **values: Any) -> None:
    try:
        async with session.begin_nested():
            await queries.change_message(session, id, **values)
    except IntegrityError as error:
        raise _running(error) from error


def _running(error: IntegrityError) -> Exception:
    """The database allows one running answer a conversation."""
    return AnswerRunning() if "uq_messages_" in str(error) else error


async def _used(session: AsyncSession, conversation_id: UUID, at: datetime) -> None:
    await queries.change_conversation(session, conversation_id, updated_at=at)
    live.changed(session, TOPIC, conversation_id)


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
