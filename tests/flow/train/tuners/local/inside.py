"""What is asked of the trainer from inside the Python that trains, in one process: python inside.py RUN BASES WORK.

Prints one JSON object: what came of each trial below, under its name. The claims about them stand in test_trainer.py.
"""

import importlib.util
import json
import resource
import sys
from pathlib import Path
from typing import Any

RUN, BASES, WORK = (Path(given) for given in sys.argv[1:4])
spec = importlib.util.spec_from_file_location("run", RUN)
assert spec is not None
assert spec.loader is not None
run = importlib.util.module_from_spec(spec)
spec.loader.exec_module(run)
base, failures, lines, settings, train, work = (
    run.part(name) for name in ("base", "failures", "lines", "settings", "train", "work")
)

TALK = [
    {"role": "system", "content": "plan"},
    {"role": "user", "content": "write a post about growth"},
    {"role": "assistant", "content": "launch the spring offer"},
    {"role": "user", "content": "write a report"},
    {"role": "assistant", "content": "figure channel week"},
]


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def job(name: str, kind: str, rows: list[Any], method: str = "sft", **hyper: Any) -> Path:
    folder = WORK / name
    write(folder / "train.jsonl", rows)
    unset = dict.fromkeys(("epochs", "learning_rate", "batch_size", "lora_rank", "max_length", "early_stopping"), None)
    said = {"base_model": str(BASES / kind), "method": method, "hyper": {**unset, "seed": 3, **hyper}}
    (folder / "job.json").write_text(json.dumps({**said, "validation_lines": 0}), encoding="utf-8")
    return folder


def refusal(work_to_do: Any) -> list[str | None] | None:
    try:
        work_to_do()
    except failures.Refused as error:
        return [error.code, error.words, error.field]
    return None


def masks(kind: str) -> list[str]:
    """What is learned of the talk, decoded, one text for each answer."""
    _, words = base.looked_at(str(BASES / kind))
    (example,) = lines.Masker(words).examples(TALK)
    learned, found = [], []
    for one in [*example["labels"], lines.UNLEARNED]:
        if one != lines.UNLEARNED:
            learned.append(one)
        elif learned:
            found.append(words.decode(learned))
            learned = []
    return found


def labels_beside_trl() -> bool:
    """Are our marks those that TRL makes by itself for a template that marks answers?"""
    from datasets import Dataset
    from transformers import AutoModelForCausalLM
    from trl import SFTConfig, SFTTrainer

    _, words = base.looked_at(str(BASES / "marked"))
    theirs = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(str(BASES / "marked")),
        args=SFTConfig(str(WORK / "trl"), use_cpu=True, bf16=False, assistant_only_loss=True, report_to="none"),
        train_dataset=Dataset.from_list([{"messages": TALK}]),
        processing_class=words,
    ).train_dataset[0]
    (ours,) = lines.Masker(words).examples(TALK)
    return all(theirs[name] == ours[name] for name in ("input_ids", "labels"))


def checks(name: str, kind: str, rows: list[Any], **hyper: Any) -> list[str | None] | None:
    return refusal(lambda: work.checked(job(name, kind, rows, **hyper)))


def ended(folder: Path, before: Any = None) -> dict[str, Any]:
    code = work.training(folder)
    end: dict[str, Any] = json.loads((folder / "end.json").read_text(encoding="utf-8"))
    told = [json.loads(line) for line in (folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    return {**end, "code": code, "losses": [one["loss"] for one in told if one["kind"] == "loss"]}


def full_disk() -> dict[str, Any]:
    """No file may grow past 30 kB while it trains: less than a checkpoint."""
    folder = job("full", "marked", [{"messages": TALK}] * 16, epochs=2, learning_rate=0.01)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        return ended(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def out_of_memory() -> list[str]:
    import torch

    try:
        torch.empty(2**55)
    except RuntimeError as error:
        return list(failures.reason(error, WORK))
    return []


def pair(number: int) -> dict[str, Any]:
    def says(text: str) -> list[dict[str, str]]:
        return [{"role": "assistant", "content": text}]

    return {
        "input": {"messages": TALK[:2]},
        "preferred_output": says("launch the spring offer"),
        "non_preferred_output": says(f"month month {number % 3}"),
    }


def main() -> dict[str, Any]:
    talk = [{"messages": TALK}]
    deaf = [{"messages": TALK[:3]}] * 3
    return {
        "masks": {kind: masks(kind) for kind in ("plain", "marked")},
        "labels_beside_trl": labels_beside_trl(),
        "turns": {kind: base.turns(base.looked_at(str(BASES / kind))[1]) for kind in ("plain", "odd")},
        "deaf": checks("deaf", "deaf", deaf),
        "deaf_pairs": checks("deaf-pairs", "deaf", [pair(0)], method="dpo"),
        "mute": checks("mute", "mute", talk),
        "missing": checks("missing", "nowhere", talk),
        "long": checks(
            "long", "plain", [*talk, {"messages": [*TALK[:2], {**TALK[2], "content": "offer " * 60}]}], max_length=64
        ),
        "window": checks("window", "plain", talk, max_length=4096),
        "broken": checks("broken", "plain", [*talk, "no object"]),
        "fine": work.checked(job("fine", "plain", talk)),
        "preferences": ended(
            job("dpo", "plain", [pair(one) for one in range(16)], "dpo", lora_rank=0, epochs=3, learning_rate=1e-3)
        ),
        "full": full_disk(),
        "memory": out_of_memory(),
    }


if __name__ == "__main__":
    found = main()
    print(json.dumps(found))
