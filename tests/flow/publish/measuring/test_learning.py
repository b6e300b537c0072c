"""What was read is seen by those who learn: the task's example carries it, and the voice that wrote it is judged by it."""

from datetime import timedelta
from uuid import UUID

import pytest

from cofounder.flow.learn import queries as learning
from cofounder.flow.learn import renewing, service
from cofounder.flow.publish.measuring import carrying
from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.personas import learning as personas
from cofounder.personas import optimising
from cofounder.personas.followers import service as followers_service
from tests.channels.readers.servers import X, connected, running
from tests.flow.publish.measuring.world import BEGUN, published, use


async def test_an_example_carries_the_readings_and_a_voice_moves_with_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        use(monkeypatch, connected("x", server.url))
        id = await published(1, persona="dataNerd")
        task = UUID(int=id.int ^ 1 << 100)
        with clock.frozen(BEGUN + timedelta(minutes=1)):
            async with transaction() as session:
                await service.upsert_example(session, task)
        for hours, seen, followers in ((0.1, 0, 1_000), (1, 100, 1_000), (24, 900, 1_006), (72, 1_000, 1_008)):
            server.figures["1"] = {"impressions": seen, "clicks": seen // 50, "likes": 3}
            server.followers = followers
            with clock.frozen(BEGUN + timedelta(hours=hours, minutes=1)):
                await carrying.round_of()
                assert await renewing.renew_some() <= 1
        with clock.frozen(BEGUN + timedelta(hours=80)):
            server.followers = 1_010
            async with transaction() as session:
                await followers_service.counted(session, "x", 1_010, at=clock.now(), by="reader x 42")
                example = await learning.one(session, task)
                assert example is not None
                assert [one["age"] for one in example.labels if one["name"] == "reading"] == ["1h", "24h", "72h"]
                assert example.post_publication_metrics is not None
                assert example.post_publication_metrics["x"]["impressions"] == 1_000
                await optimising.optimise(session, as_of=clock.now(), by="test", mode="watch", policy="fixed")
                found = {one.id: one for one in (await personas.listed(session, days=7)).items}
        voice = found["dataNerd"]
        assert (voice.posts, voice.impressions) == (1, 1_000)
        assert voice.followers > 5
        assert (voice.per_1k or 0) > 5
        assert found["coach"].posts == 0
