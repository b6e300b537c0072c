"""Idempotency-Key: the same key with the same body is answered as before and does nothing again.

In: the key of a request and what it would do. Out: the answer, made now or kept from the first time. The answer is
kept in the transaction that did the work, so that there is never one without the other. Never: a refusal, which may
be tried again with the same key; an answer that holds a secret.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict, InputInvalid
from cofounder.kit.tables import KeptAnswer

KEPT = timedelta(days=7)
A = TypeVar("A", bound=BaseModel)
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A name of your own for this request. Sent again with the same body it answers as the first time.",
        examples=["monday-post"],
    ),
]


class KeyReused(Conflict):
    """This Idempotency-Key came before with another body."""

    hint = "Use a new key for a new request; repeat the same body to get the first answer again."


class GivenOnce(InputInvalid):
    """The answer holds a secret, which is kept nowhere and so cannot be given a second time."""

    hint = (
        "Leave Idempotency-Key out. Where an answer was lost, look at the list, end what you do not hold, make another."
    )


async def _no_key(idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None) -> None:
    if idempotency_key is not None:
        raise GivenOnce(field="Idempotency-Key")


NoKey = Annotated[None, Depends(_no_key)]
"""For a route whose answer holds a secret: a key is refused, never passed over. It stands after the caller, who is looked at first."""


class _Once:
    """What one request may do once; the key counts for its address and its caller, for seven days."""

    def __init__(self, request: Request, idempotency_key: IdempotencyKey = None) -> None:
        self._key = idempotency_key
        self._where = f"{request.method} {request.url.path}"

    async def answer(
        self, session: AsyncSession, who: str, body: BaseModel, act: Callable[[], Awaitable[A]], kind: type[A]
    ) -> A:
        """What `act` gives, or gave when this key came first. Raises KeyReused, and whatever `act` raises."""
        return await answer(session, self._where, who, self._key, body, act, kind)


async def answer(
    session: AsyncSession,
    where: str,
    who: str,
    key: str | None,
    body: BaseModel,
    act: Callable[[], Awaitable[A]],
    kind: type[A],
) -> A:
    """What `act` gives, or gave when `who` first sent this key to this place. Two at once: the second waits.

    Raises KeyReused, and whatever `act` raises.
    """
    if key is None:
        return await act()
    id = named(where, who, key)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(id, 0))))
    sent = _digest(body.model_dump(mode="json", exclude_unset=True))
    kept = await session.get(KeptAnswer, id)
    if kept is not None and kept.answered_at > now() - KEPT:
        if kept.sent != sent:
            raise KeyReused(field="Idempotency-Key")
        return kind.model_validate_json(kept.answer)
    made = await act()
    await session.execute(delete(KeptAnswer).where(KeptAnswer.answered_at <= now() - KEPT))
    session.add(KeptAnswer(id=id, sent=sent, answer=made.model_dump_json(), answered_at=now()))
    await session.flush()
    return made


def named(where: str, who: str, key: str) -> str:
    """What a key is stored as: it counts for its place and its caller, and nobody can choose what another's becomes."""
    return _digest([where, who, key])


Once = Annotated[_Once, Depends()]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
