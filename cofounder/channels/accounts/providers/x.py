"""X: the posts of the user who signs in."""

from collections.abc import Mapping
from typing import Any, ClassVar

from cofounder.channels.accounts.asking import Refused, ask
from cofounder.channels.accounts.providers.oauth import OAuth
from cofounder.channels.accounts.providers.shapes import Identity, Tokens

MEDIA = "media.write"  # the scope that images need


class X(OAuth):
    """Access lasts two hours; every renewal brings another refresh token, and the one before counts no more."""

    provider = "x"
    label = "X"
    site = "https://x.com"
    api = "https://api.x.com"
    token_site = "https://api.x.com"
    authorize_path = "/i/oauth2/authorize"
    token_path = "/2/oauth2/token"
    revoke_path = "/2/oauth2/revoke"
    pkce = True
    app_in_header = True
    posting: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "user": ("tweet.read", "tweet.write", MEDIA, "users.read", "offline.access")
    }
    reading: ClassVar[Mapping[str, tuple[str, ...]]] = {"user": ()}

    def read(self, answer: Mapping[str, Any]) -> Tokens:
        made = super().read(answer)
        if made.refresh_token is None:
            return made
        # the end of a refresh token is not told: it is renewed while it is used
        return Tokens(made.access_token, made.refresh_token, made.access_expires_at, None, made.scopes)

    async def identities(self, tokens: Tokens, kind: str) -> list[Identity]:
        found = (await self._me(tokens.access_token)).get("data")
        if not isinstance(found, dict) or not found.get("id"):
            raise Refused("X does not say who signed in.")
        handle = str(found.get("username") or "")
        name = f"@{handle}" if handle else str(found["id"])
        return [Identity(str(found["id"]), name, "user", details={"handle": handle})]

    async def look(self, token: str, external_id: str) -> None:
        await self._me(token)

    async def _me(self, token: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return await ask("GET", f"{self.address}/2/users/me", headers=headers, secrets=(token,))
