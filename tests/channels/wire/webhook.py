"""A receiver of webhooks that checks signatures, takes a delivery once, and can be asked what it has."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from tests.channels.wire.server import EXTRA, SECRET, Asked, Reply, Wire


@dataclass
class WebhookWire(Wire):
    provider: Any = "webhook"
    got: list[dict[str, Any]] = field(default_factory=list)
    can_be_asked: bool = True

    def account(self) -> dict[str, Any]:
        return {"secret": {"signing_key": SECRET}, "address": f"{self.url}/hooks/acme"}

    def shown(self) -> list[str]:
        return [one["text"] for one in self.got]

    def pictured(self) -> list[list[tuple[bytes, str]]]:
        return [[(base64.b64decode(image["content"]), image["alt"]) for image in one["images"]] for one in self.got]

    async def answer(self, asked: Asked) -> Reply:
        id, at = asked.headers.get("webhook-id", ""), asked.headers.get("webhook-timestamp", "")
        words = f"{id}.{at}.".encode() + asked.content
        made = "v1," + base64.b64encode(hmac.digest(SECRET.encode(), words, hashlib.sha256)).decode()
        if self.revoked or asked.headers.get("webhook-signature") != made:
            return self.refusal(401, f"Wrong signature for {SECRET}")
        if asked.method == "GET":
            if not self.can_be_asked:
                return self.refusal(404, "Cannot GET")
            there = any(one["id"] == asked.query.get("idempotency_key") == id for one in self.got)
            return Reply(200, {"idempotency_key": id, "found": there, "id": f"in-{id}", **EXTRA})
        if asked.headers.get("idempotency-key") != id:
            return self.refusal(400, "No key")
        self.got.append(asked.json)
        return Reply(202, {"id": f"in-{id}", **EXTRA})
