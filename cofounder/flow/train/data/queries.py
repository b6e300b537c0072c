"""SQL of training data."""

from collections.abc import AsyncIterator

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data.filters import Filter, exact

_ROWS_AT_ONCE = 500


def where(filter: Filter) -> ColumnElement[bool]:
    """The filter as a condition on `Example`, without its limit: `select(Example).where(where(filter))`."""
    wanted: list[ColumnElement[bool]] = [not_(Example.tags.overlap(filter.out()))]
    if filter.quality_min is not None:
        wanted.append(Example.quality_score >= exact(filter.quality_min))
    if filter.quality_max is not None:
        wanted.append(Example.quality_score <= exact(filter.quality_max))
    if filter.intent_filter:
        wanted.append(Example.intent.in_(filter.intent_filter))
    if filter.success_only:
        wanted.append(Example.success)
    if filter.include_tags:
        wanted.append(Example.tags.contains(filter.include_tags))
    if filter.date_after is not None:
        wanted.append(Example.timestamp >= filter.date_after)
    if filter.date_before is not None:
        wanted.append(Example.timestamp <= filter.date_before)
    if filter.platform is not None:
        wanted.append(Example.platforms.contains([filter.platform]))
    if filter.persona is not None:
        wanted.append(Example.persona == filter.persona)
    if filter.model is not None:
        wanted.append(Example.models.contains([filter.model]))
    if filter.agent is not None:
        wanted.append(Example.execution_plan["agents"].contains([filter.agent]))
    if filter.cost_min is not None:
        wanted.append(Example.cost >= exact(filter.cost_min))
    if filter.cost_max is not None:
        wanted.append(Example.cost <= exact(filter.cost_max))
    if filter.is_legacy is not None:
        wanted.append(Example.is_legacy == filter.is_legacy)
    if filter.has_outcome is not None:
        measured = func.coalesce(Example.post_publication_metrics, {}) != {}
        wanted.append(measured if filter.has_outcome else not_(measured))
    if filter.text is not None:
        words = func.to_tsvector("simple", Example.user_request)
        wanted.append(words.op("@@")(func.websearch_to_tsquery("simple", filter.text)))
    if not filter.include_sample:
        wanted.append(not_(Example.is_sample))
    if filter.decision is not None:
        wanted.append(_decided(filter.decision))
    return and_(*wanted)


def _decided(word: str) -> ColumnElement[bool]:
    verdict, automatic = Example.decision["verdict"].astext, Example.decision["automatic"].astext
    if word == "none":
        return or_(Example.decision.is_(None), verdict.is_(None))
    if word == "automatic":
        return automatic == "true"
    said = {"approved": "approve", "rejected": "reject", "changes": "changes"}[word]
    return and_(verdict == said, func.coalesce(automatic, "false") != "true")


async def stream(session: AsyncSession, filter: Filter) -> AsyncIterator[Example]:
    """The examples, oldest request first, through a cursor of the server: in the same memory at any number."""
    wanted = select(Example).where(where(filter)).order_by(Example.timestamp, Example.execution_id)
    if filter.limit is not None:
        wanted = wanted.limit(filter.limit)
    rows = await session.stream_scalars(wanted.execution_options(yield_per=_ROWS_AT_ONCE))
    async for row in rows:
        yield row
        session.expunge(row)
