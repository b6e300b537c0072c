"""The training itself: TRL's trainers with our lines, settings, checkpoints and words."""

import json
import math
import shutil
import signal
import time
from pathlib import Path
from typing import Any

from .base import context, looked_at, turns
from .failures import Refused, Stopped
from .lines import Masker, conversations, pairs
from .notes import Notes
from .settings import Job, read

CHECKPOINTS, OUT = "checkpoints", "out"
_WHOLE = "whole"  # a file in a checkpoint that was written to its end
_EVALUATIONS = 10  # a training
_POINTS = 400  # of the loss curve
_SAVE_SECONDS = 600.0
_PATIENCE = 3  # evaluations without a better one


class Stop:
    """Whether somebody asked the process to end. Before the training begins there is nothing to keep."""

    def __init__(self) -> None:
        self.asked = self.training = False
        signal.signal(signal.SIGTERM, self._hear)

    def _hear(self, *_: Any) -> None:
        self.asked = True
        if not self.training:
            raise Stopped


def prepared(job: Job, tokenizer: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]], int, str]:
    """(what to train on, what to measure on, tokens of an epoch, how answers are told). Raises Refused."""
    masker = Masker(tokenizer)
    if job.method == "dpo":
        train, tokens = pairs(job.train, masker, job.max_length)
        held = pairs(job.validation, masker, job.max_length)[0] if job.validation else []
        return train, held, tokens, masker.how
    train = conversations(job.train, masker, job.max_length)
    held = conversations(job.validation, masker, job.max_length) if job.validation else []
    return train, held, sum(len(one["input_ids"]) for one in train), masker.how


def loaded(job: Job) -> Any:
    """The base model's weights. Raises Refused: base_model_missing."""
    import torch
    from transformers import AutoModelForCausalLM

    gpu = torch.cuda.is_available()
    try:
        # Adapters are trained in full precision on top of weights that stay as they are.
        dtype = torch.bfloat16 if gpu and job.lora_rank and torch.cuda.is_bf16_supported() else torch.float32
        return AutoModelForCausalLM.from_pretrained(job.base_model, dtype=dtype, trust_remote_code=False)
    except OSError as error:
        said = " ".join(str(error).split())[:300]
        raise Refused(
            "base_model_missing", f"The weights of {job.base_model} cannot be read: {said}", "base_model"
        ) from error


