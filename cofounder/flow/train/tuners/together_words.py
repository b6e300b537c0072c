"""How Together says what a job is, what happened in it, and what hardware costs. Pure."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cofounder.flow.train.tuners import figures
from cofounder.flow.train.tuners.interface import Asked, Event


def training_type(asked: Asked) -> dict[str, Any]:
    rank = asked.hyper.lora_rank
    if rank == 0:
        return {"type": "Full"}
    rank = rank or 8
    return {"type": "Lora", "lora_r": rank, "lora_alpha": 2 * rank, "lora_trainable_modules": "all-linear"}


def training_method(asked: Asked) -> dict[str, Any]:
    return {"method": "dpo"} if asked.method == "dpo" else {"method": "sft", "train_on_inputs": "auto"}


def cheapest(listed: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The cheapest hardware that is free, by what it costs a minute."""
    free = [
        one
        for one in listed
        if figures.usd((one.get("pricing") or {}).get("cents_per_minute")) is not None
        and (one.get("availability") or {}).get("status", "available") == "available"
    ]
    return min(free, key=lambda one: Decimal(str(one["pricing"]["cents_per_minute"])), default=None)


def share(job: dict[str, Any], epochs: int) -> float | None:
    done, of = figures.count(job.get("epochs_completed") or 0), figures.count(epochs)
    return min(1.0, done / of) if done is not None and of else None


def event(given: dict[str, Any]) -> Event:
    at = datetime.fromisoformat(str(given.get("created_at")).replace("Z", "+00:00"))
    step, kind, level = (
        figures.count(given.get("step")) or 0,
        str(given.get("type") or ""),
        str(given.get("level") or ""),
    )
    bad = level.endswith("error") or kind in ("job_error", "train_error", "job_failed")
    return Event(
        id=f"{_micros(at)}-{step:08d}-{kind}",
        at=at,
        message=str(given.get("message") or ""),
        level="error" if bad else "warning" if level.endswith("warning") else "info",
    )


def point(given: dict[str, Any]) -> Event:
    """One measured step; times are nanoseconds."""
    at = figures.moment((figures.amount(given.get("timestamp")) or 0) / 1_000_000_000) or datetime.fromtimestamp(0, UTC)
    kind = "eval" if "eval/loss" in given else "train"
    step = figures.count(given.get(f"{kind}/global_step") or given.get("train/global_step")) or 0
    return Event(
        id=f"{_micros(at)}-{step:08d}-{kind}",
        at=at,
        message=f"Step {step}",
        step=step,
        loss=given.get("train/loss"),
        eval_loss=given.get("eval/loss"),
    )


def _micros(at: datetime) -> str:
    return f"{int(at.timestamp() * 1_000_000):017d}"
