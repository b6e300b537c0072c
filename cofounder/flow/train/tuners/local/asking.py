"""What the Python that trains is asked before a job begins: whether it can be done, and how fast."""

import asyncio
import hashlib
import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from cofounder.flow.train.tuners.interface import Asked, DatasetUnfit, JobSettingInvalid, TunerRefused
from cofounder.flow.train.tuners.local import job, journal
from cofounder.flow.train.tuners.local.python import Trainer, environment

CHECK_SECONDS = 900.0  # tokens of a large dataset are counted one by one
TRY_SECONDS = 300.0
_START_SECONDS = 15.0  # until a training process has read its libraries and the model
_OF_THE_DATASET = ("dataset_unfit", "line_too_long")


async def checked(trainer: Trainer, asked: Asked) -> dict[str, Any]:
    """What the training would begin with. Raises DatasetUnfit, JobSettingInvalid, TunerRefused."""
    return await _asked(trainer, asked, "check", CHECK_SECONDS)


async def seconds(trainer: Trainer, asked: Asked) -> tuple[float | None, str]:
    """(how long the training will take here, how that came about)."""
    known = _remembered(asked, "check")
    tokens = (known["tokens"] if known else asked.files.train_tokens) * (asked.hyper.epochs or 3)
    last = await asyncio.to_thread(_last, asked)
    if last is not None:
        return _time(tokens, last), f"{tokens:,} tokens at {last:,.0f} a second, as the last such job here went."
    try:
        tried = await _asked(trainer, asked, "try", TRY_SECONDS)
    except TunerRefused as error:
        return None, f"It could not be measured: {error.detail}"
    speed, device = float(tried["tokens_per_second"]), str(tried["device"]).upper()
    tokens = int(tried["tokens"]) * int(tried["epochs"])
    basis = f"{tokens:,} tokens at {speed:,.0f} a second, measured now over {tried['steps']} steps on the {device}."
    return _time(tokens, speed), basis


def _time(tokens: int, speed: float) -> float:
    return round(_START_SECONDS + tokens / speed, 1)


def _last(asked: Asked) -> float | None:
    """Tokens a second of the last job here with the same base model, method and kind of training."""
    best: tuple[float, float] | None = None
    beside = asked.folder.parent
    # Before there is a job its lines lie in a folder of their own, and the jobs in one beside that.
    for place in [*beside.glob(f"*/{journal.END}"), *beside.parent.glob(f"jobs/*/{journal.END}")]:
        end = journal.ended(place.parent) or {}
        ran = end.get("settings") or {}
        same = ran.get("base_model") == asked.base_model and ran.get("method") == asked.method
        adapter = asked.hyper.lora_rank != 0
        if same and (ran.get("lora_rank") != 0) == adapter and end.get("tokens_per_second"):
            best = max(best or (0.0, 0.0), (float(end.get("at", 0)), float(end["tokens_per_second"])))
    return best[1] if best else None


def _name(asked: Asked) -> str:
    said = json.dumps(job.described(asked), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _remembered(asked: Asked, mode: str) -> dict[str, Any] | None:
    try:
        found = json.loads((asked.folder / f"{mode}-{_name(asked)}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


async def _asked(trainer: Trainer, asked: Asked, mode: str, longest: float) -> dict[str, Any]:
    """One answer, remembered in the job's folder. Raises DatasetUnfit, JobSettingInvalid, TunerRefused."""
    known = _remembered(asked, mode)
    if known is not None:
        return known
    place = await asyncio.to_thread(_laid_out, mode, asked)
    try:
        said = await _run(trainer, mode, place, longest)
    finally:
        await asyncio.to_thread(shutil.rmtree, place, True)
    if "ok" in said:
        answer: dict[str, Any] = said["ok"]
        with suppress(OSError):  # without room for it, it is asked again
            (asked.folder / f"{mode}-{_name(asked)}.json").write_text(json.dumps(answer), encoding="utf-8")
        return answer
    code, words, field = said.get("refused"), str(said.get("words")), said.get("field")
    if code in _OF_THE_DATASET:
        raise DatasetUnfit(words, field=field or "dataset")
    if field is not None:
        raise JobSettingInvalid(words, field=field)
    raise TunerRefused(words)


def _laid_out(mode: str, asked: Asked) -> Path:
    """A folder as the training would find it. Raises TunerRefused."""
    try:
        asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f"{mode}.", dir=asked.folder))
        job.prepare(place, asked.files, job.described(asked))
    except OSError as error:
        raise TunerRefused(f"The lines cannot be laid into {asked.folder}: {error.strerror}.") from error
    return place


async def _run(trainer: Trainer, mode: str, place: Path, longest: float) -> dict[str, Any]:
    """The last line that the process prints. Raises TunerRefused."""
    process = await asyncio.create_subprocess_exec(
        trainer.python,
        "-P",
        job.RUN,
        mode,
        place,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(longest):
            said, errors = await process.communicate()
    except TimeoutError as error:
        raise TunerRefused(f"The base model gave no answer within {longest:.0f} seconds.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer: dict[str, Any] = json.loads(said.strip().splitlines()[-1])
    except (IndexError, ValueError) as error:
        last = errors.decode(errors="replace").strip()[-400:]
        raise TunerRefused(f"The training process ended with code {process.returncode}: {last}") from error
    return answer
