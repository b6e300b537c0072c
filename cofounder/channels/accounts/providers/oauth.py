"""What the providers with OAuth 2 have in common: where a person is sent, what a code brings, how access is renewed.

The words of the protocol (grant addresses, PKCE) are Authlib's; the line is ours: one attempt, no redirect followed.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from cofounder.channels.accounts.asking import Refused, ask
from cofounder.channels.accounts.providers.shapes import App, Identity, Tokens
from cofounder.kit.clock import now
from cofounder.settings import channel_places, settings


class OAuth:
    """One provider. Subclasses name its addresses and scopes, and read whom a token speaks for."""

    provider: ClassVar[str]
    label: ClassVar[str]
    site: ClassVar[str]  # where a person signs in
    api: ClassVar[str]
    token_site: ClassVar[str]
    authorize_path: ClassVar[str]
    token_path: ClassVar[str]
    revoke_path: ClassVar[str | None] = None
    pkce: ClassVar[bool] = False
    app_in_header: ClassVar[bool] = False  # the app says who it is by HTTP Basic, else in the body
    posting: ClassVar[Mapping[str, tuple[str, ...]]]  # kind -> scopes that publishing needs
    reading: ClassVar[Mapping[str, tuple[str, ...]]]  # kind -> scopes that measuring needs

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self.posting)

    def at(self, base: str) -> str:
        """An address of the provider's, or what the environment puts in place of all of them."""
        return channel_places(settings().channel_addresses).get(self.provider, base)

    @property
    def address(self) -> str:
        """Of its API, as senders and readers use it."""
        return self.at(self.api)

    def scopes(self, kind: str) -> tuple[str, ...]:
        return (*self.posting[kind], *self.reading[kind])

    def lacking(self, kind: str, granted: tuple[str, ...] | None) -> list[str]:
        """Scopes that were asked for and not given; none where the provider does not say what it gave."""
        return [] if granted is None else [one for one in self.scopes(kind) if one not in granted]

    def open_at(self, app: App, *, kind: str, redirect: str, state: str, verifier: str) -> str:
        """The address at which a person signs in and agrees."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        more: dict[str, str] = {}
        if self.pkce:
            more = {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
        return str(
            prepare_grant_uri(
                self.at(self.site) + self.authorize_path,
                client_id=app.client_id,
                response_type="code",
                redirect_uri=redirect,
                scope=self.joined(self.scopes(kind)),
                state=state,
                **more,
            )
        )

    def joined(self, scopes: tuple[str, ...]) -> str:
        return " ".join(scopes)

    async def exchange(self, app: App, *, code: str, redirect: str, verifier: str) -> Tokens:
        """What a code brings. Raises Refused, Away."""
        fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
        if self.pkce:
            fields["code_verifier"] = verifier
        return self.read(await self._token(app, fields, secrets=(code, verifier)))

    async def renew(self, app: App, refresh_token: str) -> Tokens:
        """Fresh access; where the refresh token is replaced, the new one. Raises Refused, Away."""
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self.read(await self._token(app, fields, secrets=(refresh_token,)))

    async def revoke(self, app: App, tokens: Mapping[str, str], external_id: str) -> bool:
        """Take the access back at the provider; whether it lets one. Raises Refused, Away."""
        token = tokens.get("refresh_token") or tokens.get("access_token")
        if self.revoke_path is None or not token or not app.client_id:
            return False
        fields, auth = self._as_app(app, {"token": token})
        url = self.at(self.token_site) + self.revoke_path
        await ask("POST", url, data=fields, auth=auth, secrets=(app.client_secret, token))
        return True

    async def identities(self, tokens: Tokens, kind: str) -> list[Identity]:
        """Whom the tokens may speak for. Raises Refused, Away."""
        raise NotImplementedError

    async def pasted(self, app: App | None, tokens: Tokens) -> Tokens:
        """What the provider says of a token that a person brought: its end and scopes. Raises Refused, Away."""
        return tokens

    async def look(self, token: str, external_id: str) -> None:
        """Ask for something small, to see whether the access still holds. Raises Refused, Away."""
        raise NotImplementedError

    def read(self, answer: Mapping[str, Any]) -> Tokens:
        """The tokens in an answer; fields that nobody knows are left alone. Raises Refused."""
        access = answer.get("access_token")
        if not isinstance(access, str) or not access:
            raise Refused(f"{self.label} gave no access token.")
        refresh = answer.get("refresh_token")
        access_ends = _in(answer.get("expires_in"))
        signed = _in(answer.get("refresh_token_expires_in")) if refresh else access_ends
        scopes = answer.get("scope")
        return Tokens(
            access_token=access,
            refresh_token=str(refresh) if refresh else None,
            access_expires_at=access_ends,
            sign_in_expires_at=signed,
            scopes=tuple(scopes.replace(",", " ").split()) if isinstance(scopes, str) else None,
        )

    async def _token(self, app: App, fields: dict[str, str], *, secrets: tuple[str, ...]) -> dict[str, Any]:
        data, auth = self._as_app(app, fields)
        url = self.at(self.token_site) + self.token_path
        return await ask("POST", url, data=data, auth=auth, secrets=(*secrets, app.client_secret))

    def _as_app(self, app: App, fields: dict[str, str]) -> tuple[dict[str, str], tuple[str, str] | None]:
        """(fields, Basic) with which the app says who it is."""
        if self.app_in_header and app.client_secret:
            return fields, (app.client_id, app.client_secret)
        more = {"client_id": app.client_id}
        if app.client_secret:
            more["client_secret"] = app.client_secret
        return fields | more, None


def _in(seconds: Any) -> datetime | None:
    """So many seconds from now; None where it is no such number."""
    try:
        found = float(seconds)
    except (TypeError, ValueError):
        return None
    return now() + timedelta(seconds=found) if 0 < found < 10**9 else None
