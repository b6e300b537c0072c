"""What is half made lies in a folder that its maker holds; what a killed one left goes, what a living one writes stays."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cofounder.flow.train.datasets import keeping
from cofounder.kit import store
from cofounder.settings import settings

MAKER = """
import time
from cofounder.kit import store
with store.scratch() as folder:
    (folder / "upload").write_text("ann.lee@corner.io")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("COFOUNDER_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_what_a_killed_process_left_goes_at_once_and_what_a_living_one_writes_stays(home: Path) -> None:
    maker = subprocess.Popen([sys.executable, "-c", MAKER], stdout=subprocess.PIPE, text=True)
    try:
        assert maker.stdout is not None
        made = Path(maker.stdout.readline().strip()) / "upload"
        os.utime(made.parent, (0, 0))  # however long it takes
        assert asyncio.run(keeping.remove_parts()) == 0
        assert made.exists()
    finally:
        maker.kill()
        maker.wait()
    with store.scratch() as mine:
        assert not made.parent.exists(), "whoever begins next finds it too"
        assert store.sweep() == 0
        assert mine.exists()
    assert list((home / "artifacts" / ".part").iterdir()) == []


def test_where_no_lock_says_it_a_day_does(home: Path) -> None:
    parts = home / "artifacts" / ".part"
    fresh, old, begun = parts / "1", parts / "2", parts / ".3"
    for one in (fresh, old, begun):
        one.mkdir(parents=True)
    long_ago = time.time() - 2 * 86_400
    os.utime(old, (long_ago, long_ago))
    assert store.sweep() == 1
    assert sorted(one.name for one in parts.iterdir()) == [".3", "1"]


def test_nothing_to_sweep_is_fine(home: Path) -> None:
    assert store.sweep() == 0
