"""X's API v2 on the wire: short links in texts, signs as HTML writes them, rate limits in epochs, no Retry-After."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from twitter_text import extract_urls_with_indices, parse_tweet

from tests.channels.wire.server import EXTRA, SECRET, Asked, Reply, Wire

USER = "2244994945"
_TYPES = (b"image/jpeg", b"image/png", b"image/webp")


@dataclass
class XWire(Wire):
    provider: Any = "x"
    posts: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100  # of its timeline
    media: dict[str, list[Any]] = field(default_factory=dict)  # id -> [bytes, alt text]

    def account(self) -> dict[str, Any]:
        return {"external_id": USER, "details": {"handle": "acme"}}

    def shown(self) -> list[str]:
        return [one["sent"] for one in self.posts]

    def threads(self) -> list[list[str]]:
        """Texts as they hang on each other, by who started."""
        found: dict[str, list[str]] = {}
        root: dict[str, str] = {}
        for one in self.posts:
            before = one.get("before")
            root[one["id"]] = root[before] if before else one["id"]
            found.setdefault(root[one["id"]], []).append(one["sent"])
        return list(found.values())

    def refusal(self, status: int, message: str, code: Any = None) -> Reply:
        return Reply(status, {"title": "Problem", "detail": message, "type": "about:blank", "status": status, **EXTRA})

    async def answer(self, asked: Asked) -> Reply:
        if self.revoked or asked.headers.get("authorization") != f"Bearer {SECRET}":
            return self.refusal(401, f"Unauthorized {SECRET}")
        if asked.method == "POST" and asked.path == "/2/tweets":
            return self._post(asked.json)
        if asked.method == "POST" and asked.path == "/2/media/upload":
            return self._take(asked.parts)
        if asked.method == "POST" and asked.path == "/2/media/metadata":
            return self._describe(asked.json)
        if asked.path == f"/2/users/{USER}/tweets":
            return self._list(asked)
        return self.refusal(404, "Not found")

    def _take(self, parts: dict[str, bytes]) -> Reply:
        if (
            parts["media_category"] != b"tweet_image"
            or parts["media_type"] not in _TYPES
            or len(parts["media"]) > 5_242_880
        ):
            return self.refusal(400, "Your media is invalid")
        id = str(1_880_000_000_000_000_000 + self.number())
        self.media[id] = [parts["media"], None]
        return Reply(200, {"data": {"id": id, "media_key": f"3_{id}", "expires_after_secs": 86400, **EXTRA}})

    def _describe(self, body: dict[str, Any]) -> Reply:
        words = body["metadata"]["alt_text"]["text"]
        if body["id"] not in self.media or len(words) > 1_000:
            return self.refusal(400, "alt_text is invalid")
        self.media[body["id"]][1] = words
        return Reply(200, {"data": {"id": body["id"], "associated_metadata": {"alt_text": {"text": words}}, **EXTRA}})

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        return [[(self.media[id][0], self.media[id][1]) for id in one["media"]] for one in self.posts]

    def _post(self, body: dict[str, Any]) -> Reply:
        text, before = body["text"], body.get("reply", {}).get("in_reply_to_tweet_id")
        if parse_tweet(text).weightedLength > 280:  # counted by a port of X's own library, not by ours
            return self.refusal(403, "Your Tweet text is too long.")
        if before and before not in {one["id"] for one in self.posts}:
            return self.refusal(403, "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if any(one["sent"] == text for one in self.posts):
            return self.refusal(403, "You are not allowed to create a Tweet with duplicate content.")
        shown = body.get("media", {}).get("media_ids", [])
        if len(shown) > 4 or any(one not in self.media for one in shown):
            return self.refusal(400, "Your media IDs are invalid.")
        id = str(1_900_000_000_000_000_000 + self.number())
        self.posts.append({"id": id, "sent": text, "before": before, "media": shown, "at": datetime.now(UTC)})
        return Reply(201, {"data": {"id": id, "text": text, "edit_history_tweet_ids": [id], **EXTRA}})

    def _list(self, asked: Asked) -> Reply:
        since = datetime.strptime(asked.query["start_time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        found = [_as_told(one) for one in self.posts[::-1] if one["at"] >= since]
        start = int(asked.query.get("pagination_token") or 0)
        size = min(self.page, int(asked.query.get("max_results", "10")))
        page = found[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if start + size < len(found):
            meta["next_token"] = str(start + size)
        return Reply(200, {"meta": meta, **({"data": page} if page else {}), **EXTRA})


def _as_told(post: dict[str, Any]) -> dict[str, Any]:
    """A post as the API tells it: t.co in place of every link, & as &amp;."""
    urls: list[dict[str, Any]] = []

    def short(link: str) -> str:
        whole = link if link.startswith("http") else f"http://{link}"
        urls.append({"url": f"https://t.co/{len(urls):010d}", "expanded_url": whole, "display_url": link[:20]})
        return str(urls[-1]["url"])

    text, done = "", 0
    for one in extract_urls_with_indices(post["sent"]):
        start, end = one["indices"]
        text, done = text + post["sent"][done:start] + short(post["sent"][start:end]), end
    text += post["sent"][done:]
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(sign, written)
    told: dict[str, Any] = {"id": post["id"], "text": text, "created_at": post["at"].isoformat(), **EXTRA}
    if urls:
        told["entities"] = {"urls": urls}
    if post["before"]:
        told["referenced_tweets"] = [{"type": "replied_to", "id": post["before"]}]
    return told
