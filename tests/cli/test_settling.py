"""What a person does with publications at the command line: say what became of one, send it after all, stop it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit.clock import now
from cofounder.kit.testing import Database
from cofounder.settings import settings
from tests.channels.smtp import Server

WORDS = "Our office moves to 12 Dock Street in May. Come and see us; there will be coffee."
Mail = Callable[[Server], None]


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Mail:
    def connect(server: Server) -> None:
        for name, value in {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(server.port),
            "SMTP_STARTTLS": "false",
            "EMAIL_FROM": "news@acme.example",
            "EMAIL_RECIPIENTS": "ada@reader.example",
            "PUBLISH_RETRIES": "0",
        }.items():
            monkeypatch.setenv(f"COFOUNDER_{name}", value)
        settings.cache_clear()

    return connect


def publish(*more: str, channel: str = "email") -> int:
    return run(
        ["publish", "--channel", channel, *(["--subject", "We move"] if channel == "email" else []), WORDS, *more]
    )


def lost(mail: Mail) -> None:
    """The newest task's e-mail left on a line that broke after the text."""
    with Server(after_data="drop") as server:
        mail(server)
        assert publish() == 0


def task(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["task", "last", "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_nobody_is_sure_of_is_shown_with_its_evidence_and_where_to_look(
    database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    lost(mail)
    assert "--resolve" in capsys.readouterr().out
    assert run(["task", "last", "--resolve"]) == out.USAGE
    said = capsys.readouterr()
    for words in ("unknown", "ada@reader.example", "handed over 20", "line was lost", "search the log of 127.0.0.1"):
        assert words in said.out
    assert "--not-sent" in said.err
    assert task(capsys)["publications"][0]["state"] == "unknown"


def test_it_was_sent_with_its_address_and_time(
    database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    lost(mail)
    where = "https://acme.example/archive/1"
    at = f"{now():%Y-%m-%dT%H:%MZ}"  # to the minute in which it was handed over
    assert run(["task", "last", "--resolve", "--sent", "--url", where, "--at", at]) == 0
    found = task(capsys)
    assert (found["status"], found["publications"][0]["state"]) == ("completed", "published")
    assert found["publications"][0]["url"] == where
    assert run(["task", "last", "--resolve", "--sent"]) == out.CONFLICT
    assert "No publication" in capsys.readouterr().err


def test_it_was_not_sent_and_is_sent_again_once(
    database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    lost(mail)
    with Server() as server:
        mail(server)
        assert run(["task", "last", "--resolve", "--not-sent", "--again", "--json"]) == 0
        assert len(server.messages) == 1
    assert task(capsys)["publications"][0]["state"] == "published"


def test_it_was_not_sent_and_may_be_sent_later(
    database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    lost(mail)
    assert run(["task", "last", "--resolve", "--not-sent"]) == 0
    found = task(capsys)
    assert (found["status"], found["publications"][0]["state"]) == ("completed", "refused")
    with Server() as server:
        mail(server)
        assert run(["task", "last", "--retry"]) == 0
        assert len(server.messages) == 1
    assert task(capsys)["publications"][0]["state"] == "published"
    assert run(["task", "last", "--retry"]) == out.CONFLICT


def test_a_server_that_was_away_is_said_and_gets_it_on_request(
    database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    with Server() as server:
        mail(server)
    assert publish() == out.ENDED_BADLY
    said = capsys.readouterr().out
    assert "could not be used" in said
    assert "--retry" in said
    with Server(port=server.port) as back:
        assert run(["task", "last", "--retry", "--channel", "email"]) == 0
        assert len(back.messages) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sent"], "--resolve"),
        (["--resolve", "--sent", "--not-sent"], "do not go together"),
        (["--resolve", "--url", "https://x.example"], "--sent or --not-sent"),
        (["--resolve", "--retry"], "do not go together"),
        (["--resolve", "--sent", "--at", "yesterday"], "error: at:"),
        (["--channel", "email"], "--channel goes with"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["task", "last", *options]) == out.USAGE
    assert words in capsys.readouterr().err


def test_cancelling_a_decided_task_stops_what_waits_and_says_what_was_sent(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish("--schedule", "2099-01-01T00:00Z", channel="linkedin") == 0
    found = task(capsys)
    assert (found["status"], found["publications"][0]["actions"]) == ("approved", ["cancel", "reschedule"])
    assert run(["task", "last", "--cancel"]) == out.USAGE
    capsys.readouterr()
    assert run(["task", "last", "--cancel", "--yes"]) == 0
    found = task(capsys)
    assert (found["status"], found["publications"][0]["state"]) == ("completed", "cancelled")
    assert run(["task", "last", "--cancel", "--yes"]) == out.CONFLICT
    assert "Cancelled: linkedin." in capsys.readouterr().err


def test_what_was_published_cannot_be_cancelled_and_is_named(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publish(channel="linkedin") == 0
    capsys.readouterr()
    assert run(["task", "last", "--cancel", "--yes"]) == out.CONFLICT
    said = capsys.readouterr().err
    assert "nothing of it waits any more" in said
    assert "Sent: linkedin." in said


def test_what_nobody_knows_of_is_listed_with_its_task(
    database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]
) -> None:
    lost(mail)
    id = task(capsys)["task_id"]
    assert run(["publications", "--status", "unknown"]) == 0
    said = capsys.readouterr().out
    assert f"cofounder task {id}" in said
    assert "We move" in said
    assert run(["publications", "--status", "published"]) == 0
    assert "None." in capsys.readouterr().out
    assert run(["publications", "--status", "lost"]) == out.USAGE
    assert "status: 'lost' is no status." in capsys.readouterr().err


def test_what_is_no_thread_has_no_count(database: Database, mail: Mail, capsys: pytest.CaptureFixture[str]) -> None:
    lost(mail)
    assert run(["task", "last", "--resolve", "--sent", "--posts", "1"]) == out.USAGE
    assert "posts: It is no thread." in capsys.readouterr().err
