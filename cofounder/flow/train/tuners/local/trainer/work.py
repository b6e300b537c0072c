"""What the process does, by its first argument: train, check, try, merge or serve. Only one works in a folder."""

import fcntl
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .failures import Refused, Stopped, reason

_TRY_SECONDS = 10.0
_TRY_STEPS = 6


def main(mode: str, folder: Path) -> int:
    """The process's exit code: 0, or 1 where it said in words why not."""
    modes: dict[str, Callable[[Path], int]] = {
        "train": training,
        "check": lambda folder: answering(folder, checked),
        "try": lambda folder: answering(folder, tried),
        "merge": lambda folder: answering(folder, merged),
        "serve": serving,
    }
    return modes[mode](folder)


def held(folder: Path) -> bool:
    """Take the folder for this process until it ends; False: another one has it."""
    descriptor = os.open(folder / "running.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + 5
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:  # somebody may only be looking whether we live
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
    import psutil

    fresh = folder / "process.json.part"
    fresh.write_text(json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time()}), encoding="utf-8")
    fresh.replace(folder / "process.json")
    return True


def modestly() -> None:
    """Others go first: the server on this machine keeps answering, and is not what a machine without memory ends."""
    with suppress(OSError):
        os.nice(5)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("600", encoding="ascii")


@contextmanager
def alone(folder: Path, notes: Any) -> Iterator[None]:
    """Wait until no other training is at work on this machine: two at once would each take the other's memory."""
    descriptor = os.open(folder.parent / "training.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    told = False
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not told:
                    notes.say("waiting", "Waits until another training on this machine is done.")
                    told = True
                time.sleep(0.5)
        yield
    finally:
        os.close(descriptor)


def training(folder: Path) -> int:
    """Train, and say how it ended."""
    from .notes import Notes

    if not held(folder):
        return 0
    notes = Notes(folder)
    if (folder / "end.json").read_bytes().strip(b" \n\x00"):
        return 0  # it has ended
    modestly()
    try:
        from .train import Stop, train

        stop = Stop()
        notes.say("begun", "The training process runs.")
        if (folder / "cancel.json").exists():
            raise Stopped
        with alone(folder, notes):
            result = train(folder, notes, stop)
    except Stopped:
        if not (folder / "cancel.json").exists():
            notes.say("stopped", "The training process was told to end; it goes on from its last checkpoint.")
            return 0
        notes.say("ended", "Cancelled.", level="warning")
        notes.end(state="cancelled", reason="cancelled")
        return 0
    except BaseException as error:
        code, words = reason(error, folder)
        _show(error)
        notes.say("ended", words, level="error", reason=code)
        notes.end(state="failed", reason=code, words=words)
        return 1
    notes.say("ended", f"Done: {result['trained_tokens']} tokens in {result['seconds']} s.")
    notes.end(state="succeeded", reason=None, **result)
    return 0


def answering(folder: Path, work: Callable[[Path], dict[str, Any]]) -> int:
    """Do something short and print its answer as the last line: {"ok": …} or {"refused": code, "words": …}."""
    try:
        said: dict[str, Any] = {"ok": work(folder)}
        code = 0
    except BaseException as error:
        what, words = reason(error, folder)
        if not isinstance(error, Refused):
            _show(error)
        said, code = {"refused": what, "words": words, "field": getattr(error, "field", None)}, 1
    print(json.dumps(said), flush=True)  # noqa: T201  # it is the answer
    return code


def checked(folder: Path) -> dict[str, Any]:
    """Look at the base model and every line without loading a weight. Raises Refused."""
    from .base import context, looked_at
    from .settings import read
    from .train import prepared

    said = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    config, tokenizer = looked_at(said["base_model"])
    window = context(config)
    job = read(folder, window)
    if window is not None and job.max_length > window:
        raise Refused(
            "setting_invalid",
            f"max_length is {job.max_length}, but this model looks back {window} tokens.",
            "max_length",
        )
    lines, _, tokens, how = prepared(job, tokenizer)
    return {
        "examples": len(lines),
        "tokens": tokens,
        "how": how,
        "architecture": (config.architectures or [None])[0],
        "settings": job.shown(),
    }


def tried(folder: Path) -> dict[str, Any]:
    """Train for a few steps, keep nothing, and say how fast that went."""
    modestly()
    from transformers import TrainerCallback

    from .base import context, looked_at
    from .settings import read
    from .train import prepared, trainer_of

    said = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    config, tokenizer = looked_at(said["base_model"])
    job = read(folder, context(config))
    lines, _, tokens, _ = prepared(job, tokenizer)
    trainer = trainer_of(
        job, tokenizer, lines, [], save_strategy="no", output_dir=str(folder / "try"), max_steps=_TRY_STEPS
    )
    times: list[float] = []

    class Clock(TrainerCallback):  # type: ignore[misc]  # its module is not there when types are checked
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            times.append(time.monotonic())
            if len(times) > 1 and times[-1] - times[0] > _TRY_SECONDS:
                control.should_training_stop = True

    trainer.add_callback(Clock())
    trainer.train()
    shutil.rmtree(folder / "try", ignore_errors=True)
    per_line = tokens / len(lines)
    steps, seconds = len(times) - 1, times[-1] - times[0]
    if steps < 1 or seconds <= 0:
        raise Refused("failed", "There are too few lines to measure on.")
    return {
        "tokens_per_second": round(steps * min(job.batch_size, len(lines)) * per_line / seconds, 1),
        "steps": steps,
        "tokens": tokens,
        "epochs": job.epochs,
        "device": trainer.args.device.type,
        "settings": job.shown(),
    }


def merged(folder: Path) -> dict[str, Any]:
    """Put the adapter into its base model: FOLDER/out and the base become FOLDER/merged."""
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    out, part, whole = folder / "out", folder / "merged.part", folder / "merged"
    if not whole.exists():
        shutil.rmtree(part, ignore_errors=True)
        model = AutoPeftModelForCausalLM.from_pretrained(str(out), dtype="auto", trust_remote_code=False)
        model.merge_and_unload().save_pretrained(str(part))
        AutoTokenizer.from_pretrained(str(out), trust_remote_code=False).save_pretrained(str(part))
        part.rename(whole)
    return {"folder": str(whole)}


def serving(folder: Path) -> int:
    """Serve FOLDER/serve.json's model over OpenAI's chat API until the process is told to end."""
    if not held(folder):
        return 0
    modestly()
    said = json.loads((folder / "serve.json").read_text(encoding="utf-8"))
    os.environ["HF_HUB_OFFLINE"] = "1"  # what it is not given, it does not fetch
    threading.Thread(target=_end_with, args=(folder / "serve.json",), daemon=True).start()
    sys.argv = ["transformers", "serve", said["model"], "--host", "127.0.0.1", "--port", str(said["port"])]
    from transformers.cli.transformers import main as transformers

    transformers()
    return 0


def _end_with(file: Path) -> None:
    """A model that was removed is served no longer, whoever removed it."""
    while file.exists():
        time.sleep(5)
    os._exit(0)


def _show(error: BaseException) -> None:
    import traceback

    traceback.print_exception(error, file=sys.stderr)
