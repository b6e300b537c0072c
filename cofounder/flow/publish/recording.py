"""What a publication ended as, and the post that it became. Nothing a channel answered may break this: it is out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching import standing
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost
from cofounder.channels import senders, tagging
from cofounder.channels.price import price
from cofounder.channels.rendered import Rendered
from cofounder.flow.publish.outcomes import Outcome, looked_up, next_look, sentences, unknown, unsent, verdict
from cofounder.flow.publish.schemas import FINAL
from cofounder.flow.publish.tables import Publication
from cofounder.flow.run import service as run
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.log import logger

NO_POST = "It is out, but its post could not be recorded, so learning does not count it: see the worker's log."
log = logger(__name__)


def end(row: Publication, outcomes: Sequence[Outcome], said: str | None) -> None:
    """Write the end that outcomes mean, or that it is unknown. `said` is told before what the other side said."""
    row.state, told = verdict(outcomes)
    row.unsent, row.unknown, row.retry_at = unsent(outcomes), unknown(outcomes), None
    row.said = sentences(said, looked_up(outcomes), told)
    row.look_at = look_at(row)
    row.finished_at = now() if row.state in FINAL else None
    sent = next((one for one in outcomes if one.state == "done"), None)
    if sent is not None:
        row.external_id, row.url = sent.external_id or row.external_id, sent.url or row.url


def look_at(row: Publication) -> datetime | None:
    """When its channel is asked again; None where nothing is unknown, or only a person can say: a mail server cannot."""
    return next_look(row.looks, now()) if row.unknown and row.delivered_by not in senders.MAIL else None


async def keep(session: AsyncSession, row: Publication, published_at: datetime | None) -> None:
    """Write the post of a published text; where even that cannot be, the publication ends without it and says so."""
    try:
        async with session.begin_nested():
            await _post(session, row, published_at)
    except Exception as error:
        if db.is_out_of_reach(error):
            raise
        log.error("a publication has no post", publication=str(row.id), error=f"{type(error).__name__}: {error}"[:500])
        row.said = " ".join(filter(None, [row.said, NO_POST]))


async def _post(session: AsyncSession, row: Publication, published_at: datetime | None) -> None:
    """The post that a publication became. One in the outbox has no time of publication until a person posted it."""
    if await records.has_post(session, row.id):
        return  # others got it before; now the rest did
    task = await records.get_task(session, row.task_id)
    variants = await run.current_variants(session, row.task_id)
    variant = variants.get(row.channel)
    outbox = row.delivered_by == senders.OUTBOX
    charged = price(Rendered.model_validate(row.content), row.delivered_by)
    await records.put_post(
        session,
        NewPost(
            id=row.id,
            task_id=row.task_id,
            publication_id=row.id,
            platform=row.channel,
            external_id=None if outbox else row.external_id,  # there it is a file's name
            url=None if outbox else row.url,
            title=row.content.get("title") or row.content.get("subject") or task.title,
            content=row.content.get("plain") or row.content["text"],  # what was read, and no message's source
            topic=task.topic,
            persona=variant.persona if variant else None,
            hashtags=list(row.content.get("hashtags") or []),
            campaign=tagging.campaign_in(
                (row.content.get("plain"), row.content.get("html")), tagging.mark(row.task_id, row.channel)
            ),
            cost=charged.usd if charged else None,
            currency="USD" if charged else None,
            published_at=None if outbox else published_at,
            is_sample=task.is_sample or await records.only_sample(session),
        ),
        begun_at=row.first_attempted_at,
    )
    await standing.follow(session, row.id, standing.Stood())  # it may have been imported, or read, before we knew
