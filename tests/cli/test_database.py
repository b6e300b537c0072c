"""db: what other programs are given of the database, and what nobody is shown."""

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from cofounder.cli.program import run
from cofounder.kit import postgres
from cofounder.settings import settings

RECORDS = """#!{python}
import json, os, sys
told = {{"arguments": sys.argv[1:], "password": os.environ.get("PGPASSWORD"), "options": os.environ.get("PGOPTIONS")}}
open({place!r}, "w").write(json.dumps(told))
"""


@pytest.fixture
def psql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A psql that writes down what it is given; the path of what it wrote."""
    place = tmp_path / "given.json"
    program = tmp_path / "psql"
    program.write_text(RECORDS.format(python=sys.executable, place=str(place)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return place


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://mara:sekret%40pw@db.example:6543/main?sslmode=require")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home whose path has a blank, as the default one on macOS has, and more that an address reads in its own way."""
    with tempfile.TemporaryDirectory(prefix="it is 50% & #1 ", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        monkeypatch.setenv("COFOUNDER_HOME", str(home))
        monkeypatch.delenv("DATABASE_URL", raising=False)
        settings.cache_clear()
        yield home
        postgres.stop(home)
    settings.cache_clear()


def test_the_password_of_the_database_is_on_no_command_line(psql: Path, address: None) -> None:
    assert run(["db", "psql", "--", "-c", "SELECT 1"]) == 0
    given = json.loads(psql.read_text())
    assert given["arguments"] == ["postgresql://mara@db.example:6543/main?sslmode=require", "-c", "SELECT 1"]
    assert given["password"] == "sekret@pw"
    assert given["options"] == "-c search_path=cofounder"


def test_an_address_is_read_as_it_is_by_postgresqls_own_programs(
    home: Path, psql: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["db", "url"]) == 0
    for given in (capsys.readouterr().out.strip(), None):
        if given is None:
            assert run(["db", "psql"]) == 0
            (given,) = json.loads(psql.read_text())["arguments"]
        postgres.ensure(home)  # psql was its last user
        with psycopg.connect(given) as connection:  # libpq reads it, as psql and pg_dump do
            assert connection.execute("SELECT current_database()").fetchone() == ("cofounder",)
