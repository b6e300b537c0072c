"""At the command line a person says that they posted by hand what lay in the outbox, and takes it back."""

import json
from typing import Any

import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit.testing import Database

WORDS = "Our office moves to 12 Dock Street in May. Come and see us; there will be coffee."
URL = "https://www.linkedin.com/posts/acme-1"


def seen(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["task", "last", "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return dict(found["publications"][0])


def test_it_is_marked_mended_and_taken_back(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    assert "--posted" in capsys.readouterr().out
    assert seen(capsys)["posted"] is None

    assert run(["task", "last", "--posted", "--url", URL]) == 0
    told = capsys.readouterr().out
    assert "Posted by hand" in told
    assert URL in told
    first = seen(capsys)["posted"]
    assert run(["task", "last", "--posted", "--url", f"{URL}2", "--channel", "linkedin"]) == 0
    assert seen(capsys)["posted"] == {"posted_at": first["posted_at"], "url": f"{URL}2"}

    assert run(["task", "last", "--not-posted"]) == 0
    assert seen(capsys)["posted"] is None
    assert run(["task", "last", "--not-posted"]) == out.CONFLICT
    assert "is marked as posted" in capsys.readouterr().err


def test_what_cannot_be_so_is_refused_in_one_line(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["publish", "--channel", "linkedin", WORDS]) == 0
    for options, code, words in (
        (
            ["--posted", "--url", "https://x.com/a/status/1"],
            out.USAGE,
            "url: It is an address of X; the text was for LinkedIn",
        ),
        (["--posted", "--url", "linkedin.com/1"], out.USAGE, "url"),
        (["--posted", "--at", "2020-01-01T09:00Z"], out.USAGE, "posted_at: The text was approved at"),
        (["--posted", "--channel", "email"], out.CONFLICT, "lies in the outbox"),
        (["--posted", "--sent"], out.USAGE, "--posted goes with"),
        (["--posted", "--retry"], out.USAGE, "do not go together"),
        (["--url", URL], out.USAGE, "goes with --resolve"),
    ):
        capsys.readouterr()
        assert run(["task", "last", *options]) == code, options
        (line,) = capsys.readouterr().err.splitlines()
        assert words in line
    assert seen(capsys)["posted"] is None


def test_a_thread_lies_in_the_outbox_as_its_posts(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["publish", "--channel", "x_thread", "First about beans.\n\nSecond about farms."]) == 0
    found = seen(capsys)
    assert (found["channel"], found["state"]) == ("x", "published")
    assert found["text"] == "First about beans.\n\n---\n\nSecond about farms."
    (letter,) = (database.home / "outbox").glob("*.txt")
    written = letter.read_text()
    assert written == found["text"]  # "---" parts the posts
