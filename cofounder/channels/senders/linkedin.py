"""LinkedIn: one post by a member or an organisation, and how to see whether it stands.

People approve the text; the API gets it escaped (`Rendered.api_text`). Posts are found again by their author, newest
first, with the escapes taken back. That needs the right to read: without it what became of a broken call stays unknown.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from cofounder.channels import linkedin
from cofounder.channels.accounts.connected import Connected
from cofounder.channels.accounts.providers.linkedin import API_VERSION
from cofounder.channels.counting import length
from cofounder.channels.images.schemas import Picture
from cofounder.channels.rules import rules
from cofounder.channels.senders import books, pictures
from cofounder.channels.senders.calling import SKEW, Line, Over
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)
from cofounder.channels.senders.nearby import check_links

QUOTA = books.Quota(150, timedelta(days=1), "150 posts a day")
_PAGE, _PAGES = 50, 10
_DOUBLE = ("duplicate", "DUPLICATE_POST")


def build(connected: Connected) -> "LinkedIn":
    return LinkedIn(connected)


class LinkedIn(Over):
    """Posts as `connected.external_id`, the urn of a person or an organisation."""

    def __init__(self, connected: Connected) -> None:
        super().__init__(connected, label="LinkedIn")

    def account(self) -> Account:
        return Account(sender=self.name, name=self.connected.name)

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown."""
        sent = delivery.api_text if delivery.api_text is not None else linkedin.escape(delivery.text)
        if linkedin.unescape(sent) != delivery.text:
            raise DeliveryRefused("What LinkedIn would be sent does not read as what was approved.")
        limit = rules("linkedin").limit or 0
        size = length("linkedin", sent)
        if size > limit:
            raise DeliveryRefused(f"LinkedIn takes {limit:,} characters; as its API wants it the text has {size:,}.")
        check_links(delivery.text)
        pictures.check(delivery, self.name)
        line = self._line(await self.token())
        await books.room(QUOTA, f"linkedin:{self.connected.external_id}", effect_key, self.label)
        body: dict[str, Any] = {
            "author": self.connected.external_id,
            "commentary": sent,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        urns = await pictures.uploaded(delivery, lambda one, content: self._upload(line, one, content))
        if urns:
            body["content"] = _shown_as(delivery.images, urns)
        try:
            answer = await line.send("POST", "/rest/posts", json=body)
        except DeliveryRefused as error:
            if any(word in error.detail for word in _DOUBLE):  # perhaps of an earlier call of ours
                found = await self._find(line, delivery, effect_key)
                if found is not None:
                    return found
            raise
        urn = answer.headers.get("x-restli-id") or answer.field("id")
        if not isinstance(urn, str):
            raise DeliveryUnknown("LinkedIn took the post and did not say its id.")
        return _receipt(urn)

    async def _upload(self, line: Line, one: Picture, content: bytes) -> str:
        """The urn of an image at LinkedIn: asked for, then its bytes are put where the answer says."""
        asked = {"initializeUploadRequest": {"owner": self.connected.external_id}}
        place = await line.send("POST", "/rest/images?action=initializeUpload", again=True, json=asked)
        url, urn = place.field("value", "uploadUrl"), place.field("value", "image")
        if not isinstance(url, str) or not isinstance(urn, str) or not _ours(url, self.connected.address):
            raise DeliveryRefused("LinkedIn did not say where to put it.")
        await replace(line, base=url).send("PUT", "", again=True, content=content, headers={"Content-Type": one.mime})
        return urn

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """Our post among the author's newest; None where it surely is not. Raises DeliveryUnknown."""
        line = self._line(await self.token_to_ask())
        return await self.shown(
            lambda: self._find(line, delivery, effect_key), delivery.begun_at, images=len(delivery.images)
        )

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        return f"See whether the newest posts of {self.connected.name} at LinkedIn hold this text."

    def _line(self, token: str) -> Line:
        headers = {
            "Authorization": f"Bearer {token}",
            "LinkedIn-Version": str(self.connected.details.get("api_version") or API_VERSION),
            "X-Restli-Protocol-Version": "2.0.0",
        }
        return Line(self.name, self.label, self.connected.address, headers, (token,))

    async def _find(self, line: Line, delivery: Delivery, key: str) -> Receipt | None:
        since = delivery.since - SKEW
        author = quote(self.connected.external_id, safe="")
        for page in range(_PAGES):
            asked = f"/rest/posts?author={author}&q=author&count={_PAGE}&start={page * _PAGE}&sortBy=CREATED"
            answer = await line.ask(asked, headers={"X-RestLi-Method": "FINDER"})
            posts = answer.field("elements")
            if answer.status != 200 or not isinstance(posts, list):
                raise line.unanswered(answer)
            ours = [one for one in posts if isinstance(one, dict) and _created(one) >= since and _reads(one, delivery)]
            free = await books.unclaimed(ours, [str(one.get("id")) for one in ours], key)
            if free:
                return _receipt(str(free[-1]["id"]))
            if len(posts) < _PAGE or any(isinstance(one, dict) and _created(one) < since for one in posts):
                return None
        raise DeliveryUnknown(f"There are more than {_PAGE * _PAGES} posts since then; LinkedIn was not asked for all.")


def _shown_as(images: Sequence[Picture], urns: Sequence[str]) -> dict[str, Any]:
    """The post's content: one image, or several side by side, each with its alt text."""
    listed = [{"id": urn, "altText": one.alt} for one, urn in zip(images, urns, strict=True)]
    return {"media": listed[0]} if len(listed) == 1 else {"multiImage": {"images": listed}}


def _ours(url: str, address: str) -> bool:
    """Whether an address to put bytes at, and our token with them, is LinkedIn's own."""
    parts = urlsplit(url)
    if parts.netloc == urlsplit(address).netloc:
        return True
    return parts.scheme == "https" and (parts.hostname or "").endswith((".linkedin.com", ".licdn.com"))


def _receipt(urn: str) -> Receipt:
    return Receipt(external_id=urn, url=f"https://www.linkedin.com/feed/update/{urn}/")


def _reads(post: dict[str, Any], delivery: Delivery) -> bool:
    return linkedin.unescape(str(post.get("commentary", ""))).split() == delivery.text.split()


def _created(post: dict[str, Any]) -> datetime:
    """When it was made; a post without a time counts as new."""
    for name in ("createdAt", "publishedAt"):
        if isinstance(post.get(name), int):
            return datetime.fromtimestamp(post[name] / 1000, UTC)
    return datetime.max.replace(tzinfo=UTC)
