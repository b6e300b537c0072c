"""Files that are there whole or not at all, for their owner alone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cofounder.kit.errors import CofounderError


class NotWritten(CofounderError):
    """The file could not be written; nothing was left behind."""

    status = 422


@contextmanager
def whole(path: Path) -> Iterator[IO[str]]:
    """A text file to write to that takes the path's place when the block ends well. Raises NotWritten.

    A new one may be read by its owner only: what we export holds what people wrote. One that was there keeps its mode.
    A device or a pipe is written to as it is.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="") as device:
                yield device
            return
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.absolute().parent)
        fresh = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            fresh.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o600)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritten(f"{path}: {error.strerror}", field="output") from error
