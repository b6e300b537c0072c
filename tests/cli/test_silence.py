"""What is silent is killed; what only seems so is not."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cofounder.cli import silence
from cofounder.cli.children import Child
from cofounder.cli.silence import LIVES, SILENT, UNTOLD, Watch
from cofounder.kit import leases
from cofounder.kit.testing import Database, until


def _nothing() -> int:
    time.sleep(600)
    return 0


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Of a child that does nothing, with its looks done by the test."""
    monkeypatch.setattr(silence, "AT_LEAST_SECONDS", 0.0)
    child = Child("worker", [], tmp_path / "worker.log")
    with child.log.open("ab") as words:
        child.begin(_nothing, words.fileno())
    made = Watch(child, 0.01)
    made.mend()
    made.look_at = float("inf")
    yield made
    made.close()
    child.finish(time.monotonic())


def hear(watch: Watch, *told: int) -> None:
    for one in told:
        time.sleep(0.1)
        watch._hear(one)


def ended(watch: Watch) -> bool:
    assert watch.child.process is not None
    watch.child.process.join(0.5)
    return watch.child.process.exitcode is not None


def test_who_is_silent_for_long_is_killed_and_told_of_once(watch: Watch, capsys: pytest.CaptureFixture[str]) -> None:
    hear(watch, LIVES, SILENT)
    assert not ended(watch)
    hear(watch, SILENT)
    assert ended(watch)
    watch.child.mend()
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert watch.child.resume_at > 0


def test_who_begins_or_cannot_be_asked_about_is_left_alone(watch: Watch) -> None:
    hear(watch, SILENT, SILENT, SILENT)  # it has had no lease yet
    hear(watch, LIVES, SILENT, UNTOLD, SILENT, LIVES, SILENT, 1, SILENT, -9, SILENT)
    assert not ended(watch)


def test_who_never_gets_to_a_lease_is_killed_after_a_longer_while(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(silence, "BEGINNING_SECONDS", 0.0)
    hear(watch, SILENT, UNTOLD, SILENT)  # while the database is away nothing begins
    assert not ended(watch)
    hear(watch, SILENT)
    assert ended(watch)
    assert "The worker said nothing for" in capsys.readouterr().err


def test_after_a_sleep_silence_counts_anew(watch: Watch) -> None:
    hear(watch, LIVES, SILENT)
    watch.turned = (watch.turned[0], watch.turned[1] - 3600)  # the clock on the wall went on, as while a laptop sleeps
    watch.mend()
    watch.look_at = float("inf")
    hear(watch, SILENT)
    assert not ended(watch)
    hear(watch, SILENT)
    assert ended(watch)


async def test_a_process_holds_a_lease_until_it_has_run_out(database: Database) -> None:

    async def told() -> bool:
        return await leases.holds(os.getpid()) is not None  # not while the database has just come up

    await until(told)
    assert await leases.holds(os.getpid()) is False
    async with leases.alive("worker") as me:
        assert await leases.holds(os.getpid()) is True
        assert await leases.holds(os.getpid() // 10) is False
    await leases._take(me, "worker", -1.0)
    assert await leases.holds(os.getpid()) is False
