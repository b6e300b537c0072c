"""What proves who somebody is: slow hashes of passwords, digests of random secrets, signed access tokens.

The private half of a signing key lies in a file of the home that only its owner reads; the database holds public
halves, so that each server can read what another one signed, and a copy of the database can sign nothing.
"""

import asyncio
import base64
import hashlib
import os
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pwdlib import PasswordHash

if TYPE_CHECKING:  # imported inside functions: whoever signs nothing, as a worker, need not hold these 8 MB
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ACCESS_LASTS = timedelta(minutes=15)
ISSUER = "cofounder"
AUDIENCE = "cofounder-api"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{16}")
# A hash takes 64 MiB and a core: two at a time, so that whoever tries passwords cannot take all there is.
_hashing = ThreadPoolExecutor(2, thread_name_prefix="passwords")


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    """A hash that no password fits: looking at it takes as long as looking at a real one."""
    return _hasher().hash(secrets.token_urlsafe(32))


async def hashed(password: str) -> str:
    """Argon2id with today's parameters; about 50 ms, off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, lambda: _hasher().hash(password))


async def fits(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether the password is the stored one, and its hash anew when the parameters have grown since.

    Without a stored hash the answer is no, after the same time.
    """

    def look() -> tuple[bool, str | None]:
        nobodys = _nobodys()  # made at the first look of all, whoever that is about
        return _hasher().verify_and_update(password, stored or nobodys)

    good, renewed = await asyncio.get_running_loop().run_in_executor(_hashing, look)
    return good and stored is not None, renewed if stored is not None else None


def new_secret(kind: str) -> str:
    """A secret with 256 random bits that says by its start what it is: "cs_" a session, "cl_" a link, "cr_" a refresh.

    The log takes whatever begins so out of what it writes.
    """
    return f"{kind}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """SHA-256: the secret is random, so that a fast hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).digest()


class Signer:
    """Signs access tokens with the key in one file, which is made when it is not there."""

    def __init__(self, path: Path) -> None:
        self._key = _read_or_make(path)
        self.public = self._key.public_key().public_bytes_raw()
        self.id = key_id(self.public)

    def sign(self, sign_in_id: UUID, user_id: UUID, at: datetime) -> str:
        """A JWT (RFC 7519, EdDSA) that names a sign-in and a person and ends after 15 minutes; it names no role."""
        import jwt

        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": str(sign_in_id),
            "iat": at,
            "exp": at + ACCESS_LASTS,
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.id})


def key_id(public: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(public).digest()[:12]).decode()


def signed_by(token: str) -> str | None:
    """The id of the key that a token says it was signed with; None for what is no token of ours."""
    import jwt

    try:
        named = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        return None
    return named if isinstance(named, str) and _KEY_ID.fullmatch(named) else None


def claims(token: str, public: bytes, at: datetime) -> dict[str, Any] | None:
    """What a token says when its signature, issuer and time hold, else None. Clocks may differ by 30 seconds."""
    import jwt
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        found: dict[str, Any] = jwt.decode(
            token,
            Ed25519PublicKey.from_public_bytes(public),
            algorithms=["EdDSA"],  # never what the token itself asks for
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp", "iat", "sub", "sid", "aud", "iss"], "verify_exp": False, "verify_iat": False},
        )
    except (jwt.PyJWTError, ValueError):
        return None
    slack, moment = 30, at.timestamp()
    try:
        return found if float(found["iat"]) - slack <= moment <= float(found["exp"]) + slack else None
    except (TypeError, ValueError):
        return None


class Fresh:
    """A key of a home beside the one in use: made and noted, and in use only from `use` on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        self.public = _make(self._file)
        self.id = key_id(self.public)
        _note(path, self.id)

    def use(self) -> None:
        """Let it take the place of the key in use, at one stroke."""
        self._file.replace(self._path)

    def drop(self) -> None:
        """Take it away where it never came into use."""
        self._file.unlink(missing_ok=True)


def made_here(path: Path) -> set[str]:
    """The ids of every key that this home ever made, so that one whose file is gone can be retired too."""
    try:
        return {line for line in _notes(path).read_text().split() if _KEY_ID.fullmatch(line)}
    except FileNotFoundError:
        return set()


def _notes(path: Path) -> Path:
    return path.with_suffix(".ids")


def _note(path: Path, id: str) -> None:
    handle = os.open(_notes(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{id}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _make(file: Path) -> bytes:
    """Write a new private key to a file that is not there yet, for its owner alone; gives the public half."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    raw = key.private_bytes_raw()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, base64.b64encode(raw))
        os.fsync(handle)
    finally:
        os.close(handle)
    return key.public_key().public_bytes_raw()


def _read_or_make(path: Path) -> "Ed25519PrivateKey":
    """Two processes may make it at once: one wins, both read the winner's."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        _note(path, key_id(_make(file)))
        try:
            os.link(file, path)
        except FileExistsError:
            pass
        finally:
            file.unlink()
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_bytes()))
