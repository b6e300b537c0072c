"""A DATABASE_URL that is wrong: every command names the setting, says what is wrong and what to do, in one line."""

import asyncio
import json
import re

import pytest
from sqlalchemy import make_url
from sqlalchemy.engine import URL

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.cli.test_up import free_port

SECRET = "s3kret"
NOWHERE = f"postgresql://mara:{SECRET}@127.0.0.1:1/main"


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, *command: str) -> str:
    """The one line that a command says of this address."""
    monkeypatch.setenv("DATABASE_URL", url)
    settings.cache_clear()
    capsys.readouterr()
    try:
        assert run(list(command or ["tasks"])) in (out.USAGE, out.UNAVAILABLE)
    finally:
        settings.cache_clear()
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"error: DATABASE_URL: .+\n", said.err), said.err
    assert SECRET not in said.err
    return said.err


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"mysql://mara:{SECRET}@db/main", r"'mysql' is not PostgreSQL\. For example:"),
        (f"mara:{SECRET}@db/main", r"not the address of a database\. For example:"),
        (f"postgresql://mara:{SECRET}@db:many/main", r"Its port is not a number"),
        (f"postgresql://mara:{SECRET}@db:70000/main", r"Its port is not a number"),
        (f"postgresql://mara:x@{SECRET}@db/main", r"more than one @.+%40"),
        (
            f"postgresql://mara:{SECRET}@/main?host=/nowhere",
            r"No PostgreSQL answers at the socket in /nowhere\. For example:",
        ),
        (
            f"postgresql://mara:{SECRET}@nobody.invalid/main",
            r"no machine of the name 'nobody\.invalid'\. Mend the host",
        ),
        (NOWHERE, r"Nobody answers at 127\.0\.0\.1, port 1\. Is the server up"),
        (f"{NOWHERE}?colour=red", r"knows no option 'colour'\. Leave colour out"),
        (f"{NOWHERE}?sslmode=banana", r"Its option sslmode cannot be 'banana'\. Leave sslmode out"),
        (f"{NOWHERE}?connect_timeout=soon", r"Its option connect_timeout cannot be 'soon'"),
        (f" {NOWHERE}", r"begins or ends with a blank\. Leave it out"),
        (f"postgresql://mara:{SECRET}@db:5432 ", r"begins or ends with a blank"),
        (f"'{NOWHERE}'", r"has quotes around it"),
        (f'"{NOWHERE}"', r"has quotes around it"),
        (f"postgresql://mara:{SECRET}@h1:5432,h2:5432/main", r"several hosts, and only one can be used"),
        (f"postgresql://mara:{SECRET}@h1,h2/main", r"several hosts"),
        (
            f"postgresql://mara:{SECRET}@[::1/main",
            r"begins with \[ and has no \]\. An IPv6 address is written as \[::1\]",
        ),
        (f"postgresql://mara:{SECRET}@::1/main", r"more than one colon"),
        (f"postgresql://ma,ra:{SECRET}@[::1]:1/main", r"Nobody answers at ::1, port 1"),
    ],
)
def test_an_address_that_leads_nowhere_says_what_is_wrong_with_it(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    assert re.search(words, told(capsys, monkeypatch, url))


@pytest.mark.parametrize(
    "command",
    [
        ["serve", "--port", str(free_port())],
        ["worker"],
        ["up", "--no-browser", "--port", str(free_port())],
        ["db", "status"],
        ["db", "migrate"],
        ["ask", "Hi"],
    ],
    ids=lambda command: command[0],
)
def test_whatever_the_command_it_is_one_line(
    database: Database, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    assert "Nobody answers" in told(capfd, monkeypatch, NOWHERE, *command)


def test_a_database_or_a_user_that_is_not_there_is_named(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = make_url(database.environment["DATABASE_URL"])

    def at(url: URL) -> str:
        return told(capsys, monkeypatch, url.render_as_string(hide_password=False))

    asyncio.run(db.dispose())
    assert re.search(r"has no database 'gone'\. Make it \(createdb gone\)", at(there.set(database="gone")))
    assert "the user 'nobody' in" in at(there.set(username="nobody"))


def test_a_password_that_is_wrong_is_said_and_not_shown(
    plain_database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = make_url(plain_database.environment["DATABASE_URL"])
    url = there.set(password=SECRET).render_as_string(hide_password=False)
    for command in (["tasks"], ["db", "status"]):  # one comes in by psycopg, one by asyncpg
        said = told(capsys, monkeypatch, url, *command)
        assert f"refuses the password of the user {there.username!r}. Mend user and password in it" in said


def test_doctor_names_the_setting_and_how_to_mend_it(
    database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for url, words in ((NOWHERE, "Nobody answers"), ("mysql://db/main", "'mysql' is not PostgreSQL")):
        monkeypatch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        assert run(["doctor", "--json"]) == out.ENDED_BADLY
        found = {one["name"]: one for one in json.loads(capsys.readouterr().out)["items"]}
        assert found["Database"]["detail"].startswith(f"DATABASE_URL: {words}")
        assert found["Database"]["mend"]
    settings.cache_clear()
