"""Facebook's Graph API on the wire: forms in, errors as codes with status 400, cursors whose addresses hold the token."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.channels.wire.server import EXTRA, SECRET, Asked, Reply, Wire

PAGE = "104958162837"


@dataclass
class FacebookWire(Wire):
    provider: Any = "facebook"
    posts: list[dict[str, Any]] = field(default_factory=list)
    ended: tuple[str, ...] = ()
    photos: dict[str, tuple[bytes, str]] = field(default_factory=dict)

    def account(self) -> dict[str, Any]:
        return {"external_id": PAGE}

    def shown(self) -> list[str]:
        return [one["message"] for one in self.posts]

    def refusal(self, status: int, message: str, code: Any = None) -> Reply:
        usual = {401: 190, 403: 200, 500: 1, 503: 2}.get(status, 100)
        error = {"message": message, "type": "OAuthException", "code": code or usual, "fbtrace_id": "A1", **EXTRA}
        return Reply(status, {"error": error})

    async def answer(self, asked: Asked) -> Reply:
        if self.revoked or asked.headers.get("authorization") != f"Bearer {SECRET}":
            return self.refusal(400, f"Error validating access token {SECRET}: The session has been invalidated", 190)
        _, version, *rest = asked.path.split("/")
        if version in self.ended:
            return self.refusal(400, f"You are calling a deprecated version of the Ads API: {version}", 2635)
        if rest == [PAGE, "photos"] and asked.method == "POST":
            return self._take(asked.parts)
        if rest != [PAGE, "feed"]:
            return self.refusal(404, "Unsupported request")
        return self._post(asked.form) if asked.method == "POST" else self._list(asked)

    def _post(self, form: dict[str, str]) -> Reply:
        if any(one["message"] == form["message"] for one in self.posts):
            return self.refusal(400, "Duplicate status message", 506)
        named = [name for name in form if name.startswith("attached_media[")]
        shown = [json.loads(form.pop(name))["media_fbid"] for name in sorted(named)]
        if (shown and "link" in form) or any(one not in self.photos for one in shown):
            return self.refusal(400, "Invalid parameter")
        id = f"{PAGE}_{122_000_000 + self.number()}"
        self.posts.append({"id": id, "at": datetime.now(UTC), "photos": shown, **form})
        return Reply(200, {"id": id, **EXTRA})

    def _take(self, parts: dict[str, bytes]) -> Reply:
        if parts["published"] != b"false" or len(parts["source"]) > 4_000_000:
            return self.refusal(400, "Invalid image file", 324)
        id = str(777_000 + self.number())
        self.photos[id] = (parts["source"], parts["alt_text_custom"].decode())
        return Reply(200, {"id": id, **EXTRA})

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        return [[self.photos[id] for id in one["photos"]] for one in self.posts]

    def _list(self, asked: Asked) -> Reply:
        since = float(asked.query.get("since", "0"))
        found = [one for one in self.posts[::-1] if one["at"].timestamp() >= since]
        start, size = int(asked.query.get("after", "0")), min(2, int(asked.query["limit"]))
        page = [
            {
                "id": one["id"],
                "message": one["message"],
                "created_time": one["at"].strftime("%Y-%m-%dT%H:%M:%S+0000"),
                "permalink_url": f"https://www.facebook.com/acme/posts/{one['id']}",
                **EXTRA,
            }
            for one in found[start : start + size]
        ]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
        if start + size < len(found):
            paging["next"] = f"{self.url}/elsewhere?access_token={SECRET}"
        return Reply(200, {"data": page, "paging": paging})
