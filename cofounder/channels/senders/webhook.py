"""A webhook: one signed POST of JSON to an address of the person's own.

Signed as the Standard Webhooks specification says: webhook-id, webhook-timestamp, and webhook-signature, which is "v1,"
and the base64 of HMAC-SHA256 over "id.timestamp.body". The id stays the same for the same publication and comes as
Idempotency-Key too. A receiver that answers GET ADDRESS?idempotency_key=KEY with JSON can be asked what it has.
"""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

from cofounder.channels.accounts.connected import Connected
from cofounder.channels.images.schemas import Picture
from cofounder.channels.senders import pictures
from cofounder.channels.senders.calling import Line, Over
from cofounder.channels.senders.delivery import Account, Delivery, DeliveryUnknown, Receipt
from cofounder.kit.clock import now, stamp


def build(connected: Connected) -> "Webhook":
    return Webhook(connected)


def key_of(effect_key: str) -> str:
    """The delivery's id at the receiver."""
    return f"pub_{hashlib.sha256(effect_key.encode()).hexdigest()[:32]}"


def signature(signing_key: str, id: str, at: int, body: bytes) -> str:
    """What the header webhook-signature says."""
    secret = signing_key.encode()
    if signing_key.startswith("whsec_"):
        secret = base64.b64decode(signing_key.removeprefix("whsec_"))
    made = hmac.digest(secret, f"{id}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(made).decode()}"


class Webhook(Over):
    def __init__(self, connected: Connected) -> None:
        super().__init__(connected, label="The webhook")
        self._key = connected.secret.get("signing_key", "")
        secrets = (self._key, self._key.removeprefix("whsec_"), connected.address)  # an address may be as good as a key
        self._line = Line(self.name, self.label, connected.address, {}, secrets, guarded=True)

    def account(self) -> Account:
        return Account(sender=self.name, name=self.connected.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown."""
        id = key_of(effect_key)
        pictures.check(delivery, self.name)
        shown = [_image(one, content) for one, content in await pictures.contents(delivery.images)]
        body = json.dumps({**_document(delivery, id), "images": shown}, ensure_ascii=False).encode()
        answer = await self._line.send("POST", "", content=body, headers=self._headers(id, body))
        return _receipt(answer.body, id)

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """What the receiver says it has; None where it says that it has not. Raises DeliveryUnknown."""
        id = key_of(effect_key)
        return await self.shown(lambda: self._find(id), delivery.begun_at)

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return f"See whether the receiver behind {self.connected.name} has the delivery {key_of(effect_key)}"

    async def _find(self, id: str) -> Receipt | None:
        mark = "&" if "?" in self.connected.address else "?"
        answer = await self._line.ask(f"{mark}idempotency_key={quote(id)}", headers=self._headers(id, b""))
        if answer.status == 200 and answer.field("idempotency_key") == id:  # else it does not know the question
            return None if answer.field("found") is False else _receipt(answer.body, id)
        raise DeliveryUnknown("The webhook's receiver cannot be asked what it has.")

    def _headers(self, id: str, body: bytes) -> dict[str, str]:
        at = int(now().timestamp())
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": id,
            "webhook-id": id,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(self._key, id, at, body),
        }


def _document(delivery: Delivery, id: str) -> dict[str, Any]:
    return {
        "type": "publication",
        "id": id,
        "publication_id": str(delivery.publication_id),
        "task_id": str(delivery.task_id),
        "account": delivery.account,
        "text": delivery.text,
        "title": delivery.title,
        "hashtags": list(delivery.hashtags),
        "fingerprint": delivery.fingerprint,
        "attempted_at": stamp(delivery.since),
    }


def _image(one: Picture, content: bytes) -> dict[str, Any]:
    """An image inside of the JSON: `content` is base64 of the bytes whose SHA-256 stands beside it."""
    said = {"file": one.file, "type": one.mime, "width": one.width, "height": one.height, "alt": one.alt}
    return {**said, "sha256": one.sha256, "content": base64.b64encode(content).decode()}


def _receipt(body: Any, id: str) -> Receipt:
    """Our own id of it, for a receiver may call each the same; and its address, where the receiver says one."""
    url = body.get("url") if isinstance(body, dict) else None
    plain = isinstance(url, str) and url.startswith(("http://", "https://")) and len(url) <= 2_000
    return Receipt(external_id=id, url=url if plain else None)
