"""ETag and If-Match (RFC 9110, section 13): a change is made to what was read, or not at all."""

import hashlib
import json
import re
from typing import Annotated, Any

from fastapi import Header

from cofounder.kit.errors import CofounderError

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1_000,
        description="The ETag of what you read. If it has changed since, nothing is done and the answer is 412.",
        examples=['"3fd1c9"'],
    ),
]
_TAG = re.compile(r'"([^"]*)"|([^\s,"]+)')


class OldVersion(CofounderError):
    """This has changed since you read it."""

    status = 412
    hint = "Read it again, look at what changed, and repeat your change with the new ETag in If-Match."


def etag(version: str) -> str:
    """A version as the ETag header writes it."""
    return f'"{version}"'


def version_of(document: Any) -> str:
    """A short name that is another one for any other JSON document."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()[:32]


def wanted(if_match: str | None) -> list[str] | None:
    """The versions that If-Match accepts; None: any. A weak mark, which a proxy that compresses adds, is passed over."""
    if if_match is None or if_match.strip() == "*":
        return None
    return [quoted or bare for quoted, bare in _TAG.findall(if_match.replace('W/"', '"'))]


def require(version: str, if_match: str | None) -> None:
    """Raise OldVersion unless `version` is one that If-Match accepts."""
    accepted = wanted(if_match)
    if accepted is not None and version not in accepted:
        raise OldVersion(field="If-Match")
