"""Secrets that the product must be able to read again: sealed in the database, opened with a key that lies outside it.

The key is a file of the home that only its owner reads. A copy of the database alone opens nothing, nor does the file.
Machines that share a database share the file too: copy it. Never: a secret in a log, an answer or an export.
"""

import json
import os
import secrets as random
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from cofounder.kit import postgres
from cofounder.kit.errors import Conflict

FILE = "secrets.key"


class SecretsSealed(Conflict):
    """The secrets kept here cannot be opened on this machine."""

    hint = f"Copy {FILE} from the home of the machine where they were given, or give them again."


def seal(values: Mapping[str, str]) -> bytes | None:
    """The values as what may lie in the database; None where there are none."""
    return Fernet(_key(make=True)).encrypt(json.dumps(dict(values)).encode()) if values else None


def unseal(sealed: bytes | None) -> dict[str, str]:
    """What was sealed. Raises SecretsSealed where this home's key does not fit."""
    if sealed is None:
        return {}
    try:
        return dict(json.loads(Fernet(_key(make=False)).decrypt(sealed)))
    except (InvalidToken, FileNotFoundError, ValueError) as error:
        raise SecretsSealed() from error


def path() -> Path:
    """Where this home's key lies."""
    return postgres.default_home() / FILE


def _key(*, make: bool) -> bytes:
    """Two processes may make it at once: one wins, both read the winner's."""
    place = path()
    if make and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_name(f"{place.name}.{random.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(handle, Fernet.generate_key())
            os.fsync(handle)
        finally:
            os.close(handle)
        try:
            os.link(fresh, place)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return place.read_bytes()
