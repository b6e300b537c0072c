"""Ghost: one article by its Admin API, each call signed with a token that is good for five minutes.

The slug is chosen here and looked up first, for Ghost gives a second article of the same slug another one.
"""

import base64
import hashlib
import hmac
import json
from typing import Any

from cofounder.channels.accounts.connected import Connected
from cofounder.channels.blog import figure
from cofounder.channels.images.schemas import Picture
from cofounder.channels.naming import post_of
from cofounder.channels.senders import pictures
from cofounder.channels.senders.calling import Line, Over
from cofounder.channels.senders.delivery import Account, Delivery, DeliveryRefused, DeliveryUnknown, Receipt
from cofounder.channels.senders.slugs import slug, tags
from cofounder.kit.clock import now

ACCEPT_VERSION = "v5.0"
_IMAGES = "/ghost/api/admin/images/upload/"
_POSTS = "/ghost/api/admin/posts"
_SECONDS = 300  # Ghost takes no token that is good for longer
_CLOCKS_DIFFER_SECONDS = 10


def build(connected: Connected) -> "Ghost":
    return Ghost(connected)


def signed(admin_key: str) -> str:
    """The token for a call now: HS256 over the key's secret. Raises ValueError for what is no admin key (id:hex)."""
    id, _, secret = admin_key.partition(":")
    key = bytes.fromhex(secret)
    if not id or not key:
        raise ValueError("It is no admin key: id:secret.")
    at = int(now().timestamp()) - _CLOCKS_DIFFER_SECONDS
    head = {"alg": "HS256", "typ": "JWT", "kid": id}
    claims = {"iat": at, "exp": at + _SECONDS, "aud": "/admin/"}
    words = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(claims).encode())}"
    return f"{words}.{_part(hmac.digest(key, words.encode(), hashlib.sha256))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


class Ghost(Over):
    def __init__(self, connected: Connected) -> None:
        super().__init__(connected, label="Ghost")

    def account(self) -> Account:
        return Account(sender=self.name, name=self.connected.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown."""
        name = slug(delivery.title, effect_key)
        line = self._line()
        there = await line.send("GET", self._by_slug(name), again=True, fine=(404,))
        if there.status == 200:
            return self._receipt(there.field("posts", 0), name)
        if not isinstance(there.field("errors"), list):
            raise DeliveryRefused(f"There is no Ghost at {self.connected.address}: it answers something else.")
        pictures.check(delivery, self.name)
        urls = await pictures.uploaded(delivery, lambda one, content: self._upload(line, one, content))
        html = delivery.html if delivery.html is not None else delivery.text
        below = "".join(figure(url, one.alt) for one, url in list(zip(delivery.images, urls, strict=True))[1:])
        post: dict[str, Any] = {
            "title": delivery.title or "(Untitled)",
            "html": f"{html}{below}",
            "slug": name,
            "status": "published",
        }
        if urls:
            post |= {"feature_image": urls[0], "feature_image_alt": delivery.images[0].alt}
        if delivery.hashtags:
            post["tags"] = [{"name": one} for one in tags(delivery.hashtags)]
        answer = await line.send("POST", f"{_POSTS}/?source=html", json={"posts": [post]})
        if not isinstance(answer.field("posts", 0), dict):
            raise DeliveryUnknown("Ghost took the article and did not say its id.")
        return self._receipt(answer.field("posts", 0), name)

    async def _upload(self, line: Line, one: Picture, content: bytes) -> str:
        """The address of an image at the site."""
        file = {"file": (one.file, content, one.mime)}
        said = {"purpose": "image", "ref": one.file}
        made = await line.send("POST", _IMAGES, again=True, data=said, files=file)
        url = made.field("images", 0, "url")
        if not isinstance(url, str):
            raise DeliveryRefused("Ghost did not say its address.")
        return url

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """The article of our slug; None where it surely is not. Raises DeliveryUnknown."""
        name = slug(delivery.title, effect_key)
        return await self.shown(lambda: self._find(name), delivery.begun_at, images=len(delivery.images))

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return f"See whether {self.connected.address} has the article {slug(delivery.title, effect_key)}"

    async def _find(self, name: str) -> Receipt | None:
        line = self._line()
        answer = await line.ask(self._by_slug(name))
        if answer.status == 200 and isinstance(answer.field("posts", 0), dict):
            return self._receipt(answer.field("posts", 0), name)
        if answer.status == 404 and isinstance(answer.field("errors"), list):
            return None
        raise line.unanswered(answer)

    def _by_slug(self, name: str) -> str:
        return f"{_POSTS}/slug/{name}/"

    def _line(self) -> Line:
        """Signed anew for every delivery. Raises DeliveryRefused for a key that cannot sign."""
        admin_key = self.connected.secret.get("admin_key", "")
        try:
            token = signed(admin_key)
        except ValueError as error:
            raise DeliveryRefused("The admin key of this Ghost is not one (id:secret): connect it again.") from error
        version = str(self.connected.details.get("api_version") or ACCEPT_VERSION)
        headers = {"Authorization": f"Ghost {token}", "Accept-Version": version}
        secrets = (admin_key, admin_key.partition(":")[2], token)
        return Line(self.name, self.label, self.connected.address, headers, secrets, guarded=True)

    def _receipt(self, post: Any, name: str) -> Receipt:
        found = post if isinstance(post, dict) else {}
        notes = []
        if found.get("slug") not in (name, None):
            notes.append(f"The site named it {found['slug']}.")
        if found.get("status") not in ("published", None):
            notes.append(f"It stands there as {found['status']}.")
        url = found.get("url") if isinstance(found.get("url"), str) else None
        id = post_of(self.connected.address, found.get("id"))
        return Receipt(external_id=id, url=url, note=" ".join(notes) or None)
