"""Artifacts: bytes under the hash of their content, in a folder of the home or anywhere fsspec reaches (S3 and the like).

A key names what it holds, so the same bytes lie there once, and what lies there never changes. A writer's bytes go to
a scratch file of this machine first and appear under their key whole or not at all, whatever dies in between. Blocks:
call it from a thread.
"""

import asyncio
import errno
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cofounder.kit import postgres
from cofounder.kit.errors import CofounderError
from cofounder.kit.ids import new_id
from cofounder.settings import settings

_CHUNK = 1_000_000
_STALE_SECONDS = 86_400.0
_LOCK = "held"
_MOVED = "moved"
_FULL = (errno.ENOSPC, errno.EDQUOT)


class StoreFull(CofounderError):
    """There is no room left where files are kept."""

    status = 507
    hint = "Make room, or let COFOUNDER_ARTIFACTS name another place. Nothing half-written was left behind."


class StoreOutOfReach(CofounderError):
    """The place where files are kept does not answer."""

    status = 503
    hint = "COFOUNDER_ARTIFACTS names it; see that it exists and that its credentials are set."


class ArtifactLost(CofounderError):
    """A file that should be kept is not there."""

    status = 500
    hint = "It was removed from outside, or this machine names another place than the one that wrote it."


@dataclass(frozen=True)
class Kept:
    """What a writer left: its key, which is also its address in the store, its bytes and their SHA-256."""

    key: str
    bytes: int
    sha256: str


class Writer:
    """Takes bytes; `kept` is set when the block of `writing` has ended well."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.bytes = 0
        self.kept: Kept | None = None

    def write(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.bytes += len(chunk)
        self._file.write(chunk)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def place() -> str:
    """Where artifacts are kept: COFOUNDER_ARTIFACTS, else the folder `artifacts` of the home."""
    return settings().artifacts or str(postgres.default_home() / "artifacts")


def _parts() -> Path:
    return postgres.default_home() / "artifacts" / ".part"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder of this machine for what is being made, gone after the block. Raises StoreFull.

    Its maker holds a lock in it, so that what a killed one left is known for that at once.
    """
    name = new_id().hex
    mine, new = _parts() / name, _parts() / f".{name}"
    with in_words():
        new.mkdir(mode=0o700, parents=True)
        lock = _locked(new)
        new.rename(mine)  # with its lock already in it
    sweep()
    try:
        with full_in_words():
            yield mine
    finally:
        _clear(mine)
        if lock is not None:
            os.close(lock)


def _clear(folder: Path) -> None:
    """Remove a scratch folder; of one with artifacts that nobody has answered for, all but the list of them."""
    if not (folder / _MOVED).exists():
        shutil.rmtree(folder, ignore_errors=True)
        return
    with suppress(OSError):
        for one in folder.iterdir():
            if one.name not in (_LOCK, _MOVED):
                shutil.rmtree(one, ignore_errors=True) if one.is_dir() else one.unlink(missing_ok=True)


def _note_moved(folder: Path, key: str) -> None:
    """Say in the scratch folder what is put into the store from there, before it lies there."""
    with (folder / _MOVED).open("a") as file:
        file.write(f"{_owner()} {place()} {key}\n")


def _owner() -> str:
    """Whose rows may name what is put down here: a place can be that of several databases."""
    database, schema = settings().database_url or str(postgres.default_home()), settings().database_schema
    return hashlib.sha256(f"{database} {schema}".encode()).hexdigest()[:16]


def moved_from(folder: Path) -> list[str]:
    """The artifacts that were put down from a scratch folder for this database; whether they are wanted is not known."""
    start = f"{_owner()} {place()} "
    try:
        return [one.removeprefix(start) for one in (folder / _MOVED).read_text().splitlines() if one.startswith(start)]
    except FileNotFoundError:
        return []


def answered_for(folder: Path) -> None:
    """What was put down from a scratch folder is named by somebody or gone: nothing of the folder is needed any more."""
    (folder / _MOVED).unlink(missing_ok=True)


def left_with_moved() -> list[Path]:
    """Scratch folders that nobody is at any more and that nobody answered for, of this machine."""
    found = []
    with suppress(OSError):
        for folder in _parts().iterdir():
            with suppress(FileNotFoundError):
                if moved_from(folder) and _is_left(folder):
                    found.append(folder)
    return found


def _locked(folder: Path) -> int | None:
    """The lock that says that somebody is at it; none where the file system knows no locks."""
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        (folder / _LOCK).unlink(missing_ok=True)
        return None
    return lock


def sweep() -> int:
    """Remove what killed processes left half made, and only that; gives how many folders. Blocks."""
    removed = 0
    with suppress(OSError):
        for old in _parts().iterdir():
            with suppress(FileNotFoundError):
                if _is_left(old):
                    _clear(old)
                    removed += not old.exists()
    return removed


