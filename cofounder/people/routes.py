"""Sign in and out, people, keys, and the audit log."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import cursors
from cofounder.kit.clock import now
from cofounder.kit.errors import NotAllowed
from cofounder.kit.http import Page, Router, Session, Time, documented
from cofounder.kit.once import GivenOnce, KeyReused, NoKey, Once
from cofounder.kit.spans import SpanBackwards, in_order
from cofounder.people import cookies, service, sign_ins, signs, users
from cofounder.people.access import Admin, Viewer
from cofounder.people.attempts import TooManyAttempts
from cofounder.people.roles import Caller
from cofounder.people.schemas import (
    AuditOut,
    KeyIn,
    KeyMade,
    KeyOut,
    LinkBody,
    LinkOut,
    Me,
    PasswordBody,
    PersonChange,
    PersonIn,
    PersonOut,
    RefreshBody,
    SignInBody,
    Tokens,
)

router = Router(tags=["people"])
Limit = Annotated[int, Query(ge=1, le=200)]


class NotAPerson(NotAllowed):
    """A key has no sign-in and no password."""

    hint = "Sign in as a person."


@router.post("/api/auth/sign-in", responses=documented(sign_ins.SignInFailed, TooManyAttempts, cookies.OriginForeign))
async def sign_in(body: SignInBody, request: Request, response: Response, session: Session) -> Me:
    """Sign in with name and password; the answer sets the page's cookie."""
    cookies.same_origin(request, must=False)
    caller, secrets = await sign_ins.by_password(body.name, body.password, _address(request), "cookie")
    await _replace(request, session)
    cookies.give(request, response, secrets["cookie"])
    return Me(name=caller.name, role=caller.role, kind=caller.kind, has_password=True)


@router.post("/api/auth/link", responses=documented(sign_ins.LinkSpent, cookies.OriginForeign))
async def sign_in_by_link(body: LinkBody, request: Request, response: Response, session: Session) -> Me:
    """Sign in with a one-time link, which is spent by it; the answer sets the page's cookie."""
    cookies.same_origin(request, must=False)
    caller, secrets = await sign_ins.by_link(body.token)
    await _replace(request, session)
    cookies.give(request, response, secrets["cookie"])
    return await _me(session, caller)


@router.post("/api/auth/token", responses=documented(sign_ins.SignInFailed, TooManyAttempts))
async def get_tokens(body: SignInBody, request: Request, response: Response) -> Tokens:
    """Sign in for a program: an access token for 15 minutes, and a refresh token that is good once."""
    _, secrets = await sign_ins.by_password(body.name, body.password, _address(request), "tokens")
    return _tokens(response, secrets)


@router.post("/api/auth/refresh", responses=documented(sign_ins.RefreshRefused))
async def refresh_tokens(body: RefreshBody, response: Response) -> Tokens:
    """New tokens for a refresh token. One that comes a second time ends all tokens of its sign-in."""
    _, secrets = await sign_ins.refresh(body.refresh_token)
    return _tokens(response, secrets)


@router.post("/api/auth/sign-out", status_code=204)
async def sign_out(request: Request, response: Response, session: Session, caller: Viewer) -> None:
    """End this sign-in: its cookie or its tokens are good for nothing from now on. A key stays."""
    await sign_ins.sign_out(session, caller)
    cookies.take(request, response)


@router.get("/api/auth/me")
async def me(session: Session, caller: Viewer) -> Me:
    """Who is signed in, and what they may do."""
    return await _me(session, caller)


@router.put(
    "/api/auth/password",
    status_code=204,
    responses=documented(users.PasswordWeak, users.PasswordWrong, NotAPerson, TooManyAttempts),
)
async def set_password(body: PasswordBody, caller: Viewer) -> None:
    """Set your own password; your other sign-ins end. Who came by a link just now need not know the old one."""
    if caller.user_id is None or caller.sign_in_id is None:
        raise NotAPerson()
    await users.change_own_password(caller, caller.user_id, body.password, body.current)


@router.get("/api/people", responses=documented(service.PlaceInvalid))
async def list_people(
    session: Session, caller: Admin, cursor: cursors.OfId = None, limit: Limit = 50
) -> Page[PersonOut]:
    """Everybody who may sign in, by name, those who are shut out too."""
    return Page[PersonOut](**_cut([shown(row) for row in await users.everyone(session)], cursor, limit))


@router.post(
    "/api/people",
    status_code=201,
    responses=documented(users.PersonNameInvalid, users.PersonNameTaken, users.EmailInvalid, KeyReused),
)
async def add_person(body: PersonIn, session: Session, caller: Admin, once: Once) -> PersonOut:
    """Add a person. They come in by a link and may then set a password."""

    async def add() -> PersonOut:
        return shown(await users.add(session, body.name, body.role, caller, email=body.email))

    return await once.answer(session, caller.who, body, add, PersonOut)


