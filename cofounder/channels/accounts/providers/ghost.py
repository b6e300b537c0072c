"""Ghost: a site and the admin key of a custom integration, ID:SECRET."""

import re
from datetime import timedelta

from cofounder.channels import reach
from cofounder.channels.accounts.asking import SECONDS, Refused, ask
from cofounder.channels.accounts.providers.shapes import Identity
from cofounder.kit.clock import now

_KEY = re.compile(r"[0-9a-f]{24}:[0-9a-f]{64}")
_LASTS = timedelta(minutes=5)
VERSION = "v5.0"


class Ghost:
    """The key signs a token for each call; it is made under Settings, Integrations there, and can be taken back there."""

    provider = "ghost"
    label = "Ghost"
    needs = ("admin_key",)
    may = ()
    secret = ("admin_key",)

    async def identity(self, address: str, given: dict[str, str]) -> Identity:
        """Which site the key opens. Raises Refused, Away."""
        key = given["admin_key"]
        if not _KEY.fullmatch(key):
            raise Refused("An admin key is ID:SECRET, 24 and 64 hexadecimal digits. The content key will not do.")
        headers = {"Authorization": f"Ghost {signed(key)}", "Accept-Version": VERSION}
        hidden = (key, key.partition(":")[2])
        api = f"{address}/ghost/api/admin"
        found = await ask(
            "GET",
            f"{api}/posts/",
            client=reach.client(address, timeout_seconds=SECONDS),
            params={"limit": "1", "fields": "id"},
            headers=headers,
            secrets=hidden,
        )
        if "posts" not in found:
            raise Refused("It is no Ghost site.")
        return Identity(key.partition(":")[0], address.partition("://")[2], "site")


def signed(key: str) -> str:
    """A token for the next five minutes."""
    import jwt

    id, _, secret = key.partition(":")
    claims = {"iat": now(), "exp": now() + _LASTS, "aud": "/admin/"}
    return jwt.encode(claims, bytes.fromhex(secret), algorithm="HS256", headers={"kid": id})