def _is_left(old: Path) -> bool:
    """Nobody holds its lock any more; where there is none, nobody touched it for a day."""
    aged = time.time() - old.stat().st_mtime > _STALE_SECONDS
    if old.name.startswith("."):
        return aged
    try:
        lock = os.open(old / _LOCK, os.O_RDWR)
    except OSError:
        return aged
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return aged
    finally:
        os.close(lock)
    return True


@contextmanager
def writing(folder: Path) -> Iterator[Writer]:
    """Write one artifact by way of a file in `folder` (of `scratch`). Raises StoreFull, StoreOutOfReach."""
    path = folder / new_id().hex
    with full_in_words():
        with path.open("wb", buffering=_CHUNK) as file:
            writer = Writer(file)
            yield writer
            file.flush()
            os.fsync(file.fileno())
        with in_words():
            writer.kept = _move_in(path, writer)


def _move_in(path: Path, writer: Writer) -> Kept:
    kept = Kept(f"{writer.sha256[:2]}/{writer.sha256}", writer.bytes, writer.sha256)
    _note_moved(path.parent, kept.key)
    there, root = _there()
    target = f"{root}/{kept.key}"
    if there is None:
        final = Path(target)
        final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if final.exists():
            path.unlink()
            return kept
        try:
            path.replace(final)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_over(path, final)
        _settle(final.parent)
    elif not there.exists(target):
        there.makedirs(target.rsplit("/", 1)[0], exist_ok=True)
        there.put_file(str(path), target)  # an object appears when its upload is complete
        path.unlink()
    return kept


def _copy_over(path: Path, final: Path) -> None:
    """Another disk than the home's: a copy beside the place first, then its name."""
    beside = final.with_suffix(f".{new_id().hex}")
    try:
        shutil.copyfile(path, beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(final)
    finally:
        beside.unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(key: str, start: int = 0, length: int | None = None) -> bytes:
    """The bytes of an artifact, or a part of them. Raises ArtifactLost, StoreOutOfReach."""
    with in_words(), opened(key) as file:
        file.seek(start)
        return bytes(file.read(-1 if length is None else length))


@contextmanager
def opened(key: str) -> Iterator[Any]:
    """An artifact as a file to read and seek in."""
    there, root = _there()
    with in_words():
        try:
            file = Path(f"{root}/{key}").open("rb") if there is None else there.open(f"{root}/{key}", "rb")  # noqa: SIM115
        except FileNotFoundError as error:
            raise ArtifactLost() from error
    try:
        yield file
    finally:
        file.close()


async def chunks(key: str) -> AsyncIterator[bytes]:
    """The bytes of an artifact piece by piece, from its first to its last. Raises ArtifactLost before the first."""
    stack = opened(key)
    file = await asyncio.to_thread(stack.__enter__)
    try:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
    finally:
        await asyncio.to_thread(stack.__exit__, None, None, None)


def lies_there(key: str) -> bool:
    """Whether an artifact is kept. Raises StoreOutOfReach."""
    there, root = _there()
    with in_words():
        return Path(f"{root}/{key}").exists() if there is None else bool(there.exists(f"{root}/{key}"))


def remove(key: str) -> None:
    """Delete an artifact; one that is not there is fine."""
    there, root = _there()
    with in_words(), suppress(FileNotFoundError):
        Path(f"{root}/{key}").unlink() if there is None else there.rm_file(f"{root}/{key}")


def _there() -> tuple[Any, str]:
    """(file system, folder in it); None for a plain folder of this machine. Raises StoreOutOfReach."""
    chosen = place()
    if urlsplit(chosen).scheme in ("", "file"):
        return None, urlsplit(chosen).path.rstrip("/")
    import fsspec

    try:
        file_system, root = fsspec.core.url_to_fs(chosen)
    except (ImportError, ValueError) as error:
        extra = " Install the extra: pip install cofounder[s3]." if chosen.startswith("s3:") else ""
        raise StoreOutOfReach(f"{urlsplit(chosen).scheme}: {error}.{extra}") from error
    return file_system, str(root).rstrip("/")


@contextmanager
def in_words() -> Iterator[None]:
    """Say what a disk or a bucket refuses as one of our errors."""
    try:
        yield
    except OSError as error:
        if _is_full(error):
            raise StoreFull() from error
        raise StoreOutOfReach(f"{error.strerror or type(error).__name__}.") from error


@contextmanager
def full_in_words() -> Iterator[None]:
    """Only that: inside the block others may fail, say the database, and say so themselves."""
    try:
        yield
    except OSError as error:
        if _is_full(error):
            raise StoreFull() from error
        raise


def _is_full(error: OSError) -> bool:
    return error.errno in _FULL or "No space left" in str(error)
