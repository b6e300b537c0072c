"""Ghost's Admin API on the wire: tokens of five minutes, HTML only where the source says so, slug-2 for a second article."""

import base64
import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from tests.channels.wire.server import EXTRA, SECRET, Asked, Reply, Wire

KEY_ID = "6489a1c2f0b4e80001a7c3d2"
KEY = SECRET.encode().hex()


@dataclass
class GhostWire(Wire):
    provider: Any = "ghost"
    secret: str = KEY
    posts: list[dict[str, Any]] = field(default_factory=list)
    images: dict[str, bytes] = field(default_factory=dict)  # address -> bytes

    def account(self) -> dict[str, Any]:
        return {"secret": {"admin_key": f"{KEY_ID}:{KEY}"}}

    def shown(self) -> list[str]:
        return [one["html"] for one in self.posts if one["status"] == "published"]

    def refusal(self, status: int, message: str, code: Any = None) -> Reply:
        error = {"message": message, "context": None, "type": "Trouble", "code": code, "id": "1", **EXTRA}
        return Reply(status, {"errors": [error]})

    async def answer(self, asked: Asked) -> Reply:
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        if self.revoked or scheme != "Ghost" or not _good(token):
            return self.refusal(401, f"Unknown Admin API Key {KEY}", "UNKNOWN_ADMIN_API_KEY")
        if asked.method == "POST" and asked.path == "/ghost/api/admin/images/upload/":
            return self._take(asked.parts)
        if asked.method == "POST" and asked.path == "/ghost/api/admin/posts/":
            if asked.query.get("source") != "html":
                return self.refusal(422, "No html without its source")
            return self._post(asked.json["posts"][0])
        before, _, slug = asked.path.rstrip("/").rpartition("/")
        found = [one for one in self.posts if one["slug"] == slug]
        if before != "/ghost/api/admin/posts/slug" or not found:
            return self.refusal(404, "Post not found.")
        return Reply(200, {"posts": found[:1], **EXTRA})

    def _take(self, parts: dict[str, bytes]) -> Reply:
        if parts["purpose"] != b"image":
            return self.refusal(422, "No such purpose")
        url = f"{self.url}/content/images/{self.number()}.jpg"
        self.images[url] = parts["file"]
        return Reply(201, {"images": [{"url": url, "ref": parts["ref"].decode(), **EXTRA}]})

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        found = []
        for one in self.posts:
            first = [(self.images[one["feature_image"]], one["feature_image_alt"])] if "feature_image" in one else []
            inner = re.findall(r'<figure><img src="([^"]+)" alt="([^"]*)"></figure>', one["html"])
            found.append([*first, *((self.images[url], unescape(alt)) for url, alt in inner)])
        return found

    def _post(self, post: dict[str, Any]) -> Reply:
        if len(post.get("feature_image_alt") or "") > 125:
            return self.refusal(
                422, "Value in [posts_meta.feature_image_alt] exceeds maximum length of 125 characters."
            )
        taken = {one["slug"] for one in self.posts}
        slug, number = post["slug"], 2
        while slug in taken:
            slug, number = f"{post['slug']}-{number}", number + 1
        made = {**post, "id": f"65{self.number():022x}", "slug": slug, "url": f"{self.url}/{slug}/", **EXTRA}
        self.posts.append(made)
        return Reply(201, {"posts": [made]})


def _good(token: str) -> bool:
    """Whether the key signed it, for this API, for five minutes at most."""
    words, _, signature = token.rpartition(".")
    head, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in words.split("."))
    made = base64.urlsafe_b64encode(hmac.digest(bytes.fromhex(KEY), words.encode(), hashlib.sha256)).rstrip(b"=")
    at = time.time()
    lasts = claims["exp"] - claims["iat"] <= 300 and claims["iat"] <= at < claims["exp"]
    return made.decode() == signature and head["kid"] == KEY_ID and head["alg"] == "HS256" and bool(lasts)
