"""Readings that waited arrive where a person who settles an unknown outcome says that it stands."""

from pathlib import Path

from sqlalchemy import text

from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.business.imports.carried import carry_out, mapped, of, write
from tests.channels.smtp import Server
from tests.flow.publish.standing import Mail
from tests.flow.publish.test_settling import lost, resolve

URL = "https://archive.example/letters/7"


async def test_settled_with_an_address_its_readings_arrive(
    engine_running: Database, mail: Mail, tmp_path: Path
) -> None:
    with Server() as server:
        mail(server, "ada@reader.example")
        one = await lost(mail)
    rows = f"url,platform,read,clicks\n{URL}/,email,2099-01-01,40\n{URL}0,email,2099-01-01,41\n"
    fields = {"post_url": of("url"), "platform": of("platform"), "measured_at": of("read"), "clicks": of("clicks")}
    await carry_out(write(tmp_path / "a.csv", rows), "social", mapped(fields))
    await resolve(one, verdict="sent", url=URL)
    async with transaction() as session:
        found = await session.execute(text("SELECT clicks, post_id FROM social_post_analytics ORDER BY clicks"))
        assert [tuple(row) for row in found] == [(40, one.publication_id), (41, None)]
