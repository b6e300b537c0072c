"""An embedder that is set: work of the same meaning is found without a shared word, and without it by words still."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import pytest_asyncio

from cofounder.business.context import embedder, index
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost
from cofounder.business.similar import similar_content
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models import embedding
from cofounder.models.providers import ProviderNotReady
from cofounder.settings import settings

OUT, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
MEANT = [("car", "automobile", "vehicle"), ("dog", "hound", "puppy"), ("bread", "loaf", "bakery"), ("ship", "vessel")]


class Vectors(ThreadingHTTPServer):
    """Speaks OpenAI's embeddings: one direction a meaning, and a little of every text's own."""

    status, asked = 200, 0

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        self.asked += len(texts)
        data = [{"object": "embedding", "index": at, "embedding": vector(text)} for at, text in enumerate(texts)]
        return {
            "object": "list",
            "model": body["model"],
            "data": data,
            "usage": {"prompt_tokens": 1, "total_tokens": 1},
        }


def vector(text: str) -> list[float]:
    found = [1.0 + 5.0 * any(word in text.lower() for word in words) for words in MEANT]
    return [*found, (sum(map(ord, text)) % 97) / 100, 1.0]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server: Any = self.server
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        told = server.answer(body) if server.status == 200 else {"error": {"message": "Out of order", "type": "x"}}
        raw = json.dumps(told).encode()
        self.send_response(server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest_asyncio.fixture
async def vectors(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Vectors]:
    server = Vectors(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(settings(), "embedder", "openai-compatible:meaning-1")
    monkeypatch.setattr(settings(), "compatible_base_url", f"http://127.0.0.1:{server.server_port}/v1")
    monkeypatch.setattr(index, "INDEX_FROM", 50)
    monkeypatch.setattr(
        embedder, "fit_apart", embedder.fit
    )  # in this process: a loaded machine takes long to start one
    index._asked.clear()
    lines = ("Why a {} wants care", "The {} of our street", "Seven things about the {}")
    words = [word for group in MEANT for word in group if word not in ("automobile", "hound", "loaf", "vessel")]
    posts = [
        NewPost(id=new_id(), platform="web", title=line.format(word) + f", part {part}", content=".", published_at=OUT)
        for line in lines
        for word in words
        for part in range(3)
    ]
    async with db.transaction() as session:
        await records.add_history(session, [], posts, [])
    yield server
    await asyncio.to_thread(server.shutdown)
    server.server_close()


async def titles(topic: str) -> list[str]:
    async with db.reading() as session:
        return [one.title or "" for one in await similar_content(session, topic, as_of=NOW, limit=5)]


async def test_a_topic_finds_its_meaning_where_no_word_is_shared(vectors: Vectors) -> None:
    told = await index.refresh()
    assert told.kind == "openai-compatible:meaning-1"
    assert told.items == 63
    found = await titles("automobile")
    assert len(found) == 5
    assert all("car" in title or "vehicle" in title for title in found)
    asked = vectors.asked
    await titles("automobile")
    await index.refresh()
    assert vectors.asked == asked, "a topic's vector is remembered, and what is placed is placed"


async def test_where_it_does_not_answer_work_is_found_by_its_words(vectors: Vectors) -> None:
    await index.refresh()
    vectors.status = 400
    assert await titles("hound") == []
    assert all("puppy" in title for title in await titles("a puppy"))


async def test_an_embedder_that_never_answered_leaves_the_built_in_one(vectors: Vectors) -> None:
    vectors.status = 400
    assert (await index.refresh()).kind == embedder.OWN
    vectors.status = 200
    assert (await index.refresh()).kind == "openai-compatible:meaning-1", "and takes its place when it does"


async def test_what_was_paid_for_before_a_stop_is_not_asked_again(
    vectors: Vectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_BATCH_OUTSIDE", 20)
    real, calls = embedding.embed, []

    async def stops(name: str, texts: Any, *, query: bool = False) -> Any:
        calls.append(len(texts))
        if len(calls) == 3:
            raise embedding.EmbeddingFailed("stopped")
        return await real(name, texts, query=query)

    with monkeypatch.context() as patched:
        patched.setattr(embedding, "embed", stops)
        await index.refresh()
    asked = vectors.asked
    assert (await index.refresh()).kind == "openai-compatible:meaning-1"
    assert vectors.asked - asked == 63 - 20


async def test_built_in_again_needs_nobody(vectors: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    await index.refresh()
    monkeypatch.setattr(settings(), "embedder", "built-in")
    asked = vectors.asked
    assert (await index.refresh()).kind == embedder.OWN
    await titles("a puppy")
    assert vectors.asked == asked


async def test_an_embedder_nobody_knows_is_said_in_words(database: Database) -> None:
    with pytest.raises(ProviderNotReady) as told:
        await embedding.embed("nobody:knows", ["x"])
    assert "nobody:knows" in str(told.value.detail)
    assert "COFOUNDER_EMBEDDER" in str(told.value.advice)
