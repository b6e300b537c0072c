"""The SQL of conversations, messages and pieces."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cofounder.flow.request.chat.tables import Conversation, Message, Piece
from cofounder.kit.ids import new_id
from cofounder.models.calls import Spent

RUNNING = "streaming"


async def conversation(session: AsyncSession, id: UUID, *, lock: bool = False) -> Conversation | None:
    query = select(Conversation).where(Conversation.id == id)
    query = query.with_for_update() if lock else query
    return await session.scalar(query.execution_options(populate_existing=True))


async def named(session: AsyncSession, owner: str, name: str) -> UUID | None:
    query = select(Conversation.id).where(Conversation.owner == owner, Conversation.name == name)
    found: UUID | None = await session.scalar(query)
    return found


async def make_conversation(session: AsyncSession, owner: str, name: str | None, title: str, at: datetime) -> UUID:
    """The id of a new conversation, or of the one that has this name already."""
    values = {"id": new_id(), "owner": owner, "name": name, "title": title, "created_at": at, "updated_at": at}
    made = insert(Conversation).values(values)
    made = made.on_conflict_do_update(index_elements=["owner", "name"], set_={"owner": owner})
    return (await session.execute(made.returning(Conversation.id))).scalar_one()


async def change_conversation(session: AsyncSession, id: UUID, **values: Any) -> None:
    await session.execute(update(Conversation).where(Conversation.id == id).values(**values))


async def delete_conversation(session: AsyncSession, id: UUID) -> int:
    """How many messages went with it."""
    count = await session.scalar(select(func.count()).select_from(Message).where(Message.conversation_id == id))
    await session.execute(delete(Conversation).where(Conversation.id == id))
    return int(count or 0)


async def hand_over(session: AsyncSession, before: str, after: str) -> None:
    """Conversations change their owner, but for a name that the new one has already."""
    theirs = select(Conversation.name).where(Conversation.owner == after, Conversation.name.is_not(None))
    free = or_(Conversation.name.is_(None), Conversation.name.not_in(theirs))
    await session.execute(update(Conversation).where(Conversation.owner == before, free).values(owner=after))


def _listed(owner: str, search: str | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Conversation.owner == owner]
    if search:
        said = exists().where(
            Message.conversation_id == Conversation.id, Message.text.icontains(search, autoescape=True)
        )
        wanted.append(or_(Conversation.title.icontains(search, autoescape=True), said))
    return wanted


async def conversations(
    session: AsyncSession, owner: str, search: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[tuple[Conversation, int, bool]]:
    """(conversation, its messages, whether an answer is being written), the last used first."""
    mine = Message.conversation_id == Conversation.id
    count = select(func.count()).select_from(Message).where(mine).scalar_subquery()
    running = exists().where(mine, Message.state == RUNNING)
    query = select(Conversation, count, running).where(*_listed(owner, search))
    query = query.order_by(Conversation.updated_at.desc(), Conversation.id.desc()).limit(limit)
    if after is not None:
        moment, id = after
        same = and_(Conversation.updated_at == moment, Conversation.id < id)
        query = query.where(or_(Conversation.updated_at < moment, same))
    return [(row[0], int(row[1]), bool(row[2])) for row in (await session.execute(query)).all()]


async def conversation_count(session: AsyncSession, owner: str, search: str | None) -> int:
    query = select(func.count()).select_from(Conversation).where(*_listed(owner, search))
    return int(await session.scalar(query) or 0)


async def message(session: AsyncSession, id: UUID, owner: str, *, lock: bool = False) -> Message | None:
    """A message of one of the owner's conversations."""
    query = select(Message).join(Conversation, Conversation.id == Message.conversation_id)
    query = query.where(Message.id == id, Conversation.owner == owner)
    query = query.with_for_update(of=Message) if lock else query
    return await session.scalar(query.execution_options(populate_existing=True))


async def held(session: AsyncSession, id: UUID, holder: str) -> Message | None:
    """The running answer, locked, where this process still holds it."""
    query = select(Message).where(Message.id == id, Message.state == RUNNING, Message.holder == holder)
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def last(session: AsyncSession, conversation_id: UUID) -> Message | None:
    query = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.place.desc()).limit(1)
    return await session.scalar(query.execution_options(populate_existing=True))


async def add_messages(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(Message), list(rows))


async def change_message(session: AsyncSession, id: UUID, **values: Any) -> None:
    await session.execute(update(Message).where(Message.id == id).values(**values))


