"""The outbox: a folder on this machine. It needs no account and never leaves half a file behind.

Each publication is two files: DATE-CHANNEL-TASK.txt (.eml for e-mail, .html for a blog article) with the exact bytes,
and a .json of the same name that says whose it is. Images lie beside them, named by their content: they are written
first, then the .json, so a text without it is not ours.
"""

import asyncio
import errno
import fcntl
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from cofounder.channels.email import whole
from cofounder.channels.images.schemas import Picture
from cofounder.channels.senders import pictures
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)

Shown = Sequence[tuple[Picture, bytes]]
ENDING = {"text": ".txt", "eml": ".eml", "html": ".html"}
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS)


class Outbox:
    """Sends into the folder `folder`, which it makes, open to its owner only."""

    name = "outbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def account(self) -> Account:
        return Account(sender=self.name, name=self.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Write both files, or none. Raises DeliveryRefused (another file is in the way), DeliveryDelayed."""
        shown = await pictures.contents(delivery.images)
        return await asyncio.to_thread(self._write, delivery, effect_key, shown)

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """The files of this effect, None when they are not both there. Raises DeliveryUnknown when it may not look."""
        return await asyncio.to_thread(self._find, delivery, effect_key)

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return f"See whether this file is there: {self._paths(delivery)[0]}"

    def id(self) -> str:
        """Names this very folder, the same as long as it lies here; made with the first text. Raises OSError."""
        path = self._named()
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():  # several at once may find it missing: the first one's stands
            _put(path, str(uuid4()).encode(), path.with_name(f".{path.name}.{uuid4().hex}.part"))
        return path.read_text().strip()

    def known_id(self) -> str | None:
        """The same, None where nothing was ever written here."""
        try:
            return self._named().read_text().strip()
        except OSError:
            return None

    def _named(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.id")

    def _write(self, delivery: Delivery, effect_key: str, shown: Shown) -> Receipt:
        text, _ = self._paths(delivery)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _alone_in(self.folder):
                for one, content in shown:
                    path = self.folder / one.file
                    if not _place(path, content) and path.read_bytes() != content:
                        raise DeliveryRefused(f"There is another file in the way: {path}.")
                self._write_both(delivery, effect_key, _content(delivery, shown))
        except OSError as error:
            raise DeliveryDelayed(f"The outbox could not be written: {error.strerror or error} ({text}).") from error
        return Receipt(external_id=text.name, url=str(text))

    def _write_both(self, delivery: Delivery, effect_key: str, content: bytes) -> None:
        text, label = self._paths(delivery)
        made = self._label(label, delivery, effect_key)
        try:
            if not _place(text, content) and made:
                raise DeliveryRefused(f"There is another file in the way: {text}.")
        except BaseException:
            if made:
                label.unlink(missing_ok=True)
            raise

    def _label(self, label: Path, delivery: Delivery, effect_key: str) -> bool:
        """Write the .json; false when a run before this one had written it."""
        if _place(label, _readable(_description(delivery, effect_key, _file(delivery)))):
            return True
        if _owner(label) != effect_key:
            raise DeliveryRefused(f"There is another file in the way: {label}.")
        return False

    def _find(self, delivery: Delivery, effect_key: str) -> Receipt | None:
        text, label = self._paths(delivery)
        try:
            if not text.exists() or _owner(label) != effect_key:
                return None
        except OSError as error:
            raise DeliveryUnknown(f"The outbox could not be read: {error.strerror or error}.") from error
        return Receipt(external_id=text.name, url=str(text))

    def _paths(self, delivery: Delivery) -> tuple[Path, Path]:
        text = self.folder / _file(delivery)
        return text, text.with_suffix(".json")


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock goes with the process that held it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _content(delivery: Delivery, shown: Shown) -> bytes:
    """The exact text; an e-mail's images stand inside of it, so that a mail program shows them."""
    if delivery.format == "eml" and shown:
        return whole(delivery.text, {one.cid: (one, content) for one, content in shown})
    return delivery.text.encode()


def _file(delivery: Delivery) -> str:
    channel = re.sub(r"[^a-z0-9]+", "-", delivery.channel.lower()).strip("-") or "channel"
    return f"{delivery.on.isoformat()}-{channel}-{delivery.task_id}{ENDING[delivery.format]}"


def _description(delivery: Delivery, effect_key: str, file: str) -> dict[str, Any]:
    return {
        "file": file,
        "effect": effect_key,
        "publication_id": str(delivery.publication_id),
        "task_id": str(delivery.task_id),
        "channel": delivery.channel,
        "account": delivery.account,
        "fingerprint": delivery.fingerprint,
        "decided_at": delivery.since.isoformat(),
        "images": [{"file": one.file, "alt": one.alt, "sha256": one.sha256} for one in delivery.images],
        **delivery.details,
    }


def _readable(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n").encode()


def _owner(label: Path) -> str | None:
    """The effect a .json names, None when there is none that can be read as ours."""
    try:
        found = json.loads(label.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found.get("effect") if isinstance(found, dict) else None


def _place(path: Path, content: bytes) -> bool:
    """Let `path` appear whole and durable, or not at all; false when something is there already."""
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)  # of a run that was killed
    return _put(path, content, draft)


def _put(path: Path, content: bytes, draft: Path) -> bool:
    """The same by way of this draft, which nobody else writes."""
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if not _appear(draft, path):
            return False
    finally:
        draft.unlink(missing_ok=True)
    try:
        _sync_folder(path.parent)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True


def _appear(draft: Path, path: Path) -> bool:
    """Give the file its name unless the name is taken."""
    try:
        os.link(draft, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):  # a file system without hard links
            return False
        draft.replace(path)
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
