"""The SQL of people, their sign-ins, keys and the audit log."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, bindparam, delete, func, literal, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.people.tables import ApiKey, AuditEntry, SignIn, SignInAttempts, SigningKey, Token, User


async def key_named(session: AsyncSession, name: str) -> ApiKey | None:
    found: ApiKey | None = await session.scalar(select(ApiKey).where(ApiKey.name == name))
    return found


async def key_with_id(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    return await session.get(ApiKey, key_id)


_WITH_PREFIX = select(ApiKey).where(ApiKey.prefix == bindparam("of"))  # every request asks this: built once


async def keys_with_prefix(session: AsyncSession, prefix: str) -> Sequence[ApiKey]:
    return (await session.scalars(_WITH_PREFIX, {"of": prefix})).all()


async def all_keys(session: AsyncSession) -> Sequence[ApiKey]:
    return (await session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id))).all()


async def note_use(session: AsyncSession, key_id: UUID, at: datetime, unless_since: datetime) -> None:
    """Set last_used_at, unless another request did so since `unless_since`."""
    await session.execute(
        update(ApiKey)
        .where(
            ApiKey.id == key_id,
            or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= unless_since),
        )
        .values(last_used_at=at)
        .execution_options(synchronize_session=False)
    )


async def audit_entries(
    session: AsyncSession, object_type: str | None, object_id: str | None, limit: int
) -> Sequence[AuditEntry]:
    """Newest first."""
    wanted = select(AuditEntry).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if object_type is not None:
        wanted = wanted.where(AuditEntry.object_type == object_type)
    if object_id is not None:
        wanted = wanted.where(AuditEntry.object_id == object_id)
    return (await session.scalars(wanted)).all()


async def audit_without(session: AsyncSession, object_type: str, object_ids: Sequence[str], names: list[str]) -> None:
    meant = update(AuditEntry).where(AuditEntry.object_type == object_type, AuditEntry.object_id.in_(object_ids))
    await session.execute(meant.values(details=AuditEntry.details.op("-")(literal(names, ARRAY(Text)))))


async def locked_attempts(session: AsyncSession, subject: str, at: datetime) -> SignInAttempts:
    """The count of one subject, made when there is none, held until the transaction ends."""
    fresh = insert(SignInAttempts).values(subject=subject, failures=0, last_at=at)
    held = fresh.on_conflict_do_update(index_elements=["subject"], set_={"subject": fresh.excluded.subject})
    found = await session.scalars(held.returning(SignInAttempts), execution_options={"populate_existing": True})
    return found.one()


async def sweep_attempts(session: AsyncSession, before: datetime) -> None:
    """Forget who has not tried for long; a row that somebody holds is left for the next time."""
    old = select(SignInAttempts.subject).where(SignInAttempts.last_at < before).with_for_update(skip_locked=True)
    await session.execute(
        delete(SignInAttempts)
        .where(SignInAttempts.subject.in_(old.limit(1_000)))
        .execution_options(synchronize_session=False)
    )


async def sweep_sign_ins(session: AsyncSession, before: datetime) -> None:
    """Forget sign-ins that were over before then, their tokens with them, and links as old."""
    for statement in (
        delete(SignIn).where(or_(SignIn.expires_at < before, SignIn.ended_at < before)),
        delete(Token).where(Token.kind == "link", Token.expires_at < before),
    ):
        await session.execute(statement.execution_options(synchronize_session=False))


async def users(session: AsyncSession) -> Sequence[User]:
    return (await session.scalars(select(User).order_by(User.folded))).all()


async def user(session: AsyncSession, id: UUID, *, lock: bool = False) -> User | None:
    return await session.get(User, id, with_for_update=lock or None)


async def user_named(session: AsyncSession, folded: str) -> User | None:
    found: User | None = await session.scalar(select(User).where(User.folded == folded))
    return found


async def admins(session: AsyncSession) -> Sequence[User]:
    """Who may administer now, locked, so that two admins cannot remove each other at once."""
    wanted = select(User).where(User.role == "admin", User.disabled_at.is_(None)).order_by(User.id).with_for_update()
    return (await session.scalars(wanted)).all()


async def token(session: AsyncSession, digest: bytes, kind: str, *, lock: bool = False) -> Token | None:
    wanted = select(Token).where(Token.digest == digest, Token.kind == kind)
    found: Token | None = await session.scalar(wanted.with_for_update() if lock else wanted)
    return found


async def link_holder(session: AsyncSession, digest: bytes) -> UUID | None:
    """Whom a link signs in."""
    found: UUID | None = await session.scalar(select(Token.user_id).where(Token.digest == digest, Token.kind == "link"))
    return found


async def sign_in(session: AsyncSession, id: UUID) -> tuple[SignIn, User] | None:
    """A sign-in and whose it is."""
    found = (
        await session.execute(select(SignIn, User).join(User, User.id == SignIn.user_id).where(SignIn.id == id))
    ).first()
    return (found[0], found[1]) if found else None


async def note_seen(session: AsyncSession, id: UUID, at: datetime) -> None:
    await session.execute(
        update(SignIn).where(SignIn.id == id).values(last_seen_at=at).execution_options(synchronize_session=False)
    )


async def end_sign_ins(
    session: AsyncSession, user_id: UUID, at: datetime, because: str, *, but: UUID | None = None
) -> None:
    """End every open sign-in of a person, but for one."""
    ended = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but is not None:
        ended = ended.where(SignIn.id != but)
    await session.execute(ended.values(ended_at=at, ended_because=because).execution_options(synchronize_session=False))


async def use_up_links(session: AsyncSession, user_id: UUID, at: datetime) -> None:
    """A new link is the only one that works."""
    await session.execute(
        update(Token)
        .where(Token.user_id == user_id, Token.kind == "link", Token.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


async def signing_key(session: AsyncSession, id: str) -> SigningKey | None:
    return await session.get(SigningKey, id)


async def retire_signing_keys(session: AsyncSession, ids: Collection[str], at: datetime) -> None:
    """What these keys signed is good for nothing from now on."""
    await session.execute(
        update(SigningKey)
        .where(SigningKey.id.in_(ids), SigningKey.retired_at.is_(None))
        .values(retired_at=at)
        .execution_options(synchronize_session=False)
    )


async def put_signing_key(session: AsyncSession, id: str, public: bytes, at: datetime) -> None:
    await session.execute(
        insert(SigningKey).values(id=id, public=public, created_at=at).on_conflict_do_nothing(index_elements=["id"])
    )


async def audited_ids(session: AsyncSession, part: str) -> Sequence[str]:
    """What something was done to: this very id, else the ids that begin or end so, of which two tell that it is not one."""
    id = AuditEntry.object_id
    lower, word = func.lower(id), part.lower()
    fits = or_(lower.startswith(word, autoescape=True), lower.endswith(word, autoescape=True))
    return (await session.scalars(select(id).where(fits).group_by(id).order_by((id == part).desc(), id).limit(2))).all()


async def audited_actions(session: AsyncSession) -> Sequence[str]:
    return (await session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action))).all()


async def audit_page(
    session: AsyncSession, filters: dict[str, Any], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[Sequence[AuditEntry], int]:
    """Entries newest first after a place, and how many the filters find in all.

    Filters: column -> value; `since` and `until` (not itself in) are moments.
    """
    bounds = {"since": AuditEntry.at.__ge__, "until": AuditEntry.at.__lt__}
    wanted = [
        bounds[name](value) if name in bounds else getattr(AuditEntry, name) == value for name, value in filters.items()
    ]
    total = await session.scalar(select(func.count()).select_from(AuditEntry).where(*wanted)) or 0
    query = select(AuditEntry).where(*wanted).order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < after)
    return (await session.scalars(query)).all(), total