async def charge(session: AsyncSession, id: UUID, spent: Spent) -> UUID | None:
    """Add what a call used to its answer, however that ended; gives its conversation, None where it was deleted."""
    added = {
        "tokens_in": Message.tokens_in + spent.tokens_in,
        "tokens_out": Message.tokens_out + spent.tokens_out,
        "cost_usd": Message.cost_usd + spent.cost_usd,
        # the least sure of them, whose names happen to be in that order
        "cost_is": func.greatest(Message.cost_is, spent.cost_is),
    }
    charged = update(Message).where(Message.id == id).values(added).returning(Message.conversation_id)
    talk: UUID | None = await session.scalar(charged.execution_options(synchronize_session=False))
    return talk


async def messages(
    session: AsyncSession,
    owner: str,
    conversation_id: UUID | None,
    *,
    before: tuple[int, UUID] | None = None,
    limit: int | None = None,
) -> list[Message]:
    """The newest of a conversation, or of all of them, before a (place, id); oldest first."""
    query = select(Message).join(Conversation, Conversation.id == Message.conversation_id)
    query = query.where(Conversation.owner == owner)
    if conversation_id is not None:
        query = query.where(Message.conversation_id == conversation_id).order_by(Message.place.desc())
        query = query if before is None else query.where(Message.place < before[0])
    else:
        query = query.order_by(Message.id.desc())
        query = query if before is None else query.where(Message.id < before[1])
    query = query if limit is None else query.limit(limit)
    found = await session.scalars(query.execution_options(populate_existing=True))
    return list(reversed(found.all()))


async def message_count(session: AsyncSession, owner: str, conversation_id: UUID | None) -> int:
    query = select(func.count()).select_from(Message)
    query = query.join(Conversation, Conversation.id == Message.conversation_id).where(Conversation.owner == owner)
    query = query if conversation_id is None else query.where(Message.conversation_id == conversation_id)
    return int(await session.scalar(query) or 0)


async def running(session: AsyncSession, conversation_id: UUID | None = None) -> Sequence[Message]:
    """Answers that somebody should be writing."""
    query = select(Message).where(Message.state == RUNNING)
    query = query if conversation_id is None else query.where(Message.conversation_id == conversation_id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


# Behind the row's lock: what stops an answer decides first which pieces belong to it.
_ADD_PIECE = text("""
INSERT INTO message_pieces (message_id, number, kind, content)
SELECT id, :number, :kind, CAST(:content AS jsonb) FROM messages
WHERE id = :id AND state = 'streaming' AND holder = :holder FOR NO KEY UPDATE
RETURNING number""")


async def add_piece(session: AsyncSession, id: UUID, holder: str, number: int, kind: str, content: str) -> bool:
    """Write down what came. False, and nothing is written, when the answer ended meanwhile."""
    given = {"id": id, "holder": holder, "number": number, "kind": kind, "content": content}
    return (await session.execute(_ADD_PIECE, given)).first() is not None


async def is_held(session: AsyncSession, id: UUID, holder: str) -> bool:
    running = (Message.id == id, Message.state == RUNNING, Message.holder == holder)
    return bool(await session.scalar(select(exists().where(*running))))


async def pieces(session: AsyncSession, id: UUID, after: int) -> Sequence[Piece]:
    query = select(Piece).where(Piece.message_id == id, Piece.number > after).order_by(Piece.number)
    return (await session.scalars(query)).all()


async def texts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """What came of each answer so far."""
    query = text("""
        SELECT message_id, string_agg(content->>'text', '' ORDER BY number) FROM message_pieces
        WHERE message_id = ANY(:ids) AND kind = 'text' GROUP BY message_id""")
    return {row[0]: row[1] for row in (await session.execute(query, {"ids": list(ids)})).all()}


async def sources(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """The tools that each running answer has asked so far."""
    query = select(Piece.message_id, Piece.content).where(Piece.message_id.in_(ids), Piece.kind == "tool")
    found: dict[UUID, list[dict[str, Any]]] = {}
    for id, content in (await session.execute(query.order_by(Piece.number))).all():
        found.setdefault(id, []).append(content)
    return found


async def forget_pieces(session: AsyncSession, conversation_id: UUID) -> None:
    """Drop the pieces of a conversation's complete answers: their messages hold the whole."""
    other = aliased(Message)
    done = select(other.id).where(other.conversation_id == conversation_id, other.state != RUNNING)
    await session.execute(delete(Piece).where(Piece.message_id.in_(done)))
