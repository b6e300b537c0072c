"""Facebook: the posts of a page. Whoever signs in chooses among the pages that they may post to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from cofounder.channels.accounts.asking import Refused, ask
from cofounder.channels.accounts.providers.oauth import OAuth
from cofounder.channels.accounts.providers.shapes import App, Identity, Tokens

API_VERSION = "v25.0"


class Facebook(OAuth):
    """A short token is exchanged for a long one, and that gives each page a token of its own."""

    provider = "facebook"
    label = "Facebook"
    site = "https://www.facebook.com"
    api = "https://graph.facebook.com"
    token_site = "https://graph.facebook.com"
    authorize_path = f"/{API_VERSION}/dialog/oauth"
    token_path = f"/{API_VERSION}/oauth/access_token"
    posting: ClassVar[Mapping[str, tuple[str, ...]]] = {"page": ("pages_show_list", "pages_manage_posts")}
    reading: ClassVar[Mapping[str, tuple[str, ...]]] = {"page": ("pages_read_engagement", "read_insights")}

    def joined(self, scopes: tuple[str, ...]) -> str:
        return ",".join(scopes)

    async def exchange(self, app: App, *, code: str, redirect: str, verifier: str) -> Tokens:
        short = await super().exchange(app, code=code, redirect=redirect, verifier=verifier)
        fields = {"grant_type": "fb_exchange_token", "fb_exchange_token": short.access_token}
        long = self.read(await self._token(app, fields, secrets=(short.access_token,)))
        return await self.pasted(app, long)

    async def pasted(self, app: App | None, tokens: Tokens) -> Tokens:
        """What /debug_token says of a token; without the app's secret nobody is told."""
        if app is None or not app.client_secret:
            return tokens
        query = {"input_token": tokens.access_token, "access_token": f"{app.client_id}|{app.client_secret}"}
        url = f"{self.address}/{API_VERSION}/debug_token"
        told = (await ask("GET", url, params=query, secrets=(tokens.access_token, app.client_secret))).get("data") or {}
        if told.get("is_valid") is False:
            raise Refused("Facebook says that this token is not valid.", status=401)
        data_ends = _at(told.get("data_access_expires_at"))
        ends = _at(told.get("expires_at")) or data_ends
        scopes = told.get("scopes")
        granted = tuple(str(one) for one in scopes) if isinstance(scopes, list) else tokens.scopes
        return replace(tokens, sign_in_expires_at=ends or tokens.sign_in_expires_at, scopes=granted)

    async def identities(self, tokens: Tokens, kind: str) -> list[Identity]:
        try:
            found = await self._get("/me/accounts", tokens.access_token, {"fields": "id,name,access_token,tasks"})
        except Refused as error:
            if error.access_ended:
                raise
            return [await self._page(tokens.access_token)]  # it is a page's own token
        pages = [one for one in found.get("data") or [] if isinstance(one, dict) and one.get("access_token")]
        may = [one for one in pages if "CREATE_CONTENT" in (one.get("tasks") or ["CREATE_CONTENT"])]
        if not may:
            raise Refused("Whoever signed in may post to no Facebook page.")
        return [
            Identity(str(one["id"]), str(one.get("name") or one["id"]), "page", token=str(one["access_token"]))
            for one in may
        ]

    async def _page(self, token: str) -> Identity:
        found = await self._get("/me", token, {"fields": "id,name,category"})
        if not found.get("id") or not found.get("category"):
            raise Refused("This token speaks for no Facebook page.")
        return Identity(str(found["id"]), str(found.get("name") or found["id"]), "page", token=token)

    async def look(self, token: str, external_id: str) -> None:
        await self._get(f"/{external_id}", token, {"fields": "id"})

    async def revoke(self, app: App, tokens: Mapping[str, str], external_id: str) -> bool:
        token = tokens.get("user_token")
        if not token:
            return False
        headers = {"Authorization": f"Bearer {token}"}
        await ask("DELETE", f"{self.address}/{API_VERSION}/me/permissions", headers=headers, secrets=(token,))
        return True

    async def _get(self, path: str, token: str, query: dict[str, str]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.address}/{API_VERSION}{path}"
        return await ask("GET", url, headers=headers, params=query, secrets=(token,))


def _at(seconds: Any) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) and 0 < seconds < 10**11 else None
