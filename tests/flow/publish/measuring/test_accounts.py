"""Reading by an account as it lies in the database: found by its name, with its own access, and told where that ended."""

from datetime import timedelta
from uuid import UUID

import pytest

from cofounder.channels import accounts
from cofounder.channels.accounts import book, keeping
from cofounder.channels.accounts.tables import AccountRow
from cofounder.flow.publish.measuring import carrying
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.channels.readers.servers import TOKEN, Bad, X, running
from tests.flow.publish.measuring.world import published, readings, states


async def test_a_connected_account_reads_and_one_whose_access_ended_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(X()) as server:
        assert isinstance(server, X)
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"x={server.url}")
        settings.cache_clear()
        book.forget()
        account = AccountRow(
            id=UUID(int=7),
            channel="x",
            provider="x",
            name="Acme",
            external_id="42",
            address="",
            details={"handle": "acme"},
            sealed=await keeping.seal({"access_token": TOKEN}),
            is_default=True,
            state="connected",
            version=1,
            who="ann",
            created_at=now(),
        )
        async with transaction() as session:
            session.add(account)
        assert [one.name for one in await accounts.latest()] == ["Acme"]
        server.figures["1"] = {"impressions": 70}
        id = await published(1, at=now() - timedelta(minutes=61))
        done = await carrying.round_of()
        assert (done.read, done.problems) == (1, {})
        assert [row["impressions"] for row in await readings()] == [70]
        assert (await states(id))[1] == "done"
        await published(2, at=now() - timedelta(minutes=61))
        server.bad = [Bad(401)]
        done = await carrying.round_of()
        assert "no longer accepts" in done.problems["Acme"]
        async with transaction() as session:
            row = await session.get(AccountRow, UUID(int=7))
            assert row is not None
            assert row.state == "needs_sign_in"
            assert TOKEN not in str(row.problem)
        book.forget()
        assert await accounts.latest() == ()
        assert (await carrying.round_of()).problems == {}