@router.patch("/api/people/{person_id}", responses=documented(users.PersonMissing, users.LastAdmin))
async def change_person(person_id: UUID, body: PersonChange, session: Session, caller: Admin) -> PersonOut:
    """Give another role, shut out, or let in again. It counts from the person's next request on."""
    row = await users.with_id(session, person_id)
    if body.role is not None:
        await users.set_role(session, row, body.role, caller)
    if body.disabled is not None:
        await (users.disable if body.disabled else users.enable)(session, row, caller)
    return shown(row)


@router.post(
    "/api/people/{person_id}/link",
    status_code=201,
    responses=documented(users.PersonMissing, users.PersonDisabled, GivenOnce),
)
async def make_link(person_id: UUID, session: Session, caller: Admin, response: Response, _: NoKey) -> LinkOut:
    """A link that signs this person in once, within 15 minutes. Earlier ones stop working."""
    secret = await users.link(session, await users.with_id(session, person_id), caller)
    response.headers["Cache-Control"] = "no-store"
    return LinkOut(token=secret, expires_at=now() + sign_ins.LINK_LASTS)


@router.get("/api/keys", responses=documented(service.PlaceInvalid))
async def list_api_keys(
    session: Session, caller: Admin, cursor: cursors.OfId = None, limit: Limit = 50
) -> Page[KeyOut]:
    """Every key, oldest first, revoked and expired ones too. Never a secret."""
    found = [KeyOut.model_validate(row) for row in await service.list_keys(session)]
    return Page[KeyOut](**_cut(found, cursor, limit))


@router.post(
    "/api/keys",
    status_code=201,
    responses=documented(service.KeyNameInvalid, service.KeyNameTaken, service.ExpiryPassed, GivenOnce),
)
async def make_key(body: KeyIn, session: Session, caller: Admin, response: Response, _: NoKey) -> KeyMade:
    """Make a key. Its secret is in this answer and nowhere else."""
    secret, row = await service.create_key(session, body.name, body.role, caller, expires_at=body.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return KeyMade(**KeyOut.model_validate(row).model_dump(), key=secret)


@router.post("/api/keys/{key_id}/revoke", responses=documented(service.KeyMissing))
async def revoke_api_key(key_id: UUID, session: Session, caller: Admin) -> KeyOut:
    """End a key at once. Revoking it again changes nothing."""
    return KeyOut.model_validate(await service.revoke_key_with_id(session, key_id, caller))


@router.get("/api/audit", responses=documented(service.PlaceInvalid, SpanBackwards))
async def read_audit(
    session: Session,
    caller: Admin,
    who: Annotated[str | None, Query(max_length=200)] = None,
    action: Annotated[str | None, Query(max_length=200)] = None,
    object_type: Annotated[str | None, Query(max_length=200)] = None,
    object_id: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[Time | None, Query(description="Not before this.")] = None,
    until: Annotated[Time | None, Query(description="Before this.")] = None,
    cursor: cursors.OfMomentAndId = None,
    limit: Limit = 50,
) -> Page[AuditOut]:
    """Who did what, newest first: decisions, edits, keys, people, settings."""
    in_order(since, until)
    given: dict[str, Any] = {"who": who, "action": action, "object_type": object_type, "object_id": object_id}
    given |= {"since": since, "until": until}
    filters = {name: value for name, value in given.items() if value is not None}
    found, more, total = await service.audit_page(session, filters, cursor, limit)
    return Page[AuditOut](items=[AuditOut.model_validate(row) for row in found], next_cursor=more, total=total)


def _cut(rows: Sequence[PersonOut | KeyOut], cursor: str | None, limit: int) -> dict[str, Any]:
    """One page of a list that is short enough to be read whole; the cursor is the id of the last row shown."""
    ids = [str(row.id) for row in rows]
    if cursor is not None and cursor not in ids:
        raise service.PlaceInvalid(field="cursor")
    first = ids.index(cursor) + 1 if cursor is not None else 0
    items = list(rows[first : first + limit])
    more = str(items[-1].id) if first + limit < len(rows) else None
    return {"items": items, "next_cursor": more, "total": len(rows)}


async def _replace(request: Request, session: AsyncSession) -> None:
    held = cookies.read(request)
    if held is not None:
        await sign_ins.replace(session, held)


def _address(request: Request) -> str | None:
    return request.client.host if request.client else None


def _tokens(response: Response, secrets: dict[str, str]) -> Tokens:
    response.headers["Cache-Control"] = "no-store"
    return Tokens(**secrets, expires_in=int(signs.ACCESS_LASTS.total_seconds()))


async def _me(session: AsyncSession, caller: Caller) -> Me:
    row = await users.with_id(session, caller.user_id) if caller.user_id else None
    return Me(
        name=caller.name, role=caller.role, kind=caller.kind, has_password=row is not None and row.password is not None
    )


def shown(row: users.User) -> PersonOut:
    """A person as lists show them: whether there is a password, never what it is."""
    return PersonOut.model_validate(
        {
            **{name: getattr(row, name) for name in PersonOut.model_fields if name != "has_password"},
            "has_password": row.password is not None,
        }
    )
