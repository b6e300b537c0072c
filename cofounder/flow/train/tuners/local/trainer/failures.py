"""Why a training ended badly: a code, and words for a person."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = re.compile(
    r"no space left|file too large|disk quota|os error (?:28|27|122)\b"
    r"|PytorchStreamWriter|inline_container|unexpected pos \d+ vs",
    re.IGNORECASE,
)
_MEMORY_WORDS = re.compile(
    r"out of memory|can't allocate memory|not enough memory|cannot allocate memory", re.IGNORECASE
)


class Refused(Exception):
    """The job cannot be done as it is given. `code` is one of those below, `field` the setting at fault."""

    def __init__(self, code: str, words: str, field: str | None = None) -> None:
        self.code, self.words, self.field = code, words, field
        super().__init__(words)


class Stopped(Exception):
    """Somebody asked the process to end before there was anything to keep."""


def reason(error: BaseException, folder: Path) -> tuple[str, str]:
    """(code, words) of what went wrong: those of Refused, out_of_memory, disk_full or failed."""
    if isinstance(error, Refused):
        return error.code, error.words
    causes = list(_causes(error))
    if any(_is_full(one) for one in causes):
        return "disk_full", f"There is no room left: a checkpoint could not be written. {_room(folder)}"
    if any(_is_memory(one) for one in causes):
        return "out_of_memory", (
            "There is not enough memory for this model with these settings. Take a smaller batch_size or max_length, a "
            "smaller lora_rank, or a smaller base model."
        )
    said = " ".join(str(error).split())[:400]
    return "failed", f"{type(error).__name__}: {said}" if said else type(error).__name__


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return bool(_FULL_WORDS.search(str(error)))


def _is_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError) or type(error).__name__ in ("OutOfMemoryError", "CUDAOutOfMemoryError"):
        return True
    return isinstance(error, RuntimeError | OSError) and bool(_MEMORY_WORDS.search(str(error)))


def _room(folder: Path) -> str:
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize / 1e9
    if free < 1:
        return f"{free:.2f} GB are free in {folder}."
    return f"{free:.1f} GB are free in {folder}, so a quota or a limit of file sizes is at work."
