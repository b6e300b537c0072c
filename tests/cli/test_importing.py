"""Bringing data in at the command line: look, try, bring in, see what was refused."""

import json
import os
from pathlib import Path

import pytest

from cofounder.cli import out
from cofounder.cli.program import run
from cofounder.kit.testing import Database

ROWS = "date,sessions,users\n2024-01-01,10,8\n2024-01-02,x,7\n2024-01-03,12,9\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "site.csv"
    path.write_text(ROWS)
    return path


def said(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> dict:
    capsys.readouterr()
    assert run([*command, "--json"]) == code
    return dict(json.loads(capsys.readouterr().out))


def test_a_file_is_looked_at_tried_and_brought_in_once(
    database: Database, file: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    seen = said(capsys, "import", "web", str(file), "--preview")
    assert seen["mapping"]["fields"]["day"]["columns"] == ["date"]
    tried = said(capsys, "import", "web", str(file), "--dry-run")
    assert (tried["state"], tried["checked"]["added"], tried["checked"]["refused"]) == ("draft", 2, 1)
    done = said(capsys, "import", "web", str(file), "--map", "users=users", "--set", "source=report")
    assert (done["state"], done["counts"]["added"]) == ("done", 2)
    again = said(capsys, "import", "web", str(file), "--set", "source=report")
    assert (again["counts"]["added"], again["counts"]["unchanged"]) == (0, 2)
    assert run(["imports", "refused", "last", "-o", str(tmp_path / "refused.csv")]) == 0
    assert "3,sessions,x,not_a_number" in (tmp_path / "refused.csv").read_text()
    assert run(["imports", "list"]) == 0
    assert "site.csv" in capsys.readouterr().out
    refused = said(capsys, "import", "web", str(file), "--all-or-nothing", code=out.ENDED_BADLY)
    assert refused["state"] == "refused"


def test_what_does_not_fit_says_what_to_do(database: Database, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "cats", str(file)]) == out.USAGE
    assert "Kinds: tasks" in capsys.readouterr().err
    assert run(["import", "web", str(file) + ".gone"]) == out.USAGE
    assert "is not there" in capsys.readouterr().err
    assert run(["import", "web", str(file), "--map", "day=when"]) == out.USAGE
    assert "no column 'when'" in capsys.readouterr().err
    assert run(["import", "web", str(file), "--timezone", "Mars"]) == out.USAGE
    assert "Europe/Berlin" in capsys.readouterr().err
    assert run(["imports", "show", "last"]) == out.MISSING
    assert run(["imports", "refused", "01a1ffd3-9ee3-788e-a477-28bde9d7a930"]) == out.MISSING
    assert not capsys.readouterr().out
    assert run(["import", "web", str(file), "--scale", "sessions=0"]) == out.USAGE
    assert "Every figure times 0 is 0" in capsys.readouterr().err


def test_a_preview_says_what_is_missing_without_a_value(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("id,platform,title\na,x,One\nb,x,\n")
    assert run(["import", "posts", str(path), "--preview"]) == 0
    shown = capsys.readouterr().out
    assert "Line 3" in shown
    assert "None:" not in shown


def test_a_folder_is_set_up_and_read(database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "week.csv").write_text(ROWS)
    os.utime(folder / "week.csv", (1, 1))
    wish = {"name": "drop", "type": "folder", "kind": "web_analytics", "folder": {"path": str(folder)}}
    (tmp_path / "drop.json").write_text(json.dumps(wish))
    assert run(["imports", "connect", str(tmp_path / "drop.json")]) == 0
    assert run(["import", "web", "drop"]) == 0
    assert "2 added" in capsys.readouterr().out
    assert run(["import", "web", "drop"]) == 0
    assert "no new file" in capsys.readouterr().err
    assert run(["imports", "disconnect", "drop", "--yes"]) == 0


def test_readings_without_posts_say_the_way_and_it_leads_there(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "facebook_export.csv"
    path.write_text("post_id,likes,reach\n1,5,100\n2,7,200\n")
    assert run(["import", "social", str(path)]) == 0
    assert "--make-posts for a post each" in " ".join(capsys.readouterr().out.split())
    assert run(["import", "social", str(path), "--make-posts"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "2 posts were made of readings" in told
    assert "found no post" not in told


def test_of_many_columns_left_out_ten_are_named_and_a_file_without_rows_is_said_to_have_none(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wide.csv").write_text("date,sessions" + "".join(f",c{at}" for at in range(198)) + "\n")
    assert run(["import", "web", str(tmp_path / "wide.csv")]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "c9 and 188 others" in told
    assert "c10" not in told
    assert "wide.csv has no rows below the names of its columns." in told


def test_a_time_in_a_form_of_its_own_is_refused_with_the_option_that_reads_it(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weeks.csv"
    path.write_text("date,sessions,test_week\n2024-01-01,5,202401\n")
    assert run(["import", "web", str(path), "-m", "measured_at=test_week"]) == 0
    assert run(["imports", "refused", "last"]) == 0
    assert "--time-format" in capsys.readouterr().out


def test_a_column_of_figures_is_scaled_by_its_own_name(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("month,conversion rate\n2026-03-01,1.7\n2026-04-01,2.0\n")
    assert run(["import", "financial", str(path), "--period", "month", "--scale", "conversion rate=1"]) == 0
    assert "2 read, 2 refused" in capsys.readouterr().out
    assert run(["import", "financial", str(path), "--period", "month"]) == 0
    assert "2 read, 2 added" in capsys.readouterr().out


def test_rows_and_the_parts_they_hold_are_told_apart(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "posts.csv"
    path.write_text(
        "id,title,platform,published_at\n1,A,x; linkedin,2024-01-01\n2,B,x; email,2024-01-02\n3,C,x,never\n"
    )
    assert run(["import", "posts", str(path)]) == 0
    assert "Posts: 3 rows read, 1 refused; the other 2 hold 4 parts: 4 added." in capsys.readouterr().out
