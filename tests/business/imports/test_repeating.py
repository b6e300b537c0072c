"""Databases, Google Analytics and folders: read again and again, incremental, never twice, their secrets never shown."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import text

from cofounder.business.imports import carrying, repeating, service, storage, watching
from cofounder.business.imports.errors import NameTaken, QuotaSpent, SourceOutOfReach, SourceRefused
from cofounder.business.imports.schemas import ChangeIn, Form, ImportOut, NewSource, PostgresConfig, SourceIn, Units
from cofounder.business.imports.sources import database as databases
from cofounder.business.imports.sources import ga4
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from tests.business.imports.carried import carry, mapped, of


async def added(**wanted: Any) -> repeating.SourceRow:
    async with transaction() as session:
        return await repeating.add(session, NewSource.model_validate(wanted), by=LOCAL_OWNER)


async def read(source: repeating.SourceRow) -> ImportOut:
    async with transaction() as session:
        row = await repeating.begin(session, SourceIn(kind=source.kind, source_id=source.id), by=None)
    return await carry(row.id)


async def asked(query: str) -> list[Any]:
    async with transaction() as session:
        return list((await session.execute(text(query))).all())


def place(database: Database) -> dict[str, Any]:
    """The test's own database, as the address of a source."""
    url = database.url
    return {
        "host": url.host or str(url.query.get("host")),
        "port": url.port or int(str(url.query.get("port"))),
        "database": url.database,
        "user": url.username,
    }


