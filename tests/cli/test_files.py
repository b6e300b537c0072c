"""A file is there whole or not at all."""

import errno
from pathlib import Path

import pytest

from cofounder.cli import home
from cofounder.cli.causes import explain
from cofounder.kit.files import NotWritten, whole
from cofounder.settings import settings


def test_the_file_appears_only_when_all_is_written(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with whole(target) as file:
        file.write("one\n")
        assert not target.exists()
    assert target.read_text() == "one\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_what_was_there_stays_when_writing_breaks_off(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")
    with pytest.raises(UnicodeEncodeError), whole(target) as file:
        file.write("half" * 100_000 + "\ud800")
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_full_disk_is_said_and_leaves_nothing() -> None:
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("this machine has no /dev/full")
    with pytest.raises(NotWritten) as refused, whole(device) as file:
        file.write("x" * 100_000)
    assert "/dev/full" in refused.value.detail


def test_a_full_disk_behind_the_output_is_no_fault_of_ours() -> None:
    told = explain(OSError(errno.ENOSPC, "No space left on device"))
    assert told is not None
    assert "No space left on device" in told.detail


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotWritten) as refused, whole(tmp_path / "none" / "out.csv"):
        pass
    assert refused.value.field == "output"


def test_the_mode_of_the_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("")
    target.chmod(0o640)
    with whole(target) as file:
        file.write("x")
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_may_be_read_by_its_owner_only(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    with whole(target) as file:
        file.write("x")
    assert target.stat().st_mode & 0o777 == 0o600


def test_logs_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_HOME", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "logs").mkdir(mode=0o755)
    older = tmp_path / "logs" / "commands.log"
    older.touch(mode=0o644)
    try:
        stream = home._log_file()
        assert stream is not None
        stream.close()
    finally:
        settings.cache_clear()
    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700
    assert older.stat().st_mode & 0o777 == 0o600