def trainer_of(job: Job, tokenizer: Any, train: list[Any], held: list[Any], **also: Any) -> Any:
    """TRL's trainer for this job. `also`: arguments that stand above ours."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

    gpu = torch.cuda.is_available()
    steps = math.ceil(len(train) / job.batch_size) * job.epochs
    often = max(1, steps // _EVALUATIONS)
    arguments: dict[str, Any] = {
        "output_dir": str(job.folder / CHECKPOINTS),
        "num_train_epochs": job.epochs,
        "per_device_train_batch_size": job.batch_size,
        "per_device_eval_batch_size": job.batch_size,
        "learning_rate": job.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": min(20, steps // 10),
        "max_length": None,  # every line was measured, and none is too long
        "seed": job.seed,
        "data_seed": job.seed,
        "use_cpu": not gpu,
        "bf16": gpu and torch.cuda.is_bf16_supported(),
        "gradient_checkpointing": gpu,
        "logging_steps": max(1, steps // _POINTS),
        "logging_first_step": True,
        "save_strategy": "steps",
        "save_steps": often,
        "save_total_limit": 2,
        "eval_strategy": "steps" if held else "no",
        "eval_steps": often if held else None,
        "load_best_model_at_end": bool(held) and job.early_stopping,
        "metric_for_best_model": "eval_loss" if held else None,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": gpu,
    } | also
    config, trainer = (DPOConfig, DPOTrainer) if job.method == "dpo" else (SFTConfig, SFTTrainer)
    adapter = None
    if job.lora_rank:
        adapter = LoraConfig(
            r=job.lora_rank,
            lora_alpha=2 * job.lora_rank,  # a whole number: servers read it as one
            lora_dropout=0.0,
            target_modules="all-linear",
            task_type="CAUSAL_LM",
        )
    return trainer(
        model=loaded(job),
        args=config(**arguments),
        train_dataset=Dataset.from_list(train),
        eval_dataset=Dataset.from_list(held) if held else None,
        processing_class=tokenizer,
        peft_config=adapter,
    )


def train(folder: Path, notes: Notes, stop: Stop) -> dict[str, Any]:
    """Train to the end, from the last whole checkpoint where there is one. Raises Refused, Stopped."""
    started = time.time()
    began = json.loads((folder / "job.json").read_text(encoding="utf-8"))["base_model"]
    notes.say("note", f"Reading {began} and the lines.")
    config, tokenizer = looked_at(began)
    job = read(folder, context(config))
    lines, held, tokens, how = prepared(job, tokenizer)
    notes.say("note", f"{len(lines)} lines, {tokens} tokens an epoch; {how}.", settings=job.shown())
    trainer = trainer_of(job, tokenizer, lines, held)
    watch = _watch(notes, stop, tokens)
    trainer.add_callback(watch)
    if job.early_stopping and held:
        from transformers import EarlyStoppingCallback

        trainer.add_callback(EarlyStoppingCallback(early_stopping_patience=_PATIENCE))
    last = last_checkpoint(folder)
    where = trainer.args.device.type
    if last is None:
        notes.say("started", f"Training begins on the {where.upper()}.", device=where)
    else:
        step = int(last.name.rpartition("-")[2])
        notes.say("resumed", f"Training goes on from step {step}.", step=step, device=where)
    stop.training = True
    trainer.train(resume_from_checkpoint=None if last is None else str(last))
    if stop.asked:
        raise Stopped
    kind = _save(folder, trainer, tokenizer, job)
    notes.say("saved", "What was learned is saved.", step=trainer.state.global_step)
    return {
        "kind": kind,
        "base_model": job.base_model,
        "architecture": (config.architectures or [None])[0],
        "model_type": config.model_type,
        "turns": turns(tokenizer),
        "stops": _stops(tokenizer),
        "trained_tokens": round(tokens * float(trainer.state.epoch or 0)),
        "tokens_per_second": watch.speed(),
        "seconds": round(time.time() - started, 1),
        "steps": trainer.state.global_step,
        "device": where,
        "settings": job.shown(),
        "versions": _versions(),
    }


def _watch(notes: Notes, stop: Stop, tokens: int) -> Any:
    from transformers import TrainerCallback

    class Watch(TrainerCallback):  # type: ignore[misc]  # its module is not there when types are checked
        """Writes the losses down, says when a checkpoint is whole, and ends the training when that is asked."""

        def __init__(self) -> None:
            self.busy, self.steps, self.per_step = 0.0, 0, 0.0
            self.began = self.saved = time.monotonic()

        def speed(self) -> float | None:
            """Tokens a second while training; measuring and saving are not counted. The first step warms up."""
            return round(self.per_step * self.steps / self.busy, 1) if self.busy and self.steps else None

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.per_step = tokens * args.num_train_epochs / max(1, state.max_steps)
            self.first = state.global_step
            notes.say("plan", steps=state.max_steps, epochs=args.num_train_epochs)

        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.began = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step > self.first + 1 or state.max_steps == self.first + 1:
                self.busy += time.monotonic() - self.began
                self.steps += 1
            if stop.asked:
                control.should_save = control.should_training_stop = True
            elif time.monotonic() - self.saved > _SAVE_SECONDS:
                control.should_save = True

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            logs = logs or {}
            for name, words in (("loss", "Loss"), ("eval_loss", "Loss on what was held back")):
                value = logs.get(name)
                if not isinstance(value, int | float):
                    continue
                if not math.isfinite(value):
                    raise Refused("failed", "The loss became no number: take a smaller learning_rate.", "learning_rate")
                self._point(name, words, float(value), logs, state)

        def _point(self, name: str, words: str, value: float, logs: Any, state: Any) -> None:
            at = {"step": state.global_step, "steps": state.max_steps, name: round(value, 6)}
            accuracy = logs.get("rewards/accuracies" if name == "loss" else "eval_rewards/accuracies")
            told = "" if accuracy is None else f"; the better answer preferred in {float(accuracy):.0%}"
            notes.say(
                name, f"{words} {value:.4f} at step {state.global_step}{told}.", tokens_per_second=self.speed(), **at
            )

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            folder = Path(args.output_dir) / f"checkpoint-{state.global_step}"
            (folder / _WHOLE).touch()
            self.saved = time.monotonic()
            notes.say("checkpoint", "", step=state.global_step)

    return Watch()


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that is whole; those that are not are removed."""
    whole = []
    for one in (folder / CHECKPOINTS).glob("checkpoint-*"):
        if (one / _WHOLE).exists():
            whole.append(one)
        else:
            shutil.rmtree(one, ignore_errors=True)
    return max(whole, key=lambda one: int(one.name.rpartition("-")[2]), default=None)


def _save(folder: Path, trainer: Any, tokenizer: Any, job: Job) -> str:
    """Write what came out, whole or not at all; "adapter" or "merged"."""
    kind = "adapter" if job.lora_rank else "merged"
    part, out = folder / "out.part", folder / OUT
    shutil.rmtree(part, ignore_errors=True)
    trainer.save_model(str(part))
    tokenizer.save_pretrained(str(part))
    shutil.rmtree(out, ignore_errors=True)
    part.rename(out)
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)
    return kind


def _stops(tokenizer: Any) -> list[str]:
    return [tokenizer.eos_token]


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "trl", "peft")}
