"""What is looked at before a job goes to any provider: method, settings, and every line's length."""

import asyncio
from math import ceil
from pathlib import Path

from cofounder.flow.train.formats.limits import Limits
from cofounder.flow.train.tuners.interface import Asked, BaseModel, DatasetUnfit, Hyper, JobSettingInvalid

_BYTES_PER_TOKEN = 3  # English has about four, and other scripts have more bytes a character: an upper bound


def base_model(asked: Asked, models: tuple[BaseModel, ...]) -> BaseModel:
    """The base model that is asked for. Raises JobSettingInvalid where it is not offered, or not with this method."""
    found = next((one for one in models if one.name == asked.base_model), None)
    if found is None:
        offered = ", ".join(one.name for one in models) or "none at all"
        raise JobSettingInvalid(
            f"{asked.base_model[:80]!r} cannot be tuned here. Offered are: {offered[:600]}.", field="base_model"
        )
    if asked.method not in found.methods:
        raise JobSettingInvalid(
            f"{found.name} can be tuned by {' and '.join(found.methods)}, not by {asked.method}.", field="method"
        )
    return found


def in_range(name: str, value: float | None, least: float, most: float) -> None:
    """Raises JobSettingInvalid."""
    if value is not None and not least <= value <= most:
        raise JobSettingInvalid(f"{name} is {value:g}; it may be {least:g} to {most:g}.", field=name)


def not_settable(where: str, hyper: Hyper, *names: str) -> None:
    """Raises JobSettingInvalid for a setting that the target does not have."""
    for name in names:
        if getattr(hyper, name) is not None:
            raise JobSettingInvalid(f"{name} cannot be set at {where}.", field=name)


async def lines(asked: Asked, limits: Limits) -> None:
    """Number and length of lines, and sizes of files. Raises DatasetUnfit, naming the line and the limit."""
    files = asked.files
    if files.train_lines < limits.fewest:
        raise DatasetUnfit(f"There are {files.train_lines} lines to learn from; it takes {limits.fewest} or more.")
    if limits.most is not None and files.train_lines > limits.most:
        raise DatasetUnfit(f"There are {files.train_lines:,} lines to learn from; at most {limits.most:,} are taken.")
    if limits.validation_most is not None and files.validation_lines > limits.validation_most:
        raise DatasetUnfit(
            f"There are {files.validation_lines:,} lines to check with; at most {limits.validation_most:,} are taken."
        )
    longest = min((one for one in (limits.tokens, asked.hyper.max_length) if one is not None), default=None)
    for what, path in (("training", files.train), ("validation", files.validation)):
        if path is not None:
            await asyncio.to_thread(_file, what, path, limits.bytes, longest)


def _file(what: str, path: Path, most_bytes: int | None, longest: int | None) -> None:
    size = path.stat().st_size
    if most_bytes is not None and size > most_bytes:
        raise DatasetUnfit(f"The {what} file has {size:,} bytes; at most {most_bytes:,} are taken.")
    if longest is None:
        return
    with path.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            tokens = ceil(len(line) / _BYTES_PER_TOKEN)
            if tokens > longest:
                raise DatasetUnfit(
                    f"Line {number} of the {what} file may have {tokens:,} tokens; at most {longest:,} are taken.",
                )
