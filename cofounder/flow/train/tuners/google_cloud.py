"""Signing in at Google Cloud, and files in its storage."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cofounder.flow.train.tuners.interface import TunerAway, TunerNotReady
from cofounder.flow.train.tuners.wire import Wire
from cofounder.settings import Settings

STORAGE = "https://storage.googleapis.com"
_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_CHUNK = 1_048_576
_HINT = (
    "Give the key of a service account in Settings, or default credentials: gcloud auth application-default login, or "
    "GOOGLE_APPLICATION_CREDENTIALS."
)


class Account:
    """The account that is set up; its token is fetched when it is first needed."""

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen
        self._credentials: Any = None

    async def wire(self, base_url: str) -> Wire:
        """Raises TunerNotReady, TunerAway."""
        token = await asyncio.to_thread(self._token)
        headers = {"Authorization": f"Bearer {token}"}
        if self._credentials.quota_project_id:  # a person's credentials name the project that pays
            headers["x-goog-user-project"] = self._credentials.quota_project_id
        base = (self.chosen.vertex_base_url or base_url).rstrip("/")
        return Wire("Google Cloud", base, headers, (token,), key_hint=_HINT)

    def _token(self) -> str:
        try:
            from google.auth import exceptions
            from google.auth.transport.requests import Request
        except ImportError as error:
            raise TunerNotReady(
                "The package for Google is not installed.", hint="pip install 'cofounder[google]'"
            ) from error
        try:
            if self._credentials is None:
                self._credentials = _credentials(self.chosen)
            if not self._credentials.valid:
                self._credentials.refresh(Request())
        except exceptions.DefaultCredentialsError as error:
            raise TunerNotReady("There are no credentials for Google Cloud.", hint=_HINT) from error
        except exceptions.TransportError as error:
            raise TunerAway(f"Google Cloud cannot be reached to sign in ({type(error).__name__}).") from error
        except exceptions.RefreshError as error:
            if error.retryable:
                raise TunerAway("Google Cloud does not answer as it should when signing in.") from error
            words = "Google Cloud does not take the credentials that are set."
            raise TunerNotReady(words, hint=_HINT, provider_status=401) from error
        except (ValueError, KeyError) as error:  # its words could repeat the key
            words = "The key of the service account cannot be read."
            raise TunerNotReady(words, hint=_HINT, provider_status=401) from error
        return str(self._credentials.token)


def _credentials(chosen: Settings) -> Any:
    import google.auth
    from google.oauth2 import service_account

    if chosen.vertex_service_account is None:
        return google.auth.default(scopes=_SCOPES)[0]
    given = json.loads(chosen.vertex_service_account.get_secret_value())
    return service_account.Credentials.from_service_account_info(given, scopes=_SCOPES)  # type: ignore[no-untyped-call]


async def put(wire: Wire, bucket: str, name: str, path: Path) -> str:
    """Upload a file unless the same lies there already; its gs:// address. Raises what a call raises."""
    there = await wire.call("GET", f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}", gone_is_fine=True)
    digest, size = await asyncio.to_thread(_md5, path)
    if there.get("md5Hash") != digest:
        await wire.call(
            "POST",
            f"/upload/storage/v1/b/{bucket}/o",
            params={"uploadType": "media", "name": name},
            content=_read(path),
            headers={"Content-Type": "application/jsonl", "Content-Length": str(size)},
        )
    return f"gs://{bucket}/{name}"


async def remove(wire: Wire, address: str) -> None:
    """Delete an object by its gs:// address; gone already is fine."""
    bucket, _, name = address.removeprefix("gs://").partition("/")
    await wire.call("DELETE", f"/storage/v1/b/{bucket}/o/{quote(name, safe='')}", gone_is_fine=True)


def _md5(path: Path) -> tuple[str, int]:
    """(as Cloud Storage tells it of an object, bytes)."""
    found = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as opened:
        while part := opened.read(_CHUNK):
            found.update(part)
    return base64.b64encode(found.digest()).decode(), path.stat().st_size


async def _read(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as opened:
        while part := await asyncio.to_thread(opened.read, _CHUNK):
            yield part
