"""A job's folder: what is asked, whether its process lives, how far it is, and what came out."""

import json
import shutil
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cofounder.flow.train.tuners.interface import (
    Artifacts,
    Asked,
    CancelTooLate,
    Event,
    Files,
    Progress,
    State,
    TunerRefused,
)
from cofounder.flow.train.tuners.local import journal, process
from cofounder.kit import clock

RUN = Path(__file__).parent / "trainer" / "run.py"
JOB, CANCEL, STARTS = "job.json", "cancel.json", "starts.json"
CANCEL_SECONDS = 60.0  # for a checkpoint, before the process is killed
MOST_STARTS = 4  # without a new checkpoint


class JobFilesGone(TunerRefused):
    """What belongs to this job is not on this machine any more."""

    hint = "Its folder was removed, or the product was moved without it. Start the job again."


def described(asked: Asked) -> dict[str, Any]:
    """job.json: what the training process needs to know."""
    return {
        "key": asked.key,
        "role": asked.role,
        "base_model": asked.base_model,
        "method": asked.method,
        "model_name": asked.model_name,
        "hyper": asdict(asked.hyper),
        "content_hash": asked.files.content_hash,
        "validation_lines": asked.files.validation_lines if asked.files.validation else 0,
    }


def prepare(place: Path, files: Files, said: dict[str, Any]) -> None:
    """Lay the lines and then job.json into the job's folder, unless they lie there. Raises OSError."""
    if (place / JOB).exists():
        return
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for source, name in ((files.train, "train.jsonl"), (files.validation, "validation.jsonl")):
        if source is not None and source.resolve() != (place / name).resolve():
            shutil.copyfile(source, place / f"{name}.part")
            (place / f"{name}.part").replace(place / name)
    _write(place / JOB, said)


def _write(path: Path, said: dict[str, Any]) -> None:
    fresh = path.with_name(f"{path.name}.part")
    fresh.write_text(json.dumps(said), encoding="utf-8")
    fresh.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def is_ours(place: Path) -> bool:
    return place.is_absolute() and (place / JOB).is_file()


def folder(remote_id: str) -> Path:
    """The folder of a job. Raises JobFilesGone."""
    place = Path(remote_id)
    if not is_ours(place):
        raise JobFilesGone(f"There is no job in {place}.")
    return place


async def begin(place: Path, python: Path) -> bool:
    """Start the process unless it lives or has ended; False: it was started too often for nothing."""
    if journal.ended(place) is not None or process.lives(place):
        return True
    saved = sum(entry.kind in ("checkpoint", "saved") for entry in journal.entries(place))
    before = _read(place / STARTS)
    count = 1 + (before.get("count", 0) if before.get("saved") == saved else 0)
    if count > MOST_STARTS:
        return False
    _write(place / STARTS, {"count": count, "saved": saved})
    await process.start(place, [str(python), "-P", str(RUN), "train", str(place)])
    return True


def goes_by_itself(place: Path) -> bool:
    """Has it ended, or is it at work, so that nothing needs to be started?"""
    return journal.ended(place) is not None or process.lives(place)


async def progress(place: Path, python: Path | None) -> Progress:
    """How far the job is; a process that was killed is started again with this Python, next time where none is given."""
    end = journal.ended(place)
    if end is not None:
        return _over(end)
    asked = _read(place / CANCEL).get("at")
    if asked is not None:
        return _cancelling(place, float(asked))
    if python is not None and not await begin(place, python):
        words = (
            f"The training process was ended {MOST_STARTS} times in a row before it could save a checkpoint. Most often "
            f"the machine ran out of memory. Its last words: {process.last_words(place) or 'none'}"
        )
        _end(place, state="failed", reason="killed", words=words)
        return _over(journal.ended(place) or {})
    return _running(place)


def _over(end: dict[str, Any]) -> Progress:
    state: State = end["state"]
    return Progress(
        state=state,
        share=1.0 if state == "succeeded" else None,
        error=end.get("words"),
        trained_tokens=end.get("trained_tokens"),
        raw_state=str(end.get("reason") or state),
    )


def _cancelling(place: Path, asked: float) -> Progress:
    if process.lives(place):
        if time.time() - asked > CANCEL_SECONDS:
            process.stop(place, kill=True)
        return Progress("cancelling", raw_state="cancelling")
    if journal.ended(place) is None:
        _end(place, state="cancelled", reason="cancelled")
    return _over(journal.ended(place) or {"state": "cancelled"})


def _end(place: Path, **said: Any) -> None:
    """Say how it ended in the process's place, which is gone."""
    _write(place / journal.END, {"at": time.time(), **said})


def _running(place: Path) -> Progress:
    told = list(journal.entries(place))
    points = [entry.said for entry in told if entry.kind in ("loss", "eval_loss") and entry.said.get("steps")]
    if told and told[-1].kind == "waiting":
        return Progress("queued", share=0.0, raw_state="waiting")
    if not points:
        return Progress("running", share=0.0, raw_state="starting")
    last = points[-1]
    share = min(1.0, last["step"] / last["steps"])
    begun = max((entry.number for entry in told if entry.kind in ("started", "resumed")), default=0)
    run = [entry.said for entry in told if entry.number > begun and entry.said.get("steps") and entry.said.get("at")]
    finishes: datetime | None = None
    steps = run[-1]["step"] - run[0]["step"] if run and "step" in run[0] and "step" in run[-1] else 0
    if steps > 0:
        left = (last["steps"] - last["step"]) * (run[-1]["at"] - run[0]["at"]) / steps
        finishes = clock.now() + timedelta(seconds=left)
    return Progress("running", share=share, finishes_at=finishes, raw_state="training")


def events(place: Path, after: str | None) -> list[Event]:
    """What happened after the event named, oldest first."""
    past = int(after) if after and after.isdecimal() else 0
    made = (journal.event(entry) for entry in journal.entries(place) if entry.number > past)
    return [one for one in made if one is not None]


def cancel(place: Path) -> None:
    """Raises CancelTooLate."""
    end = journal.ended(place)
    if end is not None:
        raise CancelTooLate(f"The training has ended already: {end['state']}.")
    if not (place / CANCEL).exists():
        _write(place / CANCEL, {"at": time.time()})
    process.stop(place)


def artifacts(place: Path) -> Artifacts:
    """Raises JobFilesGone, TunerRefused."""
    end = journal.ended(place)
    if end is None or end["state"] != "succeeded":
        raise TunerRefused("This job has no model: it did not come to its end.")
    out = place / "out"
    if not any(out.glob("*.safetensors")):
        raise JobFilesGone(f"The model's files are gone from {out}.")
    return Artifacts(folder=out, kind="adapter" if end["kind"] == "adapter" else "merged", details=end)


async def remove(place: Path) -> None:
    """End what still runs and remove the folder."""
    process.stop(place, kill=True)
    await process.gone(place, 10)
    shutil.rmtree(place, ignore_errors=True)
