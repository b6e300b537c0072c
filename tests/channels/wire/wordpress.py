"""WordPress' REST API on the wire: application passwords, tags by number, slug-2 for a second article of a slug."""

import base64
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.channels.wire.server import EXTRA, SECRET, Asked, Reply, Wire

USER = "ada"


@dataclass
class WordPressWire(Wire):
    provider: Any = "wordpress"
    posts: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    media: dict[int, tuple[bytes, str, str]] = field(default_factory=dict)  # number -> bytes, alt text, address

    def account(self) -> dict[str, Any]:
        return {"external_id": "1", "secret": {"user": USER, "password": SECRET}}

    def shown(self) -> list[str]:
        return [one["content"] for one in self.posts if one["status"] == "publish"]

    def refusal(self, status: int, message: str, code: Any = None) -> Reply:
        return Reply(status, {"code": code or "rest_trouble", "message": message, "data": {"status": status}, **EXTRA})

    async def answer(self, asked: Asked) -> Reply:
        pair = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
        if self.revoked or asked.headers.get("authorization") != f"Basic {pair}":
            return self.refusal(401, f"Sorry, {pair} is not allowed to do that.", "rest_cannot_create")
        if asked.path == "/wp-json/wp/v2/users/me":
            return Reply(200, {"id": 1, "slug": USER, "capabilities": {"publish_posts": True}, **EXTRA})
        if asked.path == "/wp-json/wp/v2/tags":
            return self._tags(asked)
        if asked.path == "/wp-json/wp/v2/media" and asked.method == "POST":
            return self._take(asked.parts)
        if asked.path.startswith("/wp-json/wp/v2/posts/") and asked.method == "DELETE":
            one = next(one for one in self.posts if str(one["id"]) == asked.path.rpartition("/")[2])
            one["status"], one["slug"] = "trash", f"{one['slug']}__trashed"
            return Reply(200, one)
        if asked.path != "/wp-json/wp/v2/posts":
            return self.refusal(404, "No route was found matching the URL and request method.", "rest_no_route")
        if asked.method == "POST":
            return self._post(asked.json)
        states = asked.query.get("status", "publish").split(",")
        slug = asked.query.get("slug")
        return Reply(200, [one for one in self.posts if one["slug"] == slug and one["status"] in states])

    def _take(self, parts: dict[str, bytes]) -> Reply:
        number = self.number()
        url = f"{self.url}/wp-content/uploads/{number}.jpg"
        self.media[number] = (parts["file"], parts["alt_text"].decode(), url)
        return Reply(201, {"id": number, "source_url": url, "alt_text": self.media[number][1], **EXTRA})

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        found = []
        for one in self.posts:
            first = [self.media[one["featured_media"]]] if "featured_media" in one else []
            shown = sorted(
                (each for each in self.media.values() if each[2] in one["content"]),
                key=lambda each: one["content"].index(each[2]),
            )
            assert all(f'alt="{escape(each[1])}"' in one["content"] for each in shown)
            found.append([(each[0], each[1]) for each in [*first, *shown]])
        return found

    def _post(self, body: dict[str, Any]) -> Reply:
        taken = {one["slug"] for one in self.posts}
        slug, number = body["slug"], 2
        while slug in taken:
            slug, number = f"{body['slug']}-{number}", number + 1
        made = {**body, "id": self.number(), "slug": slug, "link": f"{self.url}/{slug}/", **EXTRA}
        self.posts.append(made)
        return Reply(201, made)

    def _tags(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            said = asked.query["search"].lower()
            return Reply(200, [one for one in self.tags if said in one["name"].lower()])
        self.tags.append({"id": 100 + self.number(), "name": asked.json["name"], **EXTRA})
        return Reply(201, self.tags[-1])
