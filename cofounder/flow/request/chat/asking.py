"""A message comes in: stored with its answer to come, which is then written in the background."""

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.request.chat import agents, answering, choosing, running, service
from cofounder.flow.request.chat.errors import WorkNotAllowed
from cofounder.flow.request.chat.schemas import ChatIn, Exchange
from cofounder.kit import db
from cofounder.people.roles import Caller


class Asked(BaseModel):
    """What a request made, or had made when it came first."""

    conversation_id: UUID
    question_id: UUID
    answer_id: UUID


def check(body: ChatIn, caller: Caller) -> None:
    """Refuse what can never be answered. Raises AgentUnknown, ModelUnknown, WorkNotAllowed."""
    agents.agent(body.agent)
    choosing.check(body.model)
    if body.mode == "orchestration" and not caller.may("operator"):
        raise WorkNotAllowed()


async def ask(session: AsyncSession, caller: Caller, body: ChatIn, *, holder: str) -> Asked:
    """Store the question. Its answer is begun by `carry_out` once that is committed."""
    question, answer = await service.begin(session, caller, body, holder=holder, agent=agents.agent(body.agent).id)
    return Asked(conversation_id=answer.conversation_id, question_id=question.id, answer_id=answer.id)


async def carry_out(caller: Caller, asked: Asked, holder: str) -> None:
    """Begin to write the answer where it is ours and has not begun."""
    async with db.reading() as session:
        row = await service.get_answer(session, caller, asked.answer_id)
    if row.state == "streaming" and row.holder == holder and not running.writes(row.id):
        running.start(answering.answer, row, caller)


async def exchange(caller: Caller, asked: Asked) -> Exchange:
    """The question and its answer as they are now."""
    async with db.reading() as session:
        row = await service.get_answer(session, caller, asked.answer_id)
        question, answer = await service.told(session, [await service.question_of(session, row), row])
    return Exchange(conversation_id=row.conversation_id, question=question, answer=answer)
