"""LinkedIn: a person's own posts, or those of an organisation's page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from cofounder.channels.accounts.asking import Refused, ask
from cofounder.channels.accounts.providers.oauth import OAuth
from cofounder.channels.accounts.providers.shapes import App, Identity, Tokens

API_VERSION = "202610"  # of October 2026; LinkedIn ends a version after a year
API_VERSION_ENDS = datetime(2027, 10, 31, tzinfo=UTC)


class LinkedIn(OAuth):
    """Tokens last 60 days; a refresh token is given to some apps only. PKCE is for apps without a secret there."""

    provider = "linkedin"
    label = "LinkedIn"
    site = "https://www.linkedin.com"
    api = "https://api.linkedin.com"
    token_site = "https://www.linkedin.com"
    authorize_path = "/oauth/v2/authorization"
    token_path = "/oauth/v2/accessToken"
    revoke_path = "/oauth/v2/revoke"
    posting: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "person": ("openid", "profile", "w_member_social"),
        "organisation": ("w_organization_social", "rw_organization_admin"),
    }
    reading: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "person": (),  # r_member_postAnalytics is given on application only
        "organisation": ("r_organization_social",),
    }

    async def identities(self, tokens: Tokens, kind: str) -> list[Identity]:
        if kind == "organisation":
            return await self._organisations(tokens.access_token)
        found = await self._get("/v2/userinfo", tokens.access_token)
        if not found.get("sub"):
            raise Refused(
                "LinkedIn does not say who signed in: the app lacks “Sign In with LinkedIn using OpenID Connect”."
            )
        id = f"urn:li:person:{found['sub']}"
        return [Identity(id, str(found.get("name") or id), "person")]

    async def _organisations(self, token: str) -> list[Identity]:
        query = {"q": "roleAssignee", "role": "ADMINISTRATOR", "state": "APPROVED", "count": "100"}
        found = await self._get("/rest/organizationAcls", token, query)
        urns = [str(one.get("organization") or "") for one in found.get("elements") or [] if isinstance(one, dict)]
        made = []
        for urn in dict.fromkeys(filter(None, urns)):
            told = await self._get(f"/rest/organizations/{urn.rpartition(':')[2]}", token)
            made.append(Identity(urn, str(told.get("localizedName") or urn), "organisation"))
        if not made:
            raise Refused("Whoever signed in is administrator of no LinkedIn page.")
        return made

    async def look(self, token: str, external_id: str) -> None:
        if external_id.startswith("urn:li:organization:"):
            await self._get(f"/rest/organizations/{external_id.rpartition(':')[2]}", token)
        else:
            await self._get("/v2/userinfo", token)

    async def pasted(self, app: App | None, tokens: Tokens) -> Tokens:
        if app is None or not app.client_secret:
            return tokens
        fields = {"client_id": app.client_id, "client_secret": app.client_secret, "token": tokens.access_token}
        url = self.at(self.token_site) + "/oauth/v2/introspectToken"
        told = await ask("POST", url, data=fields, secrets=(app.client_secret, tokens.access_token))
        if told.get("active") is False:
            raise Refused("LinkedIn says that this token is not active.", status=401)
        ends = told.get("expires_at")
        until = datetime.fromtimestamp(ends, UTC) if isinstance(ends, int | float) else tokens.access_expires_at
        scopes = told.get("scope")
        granted = tuple(scopes.replace(",", " ").split()) if isinstance(scopes, str) else tokens.scopes
        return Tokens(tokens.access_token, None, until, until, granted)

    async def _get(self, path: str, token: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        headers = {
            "Authorization": f"Bearer {token}",
            "LinkedIn-Version": API_VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        return await ask("GET", self.address + path, headers=headers, params=query, secrets=(token,))
