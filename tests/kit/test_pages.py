"""The page is served at every address that is not the API's, and nothing outside of its folder ever is."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from cofounder.kit import pages


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "_web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Cofounder</title>")
    (folder / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def served(built: Path) -> httpx.AsyncClient:
    app = FastAPI()

    @app.get("/api/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    pages.install(app, built)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


@pytest.mark.parametrize("address", ["/", "/orchestrator", "/orchestrator/tasks/0190", "/settings?tab=keys"])
async def test_a_deep_link_that_is_reloaded_gets_the_page(built: Path, address: str) -> None:
    async with served(built) as client:
        answer = await client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_files_with_their_content_in_the_name_are_kept_for_good(built: Path) -> None:
    async with served(built) as client:
        answer = await client.get("/assets/app-1a2b.js")
    assert answer.text == "1"
    assert "immutable" in answer.headers["cache-control"]


async def test_programs_and_styles_go_out_compressed_to_whoever_can_read_that(built: Path) -> None:
    words = "export const words = 'the same again';\n" * 100
    (built / "assets" / "large-3c4d.js").write_text(words)
    async with served(built) as client:
        small = await client.get("/assets/large-3c4d.js", headers={"Accept-Encoding": "gzip, br"})
        whole = await client.get("/assets/large-3c4d.js", headers={"Accept-Encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < len(words) / 10
    assert "content-encoding" not in whole.headers
    for answer in (small, whole):
        assert answer.text == words
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "address", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt"]
)
async def test_nothing_outside_of_the_page_is_served(built: Path, address: str) -> None:
    async with served(built) as client:
        answer = await client.get(address)
    assert "secret" not in answer.text


async def test_an_unknown_address_of_the_api_is_not_the_page(built: Path) -> None:
    async with served(built) as client:
        for answer in (
            await client.get("/api/nothing"),
            await client.post("/api/nothing"),
            await client.post("/orchestrator"),
        ):
            assert answer.status_code == 404
            assert not answer.headers["content-type"].startswith("text/html")


async def test_without_a_built_page_the_address_says_how_to_build_it(tmp_path: Path) -> None:
    async with served(tmp_path / "nothing") as client:
        answer = await client.get("/")
    assert answer.status_code == 503
    assert "make setup" in answer.text


async def test_a_file_of_an_older_build_is_missing_and_not_the_page(built: Path) -> None:
    async with served(built) as client:
        answer = await client.get("/assets/app-old.js")
    assert answer.status_code == 404
