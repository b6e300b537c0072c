"""Calls to AWS: signed by botocore, in a thread, and what its answers mean for a job."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

from cofounder.flow.train.tuners.interface import TunerAway, TunerNotReady, TunerRefused
from cofounder.flow.train.tuners.wire import away, status_of
from cofounder.kit.secrets import without
from cofounder.settings import Settings

_HINT = "Give an access key in Settings, or the credentials that AWS's own tools use on this machine."
_BAD_KEY = frozenset(
    (
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidToken",
        "AuthFailure",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
    )
)
_DENIED = frozenset(("AccessDeniedException", "AccessDenied", "403"))
_GONE = frozenset(("ResourceNotFoundException", "NoSuchKey", "NoSuchBucket", "404"))
_LATER = frozenset(
    (
        "ThrottlingException",
        "Throttling",
        "TooManyRequestsException",
        "SlowDown",
        "RequestTimeout",
        "InternalServerException",
    )
)
_CHUNK = 1_048_576


class Account:
    """The account that is set up. Its clients may be used from several threads."""

    def __init__(self, chosen: Settings) -> None:
        self.chosen = chosen
        self._clients: dict[str, Any] = {}

    async def call(self, service: str, operation: str, *, gone_is_fine: bool = False, **given: Any) -> dict[str, Any]:
        """What an operation answers; empty where the thing is gone and that is fine.

        Raises TunerNotReady, TunerRefused (see `wire.status_of`), TunerAway.
        """
        try:
            return await asyncio.to_thread(self._call, service, operation, given)
        except TunerRefused as error:
            if gone_is_fine and status_of(error) == 404:
                return {}
            raise

    def _call(self, service: str, operation: str, given: dict[str, Any]) -> dict[str, Any]:
        try:
            from botocore import exceptions
        except ImportError as error:
            raise TunerNotReady(
                "The package for AWS is not installed.", hint="pip install 'cofounder[bedrock]'"
            ) from error
        try:
            if service not in self._clients:
                self._clients[service] = self._client(service)
            answer: dict[str, Any] = getattr(self._clients[service], operation)(**given)
            if "Body" in answer:
                answer["Body"] = answer["Body"].read()
            return answer
        except exceptions.ClientError as error:
            raise self._meant(error.response) from error
        except (
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.CredentialRetrievalError,
            exceptions.ProfileNotFound,
            exceptions.TokenRetrievalError,
            exceptions.NoAuthTokenError,
        ) as error:
            raise TunerNotReady("There are no credentials for AWS.", hint=_HINT) from error
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            raise TunerAway(f"AWS cannot be reached ({type(error).__name__}).") from error
        except exceptions.BotoCoreError as error:  # a value that AWS's own tools find impossible
            raise TunerRefused(f"AWS cannot be asked: {self._plain(str(error))}") from error

    def _client(self, service: str) -> Any:
        from botocore.config import Config
        from botocore.session import Session

        secret = self.chosen.bedrock_secret_access_key
        own = secret is not None and self.chosen.bedrock_access_key_id is not None
        return Session().create_client(
            service,
            region_name=self.chosen.bedrock_region,
            endpoint_url=self.chosen.bedrock_base_url,
            aws_access_key_id=self.chosen.bedrock_access_key_id if own else None,
            aws_secret_access_key=secret.get_secret_value() if own and secret is not None else None,
            config=Config(
                connect_timeout=5,
                read_timeout=60,
                retries={"total_max_attempts": 1},  # whoever asks knows when a repeat is due
                user_agent_extra="cofounder",
                s3={"addressing_style": "path"} if self.chosen.bedrock_base_url else None,
            ),
        )

    def _meant(self, answer: dict[str, Any]) -> TunerNotReady | TunerRefused | TunerAway:
        """An answer that is no success, as what it means."""
        about = answer.get("ResponseMetadata", {})
        code, status = str(answer.get("Error", {}).get("Code")), int(about.get("HTTPStatusCode") or 0)
        said = self._plain(str(answer.get("Error", {}).get("Message") or "no reason given."))
        if code in _LATER or status == 429 or status >= 500:
            return away(f"AWS asks to wait ({code}): {said}", about.get("HTTPHeaders", {}).get("retry-after"))
        if code in _BAD_KEY or status == 401:
            return TunerNotReady("AWS does not take the access key that is set.", hint=_HINT, provider_status=401)
        if code in _DENIED or status == 403:
            return TunerRefused(f"AWS does not offer this to the account: {said}", provider_status=403)
        if code in _GONE or status == 404:
            return TunerRefused(f"AWS has no such thing: {said}", provider_status=404)
        return TunerRefused(f"AWS refuses ({code}): {said}", provider_status=status, provider_code=code)

    def _plain(self, words: str) -> str:
        secret = self.chosen.bedrock_secret_access_key
        hidden = (secret.get_secret_value() if secret else None, self.chosen.bedrock_access_key_id)
        return " ".join(without(words, hidden, "…").split())[:400]

    async def put(self, bucket: str, name: str, path: Path) -> str:
        """Upload a file unless the same lies there already; its s3:// address."""
        digest = await asyncio.to_thread(_sha256, path)
        there = await self.call("s3", "head_object", gone_is_fine=True, Bucket=bucket, Key=name)
        if there.get("Metadata", {}).get("sha256") != digest:
            await asyncio.to_thread(self._put, bucket, name, path, digest)
        return f"s3://{bucket}/{name}"

    def _put(self, bucket: str, name: str, path: Path, digest: str) -> None:
        with path.open("rb") as opened:
            self._call(
                "s3", "put_object", {"Bucket": bucket, "Key": name, "Body": opened, "Metadata": {"sha256": digest}}
            )

    async def names(self, bucket: str, under: str) -> list[str]:
        """The names of all objects under a prefix."""
        found: list[str] = []
        given: dict[str, Any] = {"Bucket": bucket, "Prefix": under}
        while True:
            page = await self.call("s3", "list_objects_v2", gone_is_fine=True, **given)
            found += [one["Key"] for one in page.get("Contents", [])]
            if not page.get("IsTruncated"):
                return found
            given["ContinuationToken"] = page["NextContinuationToken"]


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
