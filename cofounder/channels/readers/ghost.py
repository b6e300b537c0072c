"""Ghost: clicks, and what became of the newsletter where a post was sent as one.

Source: Ghost Admin API, posts (`include=email,count.clicks`), keys of integrations (a JWT of five minutes, HS256).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence

from cofounder.channels.accounts import Connected, SignInNeeded
from cofounder.channels.readers.reading import Asked, Counted, ReadOut, of_this_site
from cofounder.channels.readers.wire import counters, kept, line
from cofounder.kit.clock import now

AT_ONCE = 50
_SECONDS = 300


async def read(connected: Connected, posts: Sequence[Asked], left_out: frozenset[str]) -> ReadOut:
    """Clicks of at most fifty posts. Raises SignInNeeded, ReadingDelayed, ReaderAway, ReadingRefused."""
    ids, not_offered = of_this_site(posts, connected.address)
    if not ids:
        return ReadOut(not_offered=not_offered)
    async with line(connected) as calls:
        answer = await calls.ask(
            "GET",
            f"{connected.address}/ghost/api/admin/posts/",
            params={
                "filter": f"id:[{','.join(ids.values())}]",
                "include": "email,count.clicks,count.signups",
                "limit": "100",
            },
            headers={"Authorization": f"Ghost {_token(connected)}", "Accept-Version": "v5.0"},
        )
    found = answer.body.get("posts") if isinstance(answer.body, dict) else None
    there = {str(one.get("id")): one for one in found or () if isinstance(one, dict)}
    counted, gone = [], {}
    for id, own in ids.items():
        one = there.get(own)
        if one is None or one.get("status") not in (None, "published", "sent"):
            gone[id] = "It is no longer published on the site."
            continue
        count = one.get("count") or {}
        counts = counters(clicks=count.get("clicks"))
        if counts:
            counted.append(
                Counted(id, counts, kept({name: one.get(name) for name in ("id", "status", "count", "email")}))
            )
        else:
            not_offered[id] = "Ghost counts clicks only of posts that were sent as a newsletter."
    return ReadOut(counted=tuple(counted), gone=gone, not_offered=not_offered)


async def followers(connected: Connected) -> int | None:
    """Members are no followers of a channel."""
    return None


def _token(connected: Connected) -> str:
    """A token that is good for five minutes. Raises SignInNeeded where the key is none."""
    id, _, secret = str(connected.secret.get("admin_key", "")).partition(":")
    try:
        key = bytes.fromhex(secret)
    except ValueError as error:
        raise SignInNeeded("The admin key is not an id, a colon and a secret.") from error
    at = int(now().timestamp())
    parts = [{"alg": "HS256", "typ": "JWT", "kid": id}, {"iat": at, "exp": at + _SECONDS, "aud": "/admin/"}]
    signed = b".".join(_coded(json.dumps(one).encode()) for one in parts)
    return (signed + b"." + _coded(hmac.new(key, signed, hashlib.sha256).digest())).decode()


def _coded(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
