"""The Python that trains: where it is, and what is installed there. It is asked, never imported."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cofounder.flow.train.tuners.interface import TunerNotReady
from cofounder.settings import Settings

NEEDED = ("torch", "transformers", "trl", "peft", "datasets", "accelerate")
_OF_A_CHECKOUT = Path(__file__).parents[5] / "build" / "trainer" / "bin" / "python"
_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "HF_TOKEN", "XDG_CACHE_HOME")
_PASSED_ON_BEGIN = ("LC_", "HF_HOME", "HF_HUB_", "HF_DATASETS_", "TRANSFORMERS_", "CUDA_", "NVIDIA_", "HIP_", "ROCR_")
_PASSED_ON_TOO = ("TORCH", "PYTORCH_", "OMP_", "MKL_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "NO_PROXY", "HTTPS_PROXY")
_ASK = """
import json, sys
from importlib.metadata import PackageNotFoundError, version
found = {"python": "%d.%d" % sys.version_info[:2]}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = None
print(json.dumps(found))
"""
_known: dict[tuple[str, float], dict[str, str | None]] = {}


@dataclass(frozen=True)
class Trainer:
    """A Python that can train. `versions`: of the packages that matter."""

    python: Path
    versions: dict[str, str]

    def said(self) -> str:
        return ", ".join(f"{name} {self.versions[name]}" for name in ("trl", "peft", "transformers", "torch"))


def place(chosen: Settings) -> Path | None:
    """The Python to train with: the one that is set, that of `make trainer`, else this one where it has TRL."""
    if chosen.trainer_python is not None:
        return chosen.trainer_python
    if _OF_A_CHECKOUT.exists():
        return _OF_A_CHECKOUT
    return Path(sys.executable) if find_spec("trl") is not None else None


async def found(chosen: Settings) -> Trainer:
    """The Python that trains, asked what it has. Raises TunerNotReady."""
    python = place(chosen)
    if python is None:
        raise TunerNotReady("Nothing to train with is installed.", hint=INSTALL)
    try:
        asked = (str(python), python.stat().st_mtime)
    except OSError as error:
        raise TunerNotReady(f"COFOUNDER_TRAINER_PYTHON is {python}: {error.strerror}.", hint=INSTALL) from error
    versions = _known.get(asked)
    if versions is None:
        versions = await _versions(python)
    missing = [name for name in NEEDED if not versions.get(name)]
    if missing:
        raise TunerNotReady(f"{python} lacks {', '.join(missing)}.", hint=INSTALL)
    _known[asked] = versions  # only a whole set is remembered: what is missing may be installed any time
    return Trainer(python, {name: said for name, said in versions.items() if said})


async def _versions(python: Path) -> dict[str, str | None]:
    try:
        process = await asyncio.create_subprocess_exec(
            python,
            "-I",
            "-c",
            _ASK,
            *NEEDED,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
        )
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
        answer: dict[str, str | None] = json.loads(said)
    except (OSError, ValueError, TimeoutError) as error:
        raise TunerNotReady(f"{python} does not answer as a Python does ({type(error).__name__}).") from error
    return answer


def environment() -> dict[str, str]:
    """What the process that trains gets to know of ours: paths, caches and devices. No key of ours, no database."""
    begins = (*_PASSED_ON_BEGIN, *_PASSED_ON_TOO)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith(begins) or name.lower() in ("no_proxy", "https_proxy", "http_proxy")
    }
    quiet = {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
    # Threads that wait by counting cost a busy machine, and the training itself, several times what sleeping costs.
    return {"OMP_WAIT_POLICY": "PASSIVE"} | kept | quiet | {"PYTHONUNBUFFERED": "1"}


INSTALL = (
    "pip install 'cofounder[local-training]', or in a checkout `make trainer`; a Python elsewhere that has it is named "
    "with COFOUNDER_TRAINER_PYTHON."
)
