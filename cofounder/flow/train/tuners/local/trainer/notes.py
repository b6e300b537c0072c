"""What the process writes down: a line for whatever happens, and one word at its end."""

import json
import os
import time
from pathlib import Path
from typing import Any

END_BYTES = 16_384


class Notes:
    """The journal of a job. Lines are added, whole, and never changed; a full disk does not stop the training for one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._end = folder / "end.json"
        if not self._end.exists():  # its room is taken now, so that a full disk can still be told of
            self._end.write_bytes(b" " * END_BYTES)
        self._file = os.open(folder / "journal.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._torn = not _ends_well(folder / "journal.jsonl")  # a kill cut a line short

    def say(self, kind: str, message: str = "", **also: Any) -> None:
        said = {"at": round(time.time(), 3), "kind": kind, "message": message, **also}
        self._add(json.dumps(said, ensure_ascii=False, allow_nan=False, default=str).encode() + b"\n")

    def end(self, **said: Any) -> None:
        """Say how it ended, in the room that was kept for it."""
        data = json.dumps({"at": round(time.time(), 3), **said}, ensure_ascii=False, default=str).encode()
        with self._end.open("r+b") as file:
            file.write(data.ljust(END_BYTES)[: max(END_BYTES, len(data))])
            file.flush()
            os.fsync(file.fileno())

    def _add(self, data: bytes) -> None:
        try:
            whole = b"\n" * self._torn + data
            self._torn = os.write(self._file, whole) < len(whole)
        except OSError:
            return  # the disk is full: whatever matters fails by itself, and says so


def _ends_well(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