@pytest.fixture
def shop(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A table of visits in a schema of the users' own."""
    plain = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA shop")
        connection.execute("CREATE TABLE shop.visits (day date, sessions int, changed timestamptz)")
        connection.execute(
            "INSERT INTO shop.visits SELECT '2024-01-01'::date + n, n, '2024-02-01'::timestamptz + n * interval '1 hour'"
            " FROM generate_series(0, 49) n"
        )
        yield connection


async def test_a_table_is_read_and_then_only_what_is_newer(
    database: Database, shop: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    mapping = {"fields": {"day": {"columns": ["day"]}, "sessions": {"columns": ["sessions"]}}}
    source = await added(
        name="shop",
        type="postgres",
        kind="web_analytics",
        postgres={**place(database), "table": "shop.visits", "cursor": "changed"},
        secret="a password",
        mapping=mapping,
    )
    first = await read(source)
    assert (first.state, first.counts.read, first.counts.added) == ("done", 50, 50)
    shop.execute("UPDATE shop.visits SET sessions = 1000, changed = '2024-06-01' WHERE sessions = 7")
    second = await read(source)
    assert (second.counts.read, second.counts.corrected, second.counts.unchanged) == (2, 1, 1)
    assert await asked("SELECT sum(sessions) FROM web_analytics") == [(sum(range(50)) - 7 + 1000,)]


async def test_a_source_read_as_another_kind_leaves_its_own_cursor_alone(
    database: Database, shop: psycopg.Connection[Any]
) -> None:
    source = await added(
        name="shop", type="postgres", kind="web_analytics",
        postgres={**place(database), "table": "shop.visits", "cursor": "changed"},
    )  # fmt: skip
    async with transaction() as session:
        row = await repeating.begin(session, SourceIn(kind="financial_metrics", source_id=source.id), by=None)
        figures = [{"column": "sessions", "metric_type": "traffic"}]
        mapping = mapped({"period_start": of("day")}, figures=figures)
        await service.change(session, row.id, ChangeIn(mapping=mapping, units=Units(period="day")))
    assert (await carry(row.id)).state == "done"
    assert await asked("SELECT cursor FROM import_sources") == [(None,)]
    assert (await read(source)).counts.added == 50


async def test_a_table_that_takes_longer_than_a_part_comes_to_its_end(
    database: Database, shop: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "BATCH_ROWS", 10)
    shop.execute("ALTER TABLE shop.visits ADD COLUMN always int DEFAULT 1")
    mapping = {"fields": {"day": {"columns": ["day"]}, "sessions": {"columns": ["sessions"]}}}
    for cursor in (None, "always", "changed"):
        source = await added(
            name=f"shop by {cursor}", type="postgres", kind="web_analytics", mapping=mapping,
            postgres={**place(database), "table": "shop.visits", "cursor": cursor},
        )  # fmt: skip
        async with transaction() as session:
            row = await repeating.begin(session, SourceIn(kind="web_analytics", source_id=source.id), by=None)
            await service.start(session, row.id)
        ended, parts = await carrying.carry_on(row.id, 1, check_only=False, seconds=0), 1
        while ended.state == "more":
            assert parts < 20, "it begins again for ever"
            ended, parts = await carrying.carry_on(row.id, 1, check_only=False, seconds=0), parts + 1
        assert ended.state == "done"
        assert ended.counts.read >= 50
    assert await asked("SELECT count(*) FROM web_analytics") == [(50,)]


async def test_a_query_cannot_write_nor_be_two(database: Database, shop: psycopg.Connection[Any]) -> None:
    for query in (
        "SELECT 1; DROP TABLE shop.visits",
        "DELETE FROM shop.visits RETURNING *",
        "SELECT nothing FROM there",
    ):
        config = PostgresConfig.model_validate({**place(database), "query": query})
        with pytest.raises(SourceRefused):
            databases.PostgresReader(config, None, since=None, form=Form())
    reader = databases.PostgresReader(
        PostgresConfig.model_validate(
            {**place(database), "query": "SELECT setval(pg_get_serial_sequence('cofounder.import_refusals', 'id'), 99)"}
        ),
        None,
        since=None,
        form=Form(),
    )
    with pytest.raises(SourceRefused, match="read-only"):
        list(reader.batches())
    reader.close()
    assert shop.execute("SELECT count(*) FROM shop.visits").fetchone() == (50,)


async def test_rows_that_the_cursor_says_nothing_of_are_read_every_time(
    database: Database, shop: psycopg.Connection[Any]
) -> None:
    mapping = {"fields": {"day": {"columns": ["day"]}, "sessions": {"columns": ["sessions"]}}}
    source = await added(
        name="shop",
        type="postgres",
        kind="web_analytics",
        postgres={**place(database), "table": "shop.visits", "cursor": "changed"},
        mapping=mapping,
    )
    assert (await read(source)).counts.added == 50
    shop.execute("INSERT INTO shop.visits VALUES ('2025-01-01', 7, NULL), ('2025-01-02', 8, '2024-02-03 01:00+00')")
    later = await read(source)  # the tie of the last cursor, the one without, none older
    assert (later.counts.read, later.counts.added, later.counts.unchanged) == (3, 2, 1)
    assert await asked("SELECT cursor FROM import_sources") == [("2024-02-03 01:00:00+00",)]
    again = await read(source)
    assert (again.counts.read, again.counts.unchanged) == (3, 3)


async def test_a_time_that_no_calendar_holds_costs_its_row_only(
    database: Database, shop: psycopg.Connection[Any]
) -> None:
    shop.execute("INSERT INTO shop.visits VALUES ('infinity', 1, 'infinity'), ('20000-01-01', 1, '20000-01-01')")
    source = await added(
        name="shop", type="postgres", kind="web_analytics", postgres={**place(database), "table": "shop.visits"}
    )
    made = await read(source)
    assert (made.state, made.counts.added, made.counts.refused) == ("done", 50, 2)


def test_a_query_is_one_statement_whatever_closes_its_brackets(
    database: Database, shop: psycopg.Connection[Any]
) -> None:
    several = "SELECT 1) AS a; COMMIT; DELETE FROM shop.visits; SELECT * FROM (SELECT 1"
    with pytest.raises(SourceRefused, match="multiple commands"):
        databases.PostgresReader(
            PostgresConfig.model_validate({**place(database), "query": several}), None, since=None, form=Form()
        )
    assert shop.execute("SELECT count(*) FROM shop.visits").fetchone() == (50,)


async def test_a_database_that_goes_away_in_the_middle_leaves_what_is_in_and_comes_in_once(
    database: Database, shop: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cofounder.business.imports import carrying

    monkeypatch.setattr(carrying, "BATCH_ROWS", 10)
    asked_for = databases.PostgresReader.batches

    def ended(self: databases.PostgresReader, size: int = 10, place: str | None = None) -> Iterator[Any]:
        for number, batch in enumerate(asked_for(self, size)):
            yield batch
            if number == 1:  # the server ends the session, as a restart does
                shop.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cofounder import'"
                )

    monkeypatch.setattr(databases.PostgresReader, "batches", ended)
    source = await added(
        name="shop", type="postgres", kind="web_analytics", postgres={**place(database), "table": "shop.visits"}
    )
    async with transaction() as session:
        row = await repeating.begin(session, SourceIn(kind="web_analytics", source_id=source.id), by=None)
        await service.start(session, row.id)
    with pytest.raises(SourceOutOfReach, match="After row 20"):
        await carrying.carry_on(row.id, 1, check_only=False)
    assert await asked("SELECT count(*) FROM web_analytics") == [(20,)]
    monkeypatch.setattr(databases.PostgresReader, "batches", asked_for)
    again = await carrying.carry_on(row.id, 1, check_only=False)
    assert (again.counts.read, again.counts.added, again.counts.unchanged) == (50, 30, 20)


async def test_a_secret_is_encrypted_and_in_no_answer(database: Database) -> None:
    source = await added(
        name="far", type="postgres", kind="posts", postgres={**place(database), "table": "x"}, secret="open sesame"
    )
    assert b"sesame" not in bytes(source.secret or b"")
    shown = repeating.out(source).model_dump_json()
    assert "sesame" not in shown
    assert repeating.out(source).has_secret
    assert not [row for row in await asked("SELECT * FROM audit_log") if "sesame" in str(row)]
    assert (database.home / "secrets.key").stat().st_mode & 0o077 == 0
    with pytest.raises(NameTaken):
        await added(name="far", type="folder", kind="posts", folder={"path": "/nowhere"})


class Analytics(BaseHTTPRequestHandler):
    """Answers as Google's token address and the Data API do."""

    days = 130
    quota_after: int | None = None
    report: Any = None  # (what is asked for -> the answer,), in place of the days below
    asked: list[dict[str, Any]]
    public: Any

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/token":
            sent = parse_qs(body.decode())
            claims = jwt.decode(sent["assertion"][0], self.public, algorithms=["RS256"], audience=ga4.TOKENS)
            good = claims["iss"] == "reader@example.iam.gserviceaccount.com" and "analytics.readonly" in claims["scope"]
            said = {"access_token": "token 1", "expires_in": 3599, "token_type": "Bearer"}
            return self.answer(200, said) if good else self.answer(400, {"error": "invalid_grant"})
        assert self.path == "/v1beta/properties/42:runReport"
        assert self.headers["Authorization"] == "Bearer token 1"
        wanted = json.loads(body)
        self.asked.append(wanted)
        if self.quota_after is not None and len(self.asked) > self.quota_after:
            error = {"code": 429, "message": "Exhausted property tokens per hour.", "status": "RESOURCE_EXHAUSTED"}
            return self.answer(429, {"error": error})
        offset, limit = int(wanted["offset"]), int(wanted["limit"])
        if self.report is not None:
            return self.answer(200, self.report[0](wanted))
        rows = [
            {
                "dimensionValues": [{"value": f"2024{n // 28 + 1:02}{n % 28 + 1:02}"}],
                "metricValues": [{"value": str(n)}, {"value": "0.25"}],
            }
            for n in range(offset, min(offset + limit, self.days))
        ]
        heads = {
            "dimensionHeaders": [{"name": "date"}],
            "metricHeaders": [
                {"name": "sessions", "type": "TYPE_INTEGER"},
                {"name": "bounceRate", "type": "TYPE_FLOAT"},
            ],
        }
        metadata = {"currencyCode": "EUR", "timeZone": "Europe/Berlin", "dataLossFromOtherRow": True}
        return self.answer(
            200, {**heads, "rows": rows, "rowCount": self.days, "metadata": metadata, "kind": "analyticsData#runReport"}
        )

    def answer(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def google(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> Iterator[tuple[type[Analytics], str]]:
    """A local Google, and the key file of its service account."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    handler = type("Here", (Analytics,), {"asked": [], "public": key.public_key(), **settings})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(ga4, "API", here)
    monkeypatch.setattr(ga4, "TOKENS", f"{here}/token")
    account = {
        "type": "service_account",
        "client_email": "reader@example.iam.gserviceaccount.com",
        "private_key": pem,
        "token_uri": "https://evil.example/token",  # a key goes to Google alone, whatever the file says
    }
    try:
        yield handler, json.dumps(account)
    finally:
        server.shutdown()
        server.server_close()


PROPERTY = {"property_id": "42", "dimensions": ["date"], "metrics": ["sessions", "bounceRate"]}


async def test_google_analytics_comes_in_page_by_page_and_again_changes_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ga4, "_PAGE", 50)
    with google(monkeypatch) as (api, key):
        source = await added(name="site", type="ga4", kind="web_analytics", ga4=PROPERTY, secret=key)
        made = await read(source)
        assert (made.counts.read, made.counts.added, made.total) == (130, 130, 130)
        assert {wanted["offset"] for wanted in api.asked} == {"0", "50", "100"}
        assert (await read(source)).counts.unchanged == 130
        assert (made.units.currency, made.units.timezone) == ("EUR", "Europe/Berlin")  # those of the property
    (row,) = await asked("SELECT sum(sessions), min(day)::text, avg(bounce_rate) FROM web_analytics")
    assert (int(row[0]), row[1], row[2]) == (sum(range(130)), "2024-01-01", 0.25)


async def test_a_spent_quota_says_so_and_what_is_in_stays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from cofounder.business.imports import carrying

    monkeypatch.setattr(ga4, "_PAGE", 50)
    with google(monkeypatch, quota_after=3) as (_, key):
        source = await added(name="site", type="ga4", kind="web_analytics", ga4=PROPERTY, secret=key)
        async with transaction() as session:
            row = await repeating.begin(session, SourceIn(kind="web_analytics", source_id=source.id), by=None)
            await service.start(session, row.id)
        with pytest.raises(QuotaSpent, match="per hour"):
            await carrying.carry_on(row.id, 1, check_only=False)
    assert await asked("SELECT count(*) FROM web_analytics") == [(50,)]


async def test_a_key_file_that_is_none_and_an_address_that_does_not_answer_are_told_apart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await added(name="site", type="ga4", kind="web_analytics", ga4=PROPERTY, secret="{}")
    with pytest.raises(SourceRefused, match="key file"):
        await read(source)
    with google(monkeypatch) as (_, key):
        pass
    other = await added(name="gone", type="ga4", kind="web_analytics", ga4=PROPERTY, secret=key)
    with pytest.raises(SourceOutOfReach):
        await read(other)


async def test_a_watched_folder_gives_each_new_file_once(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()

    def drop(name: str, content: str, age: float = 60) -> None:
        (folder / name).write_text(content)
        before = (folder / name).stat().st_mtime - age
        os.utime(folder / name, (before, before))

    drop("a.csv", "date,sessions\n2024-01-01,10\n")
    drop("b.txt", "date,sessions\n2024-01-02,10\n")
    drop("broken.csv", "")
    drop("fresh.csv", "date,sessions\n2024-01-03,10\n", age=0)
    (folder / "link.csv").symlink_to("/etc/passwd")
    source = await added(
        name="drop",
        type="folder",
        kind="web_analytics",
        folder={"path": str(folder), "pattern": "*.csv"},
        every_minutes=5,
    )
    async with transaction() as session:
        begun = await repeating.run_now(session, await repeating.get(session, source.id, lock=True), by=None)
    assert [row.label for row in begun] == ["a.csv"]
    os.utime(folder / "fresh.csv", (1, 1))
    async with transaction() as session:
        assert await repeating.look(session)  # its time has come
    async with transaction() as session:
        items, _, total = await service.listed(session)
        assert [one.label for one in items] == ["fresh.csv", "a.csv"]
        assert total == 2
        assert not await repeating.look(session)  # and it comes again in five minutes
        row = await repeating.get(session, source.id)
        assert row.next_at is not None


def dropped(folder: Path, name: str, content: str, age: float = 100) -> None:
    """A file that nobody has written to for so many seconds."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content)
    before = (folder / name).stat().st_mtime - age
    os.utime(folder / name, (before, before))


async def watched(folder: Path, **more: Any) -> repeating.SourceRow:
    folder.mkdir(exist_ok=True)
    return await added(
        **{"name": "drop", "type": "folder", "kind": "web_analytics", "folder": {"path": str(folder)}, **more}
    )


async def taken(source: repeating.SourceRow) -> list[str]:
    async with transaction() as session:
        begun = await repeating.run_now(session, await repeating.get(session, source.id, lock=True), by=None)
        return [row.label for row in begun]


async def test_new_files_of_a_folder_come_in_however_many_lie_there_already(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_AT_ONCE", 3)
    source = await watched(tmp_path / "drop")
    for number in range(5):
        dropped(tmp_path / "drop", f"{number}.csv", f"date,sessions\n2024-01-0{number + 1},1\n", age=1_000 - number)
    assert await taken(source) == ["0.csv", "1.csv", "2.csv"]
    read_again: list[Path] = []
    digest_of = storage.digest_of

    def noted(path: Path) -> str:
        read_again.append(path)
        return digest_of(path)

    monkeypatch.setattr(storage, "digest_of", noted)
    assert await taken(source) == ["3.csv", "4.csv"]
    assert await taken(source) == []
    assert [path.name for path in read_again] == ["4.csv"]  # 3.csv had been looked at as well


async def test_a_file_that_may_not_be_read_keeps_no_other_from_coming_in(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watched(tmp_path / "drop", every_minutes=5)
    for name in ("a.csv", "b.csv"):
        dropped(tmp_path / "drop", name, f"date,sessions,page\n2024-01-01,1,{name}\n")
    digest_of = storage.digest_of

    def refused(path: Path) -> str:
        if path.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return digest_of(path)

    monkeypatch.setattr(storage, "digest_of", refused)
    async with transaction() as session:
        assert await repeating.look(session)
    async with transaction() as session:
        (shown,) = await repeating.listed(session)
        assert [one.label for one in (await service.listed(session))[0]] == ["b.csv"], shown.problem
    assert shown.problem is not None
    assert shown.problem["detail"] == "a.csv: Permission denied."


async def test_a_file_whose_columns_nobody_knows_waits_as_a_draft_and_the_others_come_in(
    database: Database, tmp_path: Path
) -> None:
    await watched(tmp_path / "drop", every_minutes=5)
    dropped(tmp_path / "drop", "odd.csv", "one,two\na,b\n", age=500)
    dropped(tmp_path / "drop", "good.csv", "date,sessions\n2024-01-01,1\n")
    async with transaction() as session:
        assert await repeating.look(session)
    async with transaction() as session:
        states = {one.label: one.state for one in (await service.listed(session))[0]}
        (shown,) = await repeating.listed(session)
    assert states == {"odd.csv": "draft", "good.csv": "queued"}
    assert shown.problem is not None
    assert shown.problem["detail"].startswith("odd.csv: Nothing says where day comes from")


async def test_a_source_that_breaks_in_a_way_that_nobody_foresaw_waits_for_its_next_turn(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watched(tmp_path / "one", name="one", every_minutes=5)
    await watched(tmp_path / "two", name="two", every_minutes=5)
    dropped(tmp_path / "two", "a.csv", "date,sessions\n2024-01-01,1\n")
    run_now = repeating.run_now

    async def broken(session: Any, source: repeating.SourceRow, *, by: str | None) -> Any:
        if source.name == "one":
            raise ZeroDivisionError
        return await run_now(session, source, by=by)

    monkeypatch.setattr(repeating, "run_now", broken)
    for _ in range(2):
        async with transaction() as session:
            assert await repeating.look(session)
    async with transaction() as session:
        problems = {one.name: one.problem for one in await repeating.listed(session)}
        assert (await service.listed(session))[2] == 1
    assert problems["two"] is None
    assert problems["one"] is not None
    assert problems["one"]["code"] == "source_broke"


async def test_a_file_that_ends_in_the_middle_of_a_line_waits_until_it_stands_still_for_long(
    database: Database, tmp_path: Path
) -> None:
    source = await watched(tmp_path / "drop")
    dropped(tmp_path / "drop", "half.csv", "date,sessions\n2024-01-01,1", age=10)
    dropped(tmp_path / "drop", "whole.csv", "date,sessions\n2024-01-02,1\n", age=10)
    dropped(tmp_path / "drop", "half.parquet", "PAR1 and the rest is not there yet", age=10)
    assert await taken(source) == ["whole.csv"]
    dropped(tmp_path / "drop", "half.csv", "date,sessions\n2024-01-01,123", age=100)
    assert await taken(source) == ["half.csv"]
    async with transaction() as session:
        (shown,) = await repeating.listed(session)
    assert shown.problem is None  # of the Parquet file somebody may still be writing


async def test_a_source_whose_last_import_is_under_way_is_not_read_beside_it(
    database: Database, shop: psycopg.Connection[Any]
) -> None:
    await added(
        name="shop",
        type="postgres",
        kind="web_analytics",
        postgres={**place(database), "table": "shop.visits"},
        every_minutes=1,
    )
    async with transaction() as session:
        assert await repeating.look(session)
    async with transaction() as session:
        await session.execute(text("UPDATE import_sources SET next_at = now() - interval '1 minute'"))
    async with transaction() as session:
        assert await repeating.look(session)
    assert await asked("SELECT count(*) FROM imports") == [(1,)]
    assert await asked("SELECT next_at > now() FROM import_sources") == [(True,)]
