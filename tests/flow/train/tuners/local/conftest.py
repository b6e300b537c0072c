"""The Python that trains, and models for it. Where it is not made, what needs it is left out and says so."""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cofounder.flow.train.tuners.interface import TunerNotReady
from cofounder.flow.train.tuners.local import job, python
from cofounder.settings import Settings

HERE = Path(__file__).parent
LONGEST = 600  # seconds; a machine may be slow, and nothing is wrong


@pytest.fixture(scope="session")
def trainer() -> Iterator[Path]:
    """The Python that trains, with one thread: its models are too small for two."""
    try:
        found = asyncio.run(python.found(Settings())).python
    except TunerNotReady as error:
        pytest.skip(f"Local tuning is not installed: make trainer. ({error.detail})")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield found


@pytest.fixture(scope="session")
def bases(trainer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny model for each kind of chat template."""
    made = tmp_path_factory.mktemp("bases")
    subprocess.run(
        [trainer, HERE / "tiny.py", made], check=True, capture_output=True, timeout=LONGEST, env=python.environment()
    )
    return made


@pytest.fixture(scope="session")
def inside(trainer: Path, bases: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the trials of inside.py found."""
    ran = subprocess.run(
        [trainer, HERE / "inside.py", job.RUN, bases, tmp_path_factory.mktemp("inside")],
        capture_output=True,
        timeout=LONGEST,
        env=python.environment(),
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found
