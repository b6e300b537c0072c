"""The settings of a training, with their defaults filled in."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LONGEST = 8_192  # tokens of a line, unless the job says otherwise
_RATES = {("sft", True): 2e-4, ("sft", False): 2e-5, ("dpo", True): 2e-5, ("dpo", False): 1e-6}


@dataclass(frozen=True)
class Job:
    """job.json, as the server wrote it, with nothing left open."""

    folder: Path
    base_model: str
    method: str
    epochs: int
    learning_rate: float
    batch_size: int
    lora_rank: int  # 0: all weights
    max_length: int
    early_stopping: bool
    seed: int
    train: Path
    validation: Path | None

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name not in ("folder", "train", "validation")}


def read(folder: Path, context: int | None) -> Job:
    """The job of a folder. `context`: tokens that the model can look back on."""
    said = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    hyper = said["hyper"]
    rank = 16 if hyper["lora_rank"] is None else hyper["lora_rank"]
    validation = folder / "validation.jsonl" if said["validation_lines"] else None
    stops = hyper["early_stopping"]
    return Job(
        folder=folder,
        base_model=said["base_model"],
        method=said["method"],
        epochs=hyper["epochs"] or 3,
        learning_rate=hyper["learning_rate"] or _RATES[said["method"], rank > 0],
        batch_size=hyper["batch_size"] or 8,
        lora_rank=rank,
        max_length=hyper["max_length"] or min(context or LONGEST, LONGEST),
        early_stopping=validation is not None and (True if stops is None else stops),
        seed=hyper["seed"],
        train=folder / "train.jsonl",
        validation=validation,
    )
