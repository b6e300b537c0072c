"""What is foretold of a judged text is said of the time that is set for it, else of the one that is suggested."""

from datetime import UTC, datetime, timedelta
from random import Random

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.context import predicting
from cofounder.business.context import service as history
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading
from cofounder.flow.quality import service
from cofounder.models.brief import Draft

NOW = datetime(2026, 11, 21, 21, 41, tzinfo=UTC)


async def test_the_time_that_is_set_counts_else_the_suggested_one(session: AsyncSession) -> None:
    predicting.forget()
    random = Random(6)
    for at in range(160):
        out = (NOW - timedelta(days=170 - at)).replace(hour=9 if at % 2 else 15, minute=0)
        row = await records.add_post(session, NewPost(platform="linkedin", content=f"Post {at}.", published_at=out))
        clicks = round((100 if at % 2 else 30) * random.lognormvariate(0, 0.2))
        reading = NewReading(
            post_id=row.id,
            platform="linkedin",
            measured_at=out + timedelta(hours=80),
            views=1000,
            clicks=clicks,
            source="t",
        )
        await records.add_readings(session, [reading])
    draft = Draft(body="A new thought.")
    rendered = channels.render("linkedin", draft, None)

    async def said_of(publish_at: datetime | None) -> datetime | None:
        made = await service.foretold(
            session, rendered, draft, channel="linkedin", as_of=NOW, topic=None, persona=None, publish_at=publish_at
        )
        return made.main.at

    suggested = await history.suggest_time(session, "linkedin", as_of=NOW)
    assert suggested.at is not None
    assert suggested.at.hour == 9
    assert await said_of(None) == suggested.at
    afternoon = NOW.replace(day=23, hour=15)
    assert await said_of(afternoon) == afternoon
