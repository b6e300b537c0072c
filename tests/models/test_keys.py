"""The keys of providers that are asked are tried as they are entered, each on its provider's own wire."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from cofounder import app
from cofounder.kit.testing import Database
from cofounder.ops import probing
from cofounder.settings import settings
from tests.flow.server import signed_in
from tests.flow.train.tuners.servers.wire import SECRET, Bad, Provider, running

ADDRESSES = {"anthropic_api_key": "ANTHROPIC_BASE_URL", "google_api_key": "GOOGLE_GEMINI_BASE_URL"}
FIELDS = ("anthropic_api_key", "google_api_key", "compatible_api_key")


class Listing(Provider):
    """The lists of models of Anthropic, of Google's Gemini API and of an OpenAI-compatible server, as documented."""

    def refusal(self, status: int, message: str) -> Response:
        return JSONResponse({"error": {"type": "api_error", "message": message}}, status)

    def routes(self, app: FastAPI) -> None:
        @app.get("/v1/models")
        def models(request: Request) -> Any:
            if "x-api-key" in request.headers:
                assert request.headers["anthropic-version"] == "2023-06-01"
                if request.headers["x-api-key"] != SECRET:
                    error = {"type": "authentication_error", "message": "invalid x-api-key"}
                    return JSONResponse({"type": "error", "error": error, "request_id": "req_1"}, 401)
                return {"data": [{"type": "model", "id": "claude-haiku-4-5"}], "has_more": False}
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if given != SECRET:
                return JSONResponse({"error": {"message": f"Incorrect API key provided: {given}."}}, 401)
            return {"object": "list", "data": [{"id": "small", "object": "model"}]}

        @app.get("/v1beta/models")
        def gemini(request: Request) -> Any:
            if request.headers.get("x-goog-api-key") == SECRET:
                return {"models": [{"name": "models/gemini-2.5-flash"}], "nextPageToken": "x"}
            info = "type.googleapis.com/google.rpc.ErrorInfo"
            message = "API key not valid. Please pass a valid API key."
            details = [{"@type": info, "reason": "API_KEY_INVALID", "domain": "googleapis.com"}]
            error = {"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": details}
            return JSONResponse({"error": error}, 400)

        @app.get("/page/models")
        def page() -> Any:
            return PlainTextResponse("<html>It works!</html>")


@pytest.fixture
async def listing(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listing]:
    app.wire()
    async with running(Listing()) as made:
        for name in ADDRESSES.values():
            monkeypatch.setenv(name, made.url)
        settings.cache_clear()
        assert isinstance(made, Listing)
        yield made
    settings.cache_clear()


@pytest.fixture
async def admin(listing: Listing) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in("admin") as (made,):
        yield made


def entered(listing: Listing, field: str, key: str) -> dict[str, str]:
    address = {"compatible_base_url": f"{listing.url}/v1"} if field == "compatible_api_key" else {}
    return {field: key, **address}


async def note(admin: httpx.AsyncClient, field: str) -> Any:
    return (await admin.get("/api/connections")).json()[field]["note"]


@pytest.mark.parametrize("field", FIELDS)
async def test_a_right_key_is_kept_without_a_note(listing: Listing, admin: httpx.AsyncClient, field: str) -> None:
    answer = await admin.put("/api/connections", json=entered(listing, field, SECRET))
    assert answer.status_code == 200, answer.text
    assert (answer.json()[field]["given"], answer.json()[field]["note"]) == (True, None)
    assert len(listing.asked) == 1


@pytest.mark.parametrize("field", FIELDS)
async def test_a_wrong_key_is_refused_with_its_field_and_nothing_is_kept(
    listing: Listing, admin: httpx.AsyncClient, field: str
) -> None:
    wrong = "sk-wrong-0123456789"
    answer = await admin.put("/api/connections", json=entered(listing, field, wrong))
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert (told["code"], told["errors"][0]["field"]) == ("key_refused", field)
    assert "does not take the key" in told["detail"]
    assert wrong not in answer.text
    after = (await admin.get("/api/connections")).json()
    assert not any(after[name]["source"] == "settings" for name in entered(listing, field, wrong))


@pytest.mark.parametrize("field", FIELDS)
async def test_a_key_that_may_not_list_is_refused_with_its_field(
    listing: Listing, admin: httpx.AsyncClient, field: str
) -> None:
    listing.bad.append(Bad(403))
    answer = await admin.put("/api/connections", json=entered(listing, field, SECRET))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert SECRET not in answer.text


@pytest.mark.parametrize("field", FIELDS)
async def test_a_key_that_nobody_can_try_is_kept_with_a_note_until_it_can(
    listing: Listing, admin: httpx.AsyncClient, field: str
) -> None:
    listing.bad.append(Bad(503))
    assert (await admin.put("/api/connections", json=entered(listing, field, SECRET))).status_code == 200
    noted = field if field != "compatible_api_key" else "compatible_base_url"
    assert "not known to work" in await note(admin, noted)
    assert SECRET not in await note(admin, noted)
    listing.bad.clear()
    await probing.try_again()
    assert await note(admin, noted) is None


async def test_an_address_is_tried_without_a_key_too(listing: Listing, admin: httpx.AsyncClient) -> None:
    for address, words in (
        (f"{listing.url}/v1", "wants a key (401"),
        ("http://127.0.0.1:9/v1", "cannot be reached (ConnectError)"),
        (listing.url, "does not list its models (404). Look whether the address ends in /v1."),
        (f"{listing.url}/page", "answers with something else than a list of models"),
    ):
        assert (await admin.put("/api/connections", json={"compatible_base_url": address})).status_code == 200
        told = await note(admin, "compatible_base_url")
        assert words in told
        assert told.endswith("It is tried again by itself.")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ('{"private_key": "hush-hush"', "It is no JSON"),
        ("{" * 5_000, "It is no JSON"),
        ('{"type": "service_account", "private_key": "hush-hush"}', "it has no client_email"),
        ('{"private_key": 7}', "it has no client_email and no private_key"),
        ("hush-hush", "which begins with {"),
    ],
)
async def test_a_service_account_that_is_none_is_refused_at_once_with_its_field(
    admin: httpx.AsyncClient, given: str, words: str
) -> None:
    answer = await admin.put("/api/connections", json={"vertex_service_account": given})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "vertex_service_account"
    assert words in error["message"]
    assert "hush-hush" not in answer.text
