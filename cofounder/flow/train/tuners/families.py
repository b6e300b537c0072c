"""What the families of models on Bedrock take: their lines, their settings and the names of these."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cofounder.flow.train.formats import bedrock
from cofounder.flow.train.formats.limits import TARGETS, Limits
from cofounder.flow.train.formats.lines import Line, LineUnfit, dumped, parts
from cofounder.flow.train.tuners.checks import in_range
from cofounder.flow.train.tuners.interface import Asked, DatasetUnfit, Hyper, JobSettingInvalid


@dataclass(frozen=True)
class Family:
    """A family by the beginning of its models' names. Ranges are (least, most)."""

    begins: str
    people_say: str
    limits: Limits
    epochs: tuple[int, int]
    batch: tuple[int, int]
    rate: str  # the setting's name at Bedrock; a multiplier for Claude, absolute for the others
    rates: tuple[float, float]
    stops_early: bool
    write: Callable[[Line], bytes]


def _claude(line: Line) -> bytes:
    return bedrock.write(line)


def _nova(line: Line) -> bytes:
    system, turns = parts(line)
    made: dict[str, Any] = {"schemaVersion": "bedrock-conversation-2024"}
    if system is not None:
        made["system"] = [{"text": system}]
    made["messages"] = [{"role": one["role"], "content": [{"text": one["content"]}]} for one in turns]
    return dumped(made) + b"\n"


def _llama(line: Line) -> bytes:
    """Raises LineUnfit for a line with more than one question."""
    system, turns = parts(line)
    if len(turns) != 2:
        raise LineUnfit("it has more than one question, and Llama on Bedrock learns one question and its answer.")
    asked = turns[0]["content"] if system is None else f"{system}\n\n{turns[0]['content']}"
    return dumped({"prompt": asked, "completion": turns[1]["content"]}) + b"\n"


# As documented in November 2026; Bedrock itself checks again when it takes a job.
FAMILIES = (
    Family(
        "anthropic.", "Claude", TARGETS["claude"], (1, 10), (4, 256), "learningRateMultiplier", (0.1, 2), True, _claude
    ),
    Family(
        "amazon.nova", "Nova", Limits(32_000, 1_000_000_000, 8, 20_000, 1_000), (1, 5), (1, 1), "learningRate",
        (1e-6, 1e-4), False, _nova,
    ),
    Family(
        "meta.llama", "Llama", Limits(16_000, 1_000_000_000, 8, 10_000, 1_000), (1, 10), (1, 1), "learningRate",
        (5e-6, 0.1), False, _llama,
    ),
)  # fmt: skip


def family(model: str) -> Family | None:
    """The family of a base model; None for one whose lines we do not write."""
    return next((one for one in FAMILIES if model.startswith(one.begins)), None)


def check(found: Family, hyper: Hyper) -> None:
    """Raises JobSettingInvalid."""
    in_range("epochs", hyper.epochs, *found.epochs)
    in_range("batch_size", hyper.batch_size, *found.batch)
    in_range("learning_rate", hyper.learning_rate, *found.rates)
    if hyper.early_stopping is not None and not found.stops_early:
        raise JobSettingInvalid(f"early_stopping cannot be set for {found.people_say}.", field="early_stopping")


def settings(found: Family, hyper: Hyper) -> dict[str, str]:
    """The settings by their names at Bedrock, as texts."""
    made = {"epochCount": hyper.epochs, "batchSize": hyper.batch_size, found.rate: hyper.learning_rate}
    if hyper.early_stopping:
        made |= {"earlyStoppingPatience": 6, "earlyStoppingThreshold": 0.001}
    return {name: f"{value:.10g}" for name, value in made.items() if value is not None}


def written(found: Family, asked: Asked, part: str) -> Path | None:
    """A file in the form of the family: as it is for Claude, else written anew in the job's folder.

    Raises DatasetUnfit, naming the line.
    """
    source = asked.files.train if part == "train" else asked.files.validation
    if source is None or found.write is _claude:
        return source
    asked.folder.mkdir(parents=True, exist_ok=True)
    made = asked.folder / f"bedrock-{part}.jsonl"
    with source.open("rb") as lines, made.open("wb") as out:
        for number, line in enumerate(lines, 1):
            try:
                out.write(found.write(bedrock.read(line)))
            except LineUnfit as error:
                raise DatasetUnfit(f"Line {number} does not fit {found.people_say}: {error}") from error
    return made
