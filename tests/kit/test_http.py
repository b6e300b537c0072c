"""Every refusal is a problem that says what is wrong, where, and what to do; nothing half-done is kept."""

import json
import os
import socket
import threading
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, StrictInt
from sqlalchemy import text
from structlog.testing import capture_logs

from cofounder.kit import http, outside
from cofounder.kit.errors import CofounderError, Conflict, NotFound
from cofounder.kit.http import Body, Page, Session, documented
from cofounder.kit.problems import BodyUnreadable
from cofounder.kit.routing import read_json
from cofounder.kit.testing import Database
from cofounder.kit.versions import etag, wanted

KEYS = {"type", "title", "status", "detail", "code", "hint", "errors"}


class Inner(Body):
    count: StrictInt


class Outer(Body):
    name: str
    inner: Inner
    parts: list[Inner] = Field(default_factory=list)


class AlreadyThere(Conflict):
    """This is there already."""

    hint = "Choose another name."


app = FastAPI()
http.install(app)


@app.post("/things", responses=documented(AlreadyThere, NotFound))
async def things(body: Outer) -> Outer:
    if body.name == "taken":
        raise AlreadyThere(field="name")
    return body


@app.get("/things")
async def listed() -> Page[Inner]:
    return Page(items=[Inner(count=1)], total=1)


class TooMany(CofounderError):
    """That was too often."""

    status = 429


strict = http.Router()


@strict.post("/strict", responses=documented())
async def strictly(body: Outer, count: int = 1, tag: Annotated[list[str] | None, Query()] = None) -> Outer:
    return body


app.include_router(strict)


@app.get("/slow/{seconds}")
async def slow(seconds: int) -> None:
    raise TooMany(retry_after=seconds) if seconds else TooMany()


@app.get("/boom")
async def boom() -> None:
    raise RuntimeError("the secret is rosebud")


@app.post("/kept/{n}")
async def kept(n: int, session: Session) -> int:
    await session.execute(text("INSERT INTO kept VALUES (:n)"), {"n": n})
    if n == 2:
        raise AlreadyThere()
    return n


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert set(body) >= KEYS
    assert (body["status"], body["code"]) == (status, code)
    return dict(body)


async def test_our_own_error_names_the_field_and_the_way_out(client: httpx.AsyncClient) -> None:
    answer = await client.post("/things", json={"name": "taken", "inner": {"count": 1}})
    found = problem(answer, 409, "already_there")
    assert found["title"] == "This is there already."
    assert found["hint"] == "Choose another name."
    assert found["errors"] == [{"field": "name", "message": "This is there already."}]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a", "inner": {"count": "1"}}, "inner.count"),
        ({"name": "a", "inner": {"count": False}}, "inner.count"),
        ({"name": "a", "inner": {"count": 1}, "parts": [{"count": 1}, {"count": 1.5}]}, "parts.1.count"),
        ({"name": "a", "inner": {"count": 1}, "more": 1}, "more"),
        ({"inner": {"count": 1}}, "name"),
        ({"name": "a\u0000", "inner": {"count": 1}}, None),
    ],
)
async def test_a_field_that_does_not_fit_is_named_by_its_place(
    client: httpx.AsyncClient, body: dict[str, object], field: str | None
) -> None:
    found = problem(await client.post("/things", json=body), 422, "request_invalid")
    errors = found["errors"]
    assert isinstance(errors, list)
    assert len(errors) == 1
    assert field is None or errors[0]["field"] == field
    assert errors[0]["message"]


async def test_a_body_that_is_no_json_is_400(client: httpx.AsyncClient) -> None:
    for content in (b"{", b"\xff\xfe"):
        headers = {"content-type": "application/json"}
        problem(await client.post("/things", content=content, headers=headers), 400, "body_unreadable")


async def test_no_route_and_no_method(client: httpx.AsyncClient) -> None:
    problem(await client.get("/nothing"), 404, "no_such_route")
    problem(await client.delete("/things"), 405, "method_not_allowed")


