"""LinkedIn's posts API as it is on the wire: versioned headers, little text that is cut silently, ids in a header."""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from cofounder.channels.linkedin import unescape
from tests.channels.wire.server import EXTRA, SECRET, Asked, Reply, Wire

URN = "urn:li:organization:5515715"
_TEMPLATE = re.compile(r"\{hashtag\|\\#\|(?:\\.|\w)+\}|\\.", re.DOTALL)
_RESERVED = set("|{}@[]()<>#*_~")


@dataclass
class LinkedInWire(Wire):
    provider: Any = "linkedin"
    posts: list[dict[str, Any]] = field(default_factory=list)
    ended: tuple[str, ...] = ()  # versions that are over
    readable: bool = True
    images: dict[str, bytes | None] = field(default_factory=dict)  # urn -> what was put there

    def account(self) -> dict[str, Any]:
        return {"external_id": URN, "details": {"api_version": "202610"}}

    def shown(self) -> list[str]:
        return [as_read(one["commentary"]) for one in self.posts]

    def refusal(self, status: int, message: str, code: Any = None) -> Reply:
        return Reply(status, {"message": message, "serviceErrorCode": 100, "status": status, "code": code, **EXTRA})

    async def answer(self, asked: Asked) -> Reply:
        version = asked.headers.get("linkedin-version", "")
        if not re.fullmatch(r"20\d{4}", version) or asked.headers.get("x-restli-protocol-version") != "2.0.0":
            return self.refusal(400, "A version header is missing")
        if version in self.ended:
            return self.refusal(426, f"Requested version {version}01 is not active", "NONEXISTENT_VERSION")
        if self.revoked or asked.headers.get("authorization") != f"Bearer {SECRET}":
            return self.refusal(401, f"The token {SECRET} used in the request has been revoked", "REVOKED_ACCESS_TOKEN")
        if asked.path == "/rest/images" and asked.query.get("action") == "initializeUpload":
            return self._begin(asked.json)
        if asked.method == "PUT" and asked.path.startswith("/dms-uploads/"):
            self.images[f"urn:li:image:{asked.path.rpartition('/')[2]}"] = asked.content
            return Reply(201)
        if asked.path != "/rest/posts":
            return self.refusal(404, "No virtual resource found")
        return self._post(asked.json) if asked.method == "POST" else self._list(asked)

    def _begin(self, body: dict[str, Any]) -> Reply:
        if body != {"initializeUploadRequest": {"owner": URN}}:
            return self.refusal(403, "Not the owner")
        name = f"C4E{self.number():08d}"
        self.images[f"urn:li:image:{name}"] = None
        there = {
            "uploadUrlExpiresAt": 1,
            "uploadUrl": f"{self.url}/dms-uploads/sp/{name}",
            "image": f"urn:li:image:{name}",
        }
        return Reply(200, {"value": there, **EXTRA})

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        found = []
        for one in self.posts:
            content = one.get("content", {})
            listed = [content["media"]] if "media" in content else content.get("multiImage", {}).get("images", [])
            found.append([(self.images[image["id"]] or b"", image["altText"]) for image in listed])
        return found

    def _post(self, body: dict[str, Any]) -> Reply:
        wanted = {"author", "commentary", "visibility", "distribution", "lifecycleState", "isReshareDisabledByAuthor"}
        content = body.get("content", {})
        several = content.get("multiImage", {}).get("images", [{}, {}])
        named = [content["media"]] if "media" in content else several if "multiImage" in content else []
        if len(several) < 2 or any(not self.images.get(one["id"]) for one in named):
            return self.refusal(422, "MEDIA_ASSET_PROCESSING_FAILED: the image is not there")
        if any(not 0 < len(one["altText"]) <= 4086 for one in named):
            return self.refusal(422, "ERROR :: /content :: altText")
        if set(body) - {"content"} != wanted or body["author"] != URN or body["lifecycleState"] != "PUBLISHED":
            return self.refusal(422, "Unpermitted fields")
        if len(as_read(body["commentary"])) > 3000:
            return self.refusal(400, "ERROR :: /commentary :: is too long")
        for one in self.posts:
            if one["commentary"] == body["commentary"]:
                return self.refusal(422, f"Content is a duplicate of {one['id']}", "DUPLICATE_POST")
        urn = f"urn:li:share:{7_000_000_000_000 + self.number()}"
        self.posts.append({"id": urn, "createdAt": int(time.time() * 1000), **body, **EXTRA})
        return Reply(201, None, {"x-restli-id": urn, "x-linkedin-id": urn})

    def _list(self, asked: Asked) -> Reply:
        if not self.readable:
            return self.refusal(403, "Not enough permissions to access: posts.FINDER-author", "ACCESS_DENIED")
        if asked.headers.get("x-restli-method") != "FINDER" or asked.query.get("author") != URN:
            return self.refusal(400, "No such finder")
        start, count = int(asked.query.get("start", "0")), int(asked.query.get("count", "10"))
        newest = self.posts[::-1]
        page = {"start": start, "count": count, "links": [], "total": len(newest)}
        return Reply(200, {"elements": newest[start : start + count], "paging": page, **EXTRA})


def as_read(sent: str) -> str:
    """What readers see: everything up to the first reserved character that is not escaped."""
    bare = _TEMPLATE.sub(lambda found: "\0" * len(found.group()), sent)
    cut = next((place for place, sign in enumerate(bare) if sign in _RESERVED), len(sent))
    return unescape(sent[:cut])
