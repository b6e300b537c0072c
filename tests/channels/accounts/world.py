"""LinkedIn, X, Facebook, a WordPress and a Ghost on loopback, as far as accounts need them: real sockets, strict."""

import asyncio
import base64
import hashlib
import secrets
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

APP, APP_SECRET = "app-4711", "shh-app-secret-0815"
PASSWORD = "abcd EFGH ijkl MNOP qrst UVWX"
ADMIN_KEY = "0123456789abcdef01234567:" + "ab" * 32


@dataclass
class World:
    """What the providers know, and their bad days."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    bad: dict[str, list[tuple[int, dict[str, Any]]]] = field(default_factory=dict)  # path -> answers in its place
    slow: dict[str, float] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)  # code -> what it stands for
    access: set[str] = field(default_factory=set)  # tokens that hold
    refresh: set[str] = field(default_factory=set)
    issued: list[str] = field(default_factory=list)  # every secret that was ever handed out
    renewals: int = 0
    expires_in: int = 7200
    scope: str | None = None
    organisations: list[tuple[str, str]] = field(default_factory=lambda: [("111", "Acme Corp"), ("222", "Acme Labs")])
    pages: list[tuple[str, str]] = field(default_factory=lambda: [("9001", "Acme Page"), ("9002", "Acme Jobs")])
    revoked: list[str] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)

    def agree(self, address: str) -> tuple[str, str]:
        """What a person does at the provider: look at the address, agree. Gives (code, state)."""
        path, _, query = address.partition("?")
        said = {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}
        assert said["response_type"] == "code"
        assert said["client_id"] == APP
        code = self._new("code")
        provider = "x" if "/i/oauth2" in path else "facebook" if "/dialog/" in path else "linkedin"
        self.codes[code] = {
            "provider": provider,
            "redirect": said["redirect_uri"],
            "scope": said["scope"],
            "challenge": said.get("code_challenge", ""),
        }
        return code, said["state"]

    def _new(self, kind: str) -> str:
        made = f"{kind}-{secrets.token_urlsafe(24)}"
        self.issued.append(made)
        return made

    def token(self, *, refresh: bool) -> dict[str, Any]:
        access = self._new("access")
        self.access.add(access)
        found: dict[str, Any] = {"access_token": access, "expires_in": self.expires_in, "token_type": "bearer"}
        if refresh:
            found["refresh_token"] = self._new("refresh")
            self.refresh.add(found["refresh_token"])
        return found

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def days(request: Request, call_next: Any) -> Response:
            path = request.url.path
            self.asked.append(f"{request.method} {path}")
            if self.slow.get(path):
                await asyncio.sleep(self.slow[path])
            if self.bad.get(path):
                status, body = self.bad[path].pop(0)
                return JSONResponse(body, status)
            answer: Response = await call_next(request)
            return answer

        _linkedin(self, app)
        _x(self, app)
        _facebook(self, app)
        _sites(self, app)
        return app

    def bearer(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self.access


async def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}


def _no(error: str, words: str, status: int = 400) -> JSONResponse:
    return JSONResponse({"error": error, "error_description": words}, status)


def _linkedin(world: World, app: FastAPI) -> None:
    @app.post("/oauth/v2/accessToken")
    async def token(request: Request) -> Response:
        said = await _form(request)
        if (said.get("client_id"), said.get("client_secret")) != (APP, APP_SECRET):
            return _no("invalid_client", f"Client authentication failed for {said.get('client_secret')}", 401)
        found = world.codes.pop(said.get("code", ""), None)
        if said.get("grant_type") != "authorization_code" or found is None or found["provider"] != "linkedin":
            return _no("invalid_grant", "The code is used up")
        if said.get("redirect_uri") != found["redirect"]:
            return _no("invalid_redirect_uri", "Unable to retrieve access token: redirect uri differs")
        made = world.token(refresh=False)
        return JSONResponse({**made, "expires_in": 5_184_000, "scope": world.scope or found["scope"].replace(" ", ",")})

    @app.post("/oauth/v2/revoke")
    async def revoke(request: Request) -> Response:
        world.revoked.append((await _form(request))["token"])
        return Response(status_code=200)

    @app.post("/rest/posts")
    async def post(request: Request) -> Response:
        if not world.bearer(request):
            return JSONResponse({"status": 401, "serviceErrorCode": 65601, "message": "The token was revoked"}, 401)
        world.posts.append(await request.json())
        return Response(status_code=201, headers={"x-restli-id": f"urn:li:share:{len(world.posts)}"})

    @app.get("/v2/userinfo")
    async def me(request: Request) -> Response:
        if not world.bearer(request):
            return JSONResponse({"status": 401, "serviceErrorCode": 65601, "message": "The token was revoked"}, 401)
        return JSONResponse({"sub": "abc123", "name": "Mara Miller", "locale": {"country": "US"}, "new": 1})

    @app.get("/rest/organizationAcls")
    async def organisations(request: Request) -> Response:
        if not world.bearer(request) or not request.headers.get("linkedin-version"):
            return JSONResponse({"status": 401, "message": "no"}, 401)
        rows = [{"organization": f"urn:li:organization:{id}", "role": "ADMINISTRATOR"} for id, _ in world.organisations]
        return JSONResponse({"elements": rows, "paging": {"count": 100, "start": 0}})

    @app.get("/rest/organizations/{id}")
    async def organisation(id: str, request: Request) -> Response:
        if not world.bearer(request):
            return JSONResponse({"status": 401, "message": "no"}, 401)
        return JSONResponse({"id": int(id), "localizedName": dict(world.organisations)[id]})


def _x(world: World, app: FastAPI) -> None:
    @app.get("/i/oauth2/authorize")
    async def agreed(request: Request) -> Response:
        """A person who agrees at once."""
        code, state = world.agree(str(request.url))
        back = f"{world.codes[code]['redirect']}?{urlencode({'code': code, 'state': state})}"
        return RedirectResponse(back, status_code=303)

    @app.post("/2/oauth2/token")
    async def token(request: Request) -> Response:
        said = await _form(request)
        basic = base64.b64encode(f"{APP}:{APP_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return _no("unauthorized_client", "Missing valid authorization header", 401)
        if said.get("grant_type") == "refresh_token":
            if said["refresh_token"] not in world.refresh:
                return _no("invalid_request", f"Value passed for the token was invalid: {said['refresh_token']}")
            world.refresh.discard(said["refresh_token"])  # good once
            world.renewals += 1
            return JSONResponse(
                {**world.token(refresh=True), "scope": "tweet.read tweet.write media.write users.read offline.access"}
            )
        found = world.codes.pop(said.get("code", ""), None)
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if found is None or found["challenge"] != challenge:
            return _no("invalid_request", "Value passed for the authorization code was invalid.")
        return JSONResponse({**world.token(refresh=True), "scope": world.scope or found["scope"], "unknown_field": [1]})

    @app.post("/2/oauth2/revoke")
    async def revoke(request: Request) -> Response:
        world.revoked.append((await _form(request))["token"])
        return JSONResponse({"revoked": True})

    @app.get("/2/users/me")
    async def me(request: Request) -> Response:
        if not world.bearer(request):
            return JSONResponse(
                {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, 401
            )
        return JSONResponse({"data": {"id": "2244994945", "name": "Acme", "username": "acme"}})


def _facebook(world: World, app: FastAPI) -> None:
    def refused(words: str, code: int = 190) -> Response:
        return JSONResponse(
            {"error": {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "A"}}, 400
        )

    @app.post("/v25.0/oauth/access_token")
    async def token(request: Request) -> Response:
        said = await _form(request)
        if said.get("client_secret") != APP_SECRET:
            return refused("Error validating client secret.", 1)
        if said.get("grant_type") == "fb_exchange_token":
            if said.get("fb_exchange_token") not in world.access:
                return refused("Error validating access token")
        elif world.codes.pop(said.get("code", ""), None) is None:
            return refused("This authorization code has been used.", 100)
        return JSONResponse(world.token(refresh=False))

    @app.get("/v25.0/debug_token")
    async def debug(input_token: str, access_token: str) -> Response:
        assert access_token == f"{APP}|{APP_SECRET}"
        scopes = ["pages_show_list", "pages_manage_posts", "pages_read_engagement", "read_insights"]
        ends = int(time.time()) + 90 * 86_400
        held = input_token in world.access
        return JSONResponse(
            {"data": {"is_valid": held, "expires_at": 0, "data_access_expires_at": ends, "scopes": scopes}}
        )

    @app.get("/v25.0/me/accounts")
    async def pages(request: Request) -> Response:
        if not world.bearer(request):
            return refused("Error validating access token")
        rows = []
        for id, name in world.pages:
            own = f"page-{id}-{secrets.token_urlsafe(12)}"
            world.issued.append(own)
            world.access.add(own)
            rows.append({"id": id, "name": name, "access_token": own, "tasks": ["CREATE_CONTENT", "ANALYZE"]})
        return JSONResponse({"data": rows, "paging": {}})

    @app.delete("/v25.0/me/permissions")
    async def leave(request: Request) -> Response:
        world.revoked.append(request.headers["authorization"].removeprefix("Bearer "))
        return JSONResponse({"success": True})

    @app.get("/v25.0/{id}")
    async def page(id: str, request: Request) -> Response:
        return JSONResponse({"id": id}) if world.bearer(request) else refused("Error validating access token")


def _sites(world: World, app: FastAPI) -> None:
    @app.get("/wp-json/wp/v2/users/me")
    async def me(request: Request) -> Response:
        basic = base64.b64encode(f"mara:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"code": "rest_not_logged_in", "message": "You are not logged in.", "data": {}}, 401)
        return JSONResponse({"id": 7, "slug": "mara", "name": "Mara", "capabilities": {"publish_posts": True}})

    @app.get("/ghost/api/admin/posts/")
    async def posts(request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Ghost ")
        try:
            jwt.decode(token, bytes.fromhex(ADMIN_KEY.partition(":")[2]), algorithms=["HS256"], audience="/admin/")
        except jwt.PyJWTError as error:
            return JSONResponse({"errors": [{"message": f"Invalid token: {error}", "code": "INVALID_JWT"}]}, 401)
        return JSONResponse({"posts": [], "meta": {}})


@asynccontextmanager
async def running() -> AsyncIterator[World]:
    world = World()
    listener = socket.create_server(("127.0.0.1", 0))
    world.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(world.app(), log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield world
    finally:
        server.should_exit = True
        await task
