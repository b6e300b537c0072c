"""A text given to publish: a task of its own, judged and recorded like any other; giving it is the decision."""

import hashlib
import json
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.channels import naming, senders, threading
from cofounder.channels.accounts.errors import AccountUnfit
from cofounder.flow.approve import pictures, texts
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import DecisionOut
from cofounder.flow.publish import queries, service, showing
from cofounder.flow.publish.errors import PlatformUnknown, TitleMissing
from cofounder.flow.publish.schemas import Order, PublicationOut, PublishIn, PublishOut
from cofounder.flow.run import rendering
from cofounder.flow.run import service as run
from cofounder.kit import once
from cofounder.kit.clock import now
from cofounder.kit.errors import NotAllowed
from cofounder.kit.once import KeyReused
from cofounder.models.brief import Brief, Draft
from cofounder.ops import connections
from cofounder.people.roles import Caller


async def publish_now(
    session: AsyncSession, given: PublishIn, *, by: Caller, idempotency_key: str | None = None
) -> PublishOut:
    """Publish a text as it stands, once: the caller's same key, or without one anybody's same text, answers with the first.

    A text that was cancelled before anybody got it may be given anew.

    Raises PlatformUnknown, TitleMissing, TextTooLong, TextUnfit, ImagesUnfit and what an image or its words can have
    wrong, ComplianceBlocks, ScheduleInPast, AccountUnfit, ScheduleAfterExpiry, KeyReused, NotAllowed.
    """
    if not by.may("approver"):
        raise NotAllowed(f"Publishing needs the role approver; {by.name!r} has the role {by.role}.")
    channel = channels.canonical(given.platform)
    if channel is None:
        known = ", ".join(channels.CHANNELS)
        raise PlatformUnknown(
            f"There is no platform {given.platform!r}.", field="platform", hint=f"Platforms: {known}."
        )
    body_hash = _hash(channel, given, given.account)
    if idempotency_key:
        key = once.named("publish", by.who, idempotency_key)
    else:  # the same account, whether it was named or is the default
        await connections.refresh(session)
        going = senders.route(channel, given.account)
        key = once.named("text", "", _hash(channel, given, str(going.id or going.name)))
    await queries.take_turn(session, key)
    earlier = await records.find_task(session, idempotency_key=key)
    if earlier is not None and idempotency_key is None and await _cancelled(session, earlier):
        await records.update_task(session, earlier.id, idempotency_key=None)  # it stands for a text that nobody got
        earlier = None
    if earlier is not None:
        if idempotency_key is not None and earlier.body_hash != body_hash:
            raise KeyReused(field="Idempotency-Key")
        return await _first_answer(session, earlier, given)
    return await _publish(session, given, channel, key, body_hash, by)


async def _cancelled(session: AsyncSession, task: records.TaskRow) -> bool:
    """Whether the publication of a given text was cancelled before anybody got it."""
    return all(one.state == "cancelled" for one in await showing.publications(session, task.id))


async def _publish(
    session: AsyncSession, given: PublishIn, channel: str, key: str, body_hash: str, by: Caller
) -> PublishOut:
    thread = naming.is_thread(given.platform)
    draft = _draft(given, thread=thread)
    if channel == "blog" and not (draft.title or "").strip():
        raise TitleMissing(field="metadata.title")
    task = await records.add_task(session, _task(given, channel, key, body_hash, by))
    rendered = await rendering.of(session, task, channel, draft)
    texts.check_length(given.platform, rendered, field="content")
    stored = texts.as_stored(rendered)
    if given.images:
        await pictures.give(session, task.id, given.images, [channel], by=by.who)
        stored = (await pictures.dressed(session, task.id, {channel: stored}))[channel]
    brief = Brief(
        kind="edit",
        request=given.content,
        topic=task.title or "",
        form=channels.form(channel, thread=thread),
        text=given.content,
    )
    variant = await run.add_variant(
        session,
        task.id,
        channel,
        draft=draft,
        brief=brief,
        origin="given",
        by=by.who,
        rendered=stored,
    )
    verdict = await texts.judge(session, task, variant, {channel: stored})
    texts.refuse(given.platform, verdict, field="content")
    await records.update_task(session, task.id, quality_score=Decimal(str(verdict.overall)))
    named = {channel: given.account} if given.account is not None else None
    try:
        decided = await approvals.decide_given(session, task.id, schedule_at=given.schedule_at, by=by, accounts=named)
    except AccountUnfit as error:
        if (error.field or "").startswith("accounts."):  # a decision's word for it
            raise AccountUnfit(error.detail, field="account", hint=error.advice) from error
        raise
    await service.remember(session, task.id, str(decided.decision.id))
    await _row(session, decided, channel, variant.version)
    return await _first_answer(session, task, given, repeated=False)


