"""The queue over HTTP: for people who make and mend commands, and for agents that take and answer them."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from cofounder.business.records.service import CursorInvalid, TaskMissing
from cofounder.flow.plan.tools import service as servers
from cofounder.flow.run.commands import agents, finishing, polling, service, views
from cofounder.flow.run.commands.errors import (
    AlreadyFinished,
    CommandKeyReused,
    CommandMissing,
    HeldByAnother,
    InHand,
    LeaseLost,
    NotFailed,
    PayloadUnfit,
    SchemaUnfit,
    StillWaiting,
    TaskIsOver,
    TokenOfAnother,
    TokenRefused,
    TypeIsServer,
    UnknownAction,
    UnknownAgentType,
    UnknownDependency,
    WaitedFor,
)
from cofounder.flow.run.commands.schemas import (
    ActionsIn,
    AgentOut,
    AgentType,
    AgentTypeOut,
    AgentTypesOut,
    BeatIn,
    BeatOut,
    ClaimIn,
    ClaimOut,
    CommandDetail,
    CommandIn,
    CommandOut,
    CommandsIn,
    ErrorIn,
    Made,
    Outcome,
    OutcomeOut,
    OutcomesIn,
    OutcomesOut,
    ResultIn,
    Sort,
    Statistics,
    Status,
)
from cofounder.kit import cursors
from cofounder.kit.db import transaction
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.live import NotListening
from cofounder.kit.once import IdempotencyKey, KeyReused, Once
from cofounder.people import Caller, Operator, Viewer

router = Router(prefix="/api/commands", tags=["commands"])
_MAKING = (UnknownAgentType, UnknownAction, PayloadUnfit, UnknownDependency, CommandKeyReused)
_FINISHING = (CommandMissing, TokenRefused, TokenOfAnother, LeaseLost, HeldByAnother, AlreadyFinished, StillWaiting)


@router.post("", status_code=201, responses=documented(*_MAKING))
async def create_command(
    body: CommandIn, session: Session, caller: Operator, idempotency_key: IdempotencyKey = None
) -> CommandOut:
    """Queue a command for an agent. With an idempotency key, in the body or as a header, a repeat makes no other one."""
    if body.idempotency_key is None and idempotency_key is not None:
        body = body.model_copy(update={"idempotency_key": idempotency_key})
    (made,) = await service.make(session, [body], by=caller.who)
    return (await views.several(session, [made]))[0]


@router.post("/batch", status_code=201, responses=documented(*_MAKING, KeyReused))
async def create_commands(body: CommandsIn, session: Session, caller: Operator, once: Once) -> Made:
    """Queue many commands in this order, all or none."""

    async def make() -> Made:
        return Made(items=await views.several(session, await service.make(session, body.items, by=caller.who)))

    return await once.answer(session, caller.who, body, make, Made)


@router.post("/claim", responses=documented(NotListening))
async def claim_commands(body: ClaimIn, caller: Operator, request: Request) -> ClaimOut:
    """Take commands of a type under a lease: the greatest priority first, then the oldest. Waits for some if asked to.

    A claim makes the agent's type known. Large commands come fewer at once, at most some 8 MB. Answer each command with its fencing_token before its lease_until.
    """
    return ClaimOut(items=await polling.claim(body, by=caller, gone=request.is_disconnected))


@router.post("/heartbeat", responses=documented())
async def beat_commands(body: BeatIn, session: Session, caller: Operator) -> BeatOut:
    """Let the leases of commands in hand go on. Stop working on those that are lost."""
    return await service.beat(session, body, by=caller)


@router.post("/results", responses=documented())
async def finish_commands(body: OutcomesIn, caller: Operator) -> OutcomesOut:
    """Send many results and errors at once; each is taken or refused by itself."""
    async with transaction() as session:
        ended = await finishing.finish(session, body.items, agent=body.agent, by=caller)
    return OutcomesOut(
        items=[
            OutcomeOut(command_id=one.command_id, ok=True, status=ended.status[index])
            if index in ended.status
            else OutcomeOut(
                command_id=one.command_id,
                ok=False,
                code=ended.refused[index].code(),
                detail=ended.refused[index].detail,
            )
            for index, one in enumerate(body.items)
        ]
    )


@router.get("/statistics", responses=documented())
async def command_statistics(session: Session, caller: Viewer) -> Statistics:
    """Counts by state and agent type, dead letters, rates and waits."""
    return await views.statistics(session)


@router.get("/agents", responses=documented())
async def list_agents(session: Session, caller: Viewer) -> Page[AgentOut]:
    """Agents that have polled, beaten or answered: when last, what each holds, how it does."""
    found = await views.all_agents(session)
    return Page[AgentOut](items=found, next_cursor=None, total=len(found))


@router.get("/types", responses=documented())
async def list_agent_types(session: Session, caller: Viewer) -> AgentTypesOut:
    """Every known agent type and what its agents can do, with schemas."""
    return AgentTypesOut(items=await agents.types(session))


@router.put("/types/{agent_type}", responses=documented(SchemaUnfit, TypeIsServer))
async def declare_actions(agent_type: AgentType, body: ActionsIn, session: Session, caller: Operator) -> AgentTypeOut:
    """Say what agents of a type can do, in place of what was said before. Plans may then use each as AGENT_TYPE.ACTION."""
    if body.actions and await servers.is_server(session, agent_type):
        raise TypeIsServer(f"There is a tool server {agent_type!r}.", field="agent_type")
    return await agents.declare(session, agent_type, body, by=caller)


@router.get("", responses=documented(CursorInvalid))
async def list_commands(
    session: Session,
    caller: Viewer,
    status: Annotated[list[Status] | None, Query(max_length=8)] = None,
    agent_type: Annotated[str | None, Query(max_length=63)] = None,
    search: Annotated[str | None, Query(max_length=200, description="In action, agent and idempotency key.")] = None,
    task_id: UUID | None = None,
    archived: Annotated[bool, Query(description="Those that are archived, instead of the others.")] = False,
    sort: Sort = "newest",
    cursor: cursors.OfPlaceAndNumber = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Page[CommandOut]:
    """Commands by state, agent type and words. An agent that only reads finds its work with `status=pending`.

    A page of large commands ends early, at some 8 MB; `next_cursor` says that more follow.
    """
    if caller.kind == "key" and caller.may("operator") and agent_type and status == ["pending"]:
        async with transaction(durable=False) as noted:
            await agents.polled(noted, agent_type, caller.name)
    return await views.page(
        session,
        statuses=status or (),
        agent_type=agent_type,
        search=search,
        task_id=task_id,
        archived=archived,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )


@router.get("/{command_id}", responses=documented(CommandMissing))
async def get_command(command_id: UUID, session: Session, caller: Viewer) -> CommandDetail:
    """A command with its payload, its result and everything that happened to it."""
    return await views.detail(session, command_id)


@router.patch("/{command_id}/result", responses=documented(*_FINISHING))
async def put_result(command_id: UUID, body: ResultIn, caller: Operator) -> CommandOut:
    """Complete a command that you hold, or that nobody has claimed yet."""
    outcome = Outcome(command_id=command_id, fencing_token=body.fencing_token, result=body.result)
    return await _finished(outcome, body.agent, caller)


@router.patch("/{command_id}/error", responses=documented(*_FINISHING))
async def put_error(command_id: UUID, body: ErrorIn, caller: Operator) -> CommandOut:
    """Say that a command went wrong. It is tried again three times, with growing pauses, and then waits for a person."""
    outcome = Outcome(command_id=command_id, fencing_token=body.fencing_token, error=body.error, retry=body.retry)
    return await _finished(outcome, body.agent, caller)


async def _finished(outcome: Outcome, agent: str | None, caller: Caller) -> CommandOut:
    """Committed also when it is refused: the history keeps what came too late."""
    async with transaction() as session:
        ended = await finishing.finish(session, [outcome], agent=agent, by=caller)
        found = None if ended.refused else views.shown(await service.get(session, outcome.command_id))
    if found is None:
        raise ended.refused[0]
    return found


@router.post("/{command_id}/retry", responses=documented(CommandMissing, NotFailed, TaskIsOver))
async def retry_command(command_id: UUID, session: Session, caller: Operator) -> CommandOut:
    """Put a failed command back into the queue, with three more retries."""
    return (await views.several(session, [await service.retry(session, command_id, by=caller)]))[0]


@router.post("/{command_id}/cancel", responses=documented(CommandMissing, AlreadyFinished))
async def cancel_command(command_id: UUID, session: Session, caller: Operator) -> CommandOut:
    """End a command that is not finished. An agent that holds it hears so with its next heartbeat."""
    return views.shown(await service.cancel(session, command_id, by=caller))


@router.delete("/{command_id}", responses=documented(CommandMissing, InHand, WaitedFor, TaskMissing))
async def delete_command(command_id: UUID, session: Session, caller: Operator) -> CommandOut:
    """Remove a command that nobody works on and nothing waits for; the answer is what it was."""
    seen = views.shown(await service.get(session, command_id))
    await service.delete(session, command_id, by=caller)
    return seen