async def test_a_body_over_the_limit_is_refused_also_when_it_does_not_say_so(client: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    problem(await client.post("/things", content=b"x" * 1_000_001), 413, "body_too_large")
    problem(await client.post("/things", content=endless()), 413, "body_too_large")


async def test_who_comes_too_often_is_told_how_long_to_wait(client: httpx.AsyncClient) -> None:
    for asked, told in ((30, "30"), (0, "1")):
        answer = await client.get(f"/slow/{asked}")
        problem(answer, 429, "too_many")
        assert answer.headers["retry-after"] == told


async def test_a_strict_route_knows_its_questions_and_reads_each_name_once(client: httpx.AsyncClient) -> None:
    body = {"name": "a", "inner": {"count": 1}}
    assert (await client.post("/strict?count=2&tag=a&tag=b", json=body)).status_code == 200
    for query, names in (("?colour=red&size=1", ["colour", "size"]), ("?count=1&count=2", ["count"]), ("?=1", [""])):
        found = problem(await client.post(f"/strict{query}", json=body), 422, "request_invalid")
        assert [one["field"] for one in found["errors"]] == names  # type: ignore[attr-defined]
        assert found["hint"] == "It takes: count, tag."
    headers = {"content-type": "application/json"}
    twice = b'{"name": "a", "name": "b", "inner": {"count": 1}}'
    found = problem(await client.post("/strict", content=twice, headers=headers), 400, "body_unreadable")
    assert "'name' stands twice" in str(found["detail"])


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: json.dumps(text).encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read = read_json(content)
    except BodyUnreadable:
        return
    assert read == json.loads(content.decode("utf-8-sig")) or read != read


@given(st.lists(st.text("abc \t", max_size=3), max_size=4), st.booleans())
def test_if_match_names_the_versions_that_are_written_there(names: list[str], weak: bool) -> None:
    header = ", ".join(("W/" if weak else "") + etag(name) for name in names)
    assert wanted(header) == names
    assert wanted(None) is wanted("*") is None


async def test_an_unexpected_error_keeps_its_details_to_the_log(client: httpx.AsyncClient) -> None:
    found = problem(await client.get("/boom"), 500, "internal_error")
    assert "rosebud" not in str(found)


async def test_what_was_answered_is_kept_and_what_was_refused_is_not(
    database: Database, client: httpx.AsyncClient
) -> None:
    from cofounder.kit import db

    async with db.transaction() as session:
        await session.execute(text("CREATE TABLE kept (n int)"))
    assert (await client.post("/kept/1")).status_code == 200
    problem(await client.post("/kept/2"), 409, "already_there")
    async with db.transaction() as session:
        assert list(await session.scalars(text("SELECT n FROM kept"))) == [1]


def test_the_openapi_documents_each_error_with_an_example() -> None:
    answers = app.openapi()["paths"]["/things"]["post"]["responses"]
    examples = answers["409"]["content"]["application/problem+json"]["examples"]
    assert examples["already_there"]["value"]["hint"] == "Choose another name."
    assert set(answers) >= {"200", "401", "403", "404", "409", "422"}
    assert "HTTPValidationError" not in str(app.openapi())


async def test_outside_calls_follow_no_redirect_and_end_in_time() -> None:
    def move(request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"location": "https://elsewhere.example/"})

    async with outside.client(transport=httpx.MockTransport(move)) as client:
        answer = await client.get("https://here.example/")
        assert answer.status_code == 302
        assert client.timeout.read is not None


async def _hosts_asked_directly(client: httpx.AsyncClient) -> dict[str, bool]:
    async with client:
        own = (f"{name}:8000" for name in outside.here() if name != "::1")
        hosts = (*own, "localhost:11434", "[::1]:8000", "0.0.0.0:8000", "far.example", "named.example")
        return {host: client._transport_for_url(httpx.URL(f"http://{host}/")) is client._transport for host in hosts}


@pytest.mark.parametrize(("proxy", "left_out"), [("http_proxy", "NO_PROXY"), ("HTTP_PROXY", "no_proxy")])
async def test_what_lies_on_this_machine_is_asked_without_a_proxy_and_all_else_through_it(
    monkeypatch: pytest.MonkeyPatch, proxy: str, left_out: str
) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")  # so that it is as before afterwards
        monkeypatch.delenv(name)
    outside.ask_here_directly()
    assert "NO_PROXY" not in os.environ
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    monkeypatch.setenv(left_out, "named.example")
    for _ in range(2):
        outside.ask_here_directly()
        asked = await _hosts_asked_directly(outside.client())
        assert [host for host, directly in asked.items() if not directly] == ["far.example"]
    assert os.environ["no_proxy"] == ",".join(["named.example", *outside.here()])
    assert {"127.0.0.1", "localhost", "::1", "0.0.0.0", socket.gethostname()} <= set(outside.here())


async def test_a_socks_proxy_is_named_and_keeps_nobody_from_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("ALL_PROXY", "socks5://mara:s3kret@127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    outside.ask_here_directly()
    said = "^ALL_PROXY names a SOCKS proxy"
    with outside.blocking_client() as blocking, pytest.raises(httpx.ConnectError, match=said):
        blocking.get("http://far.example/")
    async with outside.client() as client:
        with pytest.raises(httpx.ConnectError, match=said):
            await client.get("http://far.example/")
        with pytest.raises(httpx.ConnectError) as refused:  # by the other, which is not there
            await client.get("https://far.example/")
        assert "SOCKS" not in str(refused.value)
    with socket.create_server(("127.0.0.1", 0)) as server, outside.blocking_client() as blocking:
        asked = threading.Thread(target=_answer_once, args=(server,), daemon=True)
        asked.start()
        assert blocking.get(f"http://127.0.0.1:{server.getsockname()[1]}/").text == "here"
        asked.join()


def _answer_once(server: socket.socket) -> None:
    line, _ = server.accept()
    with line:
        line.recv(65_536)
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nhere")


async def test_who_asks_again_and_again_fills_the_log_with_no_tracebacks() -> None:
    app = FastAPI()
    http.install(app)

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("a cog is missing")

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    with capture_logs() as told:
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            incidents = [(await client.get("/broken")).json()["detail"] for _ in range(5)]
    assert incidents == [f"Incident {entry['incident']}." for entry in told]
    assert ["exc_info" in entry for entry in told] == [True, False, False, False, False]
    assert told[4]["error"] == "RuntimeError: a cog is missing"