async def _row(session: AsyncSession, decided: DecisionOut, channel: str, version: int) -> None:
    """Make the publication's row at once, so that the answer can name it; the workflow finds it there."""
    for planned in decided.publications:
        order = Order(
            decision_id=decided.decision.id,
            channel=channel,
            variant_version=version,
            delivered_by=planned.delivered_by,
            account=planned.account,
            account_id=planned.account_id,
            note=planned.note,
        )
        await service.make(session, planned.publication_id, order)


async def _first_answer(
    session: AsyncSession, task: records.TaskRow, given: PublishIn, *, repeated: bool = True
) -> PublishOut:
    made = (await showing.publications(session, task.id))[0]
    verdict = (await texts.verdicts(session, task.id)).get(made.channel)
    return PublishOut(
        task_id=task.id,
        publication_id=made.publication_id,
        platform=given.platform,
        state=made.state,
        delivered_by=made.delivered_by,
        account=made.account,
        note=made.note,
        url=made.url,
        text=made.text,
        fingerprint=made.fingerprint,
        quality_score=verdict.overall if verdict else None,
        quality_passed=verdict.passed if verdict else None,
        issues=[issue.model_dump(mode="json") for issue in verdict.issues] if verdict else [],
        schedule_at=made.scheduled_at,
        repeated=repeated,
        same_text=None if repeated else await _same_text(session, made),
    )


async def _same_text(session: AsyncSession, made: PublicationOut) -> str | None:
    """That the text is out, or will be, a second time by its account: it may be meant, or a slip."""
    other = await queries.same_text(session, await service.get(session, made.publication_id))
    if other is None:
        return None
    at = other.finished_at or other.scheduled_at
    when = f" at {at:%Y-%m-%d %H:%M} UTC" if at else ""
    how = "went out" if other.state == "published" else "goes out"
    told = f"The same text {how} by {other.account}{when} too (task {other.task_id})."
    return f"{told} If once is enough, stop this one while it waits: cofounder task {made.task_id} --cancel"


def _draft(given: PublishIn, *, thread: bool) -> Draft:
    """What was given, as a draft; a thread in its posts, so that whatever is made of it later is one too."""
    said = given.metadata
    limit = channels.rules(given.platform).limit
    return Draft(
        body=given.content,
        parts=threading.posts(given.content, limit) if thread and limit else [],
        title=said.title,
        subject=said.subject,
        preheader=said.preheader,
        hashtags=said.hashtags,
        link=said.link,
        model="given",
    )


def _task(given: PublishIn, channel: str, key: str, body_hash: str, by: Caller) -> NewTask:
    first = given.metadata.title or given.metadata.subject or given.content.splitlines()[0]
    return NewTask(
        request=given.content,
        source="api",
        status="running",
        phase="approval",
        as_of=now(),
        preferences={
            "channels": [channel],
            "spelling": {channel: given.platform.strip().lower()},
            "metadata": _metadata(given),
        },
        intent={"intent": "publish_text", "domain": "publishing", "channels": [channel]},
        title=first[:120],
        idempotency_key=key,
        body_hash=body_hash,
        requested_by=by.who,
        started_at=now(),
    )


def _metadata(given: PublishIn) -> dict[str, Any]:
    return given.metadata.model_dump(mode="json", exclude_none=True)


def _hash(channel: str, given: PublishIn, account: str | None) -> str:
    """The same for the same text to the same channel and account, whatever the spelling of its name."""
    meant: dict[str, Any] = {"channel": channel, "content": given.content, "metadata": _metadata(given)}
    if naming.is_thread(given.platform):  # its posts are not those of the one post
        meant["form"] = naming.THREAD
    if given.images:
        meant["images"] = [one.model_dump(mode="json") for one in given.images]
    if given.schedule_at is not None:
        meant["schedule_at"] = given.schedule_at.isoformat()
    if account is not None:
        meant["account"] = account
    return hashlib.sha256(json.dumps(meant, sort_keys=True).encode()).hexdigest()
