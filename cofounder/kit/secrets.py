"""Secrets that must be read again: encrypted in the database, the key in a file of the home that only its owner reads.

In: a text. Out: bytes that say nothing without the key. Never: the text or the key in a log, an answer or the database.
"""

import os
from collections.abc import Iterable
from pathlib import Path

KEY_FILE = "secrets.key"


class Unreadable(Exception):
    """It was encrypted with another key."""


def seal(home: Path, text: str) -> bytes:
    """The text, encrypted; the home's key is made where there is none yet."""
    from cryptography.fernet import Fernet  # imported where it is used: it costs 8 MB a process

    return Fernet(_key(home)).encrypt(text.encode())


def unseal(home: Path, sealed: bytes) -> str:
    """The text again. Raises Unreadable where the key is missing or another one."""
    from cryptography.fernet import Fernet, InvalidToken

    try:
        return Fernet((home / KEY_FILE).read_bytes()).decrypt(sealed).decode()
    except (OSError, InvalidToken, ValueError) as error:
        raise Unreadable from error


def without(words: str, secrets: Iterable[str | None], instead: str) -> str:
    """The words with every secret taken out, the longest first: one that begins another would leave the rest of it."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        words = words.replace(secret, instead)
    return words


def _key(home: Path) -> bytes:
    path = home / KEY_FILE
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    from cryptography.fernet import Fernet

    fresh = path.with_name(f".{KEY_FILE}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # whoever comes second keeps the key of the first
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_bytes()
